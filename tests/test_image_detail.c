#include "image/detail.h"
#include <math.h>
#include <string.h>

#define NO_JOB ((Job){ 0 }) /* no threads, nobody who could stop it */

enum { W = 130, H = 97, N = W * H * 3, LEFT = 40, RIGHT = 84, TOP = 30, BOTTOM = 68 };

typedef struct {
  float truth[N], picture[N], filling[N], before[N];
  guint8 hole[W * H];
} Case;

static gboolean
in_hole (int x, int y)
{
  return x >= LEFT && x < RIGHT && y >= TOP && y < BOTTOM;
}

/* The mean of a pixel's surroundings in the truth: what a decoder without texture knows. */
static float
mean_around (const Case *c, int x, int y, int channel)
{
  enum { RADIUS = 8 };
  double sum = 0;
  int count = 0;

  for (int v = MAX (y - RADIUS, 0); v <= MIN (y + RADIUS, H - 1); v++)
    for (int u = MAX (x - RADIUS, 0); u <= MIN (x + RADIUS, W - 1); u++, count++)
      sum += c->truth[3 * (v * W + u) + channel];
  return (float) (sum / count);
}

/* The filling is the truth without its texture; where nothing must be read lies
 * what would spoil the result. */
static Case *
new_case (float value (int x, int y, GRand *rand))
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);
  Case *c = g_new0 (Case, 1);

  for (int i = 0; i < W * H; i++)
    {
      const float gray = value (i % W, i / W, rand);

      c->hole[i] = in_hole (i % W, i / W) ? 255 : 0;
      for (int k = 0; k < 3; k++)
        c->truth[3 * i + k] = gray * (1 - 0.1f * (float) k);
    }
  for (int i = 0; i < N; i++)
    {
      const int at = i / 3;

      c->picture[i] = c->hole[at] ? NAN : c->truth[i];
      c->filling[i] = c->hole[at] ? mean_around (c, at % W, at / W, i % 3) : 1000;
    }
  memcpy (c->before, c->filling, sizeof c->before);
  return c;
}

static float
constant (G_GNUC_UNUSED int x, G_GNUC_UNUSED int y, G_GNUC_UNUSED GRand *rand)
{
  return 0.3f;
}

static float
stripes (int x, int y, G_GNUC_UNUSED GRand *rand)
{
  return 0.5f + 0.25f * sinf (0.9f * (float) x + 0.3f * (float) y);
}

static float
checks (int x, int y, G_GNUC_UNUSED GRand *rand)
{
  return (x / 4 + y / 4) % 2 ? 0.7f : 0.3f;
}

/* Dark noise on the left, bright stripes along the columns on the right. */
static float
halves (int x, G_GNUC_UNUSED int y, GRand *rand)
{
  return x < W / 2 ? (float) g_rand_double_range (rand, 0.1, 0.4)
                   : 0.7f + 0.15f * sinf (0.9f * (float) x);
}

/* Even gray with two round striped places: one wholly in the hole, one outside. */
static float
islands (int x, int y, G_GNUC_UNUSED GRand *rand)
{
  const gboolean on = hypot (x - 62, y - 49) < 13 || hypot (x - 20, y - 49) < 17;

  return on ? 0.7f + 0.15f * sinf (0.9f * (float) x) : 0.3f;
}

/* Bright above, dark below. */
static float
shore (G_GNUC_UNUSED int x, int y, G_GNUC_UNUSED GRand *rand)
{
  return y < 50 ? 0.7f : 0.3f;
}

static void
run_detail (Case *c, Detail detail, double strength, guint64 seed)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (borrow_detail (&NO_JOB, detail, c->filling, c->picture, c->hole, NULL, W, H,
                                strength, seed, &error));
  g_assert_no_error (error);
  for (int i = 0; i < N; i++)
    if (!c->hole[i / 3])
      g_assert_cmpmem (&c->filling[i], 4, &c->before[i], 4);
}

static void
run (Case *c, double strength, guint64 seed)
{
  run_detail (c, DETAIL_TEXTURE, strength, seed);
}

/* Mean square difference from the truth over some columns of the hole. */
static double
mean_square (const Case *c, const float *filling, int left, int right)
{
  double sum = 0;

  for (int y = TOP; y < BOTTOM; y++)
    for (int i = 3 * (y * W + left); i < 3 * (y * W + right); i++)
      sum += (double) (filling[i] - c->truth[i]) * (double) (filling[i] - c->truth[i]);
  return sum / (3.0 * (right - left) * (BOTTOM - TOP));
}

