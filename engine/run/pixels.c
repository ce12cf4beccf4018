#include "run/pixels.h"
#include <string.h>

gboolean
pixels_encode (Job *job, const Vqgan *vqgan, const float *picture, int height, int width,
               Map *vectors, GError **error)
{
  g_auto (Map) x = { 0 };

  if (!map_init (&x, height, width, 3, error))
    return FALSE;
  for (size_t i = 0; i < map_cells (&x) * 3; i++)
    x.data[i] = 2 * picture[i] - 1;
  return vqgan_encode (job, vqgan, &x, vectors, error);
}

static void
fill_seam (const float *picture, const guint8 *hole, int width, CellBox box, int factor, Map *seam)
{
  float *to = seam->data;

  for (int y = 0; y < seam->height; y++)
    for (int x = 0; x < seam->width; x++, to += 4)
      {
        const size_t place = (size_t) (box.row * factor + y) * width + box.col * factor + x;

        if (!hole || hole[place])
          continue;
        for (int c = 0; c < 3; c++)
          to[c] = 2 * picture[3 * place + c] - 1;
        to[3] = 1;
      }
}

gboolean
pixels_decode (Job *job, const Vqgan *vqgan, const float *vectors, int cols, CellBox box,
               const float *picture, const guint8 *hole, int width, float *out, GError **error)
{
  const VqSchema *schema = vqgan_schema (vqgan);
  const int factor = vq_factor (schema), e = schema->embed_dim;
  g_auto (Map) part = { 0 }, seam = { 0 }, pixels = { 0 };

  if (!map_init (&part, box.rows, box.cols, e, error)
      || (schema->seam && !map_init (&seam, box.rows * factor, box.cols * factor, 4, error)))
    return FALSE;
  for (int row = 0; row < box.rows; row++)
    memcpy (part.data + (size_t) row * box.cols * e,
            vectors + ((size_t) (box.row + row) * cols + box.col) * e,
            (size_t) box.cols * e * sizeof (float));
  if (schema->seam)
    fill_seam (picture, hole, width, box, factor, &seam);
  if (!vqgan_decode (job, vqgan, &part, schema->seam ? &seam : NULL, &pixels, error))
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
