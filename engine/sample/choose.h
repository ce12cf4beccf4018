/* choose: from the logits of a cell to its token. The rules are those of the published sampler:
 * temperature, top-k (ties with the k-th stay), top-p, softmax, inverse CDF in index order. */
#pragma once
#include <glib.h>

typedef struct {
  double temperature; /* 0 = the largest logit, the first of equals */
  int top_k;          /* 0 = off */
  double top_p;       /* 1 = off */
} ChooseOptions;

/* Makes the labels count more, or less: logits = unlabelled + strength * (logits - unlabelled), all
 * [n] (classifier-free guidance). unlabelled: what the same cell's logits are without the labels. */
void choose_steer (float *logits, const float *unlabelled, int n, double strength);

/* The token for the uniform number u in [0, 1); -1 where a logit is NaN or +infinity, or all are
 * -infinity (the caller says which cell of which model it was).
 * logits: [n], n in 1..2^24. kept: NULL or [n], 1 = survived the filters. scratch: [2 n], any
 * content. log_probability: NULL, or that of the token under the filtered and tempered
 * distribution, natural logarithm; 0 at temperature 0. Allocates nothing. */
int choose_token (const float *logits, int n, const ChooseOptions *options, double u, guint8 *kept,
                  float *scratch, double *log_probability);