/* Mean square difference between pixels that are one step apart, in the first channel. */
static double
roughness (const float *picture, int left, int right, int dx, int dy)
{
  double sum = 0;

  for (int y = TOP; y < BOTTOM - 1; y++)
    for (int x = left; x < right - 1; x++)
      {
        const double d = (double) picture[3 * ((y + dy) * W + x + dx)] - picture[3 * (y * W + x)];

        sum += d * d;
      }
  return sum / ((double) (right - left - 1) * (BOTTOM - TOP - 1));
}

static void
strength_0_changes_nothing (void)
{
  g_autofree Case *c = new_case (checks);

  run (c, 0, 1);
  g_assert_cmpmem (c->filling, sizeof c->filling, c->before, sizeof c->before);
}

/* Halfway is halfway, up to the rounding of numbers near 1. */
static void
strength_blends (void)
{
  g_autofree Case *c = new_case (checks), *half = new_case (checks);

  run (c, 1, 1);
  run (half, 0.5, 1);
  for (int i = 0; i < N; i++)
    if (c->hole[i / 3])
      g_assert_cmpfloat_with_epsilon (half->filling[i], 0.5f * (c->filling[i] + c->before[i]),
                                      1e-6f);
}

static void
same_seed_same_result (void)
{
  g_autofree Case *c = new_case (halves), *again = new_case (halves), *other = new_case (halves);

  run (c, 1, 5);
  run (again, 1, 5);
  run (other, 1, 6);
  g_assert_cmpmem (c->filling, sizeof c->filling, again->filling, sizeof again->filling);
  g_assert_cmpint (memcmp (c->filling, other->filling, sizeof c->filling), !=, 0);
}

static void
constant_stays (void)
{
  g_autofree Case *c = new_case (constant);

  run (c, 1, 1);
  for (int i = 0; i < N; i++)
    if (c->hole[i / 3])
      g_assert_cmpfloat_with_epsilon (c->filling[i], c->truth[i], 1e-5f);
}

/* A pattern that the rim determines comes back: 10 dB nearer to the truth than without texture. */
static void
pattern_comes_back (gconstpointer value)
{
  g_autofree Case *c = new_case ((float (*) (int, int, GRand *)) value);
  double blurred, borrowed;

  run (c, 1, 1);
  blurred = 10 * log10 (mean_square (c, c->before, LEFT, RIGHT));
  borrowed = 10 * log10 (mean_square (c, c->filling, LEFT, RIGHT));
  g_test_message ("without texture %.1f dB, with it %.1f dB", -blurred, -borrowed);
  g_assert_cmpfloat (borrowed, <, blurred - 10);
}

/* Left: at least half of the noise's power, and as much across as along. Right: stripes, so hardly
 * anything along the columns. 8 pixels at the seam are left out. */
static void
each_side_its_own_texture (void)
{
  g_autofree Case *c = new_case (halves);
  const int left = W / 2 - 8, right = W / 2 + 8;
  double across, along, truth;

  run (c, 1, 1);
  across = roughness (c->filling, LEFT, left, 1, 0);
  along = roughness (c->filling, LEFT, left, 0, 1);
  truth = roughness (c->truth, LEFT, left, 1, 0);
  g_test_message ("noise: across %.5f, along %.5f, truth %.5f", across, along, truth);
  g_assert_cmpfloat (across, >, 0.5 * truth);
  g_assert_cmpfloat (along, >, 0.5 * truth);
  across = roughness (c->filling, right, RIGHT, 1, 0);
  along = roughness (c->filling, right, RIGHT, 0, 1);
  truth = roughness (c->truth, right, RIGHT, 1, 0);
  g_test_message ("stripes: across %.5f, along %.5f, truth %.5f", across, along, truth);
  g_assert_cmpfloat (across, >, 0.5 * truth);
  g_assert_cmpfloat (along, <, 0.1 * truth);
}

/* Only the low frequencies tell that something stands in the middle of the hole; its stripes come
 * from the other island: at least half of their power. */
static void
what_the_filling_wants_is_found (void)
{
  g_autofree Case *c = new_case (islands);
  double across, truth;

  run (c, 1, 1);
  across = roughness (c->filling, 52, 73, 1, 0);
  truth = roughness (c->truth, 52, 73, 1, 0);
  g_test_message ("across %.5f, truth %.5f", across, truth);
  g_assert_cmpfloat (across, >, 0.5 * truth);
}

/* The photograph is dark noise, the filling bright: it is to stay as it is, within 0.02 where its
 * whole range is 1. */
