#include "image/underpaint.h"
#include "base/box.h"
#include "image/multigrid.h"
#include <glib/gi18n-lib.h>
#include <math.h>

/* Of the range of the rim's values; the error of the solver is about what it measures, seldom
 * twice as much, so 1e-4 holds. */
static const double TOLERANCE = 3e-5;

typedef struct {
  float *picture;
  const guint8 *hole;
  int width, height, channels;
  PixelBox box;
} Paint;

typedef struct {
  float least, most;
  double middle;
} Range;

/* The box of the hole; FALSE where there is no hole or, with error, nothing else. */
static gboolean
find_box (Paint *paint, GError **error)
{
  int left = G_MAXINT, top = G_MAXINT, right = -1, bottom = -1;
  size_t n = 0;

  for (int y = 0; y < paint->height; y++)
    for (int x = 0; x < paint->width; x++)
      if (paint->hole[(size_t) y * paint->width + x])
        {
          left = MIN (left, x);
          top = MIN (top, y);
          right = MAX (right, x);
          bottom = y;
          n++;
        }
  if (n > 0 && n == (size_t) paint->width * paint->height)
    g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY,
                         _ ("The hole covers the whole picture, so there is nothing to go by."));
  paint->box = (PixelBox){ left, top, right - left + 1, bottom - top + 1 };
  return n > 0 && n < (size_t) paint->width * paint->height;
}

/* The known neighbours of a hole pixel: up to four places in the picture. */
static int
known_neighbours (const Paint *paint, int x, int y, size_t found[4])
{
  const size_t at = (size_t) y * paint->width + x;
  int n = 0;

  if (x > 0 && !paint->hole[at - 1])
    found[n++] = at - 1;
  if (x + 1 < paint->width && !paint->hole[at + 1])
    found[n++] = at + 1;
  if (y > 0 && !paint->hole[at - paint->width])
    found[n++] = at - paint->width;
  if (y + 1 < paint->height && !paint->hole[at + paint->width])
    found[n++] = at + paint->width;
  return n;
}

static Range
rim_range (const Paint *paint, int channel)
{
  Range range = { INFINITY, -INFINITY, 0 };
  size_t found[4];

  for (int y = paint->box.y; y < paint->box.y + paint->box.height; y++)
    for (int x = paint->box.x; x < paint->box.x + paint->box.width; x++)
      if (paint->hole[(size_t) y * paint->width + x])
        for (int n = known_neighbours (paint, x, y, found); n-- > 0;)
          {
            const float value = paint->picture[found[n] * paint->channels + channel];

            range.least = MIN (range.least, value);
            range.most = MAX (range.most, value);
          }
  range.middle = 0.5 * ((double) range.least + (double) range.most);
  return range;
}

/* What flows in from the rim, as differences from the middle of its range: smaller numbers, and
 * the solver starts from a fair guess. */
static void
set_source (const Paint *paint, int channel, Range range, Multigrid *grid)
{
  size_t found[4];

  for (int y = 0; y < paint->box.height; y++)
    {
      float *source = multigrid_source (grid, y);

      for (int x = 0; x < paint->box.width; x++)
        {
          double sum = 0;

          if (paint->hole[(size_t) (paint->box.y + y) * paint->width + paint->box.x + x])
            for (int n = known_neighbours (paint, paint->box.x + x, paint->box.y + y, found);
                 n-- > 0;)
              sum += (double) paint->picture[found[n] * paint->channels + channel] - range.middle;
          source[x] = (float) sum;
        }
    }
}

/* The harmonic solution lies within the rim's range; what rounding and tolerance leave beyond it is
 * cut off, which brings it nearer to the truth. */
static void
write_solution (const Paint *paint, int channel, Range range, const Multigrid *grid)
{
  for (int y = 0; y < paint->box.height; y++)
    {
      const float *solution = multigrid_solution (grid, y);

      for (int x = 0; x < paint->box.width; x++)
        {
          const size_t at = (size_t) (paint->box.y + y) * paint->width + paint->box.x + x;
          const float value = (float) (range.middle + (double) solution[x]);

          if (paint->hole[at])
            paint->picture[at * paint->channels + channel] = CLAMP (value, range.least, range.most);
        }
    }
}

gboolean
underpaint (Job *job, float *picture, const guint8 *hole, int width, int height, int channels,
            GError **error)
{
  Paint paint = { picture, hole, width, height, channels };
  GError *failure = NULL;
  g_autoptr (Multigrid) grid = NULL;

  if (find_box (&paint, &failure))
    grid = multigrid_new (hole, width, height, paint.box, &failure);
  if (!grid)
    {
      const gboolean nothing_to_do = failure == NULL;

      if (failure)
        g_propagate_error (error, failure);
      return nothing_to_do;
    }
  for (int c = 0; c < channels; c++)
    {
      const Range range = rim_range (&paint, c);

      set_source (&paint, c, range, grid);
      if (!multigrid_solve (job, grid, TOLERANCE * ((double) range.most - (double) range.least),
                            error))
        return FALSE;
      write_solution (&paint, c, range, grid);
    }
  return TRUE;
}
