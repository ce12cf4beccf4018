/* The specification: Winograd as its three matrices, everything else as its formula. */
#include "nn/kernels_private.h"
#include <math.h>
#include <string.h>

#define A 0.70710678118654752 /* sqrt(1/2) */
#define B 1.41421356237309505 /* sqrt(2) */

static const double weights_matrix[WINO_IN][3] = {
  { 1, 0, 0 },
  { -2.0 / 3, -2.0 / 3 * A, -1.0 / 3 },
  { -2.0 / 3, 2.0 / 3 * A, -1.0 / 3 },
  { 1.0 / 6, B / 6, 1.0 / 3 },
  { 1.0 / 6, -B / 6, 1.0 / 3 },
  { 0, 0, 1 },
};

static const float in_matrix[WINO_IN][WINO_IN] = {
  { 1, 0, -2.5f, 0, 1, 0 },
  { 0, (float) (-2 * A), -2, (float) A, 1, 0 },
  { 0, (float) (2 * A), -2, (float) -A, 1, 0 },
  { 0, (float) (-B / 2), -0.5f, (float) B, 1, 0 },
  { 0, (float) (B / 2), -0.5f, (float) -B, 1, 0 },
  { 0, 1, 0, -2.5f, 0, 1 },
};

static const float out_matrix[WINO_OUT][WINO_IN] = {
  { 1, 1, 1, 1, 1, 0 },
  { 0, (float) A, (float) -A, (float) B, (float) -B, 0 },
  { 0, 0.5f, 0.5f, 2, 2, 0 },
  { 0, (float) (A / 2), (float) (-A / 2), (float) (2 * B), (float) (-2 * B), 1 },
};

static void
wino_weights_c (size_t n_out, size_t n_in, size_t channels, const float *w, float *u)
{
  memset (u, 0, WINO * channels * PANEL_COLS * sizeof (float));
  for (size_t out = 0; out < n_out; out++)
    for (size_t in = 0; in < n_in; in++)
      {
        const float *tap = w + (out * n_in + in) * 9;

        for (size_t f = 0; f < WINO; f++)
          {
            double sum = 0;

            for (int y = 0; y < 3; y++)
              for (int x = 0; x < 3; x++)
                sum += weights_matrix[f / WINO_IN][y] * tap[3 * y + x]
                       * weights_matrix[f % WINO_IN][x];
            u[(f * channels + in) * PANEL_COLS + out] = (float) sum;
          }
      }
}

static void
wino_in_c (const WinoRun *run, const float *x, float *v)
{
  for (size_t tile = 0; tile < run->tiles; tile++)
    for (size_t c = 0; c < run->channels; c++)
      {
        const float *corner = x + tile * WINO_OUT * run->channels + c;
        float half[WINO_IN][WINO_IN] = { 0 };

        for (int i = 0; i < WINO_IN; i++)
          for (int k = 0; k < WINO_IN; k++)
            for (int j = 0; j < WINO_IN; j++)
              half[i][j] += in_matrix[i][k] * corner[k * run->row_stride + j * run->channels];
        for (size_t f = 0; f < WINO; f++)
          {
            float sum = 0;

            for (int k = 0; k < WINO_IN; k++)
              sum += half[f / WINO_IN][k] * in_matrix[f % WINO_IN][k];
            v[f * run->step + tile * run->channels + c] = sum;
          }
      }
}

static void
wino_product_c (size_t n, size_t channels, const float *v, const float *u, float *m)
{
  for (size_t f = 0; f < WINO; f++, u += channels * PANEL_COLS)
    for (size_t tile = 0; tile < n; tile++, v += channels, m += PANEL_COLS)
      {
        float sum[PANEL_COLS] = { 0 };

        for (size_t c = 0; c < channels; c++)
          for (int j = 0; j < PANEL_COLS; j++)
            sum[j] += v[c] * u[c * PANEL_COLS + j];
        memcpy (m, sum, sizeof sum);
      }
}

/* Output (row, col) of a run; m: its tile and channel. */
static float
wino_pixel (const float *m, size_t step, size_t row, size_t col)
{
  float sum = 0;

  for (int i = 0; i < WINO_IN; i++)
    for (int j = 0; j < WINO_IN; j++)
      sum += out_matrix[row][i] * m[(i * WINO_IN + j) * step] * out_matrix[col][j];
  return sum;
}

static void
wino_out_c (const WinoRun *run, const WinoPart *part, const float *m, const float *bias, int add,
            float *y, double *sums)
{
  for (size_t row = 0; row < part->rows; row++)
    for (size_t col = 0; col < part->cols; col++)
      for (size_t c = 0; c < part->channels; c++)
        {
          float *to = y + row * run->row_stride + col * run->channels + c;
          const float *tile = m + col / WINO_OUT * PANEL_COLS + c;
          const float value = wino_pixel (tile, run->step, row, col % WINO_OUT) + bias[c];

          *to = add ? *to + value : value;
          if (sums)
            {
              sums[c] += *to;
              sums[PANEL_COLS + c] += (double) *to * *to;
            }
        }
}

static float
swish_of (float x)
{
  return x / (1 + expf (-x));
}

static void
scale_swish_c (size_t n, size_t channels, const float *x, const float *gain, const float *offset,
               float *y, size_t y_stride)
{
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < channels; c++)
      y[i * y_stride + c] = swish_of (x[i * channels + c] * gain[c] + offset[c]);
}

static void
layer_norm_c (size_t n, size_t channels, const float *x, const float *scale, const float *shift,
              float epsilon, int swish, float *y, size_t y_stride)
{
  for (size_t i = 0; i < n; i++, x += channels, y += y_stride)
    {
      double sum = 0, squares = 0;

      for (size_t c = 0; c < channels; c++)
        sum += x[c];

      const double mean = sum / (double) channels;

      for (size_t c = 0; c < channels; c++)
        squares += (x[c] - mean) * (x[c] - mean);

      const float centre = (float) mean;
      const float gain = (float) (1 / sqrt (squares / (double) channels + epsilon));

      for (size_t c = 0; c < channels; c++)
        {
          const float value = (x[c] - centre) * gain * scale[c] + shift[c];

          y[c] = swish ? swish_of (value) : value;
        }
    }
}

static void
sum_c (size_t n, size_t channels, const float *x, double *sums)
{
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < channels; c++, x++)
      {
        sums[c] += *x;
        sums[channels + c] += (double) *x * *x;
      }
}

const ConvKernels conv_kernels_c = {
  .tiles = 16,
  .wino_weights = wino_weights_c,
  .wino_in = wino_in_c,
  .wino_product = wino_product_c,
  .wino_out = wino_out_c,
  .scale_swish = scale_swish_c,
  .layer_norm = layer_norm_c,
  .sum = sum_c,
};
