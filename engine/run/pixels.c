#include "run/pixels.h"
#include "image/wrap.h"
#include <string.h>

/* Cells beyond both ends of a circle that are computed along. What lies further changes nothing
 * that can be seen. */
enum { MARGIN = 8 };

/* The middle columns of a map that was computed with `margin` more on both sides. */
static gboolean
cut_margin (Map *map, int margin, GError **error)
{
  g_auto (Map) cut = { 0 };
  const int width = map->width - 2 * margin;

  if (margin == 0)
    return TRUE;
  if (!map_init (&cut, map->height, width, map->channels, error))
    return FALSE;
  for (int y = 0; y < cut.height; y++)
    memcpy (cut.data + (size_t) y * width * cut.channels,
            map->data + ((size_t) y * map->width + margin) * map->channels,
            (size_t) width * cut.channels * sizeof (float));
  map_replace (map, &cut);
  return TRUE;
}

gboolean
pixels_encode (Job *job, const Vqgan *vqgan, const float *picture, int height, int width,
               gboolean cyclic, Map *vectors, GError **error)
{
  const int margin = cyclic ? MARGIN : 0, pixels = margin * vq_factor (vqgan_schema (vqgan));
  g_auto (Map) x = { 0 };

  if (!map_init (&x, height, width + 2 * pixels, 3, error))
    return FALSE;
  picture_unroll (picture, width, height, 3 * sizeof (float), pixels, x.data);
  for (size_t i = 0; i < map_cells (&x) * 3; i++)
    x.data[i] = 2 * x.data[i] - 1;
  return vqgan_encode (job, vqgan, &x, vectors, error) && cut_margin (vectors, margin, error);
}

/* A column that may lie beyond the ends of a circle of n. */
static int
around (int column, int n)
{
  return (column % n + n) % n;
}

static void
fill_seam (const float *picture, const guint8 *hole, int width, CellBox box, int factor, Map *seam)
{
  float *to = seam->data;

  for (int y = 0; y < seam->height; y++)
    for (int x = 0; x < seam->width; x++, to += 4)
      {
        const size_t place =
            (size_t) (box.row * factor + y) * width + around (box.col * factor + x, width);

        if (!hole || hole[place])
          continue;
        for (int c = 0; c < 3; c++)
          to[c] = 2 * picture[3 * place + c] - 1;
        to[3] = 1;
      }
}

static void
cut_cells (const float *vectors, int cols, CellBox box, Map *part)
{
  const size_t e = part->channels;
  float *to = part->data;

  for (int row = box.row; row < box.row + box.rows; row++)
    for (int col = box.col; col < box.col + box.cols; col++, to += e)
      memcpy (to, vectors + ((size_t) row * cols + around (col, cols)) * e, e * sizeof (float));
}

gboolean
pixels_decode (Job *job, const Vqgan *vqgan, const float *vectors, int cols, CellBox box,
               const float *picture, const guint8 *hole, int width, gboolean cyclic, float *out,
               GError **error)
{
  const VqSchema *schema = vqgan_schema (vqgan);
  const int factor = vq_factor (schema), margin = cyclic ? MARGIN : 0;
  const CellBox seen = { box.row, box.col - margin, box.rows, box.cols + 2 * margin };
  g_auto (Map) part = { 0 }, seam = { 0 }, pixels = { 0 };

  if (!map_init (&part, seen.rows, seen.cols, schema->embed_dim, error)
      || (schema->seam && !map_init (&seam, seen.rows * factor, seen.cols * factor, 4, error)))
    return FALSE;
  cut_cells (vectors, cols, seen, &part);
  if (schema->seam)
    fill_seam (picture, hole, width, seen, factor, &seam);
  if (!vqgan_decode (job, vqgan, &part, schema->seam ? &seam : NULL, &pixels, error)
      || !cut_margin (&pixels, margin * factor, error))
    return FALSE;
  for (int y = 0; y < pixels.height; y++)
    {
      const float *from = pixels.data + (size_t) y * pixels.width * 3;
      float *to = out + ((size_t) (box.row * factor + y) * width + box.col * factor) * 3;

      for (int i = 0; i < pixels.width * 3; i++)
        to[i] = (from[i] + 1) / 2;
    }
  return TRUE;
}
