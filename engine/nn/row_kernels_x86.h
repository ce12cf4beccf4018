/* The row kernels for x86, included by one file for each instruction set. That defines
 *
 *   TILE_ROWS  rows of x whose sums with four rows of w stay in registers: 3 with the 16 of AVX2, 4
 *              with the 32 of AVX-512VL (more gained nothing)
 *   DOT_I8(sums, w, x)  sums + for each lane the exact sum over its four of w * x, where w is
 *              unsigned
 *   Q8_WIDE  1 where four rows are quicker with inputs of 16 bits than with DOT_I8, else 0
 *   ROW_KERNELS  the table's name
 *
 * Everything is 256 bits wide: wider registers gain nothing on Zen 4, and the order of the sums is
 * that of eight lanes. */
#include "nn/kernels_private.h"
#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { LANES = 8, TILE_OUT = 4 };

#define INLINE static inline __attribute__ ((always_inline))

INLINE size_t
size_of (RowType type)
{
  return type == ROWS_F32 ? 4 : 2;
}

/* Numbers i .. i + 8 of a row; `type` is a constant at every call. */
INLINE __m256
load (RowType type, const uint8_t *row, size_t i)
{
  if (type == ROWS_F32)
    return _mm256_loadu_ps ((const float *) (const void *) (row + 4 * i));

  const __m128i half = _mm_loadu_si128 ((const __m128i *) (const void *) (row + 2 * i));

  if (type == ROWS_F16)
    return _mm256_cvtph_ps (half);
  return _mm256_castsi256_ps (_mm256_slli_epi32 (_mm256_cvtepu16_epi32 (half), 16));
}

/* The same for the n <= 8 numbers behind the last whole vector, with zeros behind them. */
INLINE __m256
load_tail (RowType type, const uint8_t *row, size_t i, size_t n)
{
  uint8_t padded[32] = { 0 };

  memcpy (padded, row + i * size_of (type), n * size_of (type));
  return load (type, padded, 0);
}

/* How many of `left` numbers are in the vector that begins at `from`. */
INLINE size_t
tail_of (size_t left, size_t from)
{
  return left <= from ? 0 : left - from < LANES ? left - from : LANES;
}

/* The folded sums of four vectors, in the order that the header of the table fixes. */
INLINE __m128
fold4 (__m256 a, __m256 b, __m256 c, __m256 d)
{
  const __m256 sums = _mm256_hadd_ps (_mm256_hadd_ps (a, b), _mm256_hadd_ps (c, d));

  return _mm_add_ps (_mm256_castps256_ps128 (sums), _mm256_extractf128_ps (sums, 1));
}

enum {
  STEP = 4 * LANES, /* inputs between two prefetches: a line of 16-bit weights */
  AHEAD = 2,        /* blocks of a tile that are fetched early: 16 KiB */
};

/* y += for `rows` rows of x and `outs` rows of w (both constants at every call) over n inputs.
 * Meanwhile the weights at `ahead` are fetched into L2, if it is not NULL: the rows of a tile are too
 * short for the processor to see by itself how they go on. Measured with four rows of 1024 halves:
 * 0.53 of the speed of memory without, 0.99 with; fetched into L1, 0.57. */
INLINE void
dots_tile (RowType type, size_t rows, size_t outs, const Dots *dots, size_t n, const uint8_t *w,
           const uint8_t *ahead, const float *x, float *y)
{
  __m256 sums[TILE_ROWS][TILE_OUT];
  size_t i = 0;

  for (size_t r = 0; r < rows; r++)
    for (size_t o = 0; o < TILE_OUT; o++)
      sums[r][o] = _mm256_setzero_ps ();
  for (; i + LANES <= n; i += LANES)
    {
      __m256 inputs[TILE_ROWS];

      if (ahead && i % STEP == 0)
        for (size_t o = 0; o < outs; o++)
          for (size_t line = 0; line < STEP * size_of (type); line += 64)
            _mm_prefetch ((const char *) ahead + o * dots->w_stride + i * size_of (type) + line,
                          _MM_HINT_T1);
      for (size_t r = 0; r < rows; r++)
        inputs[r] = _mm256_loadu_ps (x + r * dots->x_stride + i);
      for (size_t o = 0; o < outs; o++)
        {
          const __m256 weights = load (type, w + o * dots->w_stride, i);

          for (size_t r = 0; r < rows; r++)
            sums[r][o] = _mm256_fmadd_ps (weights, inputs[r], sums[r][o]);
        }
    }
  if (i < n)
    for (size_t o = 0; o < outs; o++)
      for (size_t r = 0; r < rows; r++)
        sums[r][o] = _mm256_fmadd_ps (
            load_tail (type, w + o * dots->w_stride, i, n - i),
            load_tail (ROWS_F32, (const uint8_t *) (x + r * dots->x_stride), i, n - i), sums[r][o]);
  for (size_t r = 0; r < rows; r++)
    {
      const __m128 folded = fold4 (sums[r][0], sums[r][1], sums[r][2], sums[r][3]);
      float *to = y + r * dots->y_stride;

      if (outs == TILE_OUT)
        _mm_storeu_ps (to, _mm_add_ps (_mm_loadu_ps (to), folded));
      else
        _mm_store_ss (to, _mm_add_ss (_mm_load_ss (to), folded));
    }
}

