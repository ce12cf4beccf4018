#include "image/patches_private.h"
#include "base/buffer.h"
#include "base/philox.h"
#include <math.h>
#include <string.h>

enum {
  PATCH_AREA = PATCH_SIDE * PATCH_SIDE,
  N_GUIDES = 5, /* low frequencies are smooth: the centre and four corners say it all */
  N_TRIES = 16, /* random sources a target without a field begins with */
};

static const float RIM_WEIGHT = 6.0f;   /* of known pixels in a target */
static const float PLACE_WEIGHT = 0.2f; /* of a whole picture height: sky stays with sky */
static const float LABEL_WEIGHT = 0.1f; /* between two things by name */

/* A target patch, laid out for the many comparisons that follow. */
typedef struct {
  Colour pixels[PATCH_AREA], guides[N_GUIDES];
  float weights[PATCH_AREA];
  int y;
  guint8 label;
} Query;

gboolean
scale_init (Scale *scale, int width, int height, GError **error)
{
  const size_t n = (size_t) width * height;
  const char *what = "borrowing texture";

  *scale = (Scale){ .width = width, .height = height };
  return (scale->now = buffer_new (n, sizeof (Colour), what, error))
         && (scale->wanted = buffer_new (n, sizeof (Colour), what, error))
         && (scale->given = buffer_new (n, sizeof (Colour), what, error))
         && (scale->hole = buffer_new (n, 1, what, error))
         && (scale->label = buffer_new (n, 1, what, error))
         && (scale->kind = buffer_new (n, 1, what, error))
         && (scale->field = buffer_new (n, sizeof (guint32), what, error))
         && (scale->before = buffer_new (n, sizeof (guint32), what, error))
         && (scale->cost = buffer_new (n, sizeof (float), what, error))
         && (scale->strange = buffer_new (n, sizeof (float), what, error))
         && (scale->sources = buffer_new (n, sizeof (guint32), what, error))
         && (scale->tiles = buffer_new ((size_t) tile_cols (scale) * (height / TILE + 1),
                                        sizeof (guint32), what, error));
}

void
scale_clear (Scale *scale)
{
  buffer_free (scale->now);
  buffer_free (scale->wanted);
  buffer_free (scale->given);
  buffer_free (scale->hole);
  buffer_free (scale->label);
  buffer_free (scale->kind);
  buffer_free (scale->field);
  buffer_free (scale->before);
  buffer_free (scale->cost);
  buffer_free (scale->strange);
  buffer_free (scale->sources);
  buffer_free (scale->tiles);
  *scale = (Scale){ 0 };
}

static gboolean
touches_hole (const Scale *scale, int x, int y)
{
  for (int v = y - PATCH_RADIUS; v <= y + PATCH_RADIUS; v++)
    if (memchr (scale->hole + (size_t) v * scale->width + x - PATCH_RADIUS, 1, PATCH_SIDE))
      return TRUE;
  return FALSE;
}

static gboolean
tile_in_use (const Scale *scale, Tile tile)
{
  for (int y = tile.top; y < tile.bottom; y++)
    for (int x = tile.left; x < tile.right; x++)
      {
        const size_t at = (size_t) y * scale->width + x;

        if (scale->hole[at] || scale->kind[at] == PATCH_TARGET)
          return TRUE;
      }
  return FALSE;
}

static void
find_tiles (Scale *scale)
{
  const guint32 n = (guint32) tile_cols (scale) * (guint32) (scale->height / TILE + 1);

  scale->n_tiles = 0;
  for (guint32 i = 0; i < n; i++)
    if (tile_in_use (scale, tile_at (scale, i)))
      scale->tiles[scale->n_tiles++] = i;
}

void
scale_sort (Scale *scale)
{
  scale->n_sources = 0;
  for (int y = PATCH_RADIUS; y < scale->height - PATCH_RADIUS; y++)
    for (int x = PATCH_RADIUS; x < scale->width - PATCH_RADIUS; x++)
      {
        const size_t at = (size_t) y * scale->width + x;

        scale->kind[at] = touches_hole (scale, x, y) ? PATCH_TARGET : PATCH_SOURCE;
        if (scale->kind[at] == PATCH_SOURCE)
          scale->sources[scale->n_sources++] = (guint32) at;
      }
  find_tiles (scale);
}

/* Offset of the i-th place where low frequencies are compared. */
static ptrdiff_t
guide_offset (const Scale *scale, int i)
{
  static const signed char SIGNS[N_GUIDES][2] = {
    { 0, 0 }, { -1, -1 }, { -1, 1 }, { 1, -1 }, { 1, 1 }
  };

  return PATCH_RADIUS * ((ptrdiff_t) SIGNS[i][0] * scale->width + SIGNS[i][1]);
}

