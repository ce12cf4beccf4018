/* Convolutions as products with panels of weights: 1x1, those that halve the size, and those with
 * too few channels for Winograd. With channels innermost, the 3 * n_in inputs of one kernel row lie
 * in one run, and the next output begins n_in (or 2 n_in) further: three segments of one product. */
#include "nn/conv_private.h"
#include <string.h>

enum {
  PIXELS = 16 * PANEL_ROWS, /* of a task of 1x1: they stay in L1 while the panels pass by */
  TASK_FLOP = 100000000,    /* of a task of 3x3, about: milliseconds, in plain C some twenty */
};

typedef struct {
  ConvRun *run;
  size_t n_tasks;
  size_t part, n_parts; /* 3x3: a task is `part` pixels of a row, the last one fewer */
  float *weights;       /* as conv_pack_panel */
  Places places;        /* of [3][part + 2][n_in], a task's inputs; and of a widened panel */
} Direct;

/* Runs of output pixels, one a task: rows or parts of them, or for 1x1 any number of pixels of the
 * whole map. */
static void
plan (Direct *direct, const Conv *conv, size_t height, size_t width)
{
  const double flop = 2.0 * 9 * conv->n_in * PANEL_COLS * (double) (n_panels (conv) * width);

  direct->n_parts = MIN (1 + (size_t) (flop / TASK_FLOP), width);
  direct->part = (width + direct->n_parts - 1) / direct->n_parts;
  direct->n_parts = (width + direct->part - 1) / direct->part;
  direct->n_tasks =
      conv->kernel == 1 ? (height * width + PIXELS - 1) / PIXELS : height * direct->n_parts;
}

static size_t
carve_all (Direct *direct, int n_threads, gboolean sums, void *memory)
{
  const Conv *conv = direct->run->conv;
  const size_t taps = (size_t) conv->kernel * conv->kernel, n_in = conv->n_in;
  const size_t inputs = conv->kernel == 1 ? 0 : 3 * (2 * direct->part + 2) * n_in;
  Carver carver = { memory, 0 };
  double *slots = NULL;

  if (sums)
    slots = carve (&carver, direct->n_tasks * 2 * conv->n_out, sizeof (double));
  direct->weights = carve (&carver, n_panels (conv) * taps * n_in, PANEL_COLS * sizeof (float));
  carve_places (&carver, n_threads, MAX (inputs, taps * n_in * PANEL_COLS) * sizeof (float),
                &direct->places);
  direct->run->sums = slots;
  return carver.used;
}

static void
pack (gpointer data, size_t panel)
{
  const Direct *direct = data;
  const Conv *conv = direct->run->conv;
  guint8 *place = places_take (&direct->places);

  conv_pack_panel (conv, panel, (float *) place,
                   direct->weights + panel * conv->kernel * conv->kernel * conv->n_in * PANEL_COLS);
  places_give (&direct->places, place);
}

/* One call of the kernel, writing only the channels that exist. */
static void
write_panel (const ConvRun *run, const PanelShape *shape, size_t panel, const float *x,
             const float *weights, float *y)
{
  const float *bias = run->conv->bias + panel * PANEL_COLS;
  const size_t n = panel_width (run->conv, panel);
  float wide[PANEL_ROWS * PANEL_COLS];
  PanelShape aside = *shape;

  if (!run->add && n == PANEL_COLS)
    {
      run->kernels->panel (shape, x, weights, bias, y);
      return;
    }
  aside.out_stride = PANEL_COLS;
  run->kernels->panel (&aside, x, weights, bias, wide);
  for (size_t row = 0; row < shape->rows; row++)
    for (size_t c = 0; c < n; c++)
      {
        float *to = y + row * shape->out_stride + c;

        *to = wide[row * PANEL_COLS + c] + (run->add ? *to : 0);
      }
}

