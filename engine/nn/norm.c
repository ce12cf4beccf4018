#include "nn/norm.h"
#include "nn/kernels.h"
#include <math.h>
#include <string.h>

enum { N_GROUPS = 32 }; /* taming/modules/diffusionmodules/model.py, Normalize */

Norm
norm_new (NormKind kind, int channels, float epsilon, float *scale, float *shift)
{
  return (Norm){ kind, channels, epsilon, scale, shift };
}

void
norm_clear (Norm *norm)
{
  g_clear_pointer (&norm->scale, buffer_free);
  g_clear_pointer (&norm->shift, buffer_free);
}

typedef struct {
  const Norm *norm;
  const Map *in;
  Map *out;
  double *slots;        /* [height][2][channels] */
  float *gain, *offset; /* [channels] */
} Work;

static void
sum_row (gpointer data, size_t row)
{
  const Work *work = data;
  const size_t channels = work->in->channels, width = work->in->width;

  kernels_best ()->conv.sum (width, channels, work->in->data + row * width * channels,
                             work->slots + row * 2 * channels);
}

void
norm_total (size_t n_slots, size_t channels, const double *slots, double *sums)
{
  memset (sums, 0, 2 * channels * sizeof *sums);
  for (size_t slot = 0; slot < n_slots; slot++, slots += 2 * channels)
    for (size_t i = 0; i < 2 * channels; i++)
      sums[i] += slots[i];
}

/* sums [2][channels] of the channels -> gain and offset of each, by way of its group. */
static void
from_sums (const Norm *norm, const double *sums, double cells, float *gain, float *offset)
{
  const int size = norm->channels / N_GROUPS;
  const double n = cells * size;

  for (int group = 0; group < N_GROUPS; group++)
    {
      double sum = 0, squares = 0;

      for (int c = group * size; c < (group + 1) * size; c++)
        {
          sum += sums[c];
          squares += sums[norm->channels + c];
        }

      const double mean = sum / n, variance = MAX (squares / n - mean * mean, 0);
      const double scale = 1 / sqrt (variance + norm->epsilon);

      for (int c = group * size; c < (group + 1) * size; c++)
        {
          gain[c] = (float) (scale * norm->scale[c]);
          offset[c] = (float) (norm->shift[c] - mean * scale * norm->scale[c]);
        }
    }
}

gboolean
norm_affine (Job *job, const Norm *norm, const Map *map, float *gain, float *offset, GError **error)
{
  const size_t channels = map->channels;
  Work work = { .norm = norm, .in = map };
  buffer_auto double *slots = NULL;

  g_assert (map->channels == norm->channels && norm->kind == NORM_GROUP);
  if (map->sums)
    {
      from_sums (norm, map->sums, (double) map_cells (map), gain, offset);
      return TRUE;
    }
  slots = buffer_new ((size_t) map->height + 1, 2 * channels * sizeof (double), "sums", error);
  if (!slots)
    return FALSE;
  work.slots = slots;
  if (!job_run (job, map->height, 0, sum_row, &work, error))
    return FALSE;
  norm_total (map->height, channels, slots, slots + map->height * 2 * channels);
  from_sums (norm, slots + map->height * 2 * channels, (double) map_cells (map), gain, offset);
  return TRUE;
}

static void
apply_row (gpointer data, size_t row)
{
  const Work *work = data;
  const size_t channels = work->in->channels, n = work->in->width * channels;
  const float *x = work->in->data + row * n;
  float *y = work->out->data + row * n;

  if (work->norm->kind == NORM_LAYER)
    kernels_best ()->conv.layer_norm (work->in->width, channels, x, work->norm->scale,
                                      work->norm->shift, work->norm->epsilon, FALSE, y, channels);
  else
    for (size_t i = 0; i < n; i += channels)
      for (size_t c = 0; c < channels; c++)
        y[i + c] = x[i + c] * work->gain[c] + work->offset[c];
}

gboolean
norm_run (Job *job, const Norm *norm, const Map *in, Map *out, GError **error)
{
  buffer_auto float *affine = buffer_new (2 * (size_t) in->channels, sizeof (float), "sums", error);
  Work work = { .norm = norm, .in = in, .out = out };

  g_assert (in->channels == norm->channels);
  if (!affine)
    return FALSE;
  work.gain = affine;
  work.offset = affine + in->channels;
  if ((norm->kind == NORM_GROUP && !norm_affine (job, norm, in, work.gain, work.offset, error))
      || !map_shape (out, in->height, in->width, in->channels, error))
    return FALSE;
  return job_run (job, in->height, 0, apply_row, &work, error);
}
