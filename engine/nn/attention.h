/* attention: softmax (q k^T / sqrt (width)) v, streamed over the keys, so that no matrix of all
 * scores ever exists.
 *
 * What a query gets depends on its own numbers and on the keys it sees, added up in their order;
 * not on how many other queries are asked at the same time, nor on how many threads. */
#pragma once
#include "base/job.h"
#include "nn/row_kernels.h"

/* Keys and values of one sequence, with heads apart from one another or side by side. */
typedef struct {
  size_t n;
  RowType type;              /* ROWS_F32 or ROWS_F16 */
  const void *k, *v;         /* of head 0 */
  size_t k_stride, v_stride; /* numbers from one position's to the next position's */
  size_t head_stride;        /* numbers from one head's to the next head's, the same for k and v */
} Keys;

typedef struct {
  size_t n_queries;      /* at least 1 */
  size_t n_heads, width; /* head h takes columns h * width .. of q and y; width at most 8192 */
  const float *q;        /* [n_queries][q_stride] */
  float *y;              /* [n_queries][y_stride] */
  size_t q_stride, y_stride;
  Keys shared; /* n = 0: none. Every query sees them all. Neighbours in the list that share them
                  (the same k and n) are answered together: the keys are read once */
  Keys own;
  gboolean causal; /* query i sees the own keys up to place past + i, and all below n_open where it
                      is itself below n_open; else every query sees all own keys */
  size_t past, n_open;
} Attention;

/* All heads of all `n` attentions, which may have any sizes: one phase of the pool. */
gboolean attention_run (Job *job, const Attention *attentions, size_t n, GError **error);
