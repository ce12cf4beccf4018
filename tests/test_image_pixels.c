#include "image/blend.h"
#include "image/hole.h"
#include "image/labels.h"
#include "image/resample.h"
#include <math.h>
#include <string.h>

/* ---- hole ---------------------------------------------------------------------------------- */

static void
hole_has_tight_bounds (void)
{
  float hole[5 * 7] = { 0 };
  PixelBox box = { -1, -1, -1, -1 };

  g_assert_false (hole_bounds (hole, 7, 5, &box));
  hole[0] = NAN;
  hole[1] = -1;
  g_assert_false (hole_bounds (hole, 7, 5, &box));
  hole[1 * 7 + 6] = 1e-6f; /* soft edges count */
  hole[3 * 7 + 2] = 1;
  g_assert_true (hole_bounds (hole, 7, 5, &box));
  g_assert_true (memcmp (&box, &(PixelBox){ 2, 1, 5, 3 }, sizeof box) == 0);
}

static void
hole_cells_grow_by_one (void)
{
  static const guint8 want[4 * 6] = {
    1, 1, 0, 0, 0, 0, //
    1, 1, 0, 1, 1, 1, //
    0, 0, 0, 1, 1, 1, //
    0, 0, 0, 1, 1, 1, //
  };
  guint8 hole[12 * 18] = { 0 }, cells[4 * 6];

  memset (cells, 7, sizeof cells);
  hole[0] = 255;         /* the first pixel of cell 0, 0 */
  hole[8 * 18 + 14] = 1; /* the last pixel of cell 2, 4 */
  hole_cells (hole, 18, 12, 3, FALSE, cells);
  g_assert_cmpmem (cells, sizeof cells, want, sizeof want);
}

/* ---- resample ------------------------------------------------------------------------------ */

static void
crop_repeats_the_edge (void)
{
  static const float src[] = { 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6 }; /* 2 x 3 x 2 */
  static const float want[] = { 1, -1, 1, -1, 2, -2, 3, -3, 3, -3,         //
                                1, -1, 1, -1, 2, -2, 3, -3, 3, -3,         //
                                4, -4, 4, -4, 5, -5, 6, -6, 6, -6,         //
                                4, -4, 4, -4, 5, -5, 6, -6, 6, -6 };
  float dst[4 * 5 * 2];

  picture_crop (src, 3, 2, 2, (PixelBox){ -1, -1, 5, 4 }, dst);
  g_assert_cmpmem (dst, sizeof dst, want, sizeof want);
  picture_crop (src, 3, 2, 2, (PixelBox){ 1, 0, 2, 2 }, dst);
  g_assert_cmpfloat (dst[0], ==, 2);
  g_assert_cmpfloat (dst[7], ==, -6);
  picture_crop (src, 3, 2, 2, (PixelBox){ 10, 10, 1, 1 }, dst);
  g_assert_cmpfloat (dst[1], ==, -6);
}

static void
halve_takes_the_mean (void)
{
  static const float src[] = { 0, 100, 1, 101, 10, 110, 20, 120,   //
                               2, 102, 5, 105, 30, 130, 60, 160 }; /* 2 x 4 x 2 */
  static const float want[] = { 2, 102, 30, 130 };
  float dst[4];

  picture_halve (src, 4, 2, 2, dst);
  g_assert_cmpmem (dst, sizeof dst, want, sizeof want);
}

/* What PyTorch 1.13 gives for [[0, 1, 4], [9, 16, 25]]; a second channel holds the negative. */
static void
double_equals_pytorch (void)
{
  static const float src[] = { 0, 0, 1, -1, 4, -4, 9, -9, 16, -16, 25, -25 };
  static const float want[4][6] = { { 0.0f, 0.25f, 0.75f, 1.75f, 3.25f, 4.0f },
                                    { 2.25f, 2.875f, 4.125f, 5.875f, 8.125f, 9.25f },
                                    { 6.75f, 8.125f, 10.875f, 14.125f, 17.875f, 19.75f },
                                    { 9.0f, 10.75f, 14.25f, 18.25f, 22.75f, 25.0f } };
  float dst[4 * 6 * 2];

  picture_double (src, 3, 2, 2, dst);
  for (int i = 0; i < 24; i++)
    {
      g_assert_cmpfloat_with_epsilon (dst[2 * i], want[i / 6][i % 6], 1e-5f);
      g_assert_cmpfloat (dst[2 * i + 1], ==, -dst[2 * i]);
    }
  picture_double (src + 10, 1, 1, 2, dst); /* a single pixel */
  for (int i = 0; i < 8; i++)
    g_assert_cmpfloat (dst[i], ==, i % 2 ? -25 : 25);
}

