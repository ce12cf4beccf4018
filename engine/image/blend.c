#include "image/blend.h"
#include <math.h>

void
blend_pixels (float *picture, int width, PixelBox box, const float *rgba)
{
  for (int y = 0; y < box.height; y++)
    {
      float *pixel = picture + 3 * ((size_t) (box.y + y) * width + box.x);

      for (int x = 0; x < box.width; x++, pixel += 3, rgba += 4)
        {
          const float a = rgba[3];

          if (!(a > 0))
            continue;
          for (int c = 0; c < 3; c++)
            pixel[c] = a >= 1 ? rgba[c] : pixel[c] * (1 - a) + rgba[c] * a;
        }
    }
}

/* ---- the rim ------------------------------------------------------------------------------- */

enum {
  REACH = 8,  /* pixels outside the hole that count as its surroundings */
  TILE = 256, /* columns looked at together; bounds the arrays below */
};

typedef struct {
  double sum;
  gsize n;
} Steps;

typedef struct {
  const float *picture;
  const guint8 *hole;
  int width, height;
  Steps across, around;
} Rim;

static void
add_step (const Rim *rim, Steps *steps, size_t a, size_t b)
{
  for (int c = 0; c < 3; c++)
    steps->sum += fabs ((double) rim->picture[3 * a + c] - (double) rim->picture[3 * b + c]);
  steps->n++;
}

/* Takes the step from a to its neighbour b where it belongs to one of the two kinds. */
static void
take_step (Rim *rim, size_t a, size_t b, gboolean near_a, gboolean near_b)
{
  const gboolean in_a = rim->hole[a] != 0, in_b = rim->hole[b] != 0;

  if (in_a != in_b)
    add_step (rim, &rim->across, a, b);
  else if (!in_a && near_a && near_b)
    add_step (rim, &rim->around, a, b);
}

/* Adds `sign` for the hole pixels of a row to the counts of columns from - REACH on. */
static void
count_row (const Rim *rim, int y, int from, int sign, int *counts)
{
  if (y < 0 || y >= rim->height)
    return;
  for (int i = 0; i < TILE + 1 + 2 * REACH; i++)
    {
      const int x = from - REACH + i;

      if (x >= 0 && x < rim->width && rim->hole[(size_t) y * rim->width + x])
        counts[i] += sign;
    }
}

/* near[i]: a hole pixel lies within REACH columns of from + i in the rows that are counted. */
static void
spread (const int *counts, guint8 *near)
{
  int n = 0;

  for (int i = 0; i < 2 * REACH; i++)
    n += counts[i];
  for (int i = 0; i < TILE + 1; i++)
    {
      n += counts[i + 2 * REACH];
      near[i] = n > 0;
      n -= counts[i];
    }
}

/* The steps from the pixels of columns from .. from + TILE - 1 to the right and downwards. */
static void
measure_tile (Rim *rim, int from)
{
  int counts[TILE + 1 + 2 * REACH] = { 0 }; /* hole pixels in rows y - REACH .. y + REACH */
  guint8 near[2][TILE + 1];                 /* of row y and of row y + 1, by parity */

  for (int y = 0; y <= REACH; y++)
    count_row (rim, y, from, 1, counts);
  spread (counts, near[0]);
  for (int y = 0; y < rim->height; y++)
    {
      const guint8 *here = near[y % 2], *below = near[(y + 1) % 2];

      count_row (rim, y + 1 + REACH, from, 1, counts);
      count_row (rim, y - REACH, from, -1, counts);
      spread (counts, near[(y + 1) % 2]);
      for (int x = from; x < MIN (from + TILE, rim->width); x++)
        {
          const size_t at = (size_t) y * rim->width + x;

          if (x + 1 < rim->width)
            take_step (rim, at, at + 1, here[x - from], here[x - from + 1]);
          if (y + 1 < rim->height)
            take_step (rim, at, at + rim->width, here[x - from], below[x - from]);
        }
    }
}

double
rim_ratio (const float *picture, const guint8 *hole, int width, int height)
{
  Rim rim = { picture, hole, width, height };
  double across, around;

  for (int from = 0; from < width; from += TILE)
    measure_tile (&rim, from);
  if (rim.around.n == 0) /* so it is where there is no hole, and no pair across */
    return 1;
  across = rim.across.sum / (double) rim.across.n;
  around = rim.around.sum / (double) rim.around.n;
  return across == around ? 1 : across / around;
}
