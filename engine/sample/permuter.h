/* permuter: the order in which the tokens of a grid stand in a sequence (taming/modules/transformer/
 * permuter.py). All published models have the identity: row by row. */
#pragma once
#include <glib.h>

typedef enum {
  PERMUTER_IDENTITY,
  PERMUTER_SUBSAMPLE,  /* the four phases of 2 x 2, each split in the same way */
  PERMUTER_Z_CURVE,    /* Morton order, rows in the odd bits */
  PERMUTER_SPIRAL_OUT, /* from the cell (rows / 2, cols / 2 - 1), upwards first */
  PERMUTER_SPIRAL_IN,  /* the same backwards */
  PERMUTER_ALTERNATE,  /* odd rows from right to left */
  PERMUTER_RANDOM,     /* numpy.random.RandomState (1).permutation */
} PermuterType;

/* "identity", "subsample", ..: as in docs/model-file.md; FALSE where no type has that name. */
gboolean permuter_type (const char *name, PermuterType *type);

/* Whether a grid of this size has such an order: subsample and z_curve want squares whose side is a
 * power of two, the spirals want squares of an even side, at least 2. */
gboolean permuter_fits (PermuterType type, int rows, int cols);

/* forward[p] = the cell (row * cols + col) that stands at position p of the sequence; [rows * cols],
 * the caller's. The size fits. */
void permuter_forward (PermuterType type, int rows, int cols, int *forward);

/* backward[forward[p]] = p; FALSE where forward is no permutation of 0..n-1. */
gboolean permuter_backward (const int *forward, int n, int *backward);
