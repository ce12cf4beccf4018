#include "image/soften.h"
#include <math.h>
#include <string.h>

enum { W = 37, H = 23 };

/* The definition, pixel by pixel against all others. */
static float
weight_at (const float *hole, double soften, gboolean wrap, int x, int y)
{
  float weight = CLAMP (hole[y * W + x], 0, 1);

  for (int v = 0; v < H; v++)
    for (int u = 0; u < W; u++)
      {
        const int dx = wrap ? MIN (ABS (u - x), W - ABS (u - x)) : ABS (u - x);
        const float t = (float) (sqrt (dx * dx + (v - y) * (v - y)) / soften);

        if (hole[v * W + u] >= 0.5f && t < 1)
          weight = MAX (weight, 1 - t * t * (3 - 2 * t));
      }
  return weight;
}

static void
check (const float *hole, double soften, gboolean wrap)
{
  SoftHole soft;
  g_autoptr (GError) error = NULL;
  PixelBox box;

  g_assert_true (soft_hole_init (&soft, hole, W, H, soften, wrap, &error));
  g_assert_no_error (error);
  box = soft.bounds;
  g_assert_true (box.x >= 0 && box.y >= 0 && box.x + box.width <= W && box.y + box.height <= H);
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      {
        const float wanted = soften > 0 ? weight_at (hole, soften, wrap, x, y) : hole[y * W + x];
        const int u = x - box.x, v = y - box.y;

        if (u < 0 || v < 0 || u >= box.width || v >= box.height)
          g_assert_cmpfloat (wanted, ==, 0);
        else
          g_assert_cmpfloat_with_epsilon (soft.weights[v * box.width + u], wanted, 2e-6f);
      }
  soft_hole_clear (&soft);
}

static void
follows_the_definition (void)
{
  static const double widths[] = { 0, 0.5, 1, 1.5, 4, 9.3, 30, 256 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);

  for (int round = 0; round < 48; round++)
    {
      float hole[W * H] = { 0 };
      const int n = g_rand_int_range (rand, 1, 6);

      for (int i = 0; i < n; i++)
        {
          const int x = g_rand_int_range (rand, 0, W), y = g_rand_int_range (rand, 0, H);
          const float value = i ? (float) g_rand_double_range (rand, 0.05, 1) : 1;

          for (int v = y; v < MIN (y + 1 + round % 5, H); v++)
            for (int u = x; u < MIN (x + 1 + round % 7, W); u++)
              hole[v * W + u] = value;
        }
      check (hole, widths[round % 8], round % 16 >= 8);
    }
}

static void
knows_its_figures (void)
{
  float hole[W * H] = { 0 };
  SoftHole soft;

  hole[10 * W + 20] = 1;
  g_assert_true (soft_hole_init (&soft, hole, W, H, 4, FALSE, NULL));
  g_assert_true (memcmp (&soft.bounds, &(PixelBox){ 17, 7, 7, 7 }, sizeof soft.bounds)
                 == 0);                                                  /* 3 each side */
  g_assert_cmpfloat_with_epsilon (soft.weights[3 * 7 + 5], 0.5f, 1e-6f); /* half way, 2 of 4 */
  g_assert_cmpfloat (soft.weights[0], ==, 0);                            /* 4.2 away */
  soft_hole_clear (&soft);
  g_assert_true (soft_hole_init (&soft, NULL, W, H, 4, FALSE, NULL));
  g_assert_true (memcmp (&soft.bounds, &(PixelBox){ 0, 0, W, H }, sizeof soft.bounds) == 0);
  g_assert_cmpfloat (soft.weights[W * H - 1], ==, 1);
  soft_hole_clear (&soft);
}

static void
refuses_what_is_no_hole (void)
{
  float hole[W * H] = { 0 };
  g_autoptr (GError) error = NULL;
  SoftHole soft;

  g_assert_false (soft_hole_init (&soft, hole, W, H, 4, FALSE, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY);
  g_clear_error (&error);
  hole[5] = NAN;
  g_assert_false (soft_hole_init (&soft, hole, W, H, 4, FALSE, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/soften/follows-the-definition", follows_the_definition);
  g_test_add_func ("/soften/knows-its-figures", knows_its_figures);
  g_test_add_func ("/soften/refuses-what-is-no-hole", refuses_what_is_no_hole);
  return g_test_run ();
}
