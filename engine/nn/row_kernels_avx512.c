/* Compiled with -mavx512vl and -mavx512vnni on top of AVX2: twice the registers, and one instruction
 * for four 8-bit products. Nothing here may run before kernels.c has asked the processor. */
#define TILE_ROWS 4
#define Q8_WIDE 0
#define ROW_KERNELS row_kernels_avx512

#define DOT_I8(w, x) _mm256_dpbusd_epi32 (_mm256_setzero_si256 (), w, x)

#include "nn/row_kernels_x86.h"
