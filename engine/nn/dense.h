/* dense: y = W x + b on rows of floats, with W where it lies in the model file.
 *
 * A few rows (token steps) stream the weights once for all of them; many rows (prefill) go over
 * blocks of weights that have been widened once. Both add up in the same order (nn/row_kernels.h), so
 * a row's result does not depend on how many others there are. With 8-bit weights the inputs are
 * rounded to 8 bits too, in groups of 32 with a scale of their own. */
#pragma once
#include "base/job.h"
#include "nn/rows.h"

typedef struct {
  Rows weight; /* [n_out][n_in] */
  float *bias; /* [n_out], owned; NULL = none */
} Dense;

void dense_clear (Dense *dense);

typedef enum {
  DENSE_SET,  /* y = W x + b */
  DENSE_ADD,  /* y += W x + b */
  DENSE_GELU, /* y = gelu (W x + b), the exact form */
} DenseMode;

typedef struct {
  const Dense *dense;
  float *y; /* [n_rows][n_out] */
  DenseMode mode;
} DenseOutput;

/* All `n` layers on the same inputs x [n_rows][n_in]: one phase of the pool. room: dense_room
 * floats, used where weights have 8 bits. */
gboolean dense_run (Job *job, size_t n_rows, const float *x, const DenseOutput *outputs, size_t n,
                    float *room, GError **error);

/* Floats that dense_run needs for n_rows inputs of n_in numbers. */
size_t dense_room (size_t n_rows, size_t n_in);

static inline double
dense_flop (const Dense *dense, double n_rows)
{
  return 2.0 * n_rows * (double) dense->weight.n * (double) dense->weight.k;
}
