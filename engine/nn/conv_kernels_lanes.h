/* The convolution kernels for any vector width: compiled once for each instruction set, by a file
 * that defines LANES and the four things below that the vectors of the compiler cannot say. They
 * are what conv_kernels_c.c says, factored; the compiler may fuse products and sums here. */
#include "nn/kernels_private.h"
#include <math.h>
#include <string.h>

/* Vectors in registers, and where they lie in memory, aligned to nothing. */
typedef float Lanes __attribute__ ((vector_size (LANES * sizeof (float))));
typedef Lanes Loose __attribute__ ((aligned (4), may_alias));

#define INLINE static inline __attribute__ ((always_inline))

/* To be defined by the file that includes this, from 8 or 16 numbers at a time. */
INLINE Lanes power_of_two (Lanes whole); /* 2^whole for whole numbers -126..127 */
INLINE Lanes nearest (Lanes x);          /* rounded to whole numbers */
INLINE Lanes clamp (Lanes x, float low, float high);
INLINE void add_to_doubles (double *sums, Lanes x); /* sums[LANES] += x */

INLINE Lanes
load (const float *x)
{
  return *(const Loose *) x;
}

INLINE void
store (float *y, Lanes x)
{
  *(Loose *) y = x;
}

INLINE Lanes
all (float x)
{
  return x - (Lanes){ 0 };
}

#define ROOT_HALF 0.70710678118654752f
#define ROOT_TWO 1.41421356237309505f

INLINE void
in_along (const Lanes d[WINO_IN], size_t step, Lanes *to)
{
  const Lanes even_a = d[4 * step] - 2 * d[2 * step], odd_a = d[3 * step] - 2 * d[step];
  const Lanes even_b = d[4 * step] - 0.5f * d[2 * step], odd_b = d[3 * step] - 0.5f * d[step];

  to[0] = d[0] - 2.5f * d[2 * step] + d[4 * step];
  to[1] = even_a + ROOT_HALF * odd_a;
  to[2] = even_a - ROOT_HALF * odd_a;
  to[3] = even_b + ROOT_TWO * odd_b;
  to[4] = even_b - ROOT_TWO * odd_b;
  to[5] = d[step] - 2.5f * d[3 * step] + d[5 * step];
}

static void
wino_in_lanes (const WinoRun *run, const float *x, float *v)
{
  const size_t channels = run->channels;

  for (size_t tile = 0; tile < run->tiles; tile++, x += WINO_OUT * channels, v += channels)
    for (size_t c = 0; c < channels; c += LANES)
      {
        Lanes half[WINO], column[WINO_IN], row[WINO_IN];

        for (size_t j = 0; j < WINO_IN; j++)
          {
            for (size_t i = 0; i < WINO_IN; i++)
              column[i] = load (x + i * run->row_stride + j * channels + c);
            in_along (column, 1, half + j * WINO_IN); /* half: [column][number] */
          }
        for (size_t i = 0; i < WINO_IN; i++)
          {
            in_along (half + i, WINO_IN, row);
            for (size_t j = 0; j < WINO_IN; j++)
              store (v + (i * WINO_IN + j) * run->step + c, row[j]);
          }
      }
}

INLINE void
out_along (const Lanes *m, size_t step, Lanes to[WINO_OUT])
{
  const Lanes sum_a = m[step] + m[2 * step], difference_a = m[step] - m[2 * step];
  const Lanes sum_b = m[3 * step] + m[4 * step], difference_b = m[3 * step] - m[4 * step];

  to[0] = m[0] + sum_a + sum_b;
  to[1] = ROOT_HALF * difference_a + ROOT_TWO * difference_b;
  to[2] = 0.5f * sum_a + 2 * sum_b;
  to[3] = ROOT_HALF / 2 * difference_a + ROOT_TWO * 2 * difference_b + m[5 * step];
}

/* The 4 x 4 outputs of LANES channels of one tile, with their bias. */
INLINE void
wino_tile (const float *m, size_t step, Lanes bias, Lanes out[WINO_OUT * WINO_OUT])
{
  Lanes half[WINO_IN * WINO_OUT], column[WINO_IN];

  for (size_t j = 0; j < WINO_IN; j++)
    {
      for (size_t i = 0; i < WINO_IN; i++)
        column[i] = load (m + (i * WINO_IN + j) * step);
      out_along (column, 1, half + j * WINO_OUT); /* half: [column][row] */
    }
  for (size_t i = 0; i < WINO_OUT; i++)
    out_along (half + i, WINO_OUT, out + i * WINO_OUT);
  for (size_t i = 0; i < WINO_OUT * WINO_OUT; i++)
    out[i] += bias;
}