static void
nothing_similar_trusts_the_filling (void)
{
  g_autofree Case *c = new_case (halves);

  for (int i = 0; i < N; i++)
    if (c->hole[i / 3])
      c->filling[i] = c->before[i] = 0.9f;
    else
      c->picture[i] = 0.4f * c->truth[i];
  run (c, 1, 1);
  for (int y = TOP + 15; y < BOTTOM - 15; y++)
    for (int i = 3 * (y * W + LEFT + 15); i < 3 * (y * W + RIGHT - 15); i++)
      g_assert_cmpfloat_with_epsilon (c->filling[i], 0.9f, 0.02f);
}

/* Mist that only the filling knows has no patches: three quarters of it go, and the shore stays where it
 * is by a pixel. */
static void
forms_go_on (void)
{
  g_autofree Case *c = new_case (shore);
  float most = 0;

  for (int i = 0; i < N; i++)
    if (c->hole[i / 3])
      c->filling[i] = c->truth[i] + 0.08f * expf (-powf ((float) (i / 3 % W - 62) / 9, 2));
  run_detail (c, DETAIL_FORMS, 1, 1);
  for (int y = TOP; y < BOTTOM; y++)
    for (int i = 3 * (y * W + LEFT); i < 3 * (y * W + RIGHT) && ABS (y - 50) > 1; i++)
      most = MAX (most, fabsf (c->filling[i] - c->truth[i]));
  g_test_message ("at most %.4f of 0.08 stays", (double) most);
  g_assert_cmpfloat (most, <, 0.02f);
}

/* Boxes of few pixels, holes at the border, hardly anything known: nothing may be read outside the
 * arrays, nothing may become NaN, and where no patch is known the filling stays. */
static void
narrow_boxes_are_safe (void)
{
  static const int SIDES[][2] = { { 1, 2 },   { 6, 40 },  { 7, 8 },  { 8, 7 },
                                  { 15, 14 }, { 29, 57 }, { 60, 61 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < G_N_ELEMENTS (SIDES); i++)
    for (int known = 1; known <= SIDES[i][1]; known += 5)
      {
        const int width = SIDES[i][0], height = SIDES[i][1], n = width * height;
        g_autofree float *filling = g_new (float, 3 * n), *picture = g_new (float, 3 * n);
        g_autofree guint8 *hole = g_new (guint8, n);
        g_autoptr (GError) error = NULL;

        for (int k = 0; k < 3 * n; k++)
          {
            hole[k / 3] = k / 3 / width >= known;
            filling[k] = (float) g_rand_double (rand);
            picture[k] = hole[k / 3] ? NAN : (float) g_rand_double (rand);
          }
        g_assert_true (borrow_detail (&NO_JOB, DETAIL_TEXTURE, filling, picture, hole, NULL, width,
                                      height, 1, 9, &error));
        for (int k = 0; k < 3 * n; k++)
          g_assert_true (filling[k] > -1 && filling[k] < 2);
      }
}

static void
nothing_known_is_an_error (void)
{
  g_autofree Case *c = new_case (checks);
  g_autoptr (GError) error = NULL;

  memset (c->hole, 1, sizeof c->hole);
  g_assert_false (borrow_detail (&NO_JOB, DETAIL_TEXTURE, c->filling, c->picture, c->hole, NULL, W,
                                 H, 1, 1, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY);
  g_assert_cmpmem (c->filling, sizeof c->filling, c->before, sizeof c->before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/detail/strength-0-changes-nothing", strength_0_changes_nothing);
  g_test_add_func ("/image/detail/strength-blends", strength_blends);
  g_test_add_func ("/image/detail/same-seed-same-result", same_seed_same_result);
  g_test_add_func ("/image/detail/constant-stays", constant_stays);
  g_test_add_data_func ("/image/detail/stripes-come-back", stripes, pattern_comes_back);
  g_test_add_data_func ("/image/detail/checks-come-back", checks, pattern_comes_back);
  g_test_add_func ("/image/detail/each-side-its-own-texture", each_side_its_own_texture);
  g_test_add_func ("/image/detail/what-the-filling-wants-is-found",
                   what_the_filling_wants_is_found);
  g_test_add_func ("/image/detail/nothing-similar-trusts-the-filling",
                   nothing_similar_trusts_the_filling);
  g_test_add_func ("/image/detail/forms-go-on", forms_go_on);
  g_test_add_func ("/image/detail/narrow-boxes-are-safe", narrow_boxes_are_safe);
  g_test_add_func ("/image/detail/nothing-known-is-an-error", nothing_known_is_an_error);
  return g_test_run ();
}
