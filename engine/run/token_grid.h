/* token_grid: tokens of a grid, sampled window by window by the published rule: a window's sequence
 * is its condition's tokens, then its cells' tokens in order, and each cell is chosen from the
 * logits of the position before it. */
#pragma once
#include "gpt/gpt.h"
#include "sample/plan.h"

typedef struct {
  int rows, cols, n_variations;
  int *tokens;          /* [variation][rows * cols]; those of hole cells are set here */
  const guint8 *hole;   /* [rows * cols], 0 = the token is known and the same for all variations */
  const int *condition; /* [n_condition], or [rows * cols] where n_condition is 0 */
  int n_condition;
  const int *order; /* place in a window of each position of its sequence; NULL = raster order */
} TokenGrid;

/* The token of a cell (row * cols + col) of a variation, from its logits [vocab_size]; -1 and error
 * to end the sampling. */
typedef int (*TokenChoose) (gpointer data, int variation, int cell, const float *logits,
                            GError **error);

/* Samples the cells of windows that do not depend on one another, all variations of all of them as
 * a batch; what a variation becomes does not depend on the others. What all variations of a window
 * share, its condition and the known cells at its beginning, is computed once. FORMAT error for a
 * token outside the vocabulary or a window too large for the model. */
gboolean token_grid_sample (Job *job, const Gpt *gpt, TokenGrid *grid, const PlanWindow *windows,
                            int n_windows, TokenChoose choose, gpointer data, GError **error);

/* Most bytes that this takes, and its work; of the grid only n_condition, order, cols, hole and
 * n_variations count. */
gsize token_grid_bytes (const Gpt *gpt, const TokenGrid *grid, const PlanWindow *windows,
                        int n_windows);
double token_grid_flop (const Gpt *gpt, const TokenGrid *grid, const PlanWindow *windows,
                        int n_windows);

/* How many times the weights are read, one step after the other. */
int token_grid_steps (const PlanWindow *windows, int n_windows);
