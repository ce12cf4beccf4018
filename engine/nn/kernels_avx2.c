/* Compiled with -mavx2 -mfma: nothing here may run before kernels.c has asked the processor. */
#include "nn/kernels_private.h"
#include <immintrin.h>

/* `rows` is a constant at every call, so the compiler unrolls the loops over it and keeps all
 * accumulators in registers. */
static inline __attribute__ ((always_inline)) void
panel_rows (size_t rows, const PanelShape *shape, const float *x, const float *w, const float *bias,
            float *y)
{
  __m256 low[PANEL_ROWS], high[PANEL_ROWS];

  for (size_t r = 0; r < rows; r++)
    {
      low[r] = _mm256_loadu_ps (bias);
      high[r] = _mm256_loadu_ps (bias + 8);
    }
  for (size_t s = 0; s < shape->segments; s++, x += shape->segment_stride)
    for (size_t i = 0; i < shape->k; i++, w += PANEL_COLS)
      {
        const __m256 w_low = _mm256_loadu_ps (w), w_high = _mm256_loadu_ps (w + 8);

        for (size_t r = 0; r < rows; r++)
          {
            const __m256 a = _mm256_broadcast_ss (x + r * shape->row_stride + i);

            low[r] = _mm256_fmadd_ps (a, w_low, low[r]);
            high[r] = _mm256_fmadd_ps (a, w_high, high[r]);
          }
      }
  for (size_t r = 0; r < rows; r++)
    {
      _mm256_storeu_ps (y + r * shape->out_stride, low[r]);
      _mm256_storeu_ps (y + r * shape->out_stride + 8, high[r]);
    }
}

static void
panel_avx2 (const PanelShape *shape, const float *x, const float *w, const float *bias, float *y)
{
  switch (shape->rows)
    {
    case 1:
      panel_rows (1, shape, x, w, bias, y);
      break;
    case 2:
      panel_rows (2, shape, x, w, bias, y);
      break;
    case 3:
      panel_rows (3, shape, x, w, bias, y);
      break;
    case 4:
      panel_rows (4, shape, x, w, bias, y);
      break;
    case 5:
      panel_rows (5, shape, x, w, bias, y);
      break;
    default:
      panel_rows (PANEL_ROWS, shape, x, w, bias, y);
    }
}

void
kernels_overlay_avx2 (Kernels *table)
{
  table->isa = "avx2";
  table->panel = panel_avx2;
}
