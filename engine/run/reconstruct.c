#include "run/reconstruct.h"
#include "image/resample.h"
#include "run/estimate.h"
#include "run/pixels.h"
#include <string.h>

/* Every vector becomes its code's. */
static gboolean
quantise (Job *job, const Vqgan *vqgan, Map *vectors, GError **error)
{
  const size_t n = map_cells (vectors), width = vectors->channels;
  buffer_auto int *tokens = buffer_new (n, sizeof (int), "tokens", error);

  if (!tokens || !vqgan_quantise (job, vqgan, vectors->data, n, tokens, error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    memcpy (vectors->data + i * width, vqgan_code (vqgan, tokens[i]), width * sizeof (float));
  return TRUE;
}

/* padded: [box.height][box.width][3], the picture extended to whole cells; in place. */
static gboolean
there_and_back (Job *job, const Vqgan *vqgan, PixelBox box, float *padded, GError **error)
{
  g_auto (Map) vectors = { 0 };

  if (!pixels_encode (job, vqgan, padded, box.height, box.width, &vectors, error)
      || !quantise (job, vqgan, &vectors, error))
    return FALSE;

  const CellBox all = { 0, 0, vectors.height, vectors.width };

  return pixels_decode (job, vqgan, vectors.data, vectors.width, all, padded, NULL, box.width,
                        padded, error);
}

gboolean
reconstruct_run (const Nets *nets, const TesseraRequest *request, float *pixels, GError **error)
{
  const TesseraPicture *picture = &request->picture;
  const int factor = vq_factor (vqgan_schema (nets->vqgan));
  const PixelBox box = { 0, 0, (picture->width + factor - 1) / factor * factor,
                         (picture->height + factor - 1) / factor * factor };
  const gsize bytes = vqgan_bytes (nets->vqgan, box.height, box.width);
  buffer_auto float *padded = NULL;
  g_autoptr (Pool) pool = NULL;
  Job job = { .progress = request->progress, .progress_data = request->progress_data };

  if (!estimate_check_memory (bytes, request->memory_limit, error)
      || !(padded = buffer_new ((size_t) box.width * box.height, 3 * sizeof (float), "the picture",
                                error)))
    return FALSE;
  pool = pool_new (request->n_threads);
  job.pool = pool;
  job.total = vqgan_encode_flop (nets->vqgan, box.height, box.width)
              + vqgan_decode_flop (nets->vqgan, box.height, box.width);
  picture_crop (picture->pixels, picture->width, picture->height, 3, box, padded);
  if (!there_and_back (&job, nets->vqgan, box, padded, error))
    return FALSE;
  for (int y = 0; y < picture->height; y++)
    memcpy (pixels + (size_t) y * picture->width * 3, padded + (size_t) y * box.width * 3,
            (size_t) picture->width * 3 * sizeof (float));
  return TRUE;
}
