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

/* Sums in double: a reference must be nearer the truth than what it judges. */
static void
scores_c (size_t n, size_t width, const float *q, const float *k, size_t stride, float *scores)
{
  for (size_t j = 0; j < n; j++)
    {
      double sum = 0;

      for (size_t i = 0; i < width; i++)
        sum += (double) q[i] * k[j * stride + i];
      scores[j] = (float) sum;
    }
}

static void
mix_c (size_t n, size_t width, const float *p, const float *v, size_t stride, float *y)
{
  for (size_t j = 0; j < n; j++)
    for (size_t i = 0; i < width; i++)
      y[i] += p[j] * v[j * stride + i];
}

const Kernels kernels_c = { .isa = "c", .panel = panel_c, .scores = scores_c, .mix = mix_c };