/* n output pixels at y; their inputs begin at x, each shape->row_stride further. */
static void
run_pixels (const Direct *direct, PanelShape *shape, size_t n, const float *x, float *y)
{
  const size_t size = shape->segments * shape->k * PANEL_COLS;

  for (size_t panel = 0; panel < n_panels (direct->run->conv); panel++)
    for (size_t i = 0; i < n; i += PANEL_ROWS)
      {
        shape->rows = MIN (PANEL_ROWS, n - i);
        write_panel (direct->run, shape, panel, x + i * shape->row_stride,
                     direct->weights + panel * size,
                     y + i * shape->out_stride + panel * PANEL_COLS);
      }
}

static void
run_part (gpointer data, size_t task)
{
  const Direct *direct = data;
  const ConvRun *run = direct->run;
  const gboolean down = run->conv->kind == CONV_DOWN;
  const size_t n_in = run->conv->n_in, n_out = run->conv->n_out;
  const size_t row = task / direct->n_parts, first = task % direct->n_parts * direct->part;
  const size_t width = MIN (direct->part, run->out->width - first);
  const int n = (int) (down ? 2 * width + 1 : width + 2), stride = down ? 2 : 1;
  PanelShape shape = { .segments = 3,
                       .k = 3 * n_in,
                       .row_stride = stride * n_in,
                       .segment_stride = n * n_in,
                       .out_stride = n_out };
  guint8 *place = places_take (&direct->places);
  float *inputs = (float *) place, *y = run->out->data + (row * run->out->width + first) * n_out;

  for (int tap = 0; tap < 3; tap++)
    conv_read (run, (int) row * stride + tap - !down, (int) first * stride - !down, n, n_in,
               inputs + tap * n * n_in);
  run_pixels (direct, &shape, width, inputs, y);
  if (run->sums)
    run->kernels->conv.sum (width, n_out, y, run->sums + task * 2 * n_out);
  places_give (&direct->places, place);
}

static void
run_cells (gpointer data, size_t task)
{
  const Direct *direct = data;
  const ConvRun *run = direct->run;
  const size_t n_in = run->conv->n_in, n_out = run->conv->n_out, first = task * PIXELS;
  const size_t n = MIN (PIXELS, map_cells (run->out) - first);
  PanelShape shape = { .segments = 1, .k = n_in, .row_stride = n_in, .out_stride = n_out };
  float *y = run->out->data + first * n_out;

  run_pixels (direct, &shape, n, run->in->data + first * n_in, y);
  if (run->sums)
    run->kernels->conv.sum (n, n_out, y, run->sums + task * 2 * n_out);
}

gboolean
conv_run_direct (Job *job, ConvRun *run, gboolean sums, Scratch *scratch, GError **error)
{
  const int n_threads = pool_n_threads (job->pool);
  const double flop = conv_flop (run->conv, run->in->height, run->in->width);
  Direct direct = { .run = run };
  void *memory;

  plan (&direct, run->conv, run->out->height, run->out->width);
  memory = scratch_take (scratch, carve_all (&direct, n_threads, sums, NULL), error);
  if (!memory)
    return FALSE;
  carve_all (&direct, n_threads, sums, memory);
  if (sums)
    memset (run->sums, 0, direct.n_tasks * 2 * run->conv->n_out * sizeof (double));
  return job_run (job, n_panels (run->conv), 0, pack, &direct, error)
         && job_run (job, direct.n_tasks, flop, run->conv->kernel == 1 ? run_cells : run_part,
                     &direct, error)
         && (!sums || conv_take_sums (run->out, direct.n_tasks, run->sums, error));
}

gsize
conv_bytes_direct (const Conv *conv, int n_threads, int height, int width)
{
  ConvRun run = { .conv = conv };
  Direct direct = { .run = &run };

  plan (&direct, conv, conv_out_side (conv, height), conv_out_side (conv, width));
  return carve_all (&direct, n_threads, TRUE, NULL);
}
