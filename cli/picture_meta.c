#include "picture_meta.h"
#include <png.h>
#include <string.h>
#include <zlib.h>

enum { MAX_PROFILE_BYTES = 64 << 20 };

static const PictureChunk *
find (const Picture *picture, const char *type)
{
  for (guint i = 0; i < picture->chunks->len; i++)
    {
      const PictureChunk *chunk = g_ptr_array_index (picture->chunks, i);

      if (!strcmp (chunk->type, type))
        return chunk;
    }
  return NULL;
}

/* As PNG wants it: a name, a method, deflated data. */
void
picture_add_profile (Picture *picture, const guint8 *data, gsize size)
{
  static const char name[] = "ICC profile"; /* its final 0 belongs to the chunk */
  uLongf n = compressBound (size);
  g_autofree guint8 *chunk = g_try_malloc (sizeof name + 1 + n);

  if (!chunk || size > MAX_PROFILE_BYTES)
    return;
  memcpy (chunk, name, sizeof name);
  chunk[sizeof name] = 0; /* deflate */
  if (compress (chunk + sizeof name + 1, &n, data, size) == Z_OK)
    picture_add_chunk (picture, "iCCP", PNG_HAVE_IHDR, chunk, sizeof name + 1 + n);
}

GBytes *
picture_profile (const Picture *picture)
{
  const PictureChunk *chunk = find (picture, "iCCP");
  const guint8 *end = chunk ? memchr (chunk->data, 0, chunk->size) : NULL;
  const gsize skip = end ? (gsize) (end - chunk->data) + 2 : 0;
  g_autofree guint8 *data = NULL;
  uLongf n;

  if (!end || skip >= chunk->size)
    return NULL;
  for (n = 16 << 10; n <= MAX_PROFILE_BYTES; n *= 4)
    {
      uLongf got = n;
      int status;

      g_free (data);
      data = g_try_malloc (n);
      if (!data)
        return NULL;
      status = uncompress (data, &got, chunk->data + skip, chunk->size - skip);
      if (status == Z_OK)
        return g_bytes_new (data, got);
      if (status != Z_BUF_ERROR)
        return NULL;
    }
  return NULL;
}

void
picture_add_exif (Picture *picture, const guint8 *data, gsize size)
{
  if (size >= 8 && !find (picture, "eXIf")) /* PNG allows one */
    picture_add_chunk (picture, "eXIf", PNG_HAVE_IHDR, data, size);
}

const PictureChunk *
picture_exif (const Picture *picture)
{
  return find (picture, "eXIf");
}

void
picture_add_resolution (Picture *picture, double x, double y)
{
  guint8 data[9];

  if (!(x >= 1 && y >= 1 && x < G_MAXINT32 && y < G_MAXINT32))
    return;
  const guint32 big_x = GUINT32_TO_BE ((guint32) (x + 0.5));
  const guint32 big_y = GUINT32_TO_BE ((guint32) (y + 0.5));

  memcpy (data, &big_x, 4);
  memcpy (data + 4, &big_y, 4);
  data[8] = 1; /* pixels per metre */
  picture_add_chunk (picture, "pHYs", PNG_HAVE_IHDR, data, sizeof data);
}

gboolean
picture_resolution (const Picture *picture, double *x, double *y)
{
  const PictureChunk *chunk = find (picture, "pHYs");
  guint32 big_x, big_y;

  if (!chunk || chunk->size != 9 || chunk->data[8] != 1)
    return FALSE;
  memcpy (&big_x, chunk->data, 4);
  memcpy (&big_y, chunk->data + 4, 4);
  *x = GUINT32_FROM_BE (big_x);
  *y = GUINT32_FROM_BE (big_y);
  return TRUE;
}

/* ---- orientation --------------------------------------------------------------------------- */

static guint
number_at (const guint8 *data, int n, gboolean big)
{
  guint value = 0;

  for (int i = 0; i < n; i++)
    value |= (guint) data[i] << 8 * (big ? n - 1 - i : i);
  return value;
}

/* The two bytes of the orientation in IFD 0 of EXIF; NULL = there is none. */
static guint8 *
orientation_place (const PictureChunk *exif, gboolean *big)
{
  guint first, n;

  if (!exif || exif->size < 10)
    return NULL;
  *big = exif->data[0] == 'M';
  first = number_at (exif->data + 4, 4, *big);
  if (first > exif->size - 2)
    return NULL;
  n = number_at (exif->data + first, 2, *big);
  for (guint i = 0; i < n; i++)
    {
      const gsize at = first + 2 + 12 * (gsize) i;

      if (at + 12 > exif->size)
        return NULL;
      if (number_at (exif->data + at, 2, *big) == 0x0112
          && number_at (exif->data + at + 2, 2, *big) == 3) /* SHORT */
        return exif->data + at + 8;
    }
  return NULL;
}

/* Where pixel x, y of the turned picture comes from. The eight cases of EXIF 2.3, tag 274. */
static gsize
source_of (int orientation, const Picture *from, int x, int y)
{
  const int right = from->width - 1, bottom = from->height - 1;
  const int mirrored_x =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const int mirrored_y =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  int from_x = orientation >= 5 ? y : x, from_y = orientation >= 5 ? x : y;

  if (mirrored_x)
    from_x = right - from_x;
  if (mirrored_y)
    from_y = bottom - from_y;
  return (gsize) from_y * (gsize) from->width + (gsize) from_x;
}

static Picture *
turned (const Picture *from, int orientation)
{
  const gboolean swaps = orientation >= 5;
  const gsize bytes = (gsize) from->channels * (gsize) (from->depth / 8);
  Picture *to =
      picture_like (from, swaps ? from->height : from->width, swaps ? from->width : from->height);
  guint8 *place = to ? to->samples : NULL;

  for (int y = 0; to && y < to->height; y++)
    for (int x = 0; x < to->width; x++, place += bytes)
      memcpy (place, (guint8 *) from->samples + source_of (orientation, from, x, y) * bytes, bytes);
  return to;
}

gboolean
picture_orient (Picture **picture)
{
  gboolean big;
  guint8 *place = orientation_place (picture_exif (*picture), &big);
  const guint orientation = place ? number_at (place, 2, big) : 1;
  Picture *upright;

  if (orientation < 2 || orientation > 8)
    return TRUE;
  place[0] = !big; /* 1: the first row is the top */
  place[1] = big;
  upright = turned (*picture, (int) orientation);
  if (!upright)
    return FALSE;
  g_string_assign (upright->complaint, (*picture)->complaint->str);
  picture_free (*picture);
  *picture = upright;
  return TRUE;
}

/* ---- texts --------------------------------------------------------------------------------- */

/* iTXt, uncompressed: name 0, two bytes, language 0, translated name 0, text. */
char *
picture_text (const Picture *picture, const char *name)
{
  const gsize length = strlen (name) + 1;

  for (guint i = 0; i < picture->chunks->len; i++)
    {
      const PictureChunk *chunk = g_ptr_array_index (picture->chunks, i);
      const guint8 *end = chunk->data + chunk->size, *at;

      if (strcmp (chunk->type, "iTXt") || chunk->size < length + 4
          || memcmp (chunk->data, name, length) || chunk->data[length])
        continue;
      at = memchr (chunk->data + length + 2, 0, (gsize) (end - chunk->data) - length - 2);
      at = at ? memchr (at + 1, 0, (gsize) (end - at) - 1) : NULL;
      if (at)
        return g_strndup ((const char *) at + 1, (gsize) (end - at) - 1);
    }
  return NULL;
}
