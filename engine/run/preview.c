#include "run/preview.h"
#include "run/pixels.h"
#include <string.h>

enum { MARGIN = 2 }; /* cells around a window's that are decoded along with them */

/* The box of the window's cells, which lie in one block. */
static CellBox
cells_box (const PlanWindow *window, int cols)
{
  int top = G_MAXINT, left = G_MAXINT, bottom = -1, right = -1;

  for (int i = 0; i < window->n_cells; i++)
    {
      top = MIN (top, window->cells[i] / cols);
      bottom = MAX (bottom, window->cells[i] / cols);
      left = MIN (left, window->cells[i] % cols);
      right = MAX (right, window->cells[i] % cols);
    }
  return (CellBox){ top, left, bottom - top + 1, right - left + 1 };
}

static CellBox
grow (CellBox box, const Canvas *canvas)
{
  const int top = MAX (box.row - MARGIN, 0), left = MAX (box.col - MARGIN, 0);

  return (CellBox){ top, left, MIN (box.row + box.rows + MARGIN, canvas->rows) - top,
                    MIN (box.col + box.cols + MARGIN, canvas->cols) - left };
}

/* The part of the level-0 picture `from` inside `part` (pixels of the level), which lies in one piece
 * in the caller's picture; with the photograph where there is no hole. */
static void
show_piece (const TesseraRequest *request, const Scene *scene, PixelBox part, const float *from,
            int k)
{
  const PixelBox frame = scene->plan->frame.box;
  const SceneLevel *level = &scene->levels[0];
  g_autofree float *pixels = g_try_malloc_n ((gsize) part.width * part.height, 3 * sizeof (float));
  float *to = pixels;

  if (!pixels)
    return; /* only a preview: the result does without */
  for (int y = part.y; y < part.y + part.height; y++)
    for (int x = part.x; x < part.x + part.width; x++, to += 3)
      {
        const size_t place = (size_t) y * level->width + x;
        const float *pixel = (level->hole[place] ? from : level->picture) + 3 * place;

        for (int c = 0; c < 3; c++)
          to[c] = CLAMP (pixel[c], 0, 1);
      }
  request->preview (k,
                    (TesseraBox){ columns_at (scene->columns, frame.x + part.x), frame.y + part.y,
                                  part.width, part.height },
                    pixels, request->preview_data);
}

/* What of the part is the hole's box, as the caller's box, or two where it crosses the border of a
 * picture that goes round. */
static void
show (const TesseraRequest *request, const Scene *scene, PixelBox part, const float *from, int k)
{
  const PixelBox hole = scene->hole;
  const int left = MAX (part.x, hole.x), top = MAX (part.y, hole.y);
  const int right = MIN (part.x + part.width, hole.x + hole.width);
  const int bottom = MIN (part.y + part.height, hole.y + hole.height);
  const int first = columns_at (scene->columns, scene->plan->frame.box.x + left);
  const int middle = MIN (right, left + request->picture.width - first);

  if (right <= left || bottom <= top)
    return;
  show_piece (request, scene, (PixelBox){ left, top, middle - left, bottom - top }, from, k);
  if (middle < right)
    show_piece (request, scene, (PixelBox){ middle, top, right - middle, bottom - top }, from, k);
}

gboolean
preview_window (Job *job, const Nets *nets, const TesseraRequest *request, const Scene *scene,
                const Canvas *canvas, const PlanWindow *window, GError **error)
{
  const SceneLevel *level = &scene->levels[0];
  const int factor = scene->plan->factor;
  const CellBox cells = cells_box (window, canvas->cols);
  const PixelBox part = { cells.col * factor, cells.row * factor, cells.cols * factor,
                          cells.rows * factor };
  buffer_auto float *decoded = NULL;

  if (!request->preview || canvas->level > 0)
    return TRUE;
  decoded =
      buffer_new ((size_t) level->width * level->height, 3 * sizeof (float), "the preview", error);
  for (int k = 0; decoded && k < canvas->n_variations; k++)
    {
      const float *vectors = canvas->vectors + k * canvas_cells (canvas) * canvas->embed_dim;

      if (!pixels_decode (job, nets->vqgan, vectors, canvas->cols, grow (cells, canvas),
                          level->picture, level->hole, level->width, FALSE, decoded, error))
        return FALSE;
      show (request, scene, part, decoded, k);
    }
  return decoded != NULL;
}

/* Pixel (x, y) of level 0 out of a level's picture, bilinear with half-pixel centres. */
static void
look_up (const float *picture, const SceneLevel *level, double x, double y, float *rgb)
{
  const double u = CLAMP (x, 0, level->width - 1), v = CLAMP (y, 0, level->height - 1);
  const int left = MIN ((int) u, MAX (level->width - 2, 0));
  const int top = MIN ((int) v, MAX (level->height - 2, 0));
  const int right = MIN (left + 1, level->width - 1), bottom = MIN (top + 1, level->height - 1);
  const float a = (float) (u - left), b = (float) (v - top);
  const size_t width = level->width;

  for (int c = 0; c < 3; c++)
    rgb[c] = (1 - b)
                 * ((1 - a) * picture[3 * (top * width + left) + c]
                    + a * picture[3 * (top * width + right) + c])
             + b
                   * ((1 - a) * picture[3 * (bottom * width + left) + c]
                      + a * picture[3 * (bottom * width + right) + c]);
}

void
preview_level (const TesseraRequest *request, const Scene *scene, int level, int k,
               const float *picture)
{
  const SceneLevel *finest = &scene->levels[0];
  const PixelBox hole = scene->hole;
  const double scale = 1.0 / (1 << level);
  g_autofree float *enlarged = NULL;

  if (!request->preview)
    return;
  if (level == 0)
    {
      show (request, scene, (PixelBox){ 0, 0, finest->width, finest->height }, picture, k);
      return;
    }
  enlarged = g_try_malloc_n ((gsize) finest->width * finest->height, 3 * sizeof (float));
  if (!enlarged)
    return;
  for (int y = hole.y; y < hole.y + hole.height; y++)
    for (int x = hole.x; x < hole.x + hole.width; x++)
      look_up (picture, &scene->levels[level], (x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5,
               enlarged + 3 * ((size_t) y * finest->width + x));
  show (request, scene, (PixelBox){ 0, 0, finest->width, finest->height }, enlarged, k);
}
