#include "image/wrap.h"
#include <math.h>

static void
finds_the_widest_gap (void)
{
  const guint8 none[4] = { 0 }, all[4] = { 1, 1, 1, 1 };
  const guint8 around[9] = { 0, 0, 1, 0, 0, 0, 1, 1, 0 }; /* three, and three across the border */
  const guint8 border[7] = { 0, 0, 1, 0, 1, 1, 0 };
  int begin = -1;

  g_assert_cmpint (columns_gap (none, 4, &begin), ==, 4);
  g_assert_cmpint (begin, ==, 0);
  g_assert_cmpint (columns_gap (all, 4, &begin), ==, 0);
  g_assert_cmpint (columns_gap (around, 9, &begin), ==, 3);
  g_assert_cmpint (begin, ==, 3);
  g_assert_cmpint (columns_gap (border, 7, &begin), ==, 3);
  g_assert_cmpint (begin, ==, 6);
}

static void
lays_columns_out (void)
{
  const Columns columns = { 10, 7, 13 }; /* 7 8 9 0 .. 6 7 8 9 */

  g_assert_cmpint (columns_at (columns, 0), ==, 7);
  g_assert_cmpint (columns_at (columns, -5), ==, 7);
  g_assert_cmpint (columns_at (columns, 3), ==, 0);
  g_assert_cmpint (columns_at (columns, 12), ==, 9);
  g_assert_cmpint (columns_at (columns, 40), ==, 9);
  for (int x = 0; x < 10; x++)
    g_assert_cmpint (columns_at (columns, columns_place (columns, x)), ==, x);
  g_assert_cmpint (columns_at (columns_plain (5), 3), ==, 3);
}

static void
unrolls_and_closes (void)
{
  enum { W = 6, H = 2, MARGIN = 4, WIDE = W + 2 * MARGIN };
  float picture[H][W], wide[H][WIDE], closed[H][W] = { { 0 } };
  guint8 hole[H][W] = { { 1, 1, 1, 1, 1, 1 }, { 0, 1, 1, 1, 1, 1 } };

  for (int i = 0; i < H * W; i++)
    picture[i / W][i % W] = (float) i;
  picture_unroll (picture, W, H, sizeof (float), MARGIN, wide);
  for (int y = 0; y < H; y++)
    for (int x = 0; x < WIDE; x++)
      g_assert_cmpfloat (wide[y][x], ==, picture[y][(x - MARGIN + W) % W]);
  picture_close (&wide[0][0], &hole[0][0], W, H, 1, MARGIN, &closed[0][0]);
  for (int x = 0; x < W; x++)
    g_assert_cmpfloat (closed[0][x], ==, picture[0][x]);
  g_assert_cmpfloat (closed[1][0], ==, 0); /* no hole: not written */

  for (int y = 0; y < H; y++) /* a slope that the border cuts: its both ends must meet */
    for (int x = 0; x < WIDE; x++)
      wide[y][x] = (float) (x - MARGIN);
  picture_close (&wide[0][0], &hole[0][0], W, H, 1, MARGIN, &closed[0][0]);
  g_assert_cmpfloat_with_epsilon (closed[0][0], 6 - 0.125f * 6, 1e-6f); /* 5 before it */
  g_assert_cmpfloat_with_epsilon (closed[0][3], 3 + 0.125f * 6, 1e-6f);
  g_assert_cmpfloat (closed[0][4], ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wrap/finds-the-widest-gap", finds_the_widest_gap);
  g_test_add_func ("/wrap/lays-columns-out", lays_columns_out);
  g_test_add_func ("/wrap/unrolls-and-closes", unrolls_and_closes);
  return g_test_run ();
}
