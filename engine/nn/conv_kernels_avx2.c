/* Compiled with -mavx2 -mfma: nothing here may run before kernels.c has asked. */
#define LANES 8
#define TILE_ROWS 6 /* 12 sums, 2 weights and an input in 16 registers */
#include "nn/conv_kernels_lanes.h"
#include <immintrin.h>

INLINE Lanes
power_of_two (Lanes whole)
{
  const __m256i exponent =
      _mm256_add_epi32 (_mm256_cvtps_epi32 ((__m256) whole), _mm256_set1_epi32 (127));

  return (Lanes) _mm256_castsi256_ps (_mm256_slli_epi32 (exponent, 23));
}

INLINE Lanes
nearest (Lanes x)
{
  return (Lanes) _mm256_round_ps ((__m256) x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

INLINE Lanes
clamp (Lanes x, float low, float high)
{
  return (Lanes) _mm256_min_ps (_mm256_max_ps ((__m256) x, _mm256_set1_ps (low)),
                                _mm256_set1_ps (high));
}

INLINE void
add_to_doubles (double *sums, Lanes x)
{
  const __m256d low = _mm256_cvtps_pd (_mm256_castps256_ps128 ((__m256) x));
  const __m256d high = _mm256_cvtps_pd (_mm256_extractf128_ps ((__m256) x, 1));

  _mm256_storeu_pd (sums, _mm256_add_pd (_mm256_loadu_pd (sums), low));
  _mm256_storeu_pd (sums + 4, _mm256_add_pd (_mm256_loadu_pd (sums + 4), high));
}

static void
product_of (size_t rows, size_t channels, const float *v, const float *u, float *m)
{
  switch (rows)
    {
    case 1:
      product_rows (1, channels, v, u, m);
      break;
    case 2:
      product_rows (2, channels, v, u, m);
      break;
    case 3:
      product_rows (3, channels, v, u, m);
      break;
    case 4:
      product_rows (4, channels, v, u, m);
      break;
    case 5:
      product_rows (5, channels, v, u, m);
      break;
    default:
      product_rows (TILE_ROWS, channels, v, u, m);
    }
}

static void
wino_product_avx2 (size_t n, size_t channels, const float *v, const float *u, float *m)
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

const ConvKernels conv_kernels_avx2 = {
  .tiles = 4 * TILE_ROWS,
  .wino_weights = wino_weights_lanes,
  .wino_in = wino_in_lanes,
  .wino_product = wino_product_avx2,
  .wino_out = wino_out_lanes,
  .scale_swish = scale_swish_lanes,
  .layer_norm = layer_norm_lanes,
  .sum = sum_lanes,
};