/* How many of the rows that are left to take next: a lone last row would leave too few sums to hide
 * the time that each takes. */
INLINE size_t
tile_rows (size_t left)
{
  if (left == TILE_ROWS + 1)
    return (left + 1) / 2;
  return left < TILE_ROWS ? left : TILE_ROWS;
}

/* `outs` outputs of all rows: the weights are read once, from then on they are in L1. */
INLINE void
dots_outs (RowType type, size_t outs, const Dots *dots, size_t o)
{
  const uint8_t *row = (const uint8_t *) dots->w + o * dots->w_stride;
  const size_t n_blocks = (dots->k + DOTS_BLOCK - 1) / DOTS_BLOCK,
               block = DOTS_BLOCK * size_of (type);

  for (size_t b = 0; b < n_blocks; b++)
    {
      const size_t n = b + 1 < n_blocks ? DOTS_BLOCK : dots->k - b * DOTS_BLOCK;
      const size_t after = b + AHEAD;
      const uint8_t *w = row + b * block;
      const uint8_t *ahead =
          row + after / n_blocks * outs * dots->w_stride + after % n_blocks * block;
      const float *x = dots->x + b * DOTS_BLOCK;
      float *y = dots->y + o;

      for (size_t left = dots->n_rows, rows; left > 0; left -= rows, ahead = NULL)
        {
          switch (rows = tile_rows (left))
            {
            case 1:
              dots_tile (type, 1, outs, dots, n, w, ahead, x, y);
              break;
            case 2:
              dots_tile (type, 2, outs, dots, n, w, ahead, x, y);
              break;
#if TILE_ROWS > 3
            case 3:
              dots_tile (type, 3, outs, dots, n, w, ahead, x, y);
              break;
#endif
            default:
              dots_tile (type, TILE_ROWS, outs, dots, n, w, ahead, x, y);
            }
          x += rows * dots->x_stride;
          y += rows * dots->y_stride;
        }
    }
}

INLINE void
dots_of (RowType type, const Dots *dots)
{
  size_t o = 0;

  for (; o + TILE_OUT <= dots->n_out; o += TILE_OUT)
    dots_outs (type, TILE_OUT, dots, o);
  for (; o < dots->n_out; o++)
    dots_outs (type, 1, dots, o);
}

static void
dots_x86 (RowType type, const Dots *dots)
{
  if (type == ROWS_F32)
    dots_of (ROWS_F32, dots);
  else if (type == ROWS_F16)
    dots_of (ROWS_F16, dots);
  else
    dots_of (ROWS_BF16, dots);
}

static void
widen_x86 (RowType type, size_t n, const void *from, float *to)
{
  size_t i = 0;

  if (type == ROWS_F32)
    {
      memcpy (to, from, n * sizeof (float));
      return;
    }
  if (type == ROWS_F16)
    for (; i + LANES <= n; i += LANES)
      _mm256_storeu_ps (to + i, load (ROWS_F16, from, i));
  else
    for (; i + LANES <= n; i += LANES)
      _mm256_storeu_ps (to + i, load (ROWS_BF16, from, i));
  if (i < n)
    row_kernels_c.widen (type, n - i, (const uint8_t *) from + 2 * i, to + i);
}

/* e^x with a relative error of about 1e-7, 0 below -87: Cephes' expf, the argument reduced by
 * multiples of ln 2 in two parts. */
INLINE __m256
exp8 (__m256 x)
{
  const __m256 low = _mm256_set1_ps (-87), inside = _mm256_cmp_ps (x, low, _CMP_GE_OQ);
  const __m256 clamped = _mm256_max_ps (_mm256_min_ps (x, _mm256_set1_ps (88)), low);
  const __m256 n = _mm256_round_ps (_mm256_mul_ps (clamped, _mm256_set1_ps (1.44269504f)),
                                    _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m256 r = _mm256_fnmadd_ps (n, _mm256_set1_ps (0.693359375f), clamped);
  __m256 p = _mm256_set1_ps (1.9875691500e-4f);

  r = _mm256_fnmadd_ps (n, _mm256_set1_ps (-2.12194440e-4f), r);
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (1.3981999507e-3f));
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (8.3334519073e-3f));
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (4.1665795894e-2f));
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (1.6666665459e-1f));
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (0.5f));
  p = _mm256_fmadd_ps (p, _mm256_mul_ps (r, r), _mm256_add_ps (r, _mm256_set1_ps (1)));

  const __m256i power =
      _mm256_slli_epi32 (_mm256_add_epi32 (_mm256_cvtps_epi32 (n), _mm256_set1_epi32 (127)), 23);

  return _mm256_and_ps (inside, _mm256_mul_ps (p, _mm256_castsi256_ps (power)));
}

