/* norm: the normalisations of the published system, with the activation that follows them. */
#pragma once
#include "base/job.h"
#include "nn/map.h"

typedef enum {
  NORM_GROUP, /* GroupNorm over the whole map: 32 groups of channels */
  NORM_LAYER, /* LayerNorm over the channels of one position */
} NormKind;

typedef struct {
  NormKind kind;
  int channels;
  float epsilon;        /* inside the root */
  float *scale, *shift; /* [channels], owned */
} Norm;

/* scale and shift move in on success and failure alike (buffer_free). */
Norm norm_new (NormKind kind, int channels, float epsilon, float *scale, float *shift);
void norm_clear (Norm *norm);

/* out (made here, must be empty) = norm (in), then x * sigmoid (x) where `swish`. */
gboolean norm_run (Job *job, const Norm *norm, const Map *in, gboolean swish, Map *out,
                   GError **error);

/* A NORM_LAYER on n_rows rows of `channels`; x and y may be the same. */
void norm_rows (const Norm *norm, size_t n_rows, const float *x, float *y);