INLINE void
whole_tile (const WinoRun *run, const Lanes *out, int add, float *y, double *sums)
{
  Lanes sum = { 0 }, squares = { 0 };

  for (size_t i = 0; i < WINO_OUT * WINO_OUT; i++)
    {
      float *to = y + i / WINO_OUT * run->row_stride + i % WINO_OUT * run->channels;
      const Lanes value = add ? out[i] + load (to) : out[i];

      store (to, value);
      sum += value;
      squares += value * value;
    }
  if (sums)
    {
      add_to_doubles (sums, sum);
      add_to_doubles (sums + PANEL_COLS, squares);
    }
}

/* The same where only some rows, columns and channels exist. */
static void
part_of_tile (const WinoRun *run, size_t rows, size_t cols, size_t channels, const Lanes *out,
              int add, float *y, double *sums)
{
  for (size_t row = 0; row < rows; row++)
    for (size_t col = 0; col < cols; col++)
      for (size_t c = 0; c < channels; c++)
        {
          float *to = y + row * run->row_stride + col * run->channels + c;
          const float value = out[row * WINO_OUT + col][c];

          *to = add ? *to + value : value;
          if (sums)
            {
              sums[c] += *to;
              sums[PANEL_COLS + c] += (double) *to * *to;
            }
        }
}

static void
wino_out_lanes (const WinoRun *run, const WinoPart *part, const float *m, const float *bias,
                int add, float *y, double *sums)
{
  for (size_t tile = 0; tile * WINO_OUT < part->cols; tile++)
    for (size_t c = 0; c < part->channels; c += LANES)
      {
        const size_t cols = part->cols - tile * WINO_OUT, channels = part->channels - c;
        float *to = y + tile * WINO_OUT * run->channels + c;
        Lanes out[WINO_OUT * WINO_OUT];

        wino_tile (m + tile * PANEL_COLS + c, run->step, load (bias + c), out);
        if (part->rows == WINO_OUT && cols >= WINO_OUT && channels >= LANES)
          whole_tile (run, out, add, to, sums ? sums + c : NULL);
        else
          part_of_tile (run, part->rows, cols < WINO_OUT ? cols : WINO_OUT,
                        channels < LANES ? channels : LANES, out, add, to, sums ? sums + c : NULL);
      }
}

/* U of one input channel; taps: [9] of PANEL_COLS outputs. */
INLINE void
weights_of_channel (const float taps[9][PANEL_COLS], size_t step, float *u)
{
  for (size_t j = 0; j < PANEL_COLS; j += LANES)
    {
      Lanes half[3][WINO_IN];

      for (size_t x = 0; x < 3; x++)
        {
          const Lanes a = load (taps[x] + j), b = load (taps[3 + x] + j),
                      c = load (taps[6 + x] + j);
          const Lanes ends_a = -2.0f / 3 * a - 1.0f / 3 * c, ends_b = 1.0f / 6 * a + 1.0f / 3 * c;

          half[x][0] = a;
          half[x][1] = ends_a - 2.0f / 3 * ROOT_HALF * b;
          half[x][2] = ends_a + 2.0f / 3 * ROOT_HALF * b;
          half[x][3] = ends_b + ROOT_TWO / 6 * b;
          half[x][4] = ends_b - ROOT_TWO / 6 * b;
          half[x][5] = c;
        }
      for (size_t i = 0; i < WINO_IN; i++)
        {
          const Lanes a = half[0][i], b = half[1][i], c = half[2][i];
          const Lanes ends_a = -2.0f / 3 * a - 1.0f / 3 * c, ends_b = 1.0f / 6 * a + 1.0f / 3 * c;
          float *to = u + i * WINO_IN * step + j;

          store (to, a);
          store (to + step, ends_a - 2.0f / 3 * ROOT_HALF * b);
          store (to + 2 * step, ends_a + 2.0f / 3 * ROOT_HALF * b);
          store (to + 3 * step, ends_b + ROOT_TWO / 6 * b);
          store (to + 4 * step, ends_b - ROOT_TWO / 6 * b);
          store (to + 5 * step, c);
        }
    }
}

static void
wino_weights_lanes (size_t n_out, size_t n_in, size_t channels, const float *w, float *u)
{
  const size_t step = channels * PANEL_COLS;
  float taps[9][PANEL_COLS] = { { 0 } };

  for (size_t in = 0; in < n_in; in++)
    {
      for (size_t out = 0; out < n_out; out++)
        for (size_t tap = 0; tap < 9; tap++)
          taps[tap][out] = w[(out * n_in + in) * 9 + tap];
      weights_of_channel (taps, step, u + in * PANEL_COLS);
    }
  for (size_t f = 0; f < WINO; f++)
    memset (u + f * step + n_in * PANEL_COLS, 0, (channels - n_in) * PANEL_COLS * sizeof (float));
}

