#include "picture.h"
#include <string.h>

static void
chunk_free (gpointer data)
{
  PictureChunk *chunk = data;

  g_free (chunk->data);
  g_free (chunk);
}

Picture *
picture_new (int width, int height, int channels, int depth)
{
  g_autoptr (Picture) picture = g_new0 (Picture, 1);

  *picture = (Picture){ .width = width, .height = height, .channels = channels, .depth = depth };
  picture->chunks = g_ptr_array_new_with_free_func (chunk_free);
  picture->complaint = g_string_new (NULL);
  picture->samples = g_try_malloc_n ((gsize) height, picture_row_bytes (picture));
  return picture->samples ? g_steal_pointer (&picture) : NULL;
}

void
picture_free (Picture *picture)
{
  if (!picture)
    return;
  g_free (picture->samples);
  g_ptr_array_unref (picture->chunks);
  g_string_free (picture->complaint, TRUE);
  g_free (picture);
}

Picture *
picture_like (const Picture *picture, int width, int height)
{
  Picture *other = picture_new (width, height, picture->channels, picture->depth);

  if (!other)
    return NULL;
  memset (other->samples, 0, picture_row_bytes (other) * (gsize) height);
  for (guint i = 0; i < picture->chunks->len; i++)
    {
      const PictureChunk *chunk = g_ptr_array_index (picture->chunks, i);

      picture_add_chunk (other, chunk->type, chunk->place, chunk->data, chunk->size);
    }
  return other;
}

void
picture_add_chunk (Picture *picture, const char *type, guint8 place, const guint8 *data, gsize size)
{
  PictureChunk *chunk = g_new0 (PictureChunk, 1);

  g_strlcpy (chunk->type, type, sizeof chunk->type);
  chunk->place = place;
  chunk->size = size;
  chunk->data = g_memdup2 (data, size);
  g_ptr_array_add (picture->chunks, chunk);
}

gboolean
picture_has_alpha (const Picture *picture)
{
  return picture->channels % 2 == 0;
}

gsize
picture_row_bytes (const Picture *picture)
{
  return (gsize) picture->width * (gsize) picture->channels * (gsize) (picture->depth / 8);
}
