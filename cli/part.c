#include "part.h"
#include "canvas.h"
#include "conditions.h"
#include <math.h>
#include <string.h>

void
part_clear (Part *part)
{
  g_clear_pointer (&part->picture, picture_free);
  g_clear_pointer (&part->hole, g_free);
  g_clear_pointer (&part->pixels, g_free);
  g_clear_pointer (&part->weights, g_free);
  g_clear_pointer (&part->depth, g_free);
  g_clear_pointer (&part->drawing, g_free);
  g_clear_pointer (&part->labels, g_free);
}

gboolean
part_new_hole (Part *part, GError **error)
{
  part->hole = g_try_new0 (guint16, (gsize) part->picture->width * (gsize) part->picture->height);
  if (!part->hole)
    work_no_memory (error);
  return part->hole != NULL;
}

/* The hole's bounding box, softening included and cut at the picture's border. */
static TesseraBox
bounds (const Part *part, double soften)
{
  const int width = part->picture->width, height = part->picture->height;
  const int more = (int) ceil (soften);
  int left = width, top = height, right = -1, bottom = -1;

  for (int y = 0; y < height; y++)
    {
      const guint16 *row = part->hole + (gsize) y * (gsize) width;

      for (int x = 0; x < width; x++)
        if (row[x])
          {
            left = MIN (left, x);
            right = MAX (right, x);
            top = MIN (top, y);
            bottom = y;
          }
    }
  left = MAX (left - more, 0);
  top = MAX (top - more, 0);
  right = MIN (right + more, width - 1);
  bottom = MIN (bottom + more, height - 1);
  return (TesseraBox){ left, top, right - left + 1, bottom - top + 1 };
}

/* What the engine will look at. */
static TesseraBox
choose_box (const Part *part, const Work *work)
{
  const TesseraRequest *request = &work->options->request;
  const TesseraBox all = { 0, 0, part->picture->width, part->picture->height };
  TesseraBox box;

  if (!part->hole || request->strategy == TESSERA_STRATEGY_EXACT)
    return all;
  box = tessera_context_box (work->model, all.width, all.height, bounds (part, request->soften));
  if (request->wrap) /* what lies beyond one border is at the other */
    box = (TesseraBox){ 0, box.y, all.width, box.height };
  return box;
}

static float *
cut_hole (const Part *part)
{
  const TesseraBox box = part->box;
  float *weights = g_try_new (float, (gsize) box.width *(gsize) box.height);

  for (int y = 0; weights && y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      {
        const gsize from = (gsize) (box.y + y) * (gsize) part->picture->width + (gsize) (box.x + x);

        weights[(gsize) y * (gsize) box.width + (gsize) x] =
            (float) part->hole[from] / (float) HOLE_WHITE;
      }
  return weights;
}

gboolean
part_cut (Part *part, const Work *work, GError **error)
{
  part->box = choose_box (part, work);
  if ((!part->blank && !(part->pixels = canvas_cut (part->picture, part->box)))
      || (part->hole && !(part->weights = cut_hole (part))))
    {
      work_no_memory (error);
      return FALSE;
    }
  return conditions_cut (work, part, error);
}

void
part_request (const Part *part, TesseraRequest *request)
{
  request->picture = (TesseraPicture){ part->box.width, part->box.height, part->pixels };
  request->hole = part->weights;
  request->labels = part->labels;
  request->depth = part->depth;
  request->drawing = part->drawing;
}

char *
part_sum (const Part *part)
{
  const gsize n = (gsize) part->box.width * (gsize) part->box.height;
  GChecksum *sum = g_checksum_new (G_CHECKSUM_SHA256);
  char *text;

  if (part->pixels)
    g_checksum_update (sum, (const guchar *) part->pixels, (gssize) (n * 3 * sizeof (float)));
  if (part->weights)
    g_checksum_update (sum, (const guchar *) part->weights, (gssize) (n * sizeof (float)));
  text = g_strdup (g_checksum_get_string (sum));
  g_checksum_free (sum);
  return text;
}
