#include "image/match.h"
#include "base/buffer.h"
#include "image/underpaint.h"
#include <math.h>

enum {
  RADIUS = 6
}; /* pixels; from a rim pixel it stays within the 8 at which a filling is valid */

static const double SIGMA = 2.5; /* pixels, of the average along and away from the rim */

typedef struct {
  const float *filling, *picture;
  const guint8 *hole;
  int width, height;
  float weights[RADIUS + 1]; /* by distance in one direction */
} Match;

static gboolean
is_rim (const Match *match, int x, int y)
{
  const guint8 *at = match->hole + (size_t) y * match->width + x;

  return !*at
         && ((x > 0 && at[-1]) || (x + 1 < match->width && at[1]) || (y > 0 && at[-match->width])
             || (y + 1 < match->height && at[match->width]));
}

/* picture - filling around a rim pixel, averaged over the known pixels. */
static void
average (const Match *match, int x, int y, float difference[3])
{
  double sum[3] = { 0 }, total = 0;

  for (int v = MAX (y - RADIUS, 0); v <= MIN (y + RADIUS, match->height - 1); v++)
    for (int u = MAX (x - RADIUS, 0); u <= MIN (x + RADIUS, match->width - 1); u++)
      {
        const size_t at = (size_t) v * match->width + u;
        const double weight = (double) match->weights[ABS (u - x)] * match->weights[ABS (v - y)];

        if (match->hole[at])
          continue;
        for (int c = 0; c < 3; c++)
          sum[c] += weight * ((double) match->picture[3 * at + c] - match->filling[3 * at + c]);
        total += weight;
      }
  for (int c = 0; c < 3; c++)
    difference[c] = (float) (sum[c] / total);
}

gboolean
match_rim (Job *job, float *filling, const float *picture, const guint8 *hole, int width,
           int height, GError **error)
{
  Match match = { filling, picture, hole, width, height };
  const size_t n = (size_t) width * height;
  buffer_auto float *difference = buffer_new (n, 3 * sizeof (float), "matching the rim", error);

  if (!difference)
    return FALSE;
  for (int i = 0; i <= RADIUS; i++)
    match.weights[i] = (float) exp (-0.5 * i * i / (SIGMA * SIGMA));
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      if (is_rim (&match, x, y))
        average (&match, x, y, difference + 3 * ((size_t) y * width + x));
  if (!underpaint (job, difference, hole, width, height, 3, error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    if (hole[i])
      for (int c = 0; c < 3; c++)
        filling[3 * i + c] += difference[3 * i + c];
  return TRUE;
}
