/* weight: the numbers of a layer as the model file holds them. They stay in the mapping and are
 * widened where they are used, so a model opens at once and is in memory once. */
#pragma once
#include "base/buffer.h"
#include <stdint.h>

typedef struct {
  const uint8_t *data; /* n numbers, little-endian, aligned to nothing; borrowed, or `owned` */
  gboolean half;       /* binary16; else binary32 */
  float *owned;        /* numbers of another type, widened (buffer_free); NULL = borrowed */
} Weight;

void weight_clear (Weight *weight);

/* to[i] = number first + i, for i < n. */
void weight_widen (const Weight *weight, size_t first, size_t n, float *to);
