#include "nn/norm.h"
#include <math.h>

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

void
norm_rows (const Norm *norm, size_t n_rows, const float *x, float *y)
{
  const int n = norm->channels;

  for (size_t row = 0; row < n_rows; row++, x += n, y += n)
    {
      double sum = 0, squares = 0;

      for (int c = 0; c < n; c++)
        sum += x[c];

      const double mean = sum / n;

      for (int c = 0; c < n; c++)
        squares += (x[c] - mean) * (x[c] - mean);

      const float centre = (float) mean;
      const float gain = (float) (1 / sqrt (squares / n + norm->epsilon));

      for (int c = 0; c < n; c++)
        y[c] = (x[c] - centre) * gain * norm->scale[c] + norm->shift[c];
    }
}

typedef struct {
  const Norm *norm;
  const Map *in;
  Map *out;
  gboolean swish;
  double *sums;         /* [height][N_GROUPS][2]: sum, sum of squares of each row */
  float *gain, *offset; /* [channels]: NORM_GROUP as a multiplication and an addition */
} Work;

static void
sum_row (gpointer data, size_t row)
{
  const Work *work = data;
  const int channels = work->in->channels, size = channels / N_GROUPS;
  const float *x = work->in->data + row * work->in->width * channels;
  double *sums = work->sums + row * N_GROUPS * 2;

  for (int col = 0; col < work->in->width; col++)
    for (int group = 0; group < N_GROUPS; group++)
      for (int i = 0; i < size; i++, x++)
        {
          sums[2 * group] += *x;
          sums[2 * group + 1] += (double) *x * *x;
        }
}

static void
groups_to_channels (Work *work)
{
  const Norm *norm = work->norm;
  const int size = norm->channels / N_GROUPS;
  const double n = (double) map_cells (work->in) * size;

  for (int group = 0; group < N_GROUPS; group++)
    {
      double sum = 0, squares = 0;

      for (int row = 0; row < work->in->height; row++)
        {
          sum += work->sums[(row * N_GROUPS + group) * 2];
          squares += work->sums[(row * N_GROUPS + group) * 2 + 1];
        }

      const double mean = sum / n, variance = MAX (squares / n - mean * mean, 0);
      const double gain = 1 / sqrt (variance + norm->epsilon);

      for (int c = group * size; c < (group + 1) * size; c++)
        {
          work->gain[c] = (float) (gain * norm->scale[c]);
          work->offset[c] = (float) (norm->shift[c] - mean * gain * norm->scale[c]);
        }
    }
}

static void
apply_row (gpointer data, size_t row)
{
  const Work *work = data;
  const int channels = work->in->channels;
  const size_t n = (size_t) work->in->width * channels;
  const float *x = work->in->data + row * n;
  float *y = work->out->data + row * n;

  if (work->norm->kind == NORM_LAYER)
    norm_rows (work->norm, work->in->width, x, y);
  else
    for (size_t i = 0; i < n; i += channels)
      for (int c = 0; c < channels; c++)
        y[i + c] = x[i + c] * work->gain[c] + work->offset[c];
  if (work->swish)
    for (size_t i = 0; i < n; i++)
      y[i] = y[i] / (1 + expf (-y[i]));
}

static gboolean
group_statistics (Job *job, Work *work, GError **error)
{
  work->sums =
      buffer_new ((size_t) work->in->height * N_GROUPS * 2, sizeof (double), "activations", error);
  work->gain = buffer_new (2 * (size_t) work->in->channels, sizeof (float), "activations", error);
  if (!work->sums || !work->gain)
    return FALSE;
  work->offset = work->gain + work->in->channels;
  pool_run (job->pool, work->in->height, sum_row, work);
  groups_to_channels (work);
  return TRUE;
}

gboolean
norm_run (Job *job, const Norm *norm, const Map *in, gboolean swish, Map *out, GError **error)
{
  Work work = { .norm = norm, .in = in, .out = out, .swish = swish };
  gboolean ok;

  g_assert (in->channels == norm->channels);
  ok = (norm->kind == NORM_LAYER || group_statistics (job, &work, error))
       && map_init (out, in->height, in->width, in->channels, error);
  if (ok)
    pool_run (job->pool, in->height, apply_row, &work);
  buffer_free (work.sums);
  buffer_free (work.gain);
  return ok && job_advance (job, 0, error);
}
