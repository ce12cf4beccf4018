#include "run/reconstruct.h"
#include "image/resample.h"
#include "run/estimate.h"
#include "run/pixels.h"
#include <string.h>

typedef struct {
  const Nets *nets;
  Job *job;
  PixelBox box; /* the picture extended to whole cells */
  int rows, cols;
} Run;

static gboolean
encode (const Run *run, const TesseraRequest *request, int *tokens, GError **error)
{
  const TesseraPicture *picture = &request->picture;
  const Vqgan *vqgan = run->nets->vqgan;
  g_auto (Map) vectors = { 0 };
  buffer_auto float *padded = buffer_new ((size_t) run->box.width * run->box.height,
                                          3 * sizeof (float), "the picture", error);

  if (!padded)
    return FALSE;
  picture_crop (picture->pixels, picture->width, picture->height, 3, run->box, padded);
  return pixels_encode (run->job, vqgan, padded, run->box.height, run->box.width, FALSE, &vectors,
                        error)
         && vqgan_quantise (run->job, vqgan, vectors.data, map_cells (&vectors), tokens, error);
}

static gboolean
decode (const Run *run, const TesseraRequest *request, const int *tokens, float *pixels,
        GError **error)
{
  const TesseraPicture *picture = &request->picture;
  const size_t width = vqgan_schema (run->nets->vqgan)->embed_dim;
  const CellBox all = { 0, 0, run->rows, run->cols };
  g_auto (Map) vectors = { 0 };
  buffer_auto float *padded = buffer_new ((size_t) run->box.width * run->box.height,
                                          3 * sizeof (float), "the picture", error);

  if (!padded || !map_init (&vectors, run->rows, run->cols, (int) width, error))
    return FALSE;
  for (size_t i = 0; i < map_cells (&vectors); i++)
    memcpy (vectors.data + i * width, vqgan_code (run->nets->vqgan, tokens[i]),
            width * sizeof (float));
  if (!pixels_decode (run->job, run->nets->vqgan, vectors.data, run->cols, all, padded, NULL,
                      run->box.width, FALSE, padded, error))
    return FALSE;
  for (int y = 0; y < picture->height; y++)
    memcpy (pixels + (size_t) y * picture->width * 3, padded + (size_t) y * run->box.width * 3,
            (size_t) picture->width * 3 * sizeof (float));
  return TRUE;
}

static gboolean
check_tokens (const int *tokens, size_t n, int n_codes, GError **error)
{
  for (size_t i = 0; i < n; i++)
    if (tokens[i] < 0 || tokens[i] >= n_codes)
      {
        g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                     "Cell %zu holds the code %d; the model has the codes 0 to %d.", i, tokens[i],
                     n_codes - 1);
        return FALSE;
      }
  return TRUE;
}

gboolean
reconstruct_run (const Nets *nets, const TesseraRequest *request, const int *given, int *tokens,
                 float *pixels, GError **error)
{
  const TesseraPicture *picture = &request->picture;
  const int factor = vq_factor (vqgan_schema (nets->vqgan));
  const int rows = (picture->height + factor - 1) / factor;
  const int cols = (picture->width + factor - 1) / factor;
  const size_t n = (size_t) rows * cols;
  Job job = { .progress = request->progress, .progress_data = request->progress_data };
  const Run run = { nets, &job, { 0, 0, cols * factor, rows * factor }, rows, cols };
  buffer_auto int *made = NULL;
  g_autoptr (Pool) pool = NULL;

  if (given && !check_tokens (given, n, vqgan_schema (nets->vqgan)->n_embed, error))
    return FALSE;
  if (!estimate_check_memory (vqgan_bytes (nets->vqgan, run.box.height, run.box.width),
                              request->memory_limit, error)
      || !(made = buffer_new (n, sizeof (int), "tokens", error)))
    return FALSE;
  pool = pool_new (request->n_threads);
  job.pool = pool;
  job.total = (given ? 0 : vqgan_encode_flop (nets->vqgan, run.box.height, run.box.width))
              + (pixels ? vqgan_decode_flop (nets->vqgan, run.box.height, run.box.width) : 0);
  if ((!given && !encode (&run, request, made, error))
      || (pixels && !decode (&run, request, given ? given : made, pixels, error)))
    return FALSE;
  if (tokens)
    memcpy (tokens, given ? given : made, n * sizeof (int));
  return TRUE;
}
