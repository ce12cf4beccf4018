#include "gpt/cache.h"

gboolean
cache_init (Cache *cache, RowType type, int n_layers, int n_sequences, int capacity, int n_heads,
            int width, GError **error)
{
  const size_t n = (size_t) n_layers * n_sequences * capacity;
  const size_t row = (size_t) width * (type == ROWS_F32 ? 4 : 2);

  *cache = (Cache){ .n_layers = n_layers,
                    .n_sequences = n_sequences,
                    .n_heads = n_heads,
                    .type = type,
                    .width = width,
                    .capacity = capacity };
  if ((cache->keys = buffer_new_unset (n, row, "the KV cache", error))
      && (cache->values = buffer_new_unset (n, row, "the KV cache", error))
      && (cache->lengths = buffer_new (n_sequences, sizeof (int), "the KV cache", error))
      && (cache->attentions = buffer_new (n_sequences, sizeof (Attention), "the KV cache", error)))
    return TRUE;
  cache_clear (cache);
  return FALSE;
}

void
cache_clear (Cache *cache)
{
  g_clear_pointer (&cache->keys, buffer_free);
  g_clear_pointer (&cache->values, buffer_free);
  g_clear_pointer (&cache->lengths, buffer_free);
  g_clear_pointer (&cache->attentions, buffer_free);
  g_clear_pointer (&cache->room, buffer_free);
}

void
cache_follow (Cache *cache, const Cache *prefix)
{
  g_assert (cache->n_sequences % prefix->n_sequences == 0 && !prefix->prefix
            && prefix->n_layers == cache->n_layers && prefix->width == cache->width
            && prefix->n_heads == cache->n_heads && prefix->type == cache->type);
  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    g_assert (cache->lengths[sequence] == 0);
  cache->prefix = prefix;
}

void
cache_rewind (Cache *cache, int sequence, int length)
{
  g_assert (length >= 0 && length <= cache->lengths[sequence]);
  cache->lengths[sequence] = length;
}

int
cache_leader (const Cache *cache, int sequence)
{
  return sequence / (cache->n_sequences / cache->prefix->n_sequences);
}

int
cache_position (const Cache *cache, int sequence)
{
  const int own = cache->lengths[sequence];

  return cache->prefix ? cache->prefix->lengths[cache_leader (cache, sequence)] + own : own;
}

float *
cache_room (Cache *cache, size_t n, GError **error)
{
  if (n <= cache->room_size)
    return cache->room;

  float *room = buffer_new_unset (n, sizeof (float), "activations", error);

  if (!room)
    return NULL;
  buffer_free (cache->room);
  cache->room = room;
  cache->room_size = n;
  return room;
}
