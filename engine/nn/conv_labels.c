/* The first convolution of a label map: the sum of the (at most) nine columns of the weights that the
 * labels around a pixel choose. */
#include "nn/conv_private.h"
#include <string.h>

typedef struct {
  ConvRun run;
  const guint8 *labels; /* [height][width] */
  float *weights;       /* as conv_pack_panel */
  Places places;
} LabelRun;

static size_t
carve_all (LabelRun *work, int n_threads, gboolean sums, void *memory)
{
  const Conv *conv = work->run.conv;
  const size_t size = 9 * (size_t) conv->n_in * PANEL_COLS;
  Carver carver = { memory, 0 };
  double *slots = NULL;

  if (sums)
    slots = carve (&carver, (size_t) work->run.out->height * 2 * conv->n_out, sizeof (double));
  work->weights = carve (&carver, n_panels (conv) * size, sizeof (float));
  carve_places (&carver, n_threads, size * sizeof (float), &work->places);
  work->run.sums = slots;
  return carver.used;
}

static void
pack (gpointer data, size_t panel)
{
  const LabelRun *work = data;
  guint8 *place = places_take (&work->places);

  conv_pack_panel (work->run.conv, panel, (float *) place,
                   work->weights + panel * 9 * work->run.conv->n_in * PANEL_COLS);
  places_give (&work->places, place);
}

static void
look_up (const LabelRun *work, int row, int col, size_t panel, float sum[PANEL_COLS])
{
  const Conv *conv = work->run.conv;
  const int height = work->run.out->height, width = work->run.out->width;
  const float *weights = work->weights + panel * 9 * conv->n_in * PANEL_COLS;

  memcpy (sum, conv->bias + panel * PANEL_COLS, PANEL_COLS * sizeof (float));
  for (int tap = 0; tap < 9; tap++)
    {
      const int y = row + tap / 3 - 1, x = col + tap % 3 - 1;
      const float *column;

      if (y < 0 || y >= height || x < 0 || x >= width)
        continue;
      column =
          weights + ((size_t) tap * conv->n_in + work->labels[(size_t) y * width + x]) * PANEL_COLS;
      for (int j = 0; j < PANEL_COLS; j++)
        sum[j] += column[j];
    }
}

static void
run_row (gpointer data, size_t row)
{
  const LabelRun *work = data;
  const size_t n_out = work->run.conv->n_out, width = work->run.out->width;
  float *y = work->run.out->data + row * width * n_out, sum[PANEL_COLS];

  for (size_t panel = 0; panel < n_panels (work->run.conv); panel++)
    for (size_t col = 0; col < width; col++)
      {
        look_up (work, (int) row, (int) col, panel, sum);
        memcpy (y + col * n_out + panel * PANEL_COLS, sum,
                panel_width (work->run.conv, panel) * sizeof (float));
      }
  if (work->run.sums)
    work->run.kernels->conv.sum (width, n_out, y, work->run.sums + row * 2 * n_out);
}

gboolean
conv_run_labels (Job *job, const Conv *conv, ConvFlags flags, Scratch *scratch,
                 const guint8 *labels, int height, int width, Map *out, GError **error)
{
  const int n_threads = pool_n_threads (job->pool);
  const gboolean sums = flags & CONV_SUMS;
  LabelRun work = { .run = { .conv = conv, .kernels = kernels_best (), .out = out },
                    .labels = labels };
  void *memory;

  g_assert (conv->kernel == 3 && conv->kind == CONV_SAME);
  if (!map_shape (out, height, width, conv->n_out, error))
    return FALSE;
  memory = scratch_take (scratch, carve_all (&work, n_threads, sums, NULL), error);
  if (!memory)
    return FALSE;
  carve_all (&work, n_threads, sums, memory);
  if (sums)
    memset (work.run.sums, 0, (size_t) height * 2 * conv->n_out * sizeof (double));
  return job_run (job, n_panels (conv), 0, pack, &work, error)
         && job_run (job, height, conv_flop (conv, height, width), run_row, &work, error)
         && (!sums || conv_take_sums (out, height, work.run.sums, error));
}