static void
mask_halve_keeps_any (void)
{
  guint8 dst[4];

  for (int i = 0; i < 16; i++)
    {
      guint8 src[16] = { 0 };

      src[i] = 200;
      mask_halve (src, 4, 4, dst);
      for (int j = 0; j < 4; j++)
        g_assert_cmpint (dst[j], ==, j == i / 8 * 2 + i % 4 / 2);
    }
}

/* ---- labels -------------------------------------------------------------------------------- */

static void
coverage_counts_shares (void)
{
  static const guint8 labels[2 * 4] = { 0, 0, 255, 2, //
                                        0, 1, 3,   254 };
  static const float want[2 * 4] = { 0.75f, 0.25f, 0,     0, //
                                     0,     0,     0.25f, 0.75f };
  float coverage[8];

  labels_coverage (labels, 4, 2, 2, 3, coverage);
  g_assert_cmpmem (coverage, sizeof coverage, want, sizeof want);
  labels_coverage (labels, 4, 2, 2, 0, coverage);
  g_assert_cmpfloat (coverage[0], ==, 1);
  g_assert_cmpfloat (coverage[1], ==, 1);
}

/* ---- blend --------------------------------------------------------------------------------- */

static void
blend_weighs_and_keeps_bits (void)
{
  float picture[3 * 3 * 3], before[3 * 3 * 3];
  const float rgba[] = { 10,   20,   30,   0.25f, NAN, NAN, NAN, 0, //
                         0.1f, 0.2f, 0.3f, 1,     5,   6,   7,   1 };

  for (int i = 0; i < 27; i++)
    picture[i] = 0.1f * (float) i;
  picture[12] = picture[13] = picture[14] = INFINITY; /* row 1, column 1: fully covered below */
  memcpy (before, picture, sizeof before);
  blend_pixels (picture, 3, (PixelBox){ 1, 0, 2, 2 }, rgba);
  for (int c = 0; c < 3; c++)
    g_assert_cmpfloat_with_epsilon (picture[3 + c], 0.75f * before[3 + c] + 2.5f * (float) (c + 1),
                                    1e-6f);
  g_assert_cmpmem (picture, 3 * sizeof (float), before, 3 * sizeof (float));
  g_assert_cmpmem (picture + 6, 6 * sizeof (float), before + 6, 6 * sizeof (float));
  g_assert_cmpmem (picture + 12, 3 * sizeof (float), rgba + 8, 3 * sizeof (float));
  g_assert_cmpmem (picture + 15, 3 * sizeof (float), rgba + 12, 3 * sizeof (float));
  g_assert_cmpmem (picture + 18, 9 * sizeof (float), before + 18, 9 * sizeof (float));
}

/* The definition, pixel by pixel. */
static gboolean
is_near (const guint8 *hole, int width, int height, int x, int y)
{
  for (int v = MAX (y - 8, 0); v <= MIN (y + 8, height - 1); v++)
    for (int u = MAX (x - 8, 0); u <= MIN (x + 8, width - 1); u++)
      if (hole[v * width + u])
        return TRUE;
  return FALSE;
}

