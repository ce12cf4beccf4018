/* map: activations of a convolutional net, channels innermost: [height][width][channels]. */
#pragma once
#include "base/buffer.h"

typedef struct {
  int height, width, channels;
  float *data; /* from buffer_new; the map's owner clears it */
} Map;

static inline size_t
map_cells (const Map *map)
{
  return (size_t) map->height * map->width;
}

static inline gboolean
map_init (Map *map, int height, int width, int channels, GError **error)
{
  *map = (Map){ height, width, channels, NULL };
  map->data = buffer_new ((size_t) height * width, sizeof (float) * channels, "activations", error);
  return map->data != NULL;
}

static inline void
map_clear (Map *map)
{
  buffer_free (map->data);
  map->data = NULL;
}

/* The old content is freed, the new one moves in. */
static inline void
map_replace (Map *map, Map *with)
{
  map_clear (map);
  *map = *with;
  with->data = NULL;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Map, map_clear)
