#include "gpt/cache.h"
#include <string.h>

gboolean
cache_init (Cache *cache, int n_layers, int n_sequences, int capacity, int width, GError **error)
{
  const size_t n = (size_t) n_layers * n_sequences * capacity;

  *cache = (Cache){ n_layers, n_sequences, capacity, width, 0, NULL, NULL };
  cache->keys = buffer_new (n, width * sizeof (float), "the KV cache", error);
  cache->values =
      cache->keys ? buffer_new (n, width * sizeof (float), "the KV cache", error) : NULL;
  if (cache->values)
    return TRUE;
  cache_clear (cache);
  return FALSE;
}

void
cache_clear (Cache *cache)
{
  g_clear_pointer (&cache->keys, buffer_free);
  g_clear_pointer (&cache->values, buffer_free);
}

void
cache_share (Cache *cache, const Cache *from)
{
  const size_t bytes = (size_t) from->length * from->width * sizeof (float);

  g_assert (from->n_sequences == 1 && from->length <= cache->capacity && cache->length == 0);
  for (int layer = 0; layer < cache->n_layers; layer++)
    for (int sequence = 0; sequence < cache->n_sequences; sequence++)
      {
        memcpy (cache->keys + cache_place (cache, layer, sequence, 0),
                from->keys + cache_place (from, layer, 0, 0), bytes);
        memcpy (cache->values + cache_place (cache, layer, sequence, 0),
                from->values + cache_place (from, layer, 0, 0), bytes);
      }
  cache->length = from->length;
}
