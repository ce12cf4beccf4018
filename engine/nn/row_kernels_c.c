#include "nn/kernels_private.h"
#include <math.h>
#include <string.h>

enum { LANES = 8 };

/* IEEE binary16: sign, 5 bits of exponent, 10 of mantissa; by way of the bits of a binary32, whose
 * exponent has another bias and which has no need of denormals here. */
static float
from_half (uint16_t half)
{
  const uint32_t sign = (uint32_t) (half & 0x8000) << 16, rest = half & 0x7fff;
  uint32_t bits = sign | ((rest << 13) + ((127 - 15) << 23));
  float value;

  if (rest >= 0x7c00)
    bits = sign | 0x7f800000 | rest << 13;
  else if (rest < 0x0400)
    return (sign ? -1.0f : 1.0f) * (float) rest * 0x1p-24f;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static inline float
number (RowType type, const uint8_t *row, size_t i)
{
  uint16_t half;
  uint32_t bits;
  float value;

  if (type == ROWS_F32)
    {
      memcpy (&value, row + 4 * i, sizeof value);
      return value;
    }
  memcpy (&half, row + 2 * i, sizeof half);
  if (type == ROWS_F16)
    return from_half (half);
  bits = (uint32_t) half << 16;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static float
fold (const float *lanes)
{
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
         + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

static void
widen_c (RowType type, size_t n, const void *from, float *to)
{
  for (size_t i = 0; i < n; i++)
    to[i] = number (type, from, i);
}

static void
dots_c (RowType type, const Dots *dots)
{
  const size_t size = type == ROWS_F32 ? 4 : 2;
  float w[DOTS_BLOCK];

  for (size_t o = 0; o < dots->n_out; o++)
    for (size_t from = 0; from < dots->k; from += DOTS_BLOCK)
      {
        const size_t n = dots->k - from < DOTS_BLOCK ? dots->k - from : DOTS_BLOCK;

        widen_c (type, n, (const uint8_t *) dots->w + o * dots->w_stride + from * size, w);
        for (size_t r = 0; r < dots->n_rows; r++)
          {
            const float *x = dots->x + r * dots->x_stride + from;
            float lanes[LANES] = { 0 };

            for (size_t i = 0; i < n; i++)
              lanes[i % LANES] += w[i] * x[i];
            dots->y[r * dots->y_stride + o] += fold (lanes);
          }
      }
}

static void
dots_q8_c (const DotsQ8 *dots)
{
  const size_t groups = (dots->k + Q8_GROUP - 1) / Q8_GROUP;

  for (size_t r = 0; r < dots->n_rows; r++)
    for (size_t o = 0; o < dots->n_out; o++)
      {
        const int8_t *w = dots->w + o * dots->k, *x = dots->x + r * groups * Q8_GROUP;
        float lanes[LANES] = { 0 };

        for (size_t g = 0; g < groups; g++)
          {
            const float scale =
                number (ROWS_F16, dots->w_scales, o * groups + g) * dots->x_scales[r * groups + g];
            int32_t sums[LANES] = { 0 };

            for (size_t i = g * Q8_GROUP; i < (g + 1) * Q8_GROUP && i < dots->k; i++)
              sums[i % Q8_GROUP / 4] += w[i] * x[i];
            for (size_t l = 0; l < LANES; l++)
              lanes[l] = fmaf ((float) sums[l], scale, lanes[l]);
          }
        dots->y[r * dots->y_stride + o] += fold (lanes);
      }
}

static void
quantise_c (size_t k, const float *x, int8_t *q, float *scales)
{
  for (size_t from = 0; from < k; from += Q8_GROUP)
    {
      const size_t n = k - from < Q8_GROUP ? k - from : Q8_GROUP;
      float top = 0;

      for (size_t i = 0; i < n; i++)
        top = fabsf (x[from + i]) > top ? fabsf (x[from + i]) : top;

      const float gain = top > Q8_SMALLEST ? 127 / top : 0;

      scales[from / Q8_GROUP] = top / 127;
      for (size_t i = 0; i < Q8_GROUP; i++)
        q[from + i] = i < n ? (int8_t) lrintf (x[from + i] * gain) : 0;
    }
}

/* Sums in double: a reference must be nearer the truth than what it judges. */
static void
norm_c (size_t n, const float *x, const float *scale, const float *shift, float epsilon, float *y)
{
  double sum = 0, squares = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i];

  const double mean = sum / (double) n;

  for (size_t i = 0; i < n; i++)
    squares += (x[i] - mean) * (x[i] - mean);

  const float centre = (float) mean;
  const float gain = (float) (1 / sqrt (squares / (double) n + epsilon));

  for (size_t i = 0; i < n; i++)
    y[i] = (x[i] - centre) * gain * scale[i] + shift[i];
}

static void
gelu_c (size_t n, float *x)
{
  for (size_t i = 0; i < n; i++)
    x[i] = (float) (0.5 * x[i] * (1 + erf (x[i] * M_SQRT1_2)));
}

static float
soften_c (size_t n, float *scores, float *top, float *shrink)
{
  const float before = *top;
  double sum = 0;

  for (size_t j = 0; j < n; j++)
    *top = scores[j] > *top ? scores[j] : *top;
  *shrink = expf (before - *top);
  for (size_t j = 0; j < n; j++)
    {
      scores[j] = expf (scores[j] - *top);
      sum += scores[j];
    }
  return (float) sum;
}

static void
mix_rows_c (RowType type, const Mix *mix)
{
  for (size_t r = 0; r < mix->n_rows; r++)
    for (size_t j = 0; j < mix->n; j++)
      for (size_t i = 0; i < mix->width; i++)
        mix->y[r * mix->y_stride + i] +=
            mix->p[r * mix->p_stride + j] * number (type, mix->v, j * mix->v_stride + i);
}

/* By way of the bits: the exponent gets another bias, the mantissa loses 13 bits, to the nearest
 * even; below 2^-14 it is a multiple of 2^-24. */
static uint16_t
to_half (float value)
{
  const float size = fabsf (value) > 65504 ? 65504 : fabsf (value);
  uint32_t bits;

  if (size < 0x1p-14f)
    bits = (uint32_t) lrintf (size * 0x1p24f);
  else
    {
      memcpy (&bits, &size, sizeof bits);
      bits = (bits - ((127 - 15) << 23) + 0xfff + (bits >> 13 & 1)) >> 13;
    }
  return (uint16_t) (bits | (signbit (value) ? 0x8000 : 0));
}

static void
narrow_c (size_t n, const float *from, void *to)
{
  for (size_t i = 0; i < n; i++)
    {
      const uint16_t half = to_half (from[i]);

      memcpy ((uint8_t *) to + 2 * i, &half, sizeof half);
    }
}

const RowKernels row_kernels_c = { .dots = dots_c,
                                   .dots_q8 = dots_q8_c,
                                   .quantise = quantise_c,
                                   .widen = widen_c,
                                   .norm = norm_c,
                                   .gelu = gelu_c,
                                   .soften = soften_c,
                                   .mix_rows = mix_rows_c,
                                   .narrow = narrow_c };
