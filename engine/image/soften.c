#include "image/soften.h"
#include "base/buffer.h"
#include "image/hole.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

static const float FAR = 1e9f;

typedef struct {
  const float *hole;
  int width, height;
  gboolean wrap;
  int reach;    /* pixels that the zone is wide */
  PixelBox box; /* the hole's, and the zone; may reach beyond the picture to the left and right */
} Zone;

void
soft_hole_clear (SoftHole *soft)
{
  g_clear_pointer (&soft->weights, buffer_free);
}

static gboolean
is_core (const Zone *zone, int x, int y)
{
  if (zone->wrap)
    x = (x % zone->width + zone->width) % zone->width;
  return x >= 0 && x < zone->width && zone->hole[(size_t) y * zone->width + x] >= 0.5f;
}

/* Squared distance to the nearest core pixel of the same column: [box.height][box.width]. */
static void
measure_columns (const Zone *zone, float *squares)
{
  const PixelBox box = zone->box;

  for (int x = 0; x < box.width; x++)
    for (int pass = 0; pass < 2; pass++)
      {
        float steps = FAR;

        for (int i = 0; i < box.height; i++)
          {
            const int y = pass ? box.height - 1 - i : i;
            float *square = squares + (size_t) y * box.width + x;

            steps = is_core (zone, box.x + x, box.y + y) ? 0 : steps + 1;
            *square = pass ? MIN (*square, steps * steps) : steps * steps;
          }
      }
}

/* In place: min over the row of square + (x - x')^2, as the lower envelope of these parabolas
 * (Felzenszwalb, Huttenlocher: Distance transforms of sampled functions, 2012). */
static void
measure_row (float *squares, int n, float *copy, int *at, double *from)
{
  int last = 0;

  for (int x = 0; x < n; x++)
    copy[x] = MIN (squares[x], FAR);
  at[0] = 0;
  from[0] = -INFINITY;
  for (int x = 1; x < n; x++)
    {
      double meet;

      do
        {
          const double a = (double) copy[x] + (double) x * x;
          const double b = (double) copy[at[last]] + (double) at[last] * at[last];

          meet = (a - b) / (2.0 * (x - at[last]));
        }
      while (meet <= from[last] && last-- > 0);
      at[++last] = x;
      from[last] = meet;
    }
  for (int x = 0, i = 0; x < n; x++)
    {
      while (i < last && from[i + 1] < x)
        i++;
      squares[x] = copy[at[i]] + (float) (x - at[i]) * (float) (x - at[i]);
    }
}

static gboolean
measure (const Zone *zone, float *squares, GError **error)
{
  const size_t n = zone->box.width;
  buffer_auto double *from = buffer_new (n, sizeof *from, "softening", error);
  buffer_auto float *copy = NULL;
  buffer_auto int *at = NULL;

  if (!from || !(copy = buffer_new (n, sizeof *copy, "softening", error))
      || !(at = buffer_new (n, sizeof *at, "softening", error)))
    return FALSE;
  measure_columns (zone, squares);
  for (int y = 0; y < zone->box.height; y++)
    measure_row (squares + y * n, (int) n, copy, at, from);
  return TRUE;
}

static float
fall (float square, double soften)
{
  const float t = (float) (sqrt ((double) square) / soften);

  return t < 1 ? 1 - t * t * (3 - 2 * t) : 0;
}

/* Takes the zone's weights over where they are more. */
static gboolean
add_zone (SoftHole *soft, const Zone *zone, double soften, GError **error)
{
  const PixelBox box = zone->box, bounds = soft->bounds;
  buffer_auto float *squares =
      buffer_new ((size_t) box.width * box.height, sizeof (float), "softening", error);

  if (!squares || !measure (zone, squares, error))
    return FALSE;
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      {
        const int column =
            zone->wrap ? ((box.x + x) % zone->width + zone->width) % zone->width : box.x + x;
        float *weight;

        if (column < 0 || column >= zone->width)
          continue;
        weight = soft->weights + (size_t) (box.y + y - bounds.y) * bounds.width + column - bounds.x;
        *weight = MAX (*weight, fall (squares[(size_t) y * box.width + x], soften));
      }
  return TRUE;
}

/* The part of the box that lies in the picture; all columns where it goes round. */
static PixelBox
inside (const Zone *zone)
{
  const int left = zone->box.x, right = left + zone->box.width;
  PixelBox box = zone->box;

  if (zone->wrap && (left < 0 || right > zone->width))
    {
      box.x = 0;
      box.width = zone->width;
      return box;
    }
  box.x = MAX (left, 0);
  box.width = MIN (right, zone->width) - box.x;
  return box;
}

static gboolean
check_hole (const float *hole, size_t n, GError **error)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite (hole[i]))
      {
        g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                             _ ("The selection holds values that are not numbers."));
        return FALSE;
      }
  return TRUE;
}

gboolean
soft_hole_init (SoftHole *soft, const float *hole, int width, int height, double soften,
                gboolean wrap, GError **error)
{
  Zone zone = { hole, width, height, wrap, soften > 1 ? (int) ceil (soften) - 1 : 0 };
  int bottom;

  *soft = (SoftHole){ { 0, 0, width, height }, NULL };
  zone.box = soft->bounds;
  if (hole && !check_hole (hole, (size_t) width * height, error))
    return FALSE;
  if (hole && !hole_bounds (hole, width, height, &zone.box))
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY,
                           _ ("There is nothing to fill: no pixel is selected."));
      return FALSE;
    }
  bottom = MIN (zone.box.y + zone.box.height + zone.reach, height);
  zone.box.y = MAX (zone.box.y - zone.reach, 0);
  zone.box = (PixelBox){ zone.box.x - zone.reach, zone.box.y, zone.box.width + 2 * zone.reach,
                         bottom - zone.box.y };
  soft->bounds = inside (&zone);
  soft->weights = buffer_new ((size_t) soft->bounds.width * soft->bounds.height, sizeof (float),
                              "the selection", error);
  if (!soft->weights)
    return FALSE;
  for (int y = 0; y < soft->bounds.height; y++)
    for (int x = 0; x < soft->bounds.width; x++)
      soft->weights[(size_t) y * soft->bounds.width + x] =
          hole ? CLAMP (hole[(size_t) (soft->bounds.y + y) * width + soft->bounds.x + x], 0, 1) : 1;
  if (!hole || !(soften > 0) || add_zone (soft, &zone, soften, error))
    return TRUE;
  soft_hole_clear (soft);
  return FALSE;
}
