#include "image/calm.h"
#include "base/buffer.h"
#include "image/smooth.h"
#include <math.h>
#include <string.h>

enum {
  STEP = 4, /* pixels a side of a coarse one: what is looked at is larger */
  PAD = 15, /* coarse pixels added around: a slope that a border cuts would look like a blotch */
};

/* In coarse pixels. */
static const double SIGMAS[] = { 0, 2, 6 };             /* a band lies between each two */
static const double KNOWN_SIGMA = 16, FILLED_SIGMA = 5; /* of the mean squares */
static const float SPARE = 1.5f;     /* mean square of the filling by that of the surroundings */
static const float UNSEEN = 1.5e-5f; /* mean square, three channels: half an 8-bit step each */

typedef struct {
  int width, height;
  Colour *known;  /* [0]: the share of known pixels */
  Colour *filled; /* colours, reflected beyond the border */
  Colour *band, *change;
  Colour *around, *inside; /* mean squares of the band */
} Coarse;

static void
coarse_clear (Coarse *coarse)
{
  buffer_free (coarse->known);
  buffer_free (coarse->filled);
  buffer_free (coarse->band);
  buffer_free (coarse->change);
  buffer_free (coarse->around);
  buffer_free (coarse->inside);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Coarse, coarse_clear)

static gboolean
coarse_init (Coarse *coarse, int width, int height, GError **error)
{
  const int cols = (width + STEP - 1) / STEP + 2 * PAD, rows = (height + STEP - 1) / STEP + 2 * PAD;
  const size_t n = (size_t) cols * rows;
  const char *what = "calming the filling";

  *coarse = (Coarse){ cols, rows };
  return (coarse->known = buffer_new (n, sizeof (Colour), what, error))
         && (coarse->filled = buffer_new (n, sizeof (Colour), what, error))
         && (coarse->band = buffer_new (n, sizeof (Colour), what, error))
         && (coarse->change = buffer_new (n, sizeof (Colour), what, error))
         && (coarse->around = buffer_new (n, sizeof (Colour), what, error))
         && (coarse->inside = buffer_new (n, sizeof (Colour), what, error));
}

/* Coarse pixels beyond the border go on as it comes there: what is k pixels inside, turned over. */
static void
extend (const Coarse *coarse)
{
  const int right = coarse->width - 1 - PAD, bottom = coarse->height - 1 - PAD;

  for (int y = 0; y < coarse->height; y++)
    for (int x = 0; x < coarse->width; x++)
      {
        const int u = CLAMP (x, PAD, right), v = CLAMP (y, PAD, bottom);
        const int s = CLAMP (2 * u - x, PAD, right), t = CLAMP (2 * v - y, PAD, bottom);
        const size_t at = (size_t) y * coarse->width + x, edge = (size_t) v * coarse->width + u;
        const size_t turned = (size_t) t * coarse->width + s;

        if (at == edge)
          continue;
        coarse->filled[at] = 2 * coarse->filled[edge] - coarse->filled[turned];
        coarse->known[at] = coarse->known[turned];
      }
}

/* Mean colours, the filling's in the hole, and the share of known pixels. */
static void
reduce (Coarse *coarse, const float *filling, const float *picture, const guint8 *hole, int width,
        int height)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const size_t from = (size_t) y * width + x;
        const size_t to = (size_t) (y / STEP + PAD) * coarse->width + x / STEP + PAD;
        const float *rgb = 3 * from + (hole[from] ? filling : picture);

        coarse->filled[to] += (Colour){ rgb[0], rgb[1], rgb[2], 1 };
        coarse->known[to] += (Colour){ !hole[from], 0, 0, 1 };
      }
  for (size_t i = 0; i < (size_t) coarse->width * coarse->height; i++)
    if (coarse->known[i][3] > 0)
      {
        coarse->known[i] /= coarse->known[i][3];
        coarse->filled[i] /= coarse->filled[i][3];
      }
  extend (coarse);
}

