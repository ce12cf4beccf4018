/* rank: which variation to show first. */
#pragma once

/* order: [n] variations, best first: how seamless the rim is (|log rim_ratio|, in steps of 0.25: one
 * that is seen decides, tiny differences do not), then the least odd colours (image/odd.h), then the
 * mean log-probability, then the lower number. A variation with a NaN in any comes last. */
void rank_order (int n, const double *rim_ratio, const double *oddness,
                 const double *log_likelihood, int *order);