/* `rows` is a constant at every call: all sums stay in registers. */
INLINE void
product_rows (size_t rows, size_t channels, const float *v, const float *u, float *m)
{
  enum { PARTS = PANEL_COLS / LANES };
  Lanes sums[TILE_ROWS][PARTS];

#pragma GCC unroll 16
  for (size_t r = 0; r < rows; r++)
    for (size_t p = 0; p < PARTS; p++)
      sums[r][p] = (Lanes){ 0 };
  for (size_t c = 0; c < channels; c++, u += PANEL_COLS)
    {
      Lanes weights[PARTS];

      for (size_t p = 0; p < PARTS; p++)
        weights[p] = load (u + p * LANES);
#pragma GCC unroll 16
      for (size_t r = 0; r < rows; r++)
        for (size_t p = 0; p < PARTS; p++)
          sums[r][p] += v[r * channels + c] * weights[p];
    }
#pragma GCC unroll 16
  for (size_t r = 0; r < rows; r++)
    for (size_t p = 0; p < PARTS; p++)
      store (m + r * PANEL_COLS + p * LANES, sums[r][p]);
}

/* exp (x) by Cephes' polynomial, relative error 1.1e-7. */
INLINE Lanes
exp_lanes (Lanes x)
{
  x = clamp (x, -87, 88);

  const Lanes whole = nearest (x * 1.44269504f);
  const Lanes r = (x - whole * 0.693359375f) - whole * -2.12194440e-4f;
  Lanes p = all (1.9875691500e-4f);

  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 0.5f;
  return (p * (r * r) + (r + 1)) * power_of_two (whole);
}

INLINE Lanes
swish_lanes (Lanes x)
{
  return x / (1 + exp_lanes (-x));
}

/* The channels behind the last whole vector, by way of one with zeros behind. */
INLINE Lanes
load_tail (const float *x, size_t n)
{
  Lanes v = { 0 };

  memcpy (&v, x, n * sizeof (float));
  return v;
}

INLINE void
scale_swish_some (const float *x, const float *gain, const float *offset, size_t n, float *y)
{
  if (n >= LANES)
    {
      store (y, swish_lanes (load (x) * load (gain) + load (offset)));
      return;
    }

  const Lanes value = swish_lanes (load_tail (x, n) * load_tail (gain, n) + load_tail (offset, n));

  memcpy (y, &value, n * sizeof (float));
}

static void
scale_swish_lanes (size_t n, size_t channels, const float *x, const float *gain,
                   const float *offset, float *y, size_t y_stride)
{
  for (size_t i = 0; i < n; i++, x += channels, y += y_stride)
    for (size_t c = 0; c < channels; c += LANES)
      scale_swish_some (x + c, gain + c, offset + c, channels - c, y + c);
}

INLINE float
sum_of (Lanes x)
{
  float sum = 0;

  for (size_t i = 0; i < LANES; i++)
    sum += x[i];
  return sum;
}

static void
layer_norm_lanes (size_t n, size_t channels, const float *x, const float *scale, const float *shift,
                  float epsilon, int swish, float *y, size_t y_stride)
{
  const size_t whole = channels / LANES * LANES, rest = channels - whole;

  for (size_t i = 0; i < n; i++, x += channels, y += y_stride)
    {
      Lanes sum = load_tail (x + whole, rest), squares = { 0 };

      for (size_t c = 0; c < whole; c += LANES)
        sum += load (x + c);

      const float mean = sum_of (sum) / (float) channels;

      for (size_t c = 0; c < whole; c += LANES)
        squares += (load (x + c) - mean) * (load (x + c) - mean);

      float square = sum_of (squares);

      for (size_t c = whole; c < channels; c++)
        square += (x[c] - mean) * (x[c] - mean);

      const float gain = 1 / sqrtf (square / (float) channels + epsilon);

      for (size_t c = 0; c < channels; c += LANES)
        {
          const size_t some = channels - c < LANES ? channels - c : LANES;
          Lanes value = load_tail (x + c, some);

          value = (value - mean) * gain * load_tail (scale + c, some) + load_tail (shift + c, some);
          if (swish)
            value = swish_lanes (value);
          memcpy (y + c, &value, some * sizeof (float));
        }
    }
}

/* Sums of 16 pixels in binary32, then in double. */
static void
sum_lanes (size_t n, size_t channels, const float *x, double *sums)
{
  enum { RUN = 16 };
  const size_t whole = channels / LANES * LANES;

  for (size_t first = 0; first < n; first += RUN, x += RUN * channels)
    {
      const size_t run = n - first < RUN ? n - first : RUN;

      for (size_t c = 0; c < whole; c += LANES)
        {
          Lanes sum = { 0 }, squares = { 0 };

          for (size_t i = 0; i < run; i++)
            {
              const Lanes value = load (x + i * channels + c);

              sum += value;
              squares += value * value;
            }
          add_to_doubles (sums + c, sum);
          add_to_doubles (sums + channels + c, squares);
        }
      for (size_t c = whole; c < channels; c++)
        for (size_t i = 0; i < run; i++)
          {
            sums[c] += x[i * channels + c];
            sums[channels + c] += (double) x[i * channels + c] * x[i * channels + c];
          }
    }
}
