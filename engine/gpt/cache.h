/* cache: the state of a batch of sequences: keys and values of the positions behind them.
 *
 * Sequences may have different lengths, and a beginning that several of them share is stored once:
 * it is the one sequence of a cache of its own, which the others follow (cache_follow). */
#pragma once
#include "base/buffer.h"
#include "nn/attention.h"

typedef struct Cache {
  int n_layers, n_sequences, n_heads;
  int width;                  /* of a position: n_heads * the width of a head */
  int capacity;               /* own positions that each sequence has room for */
  int *lengths;               /* [n_sequences]: own positions filled */
  const struct Cache *prefix; /* borrowed; NULL = no positions in front of the own ones */
  RowType type;               /* of keys and values: ROWS_F32, or ROWS_F16 for half the memory */
  guint8 *keys, *values;      /* [layer][sequence][head][capacity][width / n_heads] */
  Attention *attentions;      /* [n_sequences]: room for what one layer attends to */
  float *room;                /* activations, kept from one step to the next */
  size_t room_size;           /* floats */
} Cache;

gboolean cache_init (Cache *cache, RowType type, int n_layers, int n_sequences, int capacity,
                     int n_heads, int width, GError **error);
void cache_clear (Cache *cache);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cache, cache_clear)

/* Puts what `prefix` holds in front of the sequences of `cache`, which must be empty. prefix->
 * n_sequences must divide cache->n_sequences = g * prefix->n_sequences; its sequence p then stands
 * before the g sequences from g * p on: the variations of one window. It is borrowed, must not have
 * a prefix itself and must not change while it is followed. */
void cache_follow (Cache *cache, const Cache *prefix);

/* Forgets the own positions of a sequence from `length` on. */
void cache_rewind (Cache *cache, int sequence, int length);

/* Place of the next position of a sequence, counted with its prefix. */
int cache_position (const Cache *cache, int sequence);

/* The prefix sequence that a sequence follows; cache->prefix must not be NULL. */
int cache_leader (const Cache *cache, int sequence);

/* n floats that are valid until the next call, content undefined. Grows, never shrinks, so a loop
 * of steps allocates once. */
float *cache_room (Cache *cache, size_t n, GError **error);

/* First number of a head's keys (or values) of a sequence; its positions follow one another. */
static inline size_t
cache_place (const Cache *cache, int layer, int sequence, int head)
{
  return (((size_t) layer * cache->n_sequences + sequence) * cache->n_heads + head)
         * cache->capacity * (cache->width / cache->n_heads);
}

static inline gsize
cache_bytes (RowType type, int n_layers, int n_sequences, int capacity, int width)
{
  return (type == ROWS_F32 ? 8 : 4) * (gsize) n_layers * n_sequences * capacity * width;
}
