/* The picture that the patches vote for; declared in patches.h. */
#include "image/patches_private.h"
#include <math.h>

typedef struct {
  Scale *scale;
  const float *near; /* [PATCH_RADIUS + 1], weight by distance from a patch's centre */
  float mean;        /* of the costs */
  float *difference; /* scale_rim */
} Votes;

static float
mean_cost (const Scale *scale)
{
  double sum = 0;
  size_t count = 0;

  for (size_t at = 0; at < (size_t) scale->width * scale->height; at++)
    if (scale->kind[at] == PATCH_TARGET)
      {
        sum += scale->cost[at];
        count++;
      }
  return (float) (sum / (double) MAX (count, 1)) + 1e-9f;
}

/* The votes over one pixel, of the hole or beside it. There is always one: it lies in a target. */
static Colour
count_votes (const Scale *scale, int x, int y, const float near[PATCH_RADIUS + 1], float mean)
{
  Colour sum = { 0 };
  float total = 0;

  for (int v = MAX (y - PATCH_RADIUS, PATCH_RADIUS);
       v <= MIN (y + PATCH_RADIUS, scale->height - 1 - PATCH_RADIUS); v++)
    for (int u = MAX (x - PATCH_RADIUS, PATCH_RADIUS);
         u <= MIN (x + PATCH_RADIUS, scale->width - 1 - PATCH_RADIUS); u++)
      {
        const size_t at = (size_t) v * scale->width + u;
        const float r = scale->cost[at] / mean;
        const float weight = near[ABS (u - x)] * near[ABS (v - y)] / (0.1f + r * r);

        if (scale->kind[at] != PATCH_TARGET)
          continue;
        sum += weight * scale->now[scale->field[at] + (ptrdiff_t) (y - v) * scale->width + x - u];
        total += weight;
      }
  return sum / total;
}

static void
vote_tile (gpointer data, size_t chunk)
{
  const Votes *votes = data;
  Scale *scale = votes->scale;
  const Tile tile = tile_at (scale, scale->tiles[chunk]);

  for (int y = tile.top; y < tile.bottom; y++)
    for (int x = tile.left; x < tile.right; x++)
      if (scale->hole[(size_t) y * scale->width + x])
        scale->now[(size_t) y * scale->width + x] =
            count_votes (scale, x, y, votes->near, votes->mean);
}

static gboolean
run_votes (Job *job, Votes *votes, double sigma, void (*task) (gpointer data, size_t chunk),
           GError **error)
{
  float near[PATCH_RADIUS + 1];

  for (int i = 0; i <= PATCH_RADIUS; i++)
    near[i] = (float) exp (-0.5 * i * i / (sigma * sigma));
  votes->near = near;
  votes->mean = mean_cost (votes->scale);
  return job_run (job, votes->scale->n_tiles, 0, task, votes, error);
}

gboolean
scale_vote (Job *job, Scale *scale, double sigma, GError **error)
{
  Votes votes = { .scale = scale };

  return run_votes (job, &votes, sigma, vote_tile, error);
}

static gboolean
is_rim (const Scale *scale, int x, int y)
{
  const guint8 *hole = scale->hole + (size_t) y * scale->width + x;

  return !*hole
         && ((x > 0 && hole[-1]) || (x + 1 < scale->width && hole[1])
             || (y > 0 && hole[-scale->width]) || (y + 1 < scale->height && hole[scale->width]));
}

static void
rim_tile (gpointer data, size_t chunk)
{
  const Votes *votes = data;
  const Scale *scale = votes->scale;
  const Tile tile = tile_at (scale, scale->tiles[chunk]);

  for (int y = tile.top; y < tile.bottom; y++)
    for (int x = tile.left; x < tile.right; x++)
      if (is_rim (scale, x, y))
        {
          const size_t at = (size_t) y * scale->width + x;
          const Colour lack = scale->now[at] - count_votes (scale, x, y, votes->near, votes->mean);

          for (int c = 0; c < 3; c++)
            votes->difference[3 * at + c] = lack[c];
        }
}

gboolean
scale_rim (Job *job, Scale *scale, double sigma, float *difference, GError **error)
{
  Votes votes = { .scale = scale, .difference = difference };

  return run_votes (job, &votes, sigma, rim_tile, error);
}
