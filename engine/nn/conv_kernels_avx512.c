/* Compiled with -mavx512f -mavx512dq: nothing here may run before kernels.c has asked. */
#define LANES 16
#define TILE_ROWS 16 /* 16 sums and the weights; the inputs come with the products */
#include "nn/conv_kernels_lanes.h"
#include <immintrin.h>

INLINE Lanes
power_of_two (Lanes whole)
{
  const __m512i exponent =
      _mm512_add_epi32 (_mm512_cvtps_epi32 ((__m512) whole), _mm512_set1_epi32 (127));

  return (Lanes) _mm512_castsi512_ps (_mm512_slli_epi32 (exponent, 23));
}

INLINE Lanes
nearest (Lanes x)
{
  return (Lanes) _mm512_roundscale_ps ((__m512) x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

INLINE Lanes
clamp (Lanes x, float low, float high)
{
  return (Lanes) _mm512_min_ps (_mm512_max_ps ((__m512) x, _mm512_set1_ps (low)),
                                _mm512_set1_ps (high));
}

INLINE void
add_to_doubles (double *sums, Lanes x)
{
  const __m512d low = _mm512_cvtps_pd (_mm512_castps512_ps256 ((__m512) x));
  const __m512d high = _mm512_cvtps_pd (_mm512_extractf32x8_ps ((__m512) x, 1));

  _mm512_storeu_pd (sums, _mm512_add_pd (_mm512_loadu_pd (sums), low));
  _mm512_storeu_pd (sums + 8, _mm512_add_pd (_mm512_loadu_pd (sums + 8), high));
}

#define CASE(rows)                                                                                 \
  case rows:                                                                                       \
    product_rows (rows, channels, v, u, m);                                                        \
    break;

static void
product_of (size_t rows, size_t channels, const float *v, const float *u, float *m)
{
  switch (rows)
    {
      CASE (1)
      CASE (2)
      CASE (3)
      CASE (4)
      CASE (5)
      CASE (6)
      CASE (7)
      CASE (8)
      CASE (9)
      CASE (10)
      CASE (11)
      CASE (12)
      CASE (13)
      CASE (14)
      CASE (15)
    default:
      product_rows (TILE_ROWS, channels, v, u, m);
    }
}

static void
wino_product_avx512 (size_t n, size_t channels, const float *v, const float *u, float *m)
{
  for (size_t f = 0; f < WINO; f++, u += channels * PANEL_COLS)
    for (size_t left = n, rows; left > 0; left -= rows)
      {
        rows = left < TILE_ROWS ? left : TILE_ROWS;
        product_of (rows, channels, v, u, m);
        v += rows * channels;
        m += rows * PANEL_COLS;
      }
}

const ConvKernels conv_kernels_avx512 = {
  .tiles = TILE_ROWS,
  .wino_weights = wino_weights_lanes,
  .wino_in = wino_in_lanes,
  .wino_product = wino_product_avx512,
  .wino_out = wino_out_lanes,
  .scale_swish = scale_swish_lanes,
  .layer_norm = layer_norm_lanes,
  .sum = sum_lanes,
};