static void
make_query (const Scale *scale, size_t at, float trust, Query *query)
{
  query->y = (int) (at / scale->width);
  query->label = scale->label[at];
  for (int i = 0; i < PATCH_AREA; i++)
    {
      const size_t from = at + (ptrdiff_t) (i / PATCH_SIDE - PATCH_RADIUS) * scale->width
                          + i % PATCH_SIDE - PATCH_RADIUS;

      query->pixels[i] = scale->now[from];
      query->weights[i] = (scale->hole[from] ? trust : RIM_WEIGHT) / PATCH_AREA;
    }
  for (int i = 0; i < N_GUIDES; i++)
    query->guides[i] = scale->wanted[at + guide_offset (scale, i)];
}

static inline float
sum3 (Colour colour)
{
  return colour[0] + colour[1] + colour[2];
}

/* Mean square difference of the low frequencies, and of the energies as the fourth number. */
static inline Colour
strangeness (const Scale *scale, const Query *query, size_t source)
{
  Colour sum = { 0 };

  for (int i = 0; i < N_GUIDES; i++)
    {
      const Colour d = query->guides[i] - scale->given[source + guide_offset (scale, i)];

      sum += d * d;
    }
  return sum / N_GUIDES;
}

/* Anything at or above limit is as good as the limit. */
static float
distance (const Scale *scale, const Query *query, size_t source, float limit)
{
  const float rise = (float) ((int) (source / scale->width) - query->y) / (float) scale->height;
  const guint8 label = scale->label[source];
  const gboolean other = label != query->label && label != G_MAXUINT8 && query->label != G_MAXUINT8;
  const Colour strange = strangeness (scale, query, source);
  const float start = scale->guide_weight * sum3 (strange) + strange[3] + PLACE_WEIGHT * rise * rise
                      + (other ? LABEL_WEIGHT : 0);
  const Colour *row = scale->now + source - (size_t) PATCH_RADIUS * (scale->width + 1);
  Colour sum = { 0 };

  for (int i = 0; i < PATCH_AREA; i += PATCH_SIDE, row += scale->width)
    {
      if (start + sum3 (sum) >= limit)
        return limit;
      for (int j = 0; j < PATCH_SIDE; j++)
        {
          const Colour d = query->pixels[i + j] - row[j];

          sum += d * d * query->weights[i + j];
        }
    }
  return MIN (start + sum3 (sum), limit);
}

/* xorshift64: within one target and round; its start comes from Philox. */
static guint32
draw (guint64 *state, guint32 below)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (guint32) (((*state >> 32) * below) >> 32);
}

static guint64
draw_start (const Scale *scale, size_t at, guint32 round, guint64 seed)
{
  return 1
         + (guint64) (0x1p53
                      * philox_uniform (seed, round, scale->level, (guint32) (at / scale->width),
                                        (guint32) (at % scale->width)));
}

static void
try_source (Scale *scale, const Query *query, size_t at, size_t source)
{
  const float cost = distance (scale, query, source, scale->cost[at]);

  if (cost < scale->cost[at])
    {
      scale->cost[at] = cost;
      scale->field[at] = (guint32) source;
    }
}

/* The finer source that continues a coarse one, or FALSE where it is not known. */
static gboolean
inherit (Scale *scale, const Scale *coarse, size_t at)
{
  const int x = (int) (at % scale->width), y = (int) (at / scale->width);
  const int u = CLAMP (x / 2, PATCH_RADIUS, coarse->width - 1 - PATCH_RADIUS);
  const int v = CLAMP (y / 2, PATCH_RADIUS, coarse->height - 1 - PATCH_RADIUS);
  const size_t from = (size_t) v * coarse->width + u;
  int s, t;

  if (coarse->kind[from] != PATCH_TARGET)
    return FALSE;
  s = 2 * (int) (coarse->field[from] % coarse->width) + x - 2 * u;
  t = 2 * (int) (coarse->field[from] / coarse->width) + y - 2 * v;
  if (s < 0 || t < 0 || s >= scale->width || t >= scale->height
      || scale->kind[(size_t) t * scale->width + s] != PATCH_SOURCE)
    return FALSE;
  scale->field[at] = (guint32) ((size_t) t * scale->width + s);
  return TRUE;
}

/* What the threads share of a step. */
typedef struct {
  Scale *scale;
  const Scale *coarse;
  float trust;
  int pass;
  guint32 round;
  guint64 seed;
} Step;

