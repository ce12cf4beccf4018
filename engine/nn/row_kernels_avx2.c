/* Compiled with -mavx2 -mfma -mf16c: nothing here may run before kernels.c has asked the processor. */
#define TILE_ROWS 3
#define Q8_WIDE 1
#define ROW_KERNELS row_kernels_avx2

/* Unsigned times signed bytes in pairs, |sum| <= 2 * 128 * 127: no 16-bit sum saturates. */
#define DOT_I8(w, x) _mm256_madd_epi16 (_mm256_maddubs_epi16 (w, x), _mm256_set1_epi16 (1))

#include "nn/row_kernels_x86.h"
