/* What is done for even places: blotches that the surroundings do not have are weakened, noise that
 * they have is added. */
#include "image/calm.h"
#include "image/grain.h"
#include <math.h>
#include <string.h>

#define NO_JOB ((Job){ 0 }) /* no threads, nobody who could stop it */

enum { W = 150, H = 130, N = W * H, LEFT = 50, TOP = 40, RIGHT = 106, BOTTOM = 92 };

typedef struct {
  float picture[N][3], filling[N][3], before[N][3];
  guint8 hole[N];
} Case;

/* A gray slope with a value that is added to the known part, and another one in the hole. */
static Case *
new_case (float known (int x, int y, GRand *rand), float filled (int x, int y, GRand *rand))
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);
  Case *c = g_new0 (Case, 1);

  for (int i = 0; i < N; i++)
    {
      const int x = i % W, y = i / W;
      const float slope = 0.3f + 0.002f * (float) y, a = known (x, y, rand);
      const float b = filled (x, y, rand);

      c->hole[i] = x >= LEFT && x < RIGHT && y >= TOP && y < BOTTOM ? 255 : 0;
      for (int k = 0; k < 3; k++)
        {
          c->picture[i][k] = c->hole[i] ? NAN : slope + a * (float) (1 + k);
          c->filling[i][k] = c->hole[i] ? slope + b * (float) (1 + k) : 1000;
        }
    }
  memcpy (c->before, c->filling, sizeof c->before);
  return c;
}

static float
nothing (G_GNUC_UNUSED int x, G_GNUC_UNUSED int y, G_GNUC_UNUSED GRand *rand)
{
  return 0;
}

static float
blotches (int x, int y, G_GNUC_UNUSED GRand *rand)
{
  return 0.02f * sinf (0.2f * (float) x) * cosf (0.17f * (float) y); /* 31 and 37 px long */
}

static float
fine (int x, int y, G_GNUC_UNUSED GRand *rand)
{
  return (x + y) % 2 ? 0.02f : -0.02f;
}

static float
noise (G_GNUC_UNUSED int x, G_GNUC_UNUSED int y, GRand *rand)
{
  float sum = -6; /* nearly normal, sigma 0.01 */

  for (int i = 0; i < 12; i++)
    sum += (float) g_rand_double (rand);
  return 0.01f * sum;
}

/* Root mean square of the filling without the slope, in the hole, away from its rim. */
static double
strength_of (const Case *c, int channel)
{
  double sum = 0;
  int n = 0;

  for (int y = TOP + 4; y < BOTTOM - 4; y++)
    for (int x = LEFT + 4; x < RIGHT - 4; x++, n++)
      {
        const double rest = (double) c->filling[y * W + x][channel] - 0.3 - 0.002 * y;

        sum += rest * rest;
      }
  return sqrt (sum / n);
}

static void
check_outside (const Case *c)
{
  for (int i = 0; i < N; i++)
    if (!c->hole[i])
      g_assert_cmpmem (c->filling[i], 12, c->before[i], 12);
}

static double
calm (Case *c)
{
  double excess = -1;

  g_assert_true (
      calm_filling (&NO_JOB, &c->filling[0][0], &c->picture[0][0], c->hole, W, H, &excess, NULL));
  check_outside (c);
  return excess;
}

static void
calms_what_stands_out (void)
{
  g_autofree Case *c = new_case (nothing, blotches);
  const double before = strength_of (c, 2);
  const double excess = calm (c);

  g_test_message ("%.4f before, %.4f after, excess %.2f", before, strength_of (c, 2), excess);
  g_assert_cmpfloat (strength_of (c, 2), <, 0.5 * before);
  g_assert_cmpfloat (excess, >, 0.8);
}

static void
leaves_what_belongs (void)
{
  g_autofree Case *lively = new_case (blotches, blotches), *detailed = new_case (nothing, fine);
  g_autofree Case *even = new_case (nothing, nothing);
  double before = strength_of (lively, 2);

  g_assert_cmpfloat (calm (lively), <, 0.1);
  g_assert_cmpfloat (strength_of (lively, 2), >, 0.95 * before);
  before = strength_of (detailed, 2);
  calm (detailed);
  g_assert_cmpfloat_with_epsilon (strength_of (detailed, 2), before, 0.02 * before);
  calm (even);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (even->filling[i][1], even->before[i][1], 1e-5f);
}

static void
add_grain (Case *c, guint64 seed)
{
  g_assert_true (
      match_grain (&NO_JOB, &c->filling[0][0], &c->picture[0][0], c->hole, W, H, seed, NULL));
  check_outside (c);
}

static void
adds_the_noise_that_lacks (void)
{
  g_autofree Case *c = new_case (noise, nothing), *other = new_case (noise, nothing);
  double both = 0, one = 0;

  add_grain (c, 5);
  for (int k = 0; k < 3; k++) /* sigma 0.01, 0.02, 0.03; the blocks taken are the evenest */
    g_assert_cmpfloat_with_epsilon (strength_of (c, k), 0.01 * (k + 1), 0.0015 * (k + 1));
  for (int i = 0; i < N; i++)
    if (c->hole[i])
      {
        both += (double) (c->filling[i][0] - c->before[i][0])
                * (double) (c->filling[i][2] - c->before[i][2]);
        one += (double) (c->filling[i][0] - c->before[i][0])
               * (double) (c->filling[i][0] - c->before[i][0]);
      }
  g_assert_cmpfloat_with_epsilon (both / one, 3, 0.1); /* channels go together, as they do there */
  add_grain (other, 5);
  g_assert_cmpmem (other->filling, sizeof c->filling, c->filling, sizeof c->filling);
  memcpy (other->filling, other->before, sizeof c->filling);
  add_grain (other, 6);
  g_assert_true (memcmp (other->filling, c->filling, sizeof c->filling) != 0);
}

static void
adds_no_noise_that_is_there (void)
{
  g_autofree Case *clean = new_case (nothing, nothing), *noisy = new_case (noise, noise);
  g_autofree Case *lively = new_case (noise, fine);
  const double before = strength_of (noisy, 1);

  add_grain (clean, 5);
  g_assert_cmpmem (clean->filling, sizeof clean->filling, clean->before, sizeof clean->before);
  add_grain (noisy, 5);
  g_assert_cmpfloat (strength_of (noisy, 1), <, 1.1 * before);
  add_grain (lively, 5); /* stronger at that size already */
  g_assert_cmpmem (lively->filling, sizeof clean->filling, lively->before, sizeof clean->before);
}

static gboolean
refuse (G_GNUC_UNUSED double done, G_GNUC_UNUSED gpointer data)
{
  return FALSE;
}

static void
stops (void)
{
  g_autofree Case *c = new_case (noise, blotches);
  g_autoptr (GError) error = NULL;
  Job job = { .progress = refuse };

  g_assert_false (
      match_grain (&job, &c->filling[0][0], &c->picture[0][0], c->hole, W, H, 1, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (
      calm_filling (&job, &c->filling[0][0], &c->picture[0][0], c->hole, W, H, NULL, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED);
  g_assert_cmpmem (c->filling, sizeof c->filling, c->before, sizeof c->before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/calm/calms-what-stands-out", calms_what_stands_out);
  g_test_add_func ("/image/calm/leaves-what-belongs", leaves_what_belongs);
  g_test_add_func ("/image/grain/adds-the-noise-that-lacks", adds_the_noise_that_lacks);
  g_test_add_func ("/image/grain/adds-no-noise-that-is-there", adds_no_noise_that_is_there);
  g_test_add_func ("/image/even/stops", stops);
  return g_test_run ();
}