static void
start_target (const Step *step, size_t at)
{
  Scale *scale = step->scale;
  guint64 state;
  Query query;

  make_query (scale, at, 0, &query);
  scale->cost[at] = G_MAXFLOAT;
  if (step->coarse && inherit (scale, step->coarse, at))
    {
      scale->cost[at] = distance (scale, &query, scale->field[at], G_MAXFLOAT);
      return;
    }
  state = draw_start (scale, at, 0, step->seed);
  scale->field[at] = scale->sources[0];
  for (int i = 0; i < N_TRIES; i++)
    try_source (scale, &query, at, scale->sources[draw (&state, (guint32) scale->n_sources)]);
}

static void
start_tile (gpointer data, size_t chunk)
{
  const Step *step = data;
  const Tile tile = tile_at (step->scale, step->scale->tiles[chunk]);

  for (int y = tile.top; y < tile.bottom; y++)
    for (int x = tile.left; x < tile.right; x++)
      {
        const size_t at = (size_t) y * step->scale->width + x;

        if (step->scale->kind[at] == PATCH_TARGET)
          start_target (step, at);
      }
}

gboolean
scale_start (Job *job, Scale *scale, const Scale *coarse, guint64 seed, GError **error)
{
  Step step = { .scale = scale, .coarse = coarse, .seed = seed };

  return job_run (job, scale->n_tiles, 0, start_tile, &step, error);
}

/* Around the best source so far, in windows that halve. */
static void
search_near (Scale *scale, const Query *query, size_t at, guint64 state)
{
  for (int radius = MAX (scale->width, scale->height) / 2; radius > 0; radius /= 2)
    {
      const int side = 2 * radius + 1;
      const int x = (int) (scale->field[at] % scale->width) - radius + (int) draw (&state, side);
      const int y = (int) (scale->field[at] / scale->width) - radius + (int) draw (&state, side);

      if (x >= 0 && y >= 0 && x < scale->width && y < scale->height
          && scale->kind[(size_t) y * scale->width + x] == PATCH_SOURCE)
        try_source (scale, query, at, (size_t) y * scale->width + x);
    }
}

/* What continues the patch of a neighbour; dx, dy lead to it. Targets and sources stay away from
 * the border, so a step from one stays in the picture. */
static void
propagate (Scale *scale, const Query *query, Tile tile, int x, int y, int dx, int dy)
{
  const ptrdiff_t by = (ptrdiff_t) dy * scale->width + dx;
  const size_t at = (size_t) y * scale->width + x;
  const gboolean own =
      x + dx >= tile.left && x + dx < tile.right && y + dy >= tile.top && y + dy < tile.bottom;

  if (scale->kind[at + by] == PATCH_TARGET)
    {
      const size_t source = (own ? scale->field : scale->before)[at + by] - by;

      if (scale->kind[source] == PATCH_SOURCE)
        try_source (scale, query, at, source);
    }
}

static void
search_target (const Step *step, Tile tile, int x, int y)
{
  Scale *scale = step->scale;
  const size_t at = (size_t) y * scale->width + x;
  const int sign = step->pass % 2 ? 1 : -1;
  Query query;

  make_query (scale, at, step->trust, &query);
  if (step->pass == 0) /* the estimate has changed since */
    scale->cost[at] = distance (scale, &query, scale->field[at], G_MAXFLOAT);
  propagate (scale, &query, tile, x, y, sign, 0);
  propagate (scale, &query, tile, x, y, 0, sign);
  search_near (scale, &query, at,
               draw_start (scale, at, step->round * 16 + (guint32) step->pass + 1, step->seed));
  scale->strange[at] = sum3 (strangeness (scale, &query, scale->field[at]));
}

/* To and fro, turn by turn, so that what fits spreads in all directions. */
static void
search_tile (gpointer data, size_t chunk)
{
  const Step *step = data;
  const Tile tile = tile_at (step->scale, step->scale->tiles[chunk]);
  const int width = tile.right - tile.left, n = width * (tile.bottom - tile.top);

  for (int i = 0; i < n; i++)
    {
      const int place = step->pass % 2 ? n - 1 - i : i;
      const int x = tile.left + place % width, y = tile.top + place / width;

      if (step->scale->kind[(size_t) y * step->scale->width + x] == PATCH_TARGET)
        search_target (step, tile, x, y);
    }
}

gboolean
scale_search (Job *job, Scale *scale, float trust, int passes, guint32 round, guint64 seed,
              GError **error)
{
  Step step = { .scale = scale, .trust = trust, .round = round, .seed = seed };

  for (; step.pass < passes; step.pass++)
    {
      memcpy (scale->before, scale->field,
              (size_t) scale->width * scale->height * sizeof *scale->field);
      if (!job_run (job, scale->n_tiles, 0, search_tile, &step, error))
        return FALSE;
    }
  return TRUE;
}
