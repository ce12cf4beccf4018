#include "image/multigrid.h"
#include "image/underpaint.h"
#include <math.h>
#include <string.h>

#define NO_JOB ((Job){ 0 }) /* no threads, nobody who could stop it */

enum { MAX_SIDE = 48, CHANNELS = 3 };

typedef struct {
  int width, height;
  float picture[MAX_SIDE * MAX_SIDE * CHANNELS];
  guint8 hole[MAX_SIDE * MAX_SIDE];
} Case;

static const char *const shapes[] = { "disc",  "corner", "half",    "frame", "noise",      "grains",
                                      "lines", "spiral", "squares", "point", "all-but-one" };

static gboolean
in_shape (GRand *rand, int shape, int x, int y, int width, int height)
{
  const double dx = x - width / 2, dy = y - height / 2, r = sqrt (dx * dx + dy * dy);

  switch (shape)
    {
    case 0:
      return r < 0.4 * MIN (width, height);
    case 1:
      return x + y < (width + height) / 2;
    case 2:
      return x > width / 3;
    case 3:
      return x < 5 || y < 3 || x > width - 7;
    case 4:
      return g_rand_boolean (rand);
    case 5:
      return g_rand_int_range (rand, 0, 50) != 0;
    case 6:
      return y % 5 != 0 || x == width / 2;
    case 7:
      return fmod (r / 12 - atan2 (dy, dx) / (2 * G_PI) + 1, 1) < 0.7;
    case 8:
      return (x / 6 + y / 6) % 2; /* squares that meet at corners */
    case 9:
      return x == width / 2 && y == height - 1;
    default:
      return x != 1 || y != 0;
    }
}

static Case *
random_case (GRand *rand, int shape)
{
  Case *c = g_new0 (Case, 1);

  c->width = g_rand_int_range (rand, 9, MAX_SIDE + 1);
  c->height = g_rand_int_range (rand, 9, MAX_SIDE + 1);
  for (int i = 0; i < c->width * c->height; i++)
    c->hole[i] = in_shape (rand, shape, i % c->width, i / c->width, c->width, c->height) ? 255 : 0;
  for (int i = 0; i < c->width * c->height * CHANNELS; i++)
    c->picture[i] = (float) g_rand_double_range (rand, 0, i % CHANNELS + 1);
  return c;
}

static void
get_range (const Case *c, int channel, double *least, double *most)
{
  *least = INFINITY;
  *most = -INFINITY;
  for (int i = 0; i < c->width * c->height; i++)
    if (!c->hole[i])
      {
        *least = MIN (*least, c->picture[i * CHANNELS + channel]);
        *most = MAX (*most, c->picture[i * CHANNELS + channel]);
      }
}

/* Gauss-Seidel with over-relaxation in double until nothing moves. */
static void
plain_solution (const Case *c, int channel, double *u)
{
  double moved = 1;

  for (int i = 0; i < c->width * c->height; i++)
    u[i] = c->hole[i] ? 0.5 : c->picture[i * CHANNELS + channel];
  while (moved > 1e-10)
    {
      moved = 0;
      for (int i = 0; i < c->width * c->height; i++)
        {
          const int x = i % c->width, y = i / c->width;
          double sum = 0, n = 0, step;

          if (!c->hole[i])
            continue;
          if (x > 0)
            sum += u[i - 1], n++;
          if (x + 1 < c->width)
            sum += u[i + 1], n++;
          if (y > 0)
            sum += u[i - c->width], n++;
          if (y + 1 < c->height)
            sum += u[i + c->width], n++;
          step = 1.8 * (sum / n - u[i]);
          u[i] += step;
          moved = MAX (moved, fabs (step));
        }
    }
}

static void
check_case (const Case *before, const Case *after)
{
  g_autofree double *want = g_new (double, before->width * before->height);

  for (int channel = 0; channel < CHANNELS; channel++)
    {
      double least, most;

      get_range (before, channel, &least, &most);
      plain_solution (before, channel, want);
      for (int i = 0; i < before->width * before->height; i++)
        {
          const float got = after->picture[i * CHANNELS + channel];

          if (!before->hole[i])
            g_assert_cmpmem (&after->picture[i * CHANNELS], 12, &before->picture[i * CHANNELS], 12);
          /* 1e-6: where all is one value, what the plain solver leaves */
          g_assert_cmpfloat_with_epsilon (got, want[i], 1e-4 * (most - least) + 1e-6);
          g_assert_cmpfloat (got, >=, least);
          g_assert_cmpfloat (got, <=, most);
        }
    }
}

static void
equals_a_plain_solver (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);
  g_autoptr (GError) error = NULL;

  for (int round = 0; round < 6; round++)
    {
      g_autofree Case *before = random_case (rand, GPOINTER_TO_INT (data));
      g_autofree Case *after = g_memdup2 (before, sizeof *before);

      g_assert_true (underpaint (&NO_JOB, after->picture, after->hole, after->width, after->height,
                                 CHANNELS, &error));
      g_assert_no_error (error);
      check_case (before, after);
    }
}