/* erf by Abramowitz and Stegun 7.1.26, within 1.5e-7. */
INLINE __m256
gelu8 (__m256 x)
{
  const __m256 sign = _mm256_set1_ps (-0.0f), one = _mm256_set1_ps (1);
  const __m256 z = _mm256_mul_ps (_mm256_andnot_ps (sign, x), _mm256_set1_ps (0.70710678f));
  const __m256 t = _mm256_div_ps (one, _mm256_fmadd_ps (z, _mm256_set1_ps (0.3275911f), one));
  const __m256 half = _mm256_mul_ps (x, _mm256_set1_ps (0.5f));
  __m256 p = _mm256_set1_ps (1.061405429f), erf;

  p = _mm256_fmadd_ps (p, t, _mm256_set1_ps (-1.453152027f));
  p = _mm256_fmadd_ps (p, t, _mm256_set1_ps (1.421413741f));
  p = _mm256_fmadd_ps (p, t, _mm256_set1_ps (-0.284496736f));
  p = _mm256_fmadd_ps (p, t, _mm256_set1_ps (0.254829592f));
  p = _mm256_mul_ps (p, t);
  erf = _mm256_fnmadd_ps (p, exp8 (_mm256_xor_ps (sign, _mm256_mul_ps (z, z))), one);
  erf = _mm256_or_ps (erf, _mm256_and_ps (x, sign));
  return _mm256_fmadd_ps (half, erf, half);
}

static void
gelu_x86 (size_t n, float *x)
{
  size_t i = 0;
  float padded[LANES] = { 0 };

  for (; i + LANES <= n; i += LANES)
    _mm256_storeu_ps (x + i, gelu8 (_mm256_loadu_ps (x + i)));
  if (i == n)
    return;
  memcpy (padded, x + i, (n - i) * sizeof (float));
  _mm256_storeu_ps (padded, gelu8 (_mm256_loadu_ps (padded)));
  memcpy (x + i, padded, (n - i) * sizeof (float));
}

INLINE float
largest_lane (__m256 v)
{
  __m128 m = _mm_max_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));

  m = _mm_max_ps (m, _mm_movehl_ps (m, m));
  m = _mm_max_ss (m, _mm_movehdup_ps (m));
  return _mm_cvtss_f32 (m);
}

INLINE float
fold1 (__m256 v)
{
  return _mm_cvtss_f32 (fold4 (v, v, v, v));
}

static float
soften_x86 (size_t n, float *scores, float *top, float *shrink)
{
  __m256 largest = _mm256_set1_ps (*top), sum = _mm256_setzero_ps (), centre;
  const float before = *top;

  for (size_t j = n; j % LANES != 0; j++)
    scores[j] = -INFINITY;
  for (size_t j = 0; j < n; j += LANES)
    largest = _mm256_max_ps (largest, _mm256_loadu_ps (scores + j));
  *top = largest_lane (largest);
  centre = _mm256_set1_ps (*top);
  *shrink = _mm256_cvtss_f32 (exp8 (_mm256_set1_ps (before - *top)));
  for (size_t j = 0; j < n; j += LANES)
    {
      const __m256 weights = exp8 (_mm256_sub_ps (_mm256_loadu_ps (scores + j), centre));

      _mm256_storeu_ps (scores + j, weights);
      sum = _mm256_add_ps (sum, weights);
    }
  return fold1 (sum);
}

/* `rows` times `vectors` sums, both constants at every call. */
INLINE void
mix_tile (RowType type, size_t rows, size_t vectors, const Mix *mix, size_t r, size_t i)
{
  const float *p = mix->p + r * mix->p_stride;
  const uint8_t *v = (const uint8_t *) mix->v + i * size_of (type);
  float *y = mix->y + r * mix->y_stride + i;
  __m256 sums[4][8];

  for (size_t row = 0; row < rows; row++)
    for (size_t c = 0; c < vectors; c++)
      sums[row][c] = _mm256_loadu_ps (y + row * mix->y_stride + c * LANES);
  for (size_t j = 0; j < mix->n; j++, v += mix->v_stride * size_of (type))
    {
      __m256 values[8];

      for (size_t c = 0; c < vectors; c++)
        values[c] = load (type, v, c * LANES);
      for (size_t row = 0; row < rows; row++)
        {
          const __m256 weight = _mm256_broadcast_ss (p + row * mix->p_stride + j);

          for (size_t c = 0; c < vectors; c++)
            sums[row][c] = _mm256_fmadd_ps (weight, values[c], sums[row][c]);
        }
    }
  for (size_t row = 0; row < rows; row++)
    for (size_t c = 0; c < vectors; c++)
      _mm256_storeu_ps (y + row * mix->y_stride + c * LANES, sums[row][c]);
}

