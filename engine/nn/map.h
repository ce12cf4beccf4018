/* map: activations of a convolutional net, channels innermost: [height][width][channels]. */
#pragma once
#include "base/buffer.h"

typedef struct {
  int height, width, channels;
  float *data;     /* from buffer_new; the map's owner clears it */
  size_t capacity; /* floats that data can hold */
  double *sums;    /* [2][channels], owned: sum and sum of squares of each channel; NULL = unknown.
                      Who changes data forgets them. */
} Map;

static inline size_t
map_cells (const Map *map)
{
  return (size_t) map->height * map->width;
}

static inline void
map_forget_sums (Map *map)
{
  buffer_free (map->sums);
  map->sums = NULL;
}

static inline void
map_clear (Map *map)
{
  map_forget_sums (map);
  buffer_free (map->data);
  map->data = NULL;
  map->capacity = 0;
}

/* A map of zeros. What `map` held is not looked at. */
static inline gboolean
map_init (Map *map, int height, int width, int channels, GError **error)
{
  *map = (Map){ .height = height, .width = width, .channels = channels };
  map->capacity = (size_t) height * width * channels;
  map->data = buffer_new ((size_t) height * width, sizeof (float) * channels, "activations", error);
  return map->data != NULL;
}

/* Gives a map, which may be empty, another size and any content, in the memory it has if that is
 * enough. */
static inline gboolean
map_shape (Map *map, int height, int width, int channels, GError **error)
{
  const size_t n = (size_t) height * width * channels;

  map_forget_sums (map);
  if (!map->data || map->capacity < n)
    {
      map_clear (map);
      map->data = buffer_new_unset ((size_t) height * width, sizeof (float) * channels,
                                    "activations", error);
      map->capacity = n;
    }
  map->height = height;
  map->width = width;
  map->channels = channels;
  return map->data != NULL;
}

static inline void
map_swap (Map *one, Map *other)
{
  const Map kept = *one;

  *one = *other;
  *other = kept;
}

/* The old content is freed, the new one moves in. */
static inline void
map_replace (Map *map, Map *with)
{
  map_clear (map);
  *map = *with;
  *with = (Map){ 0 };
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Map, map_clear)
