#include "image/label_colors.h"

enum { W = 40, H = 8, BLUE = 1, N = 3 };

static const guint32 colors[N] = { 0xff0000, 0x0000ff, 0x800080 /* between them */ };

static void
put (guint8 *rgba, int x, guint32 color, guint8 alpha)
{
  for (int y = 0; y < H; y++)
    {
      guint8 *pixel = rgba + 4 * (y * W + x);

      pixel[0] = (guint8) (color >> 16);
      pixel[1] = (guint8) (color >> 8);
      pixel[2] = (guint8) color;
      pixel[3] = alpha;
    }
}

/* Left half red, right half blue, with a soft edge whose colours resemble the third label. */
static void
soft_edges (void)
{
  static const guint32 edge[] = { 0xd1002e, 0x7a0085, 0x2e00d1 };
  guint8 rgba[4 * W * H], labels[W * H];
  LabelCount count;

  for (int x = 0; x < W; x++)
    put (rgba, x, x < W / 2 ? 0xff0000 : 0x0000ff, 255);
  for (int i = 0; i < 3; i++)
    put (rgba, W / 2 - 1 + i, edge[i], 255);
  g_assert_true (label_colors_snap (rgba, W, H, colors, N, labels, &count, NULL));
  for (int i = 0; i < W * H; i++)
    g_assert_cmpint (labels[i], !=, 2);
  g_assert_cmpint (labels[W / 2 - 1], ==, 0);
  g_assert_cmpint (labels[W / 2 + 1], ==, BLUE);
  g_assert_cmpuint (count.n_painted, ==, W * H);
  g_assert_cmpuint (count.n_near + count.n_unknown, ==, 0);
}

/* Far from every exact pixel: similar colours are taken, others are free and counted. */
static void
far_colors (void)
{
  guint8 rgba[4 * W * H] = { 0 }, labels[W * H];
  LabelCount count;

  put (rgba, 0, 0xff0000, 255);
  put (rgba, 1, 0xfe01ff, 127);     /* hardly there: free, not painted */
  put (rgba, 16, 0x00ff00, 255);    /* just within reach of the red */
  put (rgba, 17, 0x00ff00, 255);    /* just beyond it, and like no label */
  put (rgba, W - 2, 0x1010f0, 255); /* nearly blue */
  put (rgba, W - 1, 0x0100fe, 255); /* blue but for rounding */
  g_assert_true (label_colors_snap (rgba, W, H, colors, 2, labels, &count, NULL));
  g_assert_cmpint (labels[1], ==, LABEL_FREE);
  g_assert_cmpint (labels[16], ==, 0);
  g_assert_cmpint (labels[17], ==, LABEL_FREE);
  g_assert_cmpint (labels[W - 2], ==, BLUE);
  g_assert_cmpint (labels[W - 1], ==, BLUE);
  g_assert_cmpuint (count.n_painted, ==, 5 * H);
  g_assert_cmpuint (count.n_unknown, ==, H);
  g_assert_cmpuint (count.n_near, ==, 0);
  put (rgba, W - 1, 0, 0);
  g_assert_true (label_colors_snap (rgba, W, H, colors, 2, labels, &count, NULL));
  g_assert_cmpint (labels[W - 2], ==, BLUE);
  g_assert_cmpuint (count.n_near, ==, H);
}

/* Against the plain search, over scattered exact pixels. */
static void
nearest_of_many (void)
{
  enum { SIDE = 64 };
  guint8 rgba[4 * SIDE * SIDE], labels[SIDE * SIDE];
  GRand *random = g_rand_new_with_seed (5);
  LabelCount count;

  for (int i = 0; i < SIDE * SIDE; i++)
    {
      const int label = g_rand_int_range (random, 0, 60);
      const guint32 color = label < 2 ? colors[label] : 0x00ff00;

      for (int c = 0; c < 3; c++)
        rgba[4 * i + c] = (guint8) (color >> (16 - 8 * c));
      rgba[4 * i + 3] = 255;
    }
  g_assert_true (label_colors_snap (rgba, SIDE, SIDE, colors, 2, labels, &count, NULL));
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      int least[2] = { G_MAXINT, G_MAXINT };

      for (int j = 0; j < SIDE * SIDE; j++)
        {
          const int dx = i % SIDE - j % SIDE, dy = i / SIDE - j / SIDE;

          if (rgba[4 * j + 1] == 0)
            least[rgba[4 * j] == 0] = MIN (least[rgba[4 * j] == 0], dx * dx + dy * dy);
        }
      if (MIN (least[0], least[1]) < LABEL_REACH * LABEL_REACH && least[0] != least[1])
        g_assert_cmpint (labels[i], ==, least[1] < least[0]);
    }
  g_rand_free (random);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/label_colors/soft_edges", soft_edges);
  g_test_add_func ("/image/label_colors/far_colors", far_colors);
  g_test_add_func ("/image/label_colors/nearest_of_many", nearest_of_many);
  return g_test_run ();
}
