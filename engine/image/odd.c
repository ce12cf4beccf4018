#include "image/odd.h"
#include "base/buffer.h"

enum { SMALLEST = 8, MOST = 64 }; /* pixels a block, blocks a side */

static const float PLACE_WEIGHT = 0.2f;

typedef struct {
  float sum[3], y; /* the colours' sum, then their mean; y as a share of the height */
  int n;
} Block;

/* Blocks of known pixels alone and, behind them, blocks of which half or more is hole, of these
 * pixels alone. Returns how many of each there are. */
static void
collect (const float *filling, const float *picture, const guint8 *hole, int width, int height,
         int side, Block *known, int *n_known, Block *filled, int *n_filled)
{
  for (int top = 0; top + side <= height; top += side)
    for (int left = 0; left + side <= width; left += side)
      {
        Block sums[2] = { { .y = (float) top / (float) height }, { .y = sums[0].y } };

        for (int y = top; y < top + side; y++)
          for (int x = left; x < left + side; x++)
            {
              const size_t at = (size_t) y * width + x;
              const gboolean inside = hole[at] != 0;
              const float *rgb = 3 * at + (inside ? filling : picture);

              sums[inside].n++;
              for (int c = 0; c < 3; c++)
                sums[inside].sum[c] += rgb[c];
            }
        if (sums[1].n == 0)
          known[(*n_known)++] = sums[0];
        else if (2 * sums[1].n >= side * side)
          filled[(*n_filled)++] = sums[1];
      }
}

static float
distance (const Block *a, const Block *b)
{
  float result = PLACE_WEIGHT * (a->y - b->y) * (a->y - b->y);

  for (int c = 0; c < 3; c++)
    {
      const float d = a->sum[c] / (float) a->n - b->sum[c] / (float) b->n;

      result += d * d;
    }
  return result;
}

gboolean
filling_oddness (const float *filling, const float *picture, const guint8 *hole, int width,
                 int height, double *oddness, GError **error)
{
  const int side = MAX (SMALLEST, (MAX (width, height) + MOST - 1) / MOST);
  const size_t most = (size_t) (width / side + 1) * (height / side + 1);
  buffer_auto Block *known = buffer_new (most, sizeof (Block), "ranking", error);
  buffer_auto Block *filled = known ? buffer_new (most, sizeof (Block), "ranking", error) : NULL;
  int n_known = 0, n_filled = 0;
  double sum = 0;

  if (!filled)
    return FALSE;
  collect (filling, picture, hole, width, height, side, known, &n_known, filled, &n_filled);
  for (int i = 0; i < n_filled && n_known > 0; i++)
    {
      float least = G_MAXFLOAT;

      for (int j = 0; j < n_known; j++)
        least = MIN (least, distance (&filled[i], &known[j]));
      sum += (double) least;
    }
  *oddness = n_known > 0 && n_filled > 0 ? sum / n_filled : 0;
  return TRUE;
}
