#include "image/match.h"
#include <math.h>
#include <string.h>

#define NO_JOB ((Job){ 0 }) /* no threads, nobody who could stop it */

enum { W = 90, H = 70, N = W * H * 3 };

typedef struct {
  float picture[N], filling[N], before[N];
  guint8 hole[W * H];
} Case;

/* A textured picture with a round hole. */
static Case *
new_case (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);
  Case *c = g_new0 (Case, 1);

  for (int i = 0; i < W * H; i++)
    c->hole[i] = hypot (i % W - 40, i / W - 33) < 20 ? 255 : 0;
  for (int i = 0; i < N; i++)
    c->picture[i] = (float) g_rand_double_range (rand, 0.2, 0.8);
  memcpy (c->filling, c->picture, sizeof c->filling);
  return c;
}

static void
run (Case *c)
{
  g_autoptr (GError) error = NULL;

  memcpy (c->before, c->filling, sizeof c->before);
  g_assert_true (match_rim (&NO_JOB, c->filling, c->picture, c->hole, W, H, &error));
  g_assert_no_error (error);
  for (int i = 0; i < N; i++)
    if (!c->hole[i / 3])
      g_assert_cmpmem (&c->filling[i], 4, &c->before[i], 4);
}

static void
leaves_what_meets (void)
{
  g_autofree Case *c = new_case ();

  run (c);
  g_assert_cmpmem (c->filling, sizeof c->filling, c->picture, sizeof c->picture);
}

/* Both sides keep their rounding: 1e-6 of numbers up to 1. */
static void
removes_a_constant_offset (void)
{
  g_autofree Case *c = new_case ();

  for (int i = 0; i < N; i++)
    c->filling[i] -= 0.1f * (float) (i % 3 + 1);
  run (c);
  for (int i = 0; i < N; i++)
    if (c->hole[i / 3])
      g_assert_cmpfloat_with_epsilon (c->filling[i], c->picture[i], 1e-6f);
}

/* An offset that rises by `slope` a pixel is seen from outside the rim only, at most 6 pixels
 * away in each direction. */
static void
removes_a_sloping_offset (void)
{
  const float slope = 0.002f;
  g_autofree Case *c = new_case ();

  for (int i = 0; i < N; i++)
    c->filling[i] += slope * (float) (i / 3 % W);
  run (c);
  for (int i = 0; i < N; i++)
    if (c->hole[i / 3])
      g_assert_cmpfloat_with_epsilon (c->filling[i], c->picture[i], 6 * slope);
}

/* Noise of amplitude 1 between filling and rim must not be painted into the hole as stripes: an
 * average over at least half of 2 pi 2.5^2 = 39 pixels leaves a standard deviation of 0.13 / sqrt
 * (1 / 12) at most; five times that at worst. Unaveraged, the rim alone would bring 0.5. */
static void
does_not_let_texture_leak (void)
{
  g_autofree Case *c = new_case ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (int i = 0; i < N; i++)
    c->filling[i] = c->picture[i] + (float) g_rand_double_range (rand, -0.5, 0.5);
  run (c);
  for (int i = 0; i < N; i++)
    if (c->hole[i / 3])
      g_assert_cmpfloat_with_epsilon (c->filling[i], c->before[i], 5 * 0.289 / sqrt (39 / 2.0));
}

/* Only pixels at most 8 from the hole are valid in a filling. */
static void
looks_no_further_than_eight_pixels (void)
{
  g_autofree Case *c = new_case ();

  for (int i = 0; i < N; i++)
    {
      const int x = i / 3 % W, y = i / 3 / W;
      gboolean near = FALSE;

      for (int v = MAX (y - 8, 0); v <= MIN (y + 8, H - 1); v++)
        for (int u = MAX (x - 8, 0); u <= MIN (x + 8, W - 1); u++)
          near |= c->hole[v * W + u];
      if (!near)
        c->filling[i] = NAN;
    }
  run (c);
  for (int i = 0; i < N; i++)
    if (c->hole[i / 3])
      g_assert_cmpfloat (c->filling[i], ==, c->picture[i]);
}

/* What the hole holds is the filling's own matter: it must not reach the average. */
static void
looks_at_known_pixels_only (void)
{
  g_autofree Case *c = new_case ();

  for (int i = 0; i < N; i++)
    if (c->hole[i / 3])
      c->picture[i] = NAN;
  run (c);
  g_assert_cmpmem (c->filling, sizeof c->filling, c->before, sizeof c->before);
}

static void
refuses_a_picture_without_known_pixel (void)
{
  g_autofree Case *c = new_case ();
  g_autoptr (GError) error = NULL;

  memset (c->hole, 1, sizeof c->hole);
  g_assert_false (match_rim (&NO_JOB, c->filling, c->picture, c->hole, W, H, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY);
  g_assert_cmpmem (c->filling, sizeof c->filling, c->picture, sizeof c->picture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/match/leaves-what-meets", leaves_what_meets);
  g_test_add_func ("/match/removes-a-constant-offset", removes_a_constant_offset);
  g_test_add_func ("/match/removes-a-sloping-offset", removes_a_sloping_offset);
  g_test_add_func ("/match/does-not-let-texture-leak", does_not_let_texture_leak);
  g_test_add_func ("/match/looks-no-further-than-eight-pixels", looks_no_further_than_eight_pixels);
  g_test_add_func ("/match/looks-at-known-pixels-only", looks_at_known_pixels_only);
  g_test_add_func ("/match/refuses-a-picture-without-known-pixel",
                   refuses_a_picture_without_known_pixel);
  return g_test_run ();
}
