#include "blend.h"
#include "message.h"
#include <math.h>
#include <string.h>

void
blend_clear (Blend *blend)
{
  g_clear_pointer (&blend->weights, g_free);
}

/* Squared distances along a row to the nearest wanted pixel, for a row of the region. */
static void
row_squares (const float *wanted, int width, int reach, int *square)
{
  int last = -reach - 1;

  for (int x = 0; x < width; x++)
    {
      last = wanted[x] > 0 ? x : last;
      square[x] = MIN (x - last, reach + 1);
    }
  last = width + reach;
  for (int x = width - 1; x >= 0; x--)
    {
      last = wanted[x] > 0 ? x : last;
      square[x] = MIN (square[x], last - x);
      square[x] *= square[x];
    }
}

/* Sets weights to 0 farther than `reach` from what is wanted: the engine fades around all of its
 * hole, which may hold unknown pixels that nobody wants to be painted. */
static gboolean
limit (const Region *region, TesseraBox box, int reach, float *weights)
{
  const int width = region->box.width;
  g_autofree int *squares = g_try_malloc_n ((gsize) width * region->box.height, sizeof (int));

  if (!squares)
    return FALSE;
  for (int y = 0; y < region->box.height; y++)
    row_squares (region->wanted + (gsize) y * width, width, reach, squares + (gsize) y * width);
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      {
        const gsize place = (gsize) (box.y + y) * width + box.x + x;
        gboolean near = FALSE;

        for (int v = MAX (0, box.y + y - reach);
             v <= MIN (region->box.height - 1, box.y + y + reach) && !near; v++)
          near = squares[(gsize) v * width + box.x + x] + (v - box.y - y) * (v - box.y - y)
                 <= reach * reach;
        if (region->hole[place] > 0 && region->wanted[place] < region->hole[place])
          weights[(gsize) y * box.width + x] = region->wanted[place];
        else if (!near)
          weights[(gsize) y * box.width + x] = 0;
      }
  return TRUE;
}

/* Cuts `all`, the weights of the result's box, down to what is not 0. */
static void
shrink (Blend *blend, const Region *region, TesseraBox box, const float *all)
{
  int x0 = box.width, y0 = box.height, x1 = 0, y1 = 0;

  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      if (all[(gsize) y * box.width + x] > 0)
        {
          x0 = MIN (x0, x);
          x1 = MAX (x1, x + 1);
          y0 = MIN (y0, y);
          y1 = y + 1;
        }
  blend->at = (GeglRectangle){ region->box.x + box.x + x0, region->box.y + box.y + y0,
                               MAX (0, x1 - x0), MAX (0, y1 - y0) };
  blend->weights = g_try_malloc_n ((gsize) blend->at.width * blend->at.height + 1, sizeof (float));
  for (int y = 0; blend->weights && y < blend->at.height; y++)
    memcpy (blend->weights + (gsize) y * blend->at.width, all + (gsize) (y0 + y) * box.width + x0,
            (gsize) blend->at.width * sizeof (float));
}

gboolean
blend_make (Blend *blend, const Region *region, const TesseraResult *result, double soften,
            GError **error)
{
  const TesseraBox box = tessera_result_box (result);
  const gsize n = (gsize) box.width * box.height;
  const float *pixels = tessera_result_pixels (result, 0);
  g_autofree float *all = g_try_malloc_n (n, sizeof *all);

  *blend = (Blend){ .weights = NULL };
  for (gsize i = 0; all && i < n; i++)
    all[i] = pixels[4 * i + 3];
  if (all && (!region->unknown || limit (region, box, (int) ceil (soften), all)))
    shrink (blend, region, box, all);
  if (blend->weights)
    return TRUE;
  message_no_memory (error);
  return FALSE;
}

float *
blend_cut (const Blend *blend, const Region *region, const TesseraResult *result, int rank)
{
  const TesseraBox box = tessera_result_box (result);
  const float *from = tessera_result_pixels (result, rank);
  float *rgba = g_try_malloc_n ((gsize) blend->at.width * blend->at.height, 4 * sizeof *rgba);

  for (int y = 0; rgba && y < blend->at.height; y++)
    {
      const gsize row = (gsize) (blend->at.y - region->box.y - box.y + y) * box.width;
      const gsize first = row + blend->at.x - region->box.x - box.x;
      float *target = rgba + 4 * (gsize) y * blend->at.width;

      memcpy (target, from + 4 * first, 4 * (gsize) blend->at.width * sizeof *target);
      for (int x = 0; x < blend->at.width; x++)
        target[4 * x + 3] = blend->weights[(gsize) y * blend->at.width + x];
    }
  return rgba;
}
