/* picture: pixels as a file holds them, never rounded on the way through, and what else the file
 * says about them. */
#pragma once
#include <glib.h>

/* A chunk of a PNG file that goes through unread: profile, resolution, texts. */
typedef struct {
  char type[5];
  guint8 place; /* of libpng: PNG_HAVE_IHDR, PNG_HAVE_PLTE or PNG_AFTER_IDAT */
  gsize size;
  guint8 *data;
} PictureChunk;

typedef struct {
  int width, height;
  int channels;       /* 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha */
  int depth;          /* 8 or 16 bits */
  void *samples;      /* [height][width][channels] of guint8 or guint16 (machine order) */
  GPtrArray *chunks;  /* of PictureChunk */
  GString *complaint; /* what the reader had to pass over, empty = nothing */
} Picture;

/* NULL where the memory is out. The samples are not set. */
Picture *picture_new (int width, int height, int channels, int depth);
void picture_free (Picture *picture); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Picture, picture_free)

/* A picture of another size, with the same kind and chunks; its samples are all 0. NULL where the
 * memory is out. */
Picture *picture_like (const Picture *picture, int width, int height);

/* Copies the data. */
void picture_add_chunk (Picture *picture, const char *type, guint8 place, const guint8 *data,
                        gsize size);

gboolean picture_has_alpha (const Picture *picture);

/* Bytes of one row of samples. */
gsize picture_row_bytes (const Picture *picture);

/* Sample i, 0..255 or 0..65535, counted over the whole picture. */
static inline guint
picture_get (const Picture *picture, gsize i)
{
  return picture->depth == 16 ? ((const guint16 *) picture->samples)[i]
                              : ((const guint8 *) picture->samples)[i];
}

static inline void
picture_set (Picture *picture, gsize i, guint value)
{
  if (picture->depth == 16)
    ((guint16 *) picture->samples)[i] = (guint16) value;
  else
    ((guint8 *) picture->samples)[i] = (guint8) value;
}

/* 255 or 65535 */
static inline guint
picture_white (const Picture *picture)
{
  return picture->depth == 16 ? 65535 : 255;
}
