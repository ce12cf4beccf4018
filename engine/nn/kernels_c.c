#include "nn/kernels_private.h"

static void
panel_c (const PanelShape *shape, const float *x, const float *w, const float *bias, float *y)
{
  for (size_t r = 0; r < shape->rows; r++)
    {
      float sum[PANEL_COLS];
      const float *weight = w;

      for (size_t j = 0; j < PANEL_COLS; j++)
        sum[j] = bias[j];
      for (size_t s = 0; s < shape->segments; s++)
        for (size_t i = 0; i < shape->k; i++, weight += PANEL_COLS)
          for (size_t j = 0; j < PANEL_COLS; j++)
            sum[j] += x[r * shape->row_stride + s * shape->segment_stride + i] * weight[j];
      for (size_t j = 0; j < PANEL_COLS; j++)
        y[r * shape->out_stride + j] = sum[j];
    }
}

const Kernels kernels_c = { .isa = "c", .panel = panel_c };
