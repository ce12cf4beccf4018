/* norm: the normalisations of the published system. Before a convolution they are applied while it
 * reads its input (nn/conv.h), so what they make never exists as a map. */
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

/* A NORM_GROUP on this map as one product and sum: x * gain[c] + offset[c], each [channels]. From
 * map->sums where they are known, else from a pass over the map; exact either way: sums of at most
 * 16 numbers in binary32, then in double, split the same way whatever the number of threads. */
gboolean norm_affine (Job *job, const Norm *norm, const Map *map, float *gain, float *offset,
                      GError **error);

/* out (any content) = norm (in). */
gboolean norm_run (Job *job, const Norm *norm, const Map *in, Map *out, GError **error);

/* sums [2][channels] = the total of slots [n_slots][2][channels], in their order. */
void norm_total (size_t n_slots, size_t channels, const double *slots, double *sums);
