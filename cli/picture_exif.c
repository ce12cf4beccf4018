#include "picture_exif.h"
#include <string.h>

enum {
  ENTRY = 12, /* bytes: tag, type, count, value or its place */
  TAG_EXIF = 0x8769,
  TAG_GPS = 0x8825,
  TAG_INTEROPERABILITY = 0xa005,
  MAX_BYTES = 16 << 20,
  MAX_DEPTH = 3,
};

/* Tags of the first directory that say something about the picture and not about the file. */
static const guint16 wanted[] = {
  0x010e /* description */,
  0x010f /* make */,
  0x0110 /* model */,
  0x0112 /* orientation */,
  0x0131 /* software */,
  0x0132 /* date */,
  0x013b /* artist */,
  0x8298 /* copyright */,
  TAG_EXIF,
  TAG_GPS,
  0x9c9b /* title */,
  0x9c9c /* comment */,
  0x9c9d /* author */,
  0x9c9e /* keywords */,
  0x9c9f /* subject */,
};

typedef struct {
  const guint8 *data;
  gsize size;
  gboolean big;
} Source;

static guint32
number (const Source *source, gsize at, int n)
{
  guint32 value = 0;

  for (int i = 0; i < n; i++)
    value |= (guint32) source->data[at + (gsize) i] << 8 * (source->big ? n - 1 - i : i);
  return value;
}

static void
put (guint8 *place, guint32 value, int n, gboolean big)
{
  for (int i = 0; i < n; i++)
    place[i] = (guint8) (value >> 8 * (big ? n - 1 - i : i));
}

static guint64
type_size (guint type)
{
  static const guint8 sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };

  return type < G_N_ELEMENTS (sizes) ? sizes[type] : 0;
}

static gboolean
is_wanted (guint tag)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (wanted[i] == tag)
      return TRUE;
  return FALSE;
}

static gboolean
is_directory (guint tag)
{
  return tag == TAG_EXIF || tag == TAG_GPS || tag == TAG_INTEROPERABILITY;
}

static gboolean
has_tag (const GByteArray *entries, guint tag, gboolean big)
{
  const Source source = { entries->data, entries->len, big };

  for (guint at = 0; at < entries->len; at += ENTRY)
    if (number (&source, at, 2) == tag)
      return TRUE;
  return FALSE;
}

/* Appends the directory, sorted by tag as TIFF wants it; returns where it lies. */
static guint32
write_directory (GByteArray *out, const GByteArray *entries, gboolean big)
{
  const Source source = { entries->data, entries->len, big };
  const guint n = entries->len / ENTRY;
  guint8 part[4] = { 0 };
  guint32 place;

  if (out->len % 2)
    g_byte_array_append (out, part, 1);
  place = out->len;
  put (part, n, 2, big);
  g_byte_array_append (out, part, 2);
  for (guint tag = 0, left = n; tag <= G_MAXUINT16 && left; tag++)
    for (guint at = 0; at < entries->len; at += ENTRY)
      if (number (&source, at, 2) == tag)
        {
          g_byte_array_append (out, entries->data + at, ENTRY);
          left--;
        }
  put (part, 0, 4, big);
  g_byte_array_append (out, part, 4);
  return place;
}

static guint32 copy_directory (const Source *source, guint32 place, GByteArray *out, int depth);

/* Copies one entry and what it points to; leaves out what is broken. */
static void
copy_entry (const Source *source, gsize at, GByteArray *out, GByteArray *entries, int depth)
{
  const guint tag = number (source, at, 2);
  const guint64 size = type_size (number (source, at + 2, 2)) * number (source, at + 4, 4);
  const guint32 place = number (source, at + 8, 4);
  guint8 entry[ENTRY];

  memcpy (entry, source->data + at, ENTRY);
  if (is_directory (tag))
    {
      const guint32 copied = copy_directory (source, place, out, depth + 1);

      if (!copied)
        return;
      put (entry + 8, copied, 4, source->big);
    }
  else if (!size || (size > 4 && (place > source->size || size > source->size - place)))
    return;
  else if (size > 4)
    {
      static const guint8 zero = 0;

      if (out->len % 2)
        g_byte_array_append (out, &zero, 1);
      put (entry + 8, out->len, 4, source->big);
      g_byte_array_append (out, source->data + place, (guint) size);
    }
  g_byte_array_append (entries, entry, ENTRY);
}

static void
copy_entries (const Source *source, guint32 place, GByteArray *out, GByteArray *entries, int depth)
{
  guint n;

  if (depth > MAX_DEPTH || source->size < 2 || place > source->size - 2)
    return;
  n = number (source, place, 2);
  for (guint i = 0; i < n; i++)
    {
      const gsize at = place + 2 + ENTRY * (gsize) i;

      if (at + ENTRY > source->size || out->len > MAX_BYTES)
        return;
      if ((depth > 0 || is_wanted (number (source, at, 2)))
          && !has_tag (entries, number (source, at, 2), source->big))
        copy_entry (source, at, out, entries, depth);
    }
}

/* 0 where nothing is left of it. */
static guint32
copy_directory (const Source *source, guint32 place, GByteArray *out, int depth)
{
  g_autoptr (GByteArray) entries = g_byte_array_new ();

  copy_entries (source, place, out, entries, depth);
  return entries->len ? write_directory (out, entries, source->big) : 0;
}

static gboolean
open_source (Source *source, const guint8 *data, gsize size)
{
  *source = (Source){ data, size, size > 0 && data[0] == 'M' };
  return size >= 8 && number (source, 2, 2) == 42;
}

GByteArray *
exif_from_tiff (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  Source source;
  guint32 place;

  if (!open_source (&source, data, size))
    return NULL;
  g_byte_array_append (out, data, 8);
  place = copy_directory (&source, number (&source, 4, 4), out, 0);
  put (out->data + 4, place, 4, source.big);
  return place ? g_steal_pointer (&out) : NULL;
}

gboolean
exif_is_big_endian (const guint8 *exif, gsize size)
{
  return size > 0 && exif[0] == 'M';
}

void
exif_into_tiff (GByteArray *file, const guint8 *exif, gsize size)
{
  g_autoptr (GByteArray) entries = g_byte_array_new ();
  const Source written = { file->data, file->len, file->data[0] == 'M' };
  const guint32 first = number (&written, 4, 4);
  const guint n = number (&written, first, 2);
  Source source;
  guint32 place;

  if (!open_source (&source, exif, size) || source.big != written.big)
    return;
  g_byte_array_append (entries, file->data + first + 2, n * ENTRY); /* what it points to stays */
  copy_entries (&source, number (&source, 4, 4), file, entries, 0);
  place = write_directory (file, entries, source.big);
  put (file->data + 4, place, 4, source.big);
}
