#include "nn/linear.h"
#include "base/buffer.h"
#include <string.h>

enum {
  CHUNK_ROWS = 8 * PANEL_ROWS, /* rows of x stay in L1 while the panels pass by */
  CHUNK_PANELS = 4,            /* so that a token step (few rows) still has chunks to share */
};

gboolean
linear_init (Linear *linear, size_t n_in, size_t n_out, const float *weight, const float *bias,
             GError **error)
{
  *linear = (Linear){ .n_in = n_in, .n_out = n_out };

  const size_t n_panels = linear_n_panels (linear);

  linear->panels = buffer_new (n_panels * PANEL_COLS, n_in * sizeof (float), "weights", error);
  linear->bias =
      linear->panels ? buffer_new (n_panels * PANEL_COLS, sizeof (float), "weights", error) : NULL;
  if (!linear->bias)
    {
      linear_clear (linear);
      return FALSE;
    }
  for (size_t out = 0; out < n_out; out++)
    {
      float *column = linear->panels + out / PANEL_COLS * n_in * PANEL_COLS + out % PANEL_COLS;

      for (size_t in = 0; in < n_in; in++)
        column[in * PANEL_COLS] = weight[out * n_in + in];
    }
  if (bias)
    memcpy (linear->bias, bias, n_out * sizeof (float));
  return TRUE;
}

void
linear_clear (Linear *linear)
{
  g_clear_pointer (&linear->panels, buffer_free);
  g_clear_pointer (&linear->bias, buffer_free);
}

void
linear_panel (const Kernels *kernels, const Linear *linear, const PanelShape *shape, size_t panel,
              const float *x, float *y)
{
  const size_t first = panel * PANEL_COLS;
  const float *weights = linear->panels + first * linear->n_in;

  if (first + PANEL_COLS <= linear->n_out)
    {
      kernels->panel (shape, x, weights, linear->bias + first, y + first);
      return;
    }

  /* The last panel is wider than the output: by way of a place of its own. */
  float wide[PANEL_ROWS * PANEL_COLS];
  PanelShape tail = *shape;

  tail.out_stride = PANEL_COLS;
  kernels->panel (&tail, x, weights, linear->bias + first, wide);
  for (size_t row = 0; row < shape->rows; row++)
    memcpy (y + row * shape->out_stride + first, wide + row * PANEL_COLS,
            (linear->n_out - first) * sizeof (float));
}

typedef struct {
  const Kernels *kernels;
  const Linear *linear;
  size_t n_rows, n_panel_chunks;
  const float *x;
  float *y;
} Product;

static void
run_chunk (gpointer data, size_t chunk)
{
  const Product *product = data;
  const Linear *linear = product->linear;
  const size_t first_row = chunk / product->n_panel_chunks * CHUNK_ROWS;
  const size_t end_row = MIN (first_row + CHUNK_ROWS, product->n_rows);
  const size_t first_panel = chunk % product->n_panel_chunks * CHUNK_PANELS;
  const size_t end_panel = MIN (first_panel + CHUNK_PANELS, linear_n_panels (linear));

  for (size_t panel = first_panel; panel < end_panel; panel++)
    for (size_t row = first_row; row < end_row; row += PANEL_ROWS)
      {
        const PanelShape shape = { .rows = MIN (PANEL_ROWS, end_row - row),
                                   .segments = 1,
                                   .k = linear->n_in,
                                   .row_stride = linear->n_in,
                                   .out_stride = linear->n_out };

        linear_panel (product->kernels, linear, &shape, panel, product->x + row * linear->n_in,
                      product->y + row * linear->n_out);
      }
}

gboolean
linear_run (Job *job, const Linear *linear, size_t n_rows, const float *x, float *y, GError **error)
{
  Product product = {
    .kernels = kernels_best (), .linear = linear, .n_rows = n_rows, .x = x, .y = y
  };

  product.n_panel_chunks = (linear_n_panels (linear) + CHUNK_PANELS - 1) / CHUNK_PANELS;
  pool_run (job->pool, (n_rows + CHUNK_ROWS - 1) / CHUNK_ROWS * product.n_panel_chunks, run_chunk,
            &product);
  return job_advance (job, linear_flop (linear, (double) n_rows), error);
}
