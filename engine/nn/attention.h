/* attention: softmax (q k^T / sqrt (width)) v, streamed over the keys, so that no matrix of all
 * scores ever exists. */
#pragma once
#include "base/job.h"

typedef struct {
  size_t n_queries, n_keys;
  size_t n_heads, width;  /* head h takes columns h * width .. of every row */
  const float *q, *k, *v; /* [n_queries | n_keys][stride] */
  size_t q_stride, k_stride, v_stride;
  float *y; /* [n_queries][y_stride] */
  size_t y_stride;
  gboolean causal; /* query i sees the keys up to n_keys - n_queries + i; else all */
} Attention;

/* All heads of all `n` attentions, which may have any sizes: one phase of the pool. */
gboolean attention_run (Job *job, const Attention *attentions, size_t n, GError **error);