INLINE void
mix_of (RowType type, const Mix *mix)
{
  const size_t whole = mix->width / (2 * LANES) * (2 * LANES);
  size_t r = 0, i;

  for (; r + 4 <= mix->n_rows; r += 4)
    for (i = 0; i < whole; i += 2 * LANES)
      mix_tile (type, 4, 2, mix, r, i);
  for (; r < mix->n_rows; r++)
    {
      for (i = 0; i + 8 * LANES <= whole; i += 8 * LANES)
        mix_tile (type, 1, 8, mix, r, i);
      for (; i < whole; i += 2 * LANES)
        mix_tile (type, 1, 2, mix, r, i);
    }
  for (r = 0; r < mix->n_rows && whole < mix->width; r++)
    for (size_t j = 0; j < mix->n; j++)
      {
        const uint8_t *v = (const uint8_t *) mix->v + j * mix->v_stride * size_of (type);
        float *y = mix->y + r * mix->y_stride, values[2 * LANES];

        _mm256_storeu_ps (values, load_tail (type, v, whole, tail_of (mix->width - whole, 0)));
        _mm256_storeu_ps (values + LANES,
                          load_tail (type, v, whole + LANES, tail_of (mix->width - whole, LANES)));
        for (i = whole; i < mix->width; i++)
          y[i] = fmaf (mix->p[r * mix->p_stride + j], values[i - whole], y[i]);
      }
}

static void
mix_rows_x86 (RowType type, const Mix *mix)
{
  if (type == ROWS_F32)
    mix_of (ROWS_F32, mix);
  else
    mix_of (ROWS_F16, mix);
}

static void
narrow_x86 (size_t n, const float *from, void *to)
{
  const __m256 most = _mm256_set1_ps (65504), least = _mm256_set1_ps (-65504);
  size_t i = 0;

  for (; i + LANES <= n; i += LANES)
    {
      const __m256 v = _mm256_max_ps (_mm256_min_ps (_mm256_loadu_ps (from + i), most), least);

      _mm_storeu_si128 ((__m128i *) (void *) ((uint8_t *) to + 2 * i),
                        _mm256_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    }
  if (i < n)
    row_kernels_c.narrow (n - i, from + i, (uint8_t *) to + 2 * i);
}

static void
norm_x86 (size_t n, const float *x, const float *scale, const float *shift, float epsilon, float *y)
{
  const size_t whole = n / LANES * LANES;
  __m256 sums = _mm256_setzero_ps (), squares = sums, centre, gains;
  float sum, square = 0, mean, gain;

  for (size_t i = 0; i < whole; i += LANES)
    sums = _mm256_add_ps (sums, _mm256_loadu_ps (x + i));
  sum = fold1 (sums);
  for (size_t i = whole; i < n; i++)
    sum += x[i];
  mean = sum / (float) n;
  centre = _mm256_set1_ps (mean);
  for (size_t i = 0; i < whole; i += LANES)
    {
      const __m256 d = _mm256_sub_ps (_mm256_loadu_ps (x + i), centre);

      squares = _mm256_fmadd_ps (d, d, squares);
    }
  square = fold1 (squares);
  for (size_t i = whole; i < n; i++)
    square += (x[i] - mean) * (x[i] - mean);
  gain = 1 / sqrtf (square / (float) n + epsilon);
  gains = _mm256_set1_ps (gain);
  for (size_t i = 0; i < whole; i += LANES)
    {
      const __m256 d = _mm256_mul_ps (_mm256_sub_ps (_mm256_loadu_ps (x + i), centre), gains);

      _mm256_storeu_ps (
          y + i, _mm256_fmadd_ps (d, _mm256_loadu_ps (scale + i), _mm256_loadu_ps (shift + i)));
    }
  for (size_t i = whole; i < n; i++)
    y[i] = (x[i] - mean) * gain * scale[i] + shift[i];
}

#include "nn/row_kernels_q8.h"

const RowKernels ROW_KERNELS = { .dots = dots_x86,
                                 .dots_q8 = dots_q8_x86,
                                 .quantise = quantise_x86,
                                 .widen = widen_x86,
                                 .norm = norm_x86,
                                 .gelu = gelu_x86,
                                 .soften = soften_x86,
                                 .mix_rows = mix_rows_x86,
                                 .narrow = narrow_x86 };