/* What lies between two sizes. */
static gboolean
find_band (Job *job, Coarse *coarse, double small, double large, GError **error)
{
  const size_t n = (size_t) coarse->width * coarse->height;
  buffer_auto Colour *wide = buffer_new (n, sizeof (Colour), "calming the filling", error);

  if (!wide)
    return FALSE;
  for (size_t i = 0; i < n; i++)
    {
      wide[i] = coarse->band[i] = coarse->filled[i];
      wide[i][3] = coarse->band[i][3] = 1;
    }
  if ((small > 0
       && !smooth_colours (job, coarse->band, coarse->width, coarse->height, small, error))
      || !smooth_colours (job, wide, coarse->width, coarse->height, large, error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    coarse->band[i] -= wide[i];
  return TRUE;
}

static gboolean
is_inside (const Coarse *coarse, size_t at)
{
  const int x = (int) (at % (size_t) coarse->width), y = (int) (at / (size_t) coarse->width);

  return x >= PAD && y >= PAD && x < coarse->width - PAD && y < coarse->height - PAD;
}

/* Mean squares of the band: around, where it has little to do with the filling, and in the hole. */
static gboolean
measure (Job *job, Coarse *coarse, double large, GError **error)
{
  const size_t n = (size_t) coarse->width * coarse->height;
  buffer_auto Colour *near = buffer_new (n, sizeof (Colour), "calming the filling", error);

  if (!near)
    return FALSE;
  for (size_t i = 0; i < n; i++)
    near[i] = (Colour){ coarse->known[i][0], 0, 0, 1 };
  if (!smooth_colours (job, near, coarse->width, coarse->height, large, error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    {
      const Colour square = coarse->band[i] * coarse->band[i];
      const float sum = square[0] + square[1] + square[2], inside = is_inside (coarse, i);
      const float trust = inside * coarse->known[i][0] * CLAMP (2 * near[i][0] - 1, 0, 1);
      const float hole = inside * (1 - coarse->known[i][0]);

      coarse->around[i] = (Colour){ trust * sum, 0, 0, trust };
      coarse->inside[i] = (Colour){ hole * sum, 0, 0, hole };
    }
  return smooth_colours (job, coarse->around, coarse->width, coarse->height, KNOWN_SIGMA, error)
         && smooth_colours (job, coarse->inside, coarse->width, coarse->height, FILLED_SIGMA,
                            error);
}

/* Adds what the band has too much of to what is to be taken away, and to the sums of mean squares,
 * of this and of all. Where nothing is known near enough, nothing is too much. */
static void
weaken (Coarse *coarse, double *taken, double *all)
{
  for (size_t i = 0; i < (size_t) coarse->width * coarse->height; i++)
    {
      const float near = coarse->around[i][0], found = coarse->inside[i][0];
      const float allowed = SPARE * near + UNSEEN;
      const float gain = near > 0 && found > allowed ? sqrtf (allowed / found) : 1;

      if (is_inside (coarse, i))
        {
          const float hole = 1 - coarse->known[i][0];

          *taken += (double) (hole * found * (1 - gain * gain));
          *all += (double) (hole * found);
        }
      coarse->change[i] += (gain - 1) * coarse->band[i];
    }
}

static gboolean
find_change (Job *job, Coarse *coarse, double *excess, GError **error)
{
  double taken = 0, all = 0;

  for (size_t i = 0; i + 1 < G_N_ELEMENTS (SIGMAS); i++)
    {
      if (!find_band (job, coarse, SIGMAS[i], SIGMAS[i + 1], error)
          || !measure (job, coarse, SIGMAS[i + 1], error))
        return FALSE;
      weaken (coarse, &taken, &all);
    }
  if (excess)
    *excess = all > 0 ? taken / all : 0;
  return TRUE;
}

/* What is to be added at a pixel: bilinear between coarse ones. */
static Colour
change_at (const Coarse *coarse, int x, int y)
{
  const float u = ((float) x + 0.5f) / STEP - 0.5f + PAD,
              v = ((float) y + 0.5f) / STEP - 0.5f + PAD;
  const int left = (int) u, top = (int) v;
  const float a = u - (float) left, b = v - (float) top;
  Colour sum = { 0 };

  for (int i = 0; i < 4; i++)
    {
      const size_t at = (size_t) (top + i / 2) * coarse->width + left + i % 2;

      sum += (i % 2 ? a : 1 - a) * (i / 2 ? b : 1 - b) * coarse->change[at];
    }
  return sum;
}

gboolean
calm_filling (Job *job, float *filling, const float *picture, const guint8 *hole, int width,
              int height, double *excess, GError **error)
{
  g_auto (Coarse) coarse = { 0 };
  gboolean any = FALSE;

  for (size_t i = 0; i < (size_t) width * height && !any; i++)
    any = !hole[i];
  if (!any)
    return TRUE;
  if (!coarse_init (&coarse, width, height, error))
    return FALSE;
  reduce (&coarse, filling, picture, hole, width, height);
  if (!find_change (job, &coarse, excess, error))
    return FALSE;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      if (hole[(size_t) y * width + x])
        {
          const Colour change = change_at (&coarse, x, y);

          for (int c = 0; c < 3; c++)
            filling[3 * ((size_t) y * width + x) + c] += change[c];
        }
  return TRUE;
}