static double
plain_ratio (const float *picture, const guint8 *hole, int width, int height)
{
  double sums[2] = { 0 };
  int n[2] = { 0 };

  for (int pair = 0; pair < 2 * width * height; pair++)
    {
      const int x = pair / 2 % width, y = pair / 2 / width, down = pair % 2;
      const int a = y * width + x, b = a + (down ? width : 1);
      int kind = -1;

      if (down ? y + 1 == height : x + 1 == width)
        continue;
      if (!hole[a] != !hole[b])
        kind = 0;
      else if (!hole[a] && is_near (hole, width, height, x, y)
               && is_near (hole, width, height, x + !down, y + down))
        kind = 1;
      if (kind < 0)
        continue;
      n[kind]++;
      for (int c = 0; c < 3; c++)
        sums[kind] += fabs ((double) picture[3 * a + c] - picture[3 * b + c]);
    }
  return n[0] && n[1] ? sums[0] / n[0] / (sums[1] / n[1]) : 1;
}

/* Wider than what is looked at together (256 columns), with holes at every edge of that. */
static void
rim_ratio_equals_its_definition (void)
{
  enum { W = 530, H = 40 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);
  g_autofree float *picture = g_new (float, W *H * 3);
  g_autofree guint8 *hole = g_new (guint8, W * H);

  for (int round = 0; round < 12; round++)
    {
      const int width = round < 8 ? W : g_rand_int_range (rand, 2, 40);
      const int height = round < 6 ? H : g_rand_int_range (rand, 2, H);

      memset (hole, 0, W * H);
      for (int i = 0; i < 3 * W * H; i++)
        picture[i] = (float) g_rand_double (rand);
      for (int i = 0; i <= round / 2; i++)
        hole[g_rand_int_range (rand, 0, width * height)] = 255;
      hole[g_rand_int_range (rand, 0, height) * width + MIN (247 + 2 * round, width - 1)] = 1;
      g_assert_cmpfloat_with_epsilon (rim_ratio (picture, hole, width, height),
                                      plain_ratio (picture, hole, width, height), 1e-9);
    }
}

static void
rim_ratio_of_special_cases (void)
{
  float picture[24 * 24 * 3];
  guint8 hole[24 * 24] = { 0 };

  for (int i = 0; i < 24 * 24 * 3; i++)
    picture[i] = 0.5f;
  g_assert_cmpfloat (rim_ratio (picture, hole, 24, 24), ==, 1); /* no hole */
  hole[12 * 24 + 12] = 1;
  g_assert_cmpfloat (rim_ratio (picture, hole, 24, 24), ==, 1); /* no step at all */
  picture[3 * (12 * 24 + 12)] = 1;
  g_assert_cmpfloat (rim_ratio (picture, hole, 24, 24), ==, INFINITY);
  memset (hole, 1, sizeof hole);
  g_assert_cmpfloat (rim_ratio (picture, hole, 24, 24), ==, 1); /* nothing known */
  memset (hole, 0, sizeof hole);
  for (int i = 0; i < 24 * 24; i++)
    {
      hole[i] = i % 24 >= 12;
      for (int c = 0; c < 3; c++) /* steps of 0.25 beside the rim, of 0.5 across it */
        picture[3 * i + c] = (float) (i % 24) * 0.25f + 0.25f * hole[i];
    }
  /* Half of the pairs outside run down and show no step: 8 columns give 8 x 23 of them, and 7 x 24
   * pairs across with one. */
  g_assert_cmpfloat_with_epsilon (rim_ratio (picture, hole, 24, 24),
                                  2 * (8 * 23 + 7 * 24) / (7. * 24), 1e-9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hole/has-tight-bounds", hole_has_tight_bounds);
  g_test_add_func ("/hole/cells-grow-by-one", hole_cells_grow_by_one);
  g_test_add_func ("/resample/crop-repeats-the-edge", crop_repeats_the_edge);
  g_test_add_func ("/resample/halve-takes-the-mean", halve_takes_the_mean);
  g_test_add_func ("/resample/double-equals-pytorch", double_equals_pytorch);
  g_test_add_func ("/resample/mask-halve-keeps-any", mask_halve_keeps_any);
  g_test_add_func ("/labels/coverage-counts-shares", coverage_counts_shares);
  g_test_add_func ("/blend/weighs-and-keeps-bits", blend_weighs_and_keeps_bits);
  g_test_add_func ("/blend/rim-ratio-equals-its-definition", rim_ratio_equals_its_definition);
  g_test_add_func ("/blend/rim-ratio-of-special-cases", rim_ratio_of_special_cases);
  return g_test_run ();
}
