/* rank: which variation to show first. */
#pragma once

/* order: [n] variations, best first: how seamless the rim is (|log rim_ratio|, in steps of 0.1 so
 * that tiny differences do not decide), then the mean log-probability, then the lower number. A
 * variation with a NaN in either comes last. */
void rank_order (int n, const double *rim_ratio, const double *log_likelihood, int *order);