/* A ramp is harmonic, so a hole inside a picture of it comes back: within 1e-4 of its range. */
static void
continues_ramps (void)
{
  enum { W = 131, H = 77 };
  g_autofree float *picture = g_new (float, W *H);
  g_autofree guint8 *hole = g_new0 (guint8, W * H);

  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      {
        hole[y * W + x] = x > 3 && x < W - 2 && y > 5 && y < H - 9 && (x * y) % 37 != 5;
        picture[y * W + x] = hole[y * W + x] ? NAN : 0.01f * (float) x - 0.02f * (float) y;
      }
  g_assert_true (underpaint (&NO_JOB, picture, hole, W, H, 1, NULL));
  for (int i = 0; i < W * H; i++)
    g_assert_cmpfloat_with_epsilon (picture[i], 0.01f * (float) (i % W) - 0.02f * (float) (i / W),
                                    1e-4f * (0.01f * W + 0.02f * H));
}

static void
continues_constants_exactly (void)
{
  float picture[20 * 30 * 2];
  guint8 hole[20 * 30] = { 0 };

  for (int i = 0; i < 600; i++)
    {
      hole[i] = i % 30 > 7;
      picture[2 * i] = hole[i] ? 0.9f : 0.3f;
      picture[2 * i + 1] = hole[i] ? 0 : -7.7f;
    }
  g_assert_true (underpaint (&NO_JOB, picture, hole, 30, 20, 2, NULL));
  for (int i = 0; i < 600; i++)
    {
      g_assert_cmpfloat (picture[2 * i], ==, 0.3f);
      g_assert_cmpfloat (picture[2 * i + 1], ==, -7.7f);
    }
}

/* Dark on the left, bright on the right, and many known pixels: far from the middle the solution is
 * flat to within any tolerance, so the solver alone leaves the range at hundreds of pixels. */
static void
stays_within_the_range (void)
{
  enum { SIDE = 100 };
  g_autofree float *picture = g_new0 (float, SIDE *SIDE);
  g_autofree guint8 *hole = g_new0 (guint8, SIDE * SIDE);

  for (int i = 0; i < SIDE * SIDE; i++)
    {
      hole[i] = i / SIDE % 5 != 0 || i % SIDE == 50;
      picture[i] = i % SIDE > SIDE / 2;
    }
  g_assert_true (underpaint (&NO_JOB, picture, hole, SIDE, SIDE, 1, NULL));
  for (int i = 0; i < SIDE * SIDE; i++)
    g_assert_true (picture[i] >= 0 && picture[i] <= 1);
}

/* In a hole of 500 x 500 with the same flow everywhere, all in one and as squares that meet at
 * corners. The bounds are what was counted: a fault in the coarse levels shows in nothing else. */
static void
needs_few_rounds (void)
{
  enum { SIDE = 502 };
  static const int most[] = { 10, 10 };
  g_autofree guint8 *hole = g_new0 (guint8, SIDE * SIDE);

  for (int kind = 0; kind < 2; kind++)
    {
      g_autoptr (Multigrid) grid = NULL;
      int rounds;

      for (int y = 1; y < SIDE - 1; y++)
        for (int x = 1; x < SIDE - 1; x++)
          hole[y * SIDE + x] = kind == 0 || (x / 40 + y / 40) % 2;
      grid = multigrid_new (hole, SIDE, SIDE, (PixelBox){ 1, 1, SIDE - 2, SIDE - 2 }, NULL);
      for (int y = 0; y < SIDE - 2; y++)
        for (int x = 0; x < SIDE - 2; x++)
          multigrid_source (grid, y)[x] = 1e-4f;
      rounds = multigrid_solve (&NO_JOB, grid, 1e-6, NULL);
      g_test_message ("%d rounds", rounds);
      g_assert_cmpint (rounds, <=, most[kind]);
    }
}

static void
leaves_a_picture_without_hole (void)
{
  const float before[6] = { 1, 2, 3, 4, 5, 6 };
  const guint8 hole[6] = { 0 };
  float picture[6];

  memcpy (picture, before, sizeof before);
  g_assert_true (underpaint (&NO_JOB, picture, hole, 3, 2, 1, NULL));
  g_assert_cmpmem (picture, sizeof picture, before, sizeof before);
}

static void
refuses_a_picture_without_known_pixel (void)
{
  float picture[2] = { 1, 2 };
  const guint8 hole[2] = { 1, 1 };
  g_autoptr (GError) error = NULL;

  g_assert_false (underpaint (&NO_JOB, picture, hole, 2, 1, 1, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY);
  g_assert_cmpfloat (picture[0], ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *name = g_strdup_printf ("/underpaint/equals-a-plain-solver/%s", shapes[i]);

      g_test_add_data_func (name, GINT_TO_POINTER (i), equals_a_plain_solver);
    }
  g_test_add_func ("/underpaint/continues-ramps", continues_ramps);
  g_test_add_func ("/underpaint/continues-constants-exactly", continues_constants_exactly);
  g_test_add_func ("/underpaint/stays-within-the-range", stays_within_the_range);
  g_test_add_func ("/underpaint/needs-few-rounds", needs_few_rounds);
  g_test_add_func ("/underpaint/leaves-a-picture-without-hole", leaves_a_picture_without_hole);
  g_test_add_func ("/underpaint/refuses-a-picture-without-known-pixel",
                   refuses_a_picture_without_known_pixel);
  return g_test_run ();
}
