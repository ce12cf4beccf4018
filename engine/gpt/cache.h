/* cache: keys and values of the positions that a batch of sequences has behind it. */
#pragma once
#include "base/buffer.h"

typedef struct {
  int n_layers, n_sequences, capacity, width;
  int length;           /* positions filled, the same for all sequences */
  float *keys, *values; /* [layer][sequence][capacity][width] */
} Cache;

gboolean cache_init (Cache *cache, int n_layers, int n_sequences, int capacity, int width,
                     GError **error);
void cache_clear (Cache *cache);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cache, cache_clear)

/* Gives every sequence of `cache` (empty, capacity enough) what the one sequence of `from` holds:
 * a prefix that all variations share is computed once. */
void cache_share (Cache *cache, const Cache *from);

static inline size_t
cache_place (const Cache *cache, int layer, int sequence, int position)
{
  return (((size_t) layer * cache->n_sequences + sequence) * cache->capacity + position)
         * cache->width;
}

static inline gsize
cache_bytes (int n_layers, int n_sequences, int capacity, int width)
{
  return 2 * sizeof (float) * (gsize) n_layers * n_sequences * capacity * width;
}
