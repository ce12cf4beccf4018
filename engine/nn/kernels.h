/* kernels: the few inner loops that cost the time, one table for each instruction set.
 *
 * The plain C table is the specification: it is complete, the golden vectors were matched with it,
 * and every other table must agree with it (tests/check_kernels.c). */
#pragma once
#include "nn/conv_kernels.h"
#include "nn/row_kernels.h"

enum {
  PANEL_COLS = 16, /* columns of one packed weight panel */
  PANEL_ROWS = 6,  /* rows that one call can take: 12 AVX2 accumulators, two loads in flight */
};

/* Operands of one panel product. Weights are packed [segments][k][PANEL_COLS]. */
typedef struct {
  size_t rows;           /* 1..PANEL_ROWS */
  size_t segments;       /* runs of k inputs: 1 for a linear layer, 3 (kernel rows) for a conv3 */
  size_t k;              /* inputs of a segment */
  size_t row_stride;     /* from one row's inputs to the next row's */
  size_t segment_stride; /* from one segment's inputs to the next segment's */
  size_t out_stride;     /* from one row's outputs to the next row's */
} PanelShape;

typedef struct {
  const char *isa;

  /* y[r][j] = bias[j] + sum over s, i of x[r * row_stride + s * segment_stride + i] * w[s][i][j]
   * for r < rows, j < PANEL_COLS; summed in the order of s, then i. y overlaps nothing. */
  void (*panel) (const PanelShape *shape, const float *x, const float *w, const float *bias,
                 float *y);

  ConvKernels conv; /* of convolutions and norms */
  RowKernels rows;  /* of the transformer */
} Kernels;

/* Table i of those this processor can run: 0 is plain C, then better ones; NULL behind the last. */
const Kernels *kernels_table (size_t i);

/* The last of them that the environment variable TESSERA_ISA ("c", "avx2", "avx512") allows. */
const Kernels *kernels_best (void);
