/* linear: y = W x + b on rows of floats, with W packed once into panels that the kernels read
 * front to back. */
#pragma once
#include "base/job.h"
#include "nn/kernels.h"

typedef struct {
  size_t n_in, n_out;
  float *panels; /* [n_panels][n_in][PANEL_COLS], zero behind n_out */
  float *bias;   /* [n_panels * PANEL_COLS] */
} Linear;

/* Packs weight [n_out][n_in] and bias [n_out] (NULL = none); both stay the caller's. */
gboolean linear_init (Linear *linear, size_t n_in, size_t n_out, const float *weight,
                      const float *bias, GError **error);
void linear_clear (Linear *linear);

/* y[row][n_out] = W x[row][n_in] + b. Counts as 2 * n_rows * n_in * n_out FLOP of the job. */
gboolean linear_run (Job *job, const Linear *linear, size_t n_rows, const float *x, float *y,
                     GError **error);

static inline double
linear_flop (const Linear *linear, double n_rows)
{
  return 2.0 * n_rows * linear->n_in * linear->n_out;
}

/* The panel product of rows <= PANEL_ROWS rows with panel `panel`, writing only columns that
 * exist. shape->rows, strides and segments are the caller's; used by linear and conv. */
void linear_panel (const Kernels *kernels, const Linear *linear, const PanelShape *shape,
                   size_t panel, const float *x, float *y);

static inline size_t
linear_n_panels (const Linear *linear)
{
  return (linear->n_out + PANEL_COLS - 1) / PANEL_COLS;
}
