/* PNM and PAM by hand, after their manual pages: P1 to P7 and the floats Pf and PF. */
#include "picture_decode.h"
#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct {
  PictureBytes bytes;
  gsize at;
  char kind;               /* '1'..'7', 'f', 'F' */
  guint64 width, height;   /* of the header */
  guint64 maximum, planes; /* of the header */
  double scale;            /* of floats: negative = little endian */
  PictureOutcome *outcome;
} Reader;

static gboolean
damaged (Reader *reader, const char *what)
{
  return picture_decode_refuse (reader->outcome, FAILURE_FILE_READ, _ ("cannot be read: %s"), what);
}

/* The next word of the header, without comments; "" at the end. */
static void
next_word (Reader *reader, char *word, gsize size)
{
  const guint8 *data = reader->bytes.data;
  gsize n = 0;

  for (; reader->at < reader->bytes.size; reader->at++)
    if (data[reader->at] == '#')
      while (reader->at + 1 < reader->bytes.size && data[reader->at + 1] != '\n')
        reader->at++;
    else if (!g_ascii_isspace (data[reader->at]))
      break;
  while (reader->at < reader->bytes.size && !g_ascii_isspace (data[reader->at]) && n + 1 < size)
    word[n++] = (char) data[reader->at++];
  word[n] = 0;
}

static gboolean
next_number (Reader *reader, guint64 low, guint64 high, guint64 *number)
{
  char word[24];

  next_word (reader, word, sizeof word);
  return g_ascii_string_to_unsigned (word, 10, low, high, number, NULL);
}

/* PAM: lines of a name and a value up to ENDHDR. */
static gboolean
read_pam_header (Reader *reader)
{
  char word[24];

  reader->maximum = reader->planes = 0;
  for (;;)
    {
      next_word (reader, word, sizeof word);
      if (!strcmp (word, "ENDHDR"))
        return TRUE;
      if (!strcmp (word, "TUPLTYPE")) /* DEPTH says it already */
        next_word (reader, word, sizeof word);
      else if (!(!strcmp (word, "WIDTH")    ? next_number (reader, 1, G_MAXUINT32, &reader->width)
                 : !strcmp (word, "HEIGHT") ? next_number (reader, 1, G_MAXUINT32, &reader->height)
                 : !strcmp (word, "DEPTH")
                     ? next_number (reader, 1, 4, &reader->planes)
                     : !strcmp (word, "MAXVAL")
                           && next_number (reader, 1, 65535, &reader->maximum)))
        return FALSE;
    }
}

static gboolean
read_header (Reader *reader)
{
  char word[24];
  gboolean done;

  reader->kind = (char) reader->bytes.data[1];
  reader->at = 2;
  reader->maximum = 1;
  reader->planes = strchr ("36F", reader->kind) ? 3 : 1;
  if (reader->kind == '7')
    done = read_pam_header (reader) && reader->width && reader->height && reader->maximum
           && reader->planes;
  else
    done = next_number (reader, 1, G_MAXUINT32, &reader->width)
           && next_number (reader, 1, G_MAXUINT32, &reader->height);
  if (done && strchr ("2356", reader->kind))
    done = next_number (reader, 1, 65535, &reader->maximum);
  if (done && strchr ("fF", reader->kind))
    {
      next_word (reader, word, sizeof word);
      reader->scale = g_ascii_strtod (word, NULL);
      done = reader->scale != 0;
    }
  reader->at++; /* one blank before the data */
  return done || damaged (reader, _ ("its header is damaged"));
}

/* Sample i, in 0..maximum; the kinds of text are read in order. */
static gboolean
sample (Reader *reader, gsize row, gsize i, gsize row_bytes, guint64 *value)
{
  const guint8 *data = reader->bytes.data + reader->at + row * row_bytes;

  switch (reader->kind)
    {
    case '1':
      while (reader->at < reader->bytes.size && !strchr ("01", reader->bytes.data[reader->at]))
        reader->at++;
      *value = reader->at < reader->bytes.size && reader->bytes.data[reader->at] == '0';
      return reader->at++ < reader->bytes.size;
    case '2':
    case '3':
      return next_number (reader, 0, reader->maximum, value);
    case '4':
      *value = !(data[i / 8] >> (7 - i % 8) & 1); /* 1 is black */
      return TRUE;
    default:
      *value = reader->maximum > 255 ? (guint64) data[2 * i] << 8 | data[2 * i + 1] : data[i];
      return *value <= reader->maximum;
    }
}

static gboolean
read_samples (Reader *reader, Picture *picture, gsize row_bytes)
{
  const gsize row = (gsize) picture->width * (gsize) picture->channels;
  const guint white =
      reader->bytes.kind == PICTURE_IDS ? (guint) reader->maximum : picture_white (picture);

  for (gsize y = 0; y < (gsize) picture->height; y++)
    for (gsize i = 0; i < row; i++)
      {
        guint64 value;

        if (!sample (reader, y, i, row_bytes, &value))
          return damaged (reader, _ ("its data are damaged or cut off"));
        picture_set (picture, y * row + i,
                     (guint) ((value * white + reader->maximum / 2) / reader->maximum));
      }
  return TRUE;
}

/* Rows of floats, the lowest first. */
static gboolean
read_floats (Reader *reader)
{
  const gsize row = (gsize) (reader->width * reader->planes), height = (gsize) reader->height;
  g_autofree float *values = g_try_new (float, row *height);

  if (!values)
    return damaged (reader, _ ("the computer ran out of memory"));
  for (gsize y = 0; y < height; y++)
    for (gsize i = 0; i < row; i++)
      {
        const guint8 *place = reader->bytes.data + reader->at + 4 * ((height - 1 - y) * row + i);
        guint32 bits;

        memcpy (&bits, place, 4);
        bits = reader->scale < 0 ? GUINT32_FROM_LE (bits) : GUINT32_FROM_BE (bits);
        memcpy (&values[y * row + i], &bits, 4);
      }
  return picture_decode_values (values, (gsize) reader->planes, (int) reader->width, (int) height,
                                reader->outcome);
}

/* Bytes of a row in the file; of text, the fewest that it can take. */
static guint64
bytes_of_row (const Reader *reader)
{
  const guint64 n = reader->width * reader->planes;

  switch (reader->kind)
    {
    case '1':
      return n;
    case '2':
    case '3':
      return 2 * n;
    case '4':
      return (n + 7) / 8;
    case 'f':
    case 'F':
      return 4 * n;
    default:
      return reader->maximum > 255 ? 2 * n : n;
    }
}

gboolean
picture_decode_pnm (PictureBytes bytes, PictureOutcome *outcome)
{
  Reader reader = { .bytes = bytes, .outcome = outcome };
  const gboolean ids = bytes.kind == PICTURE_IDS;
  g_autoptr (Picture) picture = NULL;
  guint64 row, samples;
  int depth;

  if (!read_header (&reader))
    return FALSE;
  if (strchr ("fF", reader.kind) && bytes.kind != PICTURE_VALUES)
    return picture_decode_refuse (outcome, FAILURE_FILE_TYPE,
                                  _ ("holds floating-point numbers, which are read only as depth"));
  if (ids && (reader.planes > 1 || reader.maximum > 255))
    return picture_decode_no_ids (outcome);
  depth = reader.maximum > 255 ? 16 : 8;
  row = bytes_of_row (&reader);
  samples = reader.width * reader.planes * (guint64) (strchr ("fF", reader.kind) ? 6 : depth / 8);
  if (!picture_decode_check (bytes, reader.width, reader.height, samples, 8, outcome))
    return FALSE;
  if (reader.at > bytes.size
      || (bytes.size - reader.at) / row + (strchr ("123", reader.kind) != NULL) < reader.height)
    return damaged (&reader, _ ("it ends too early"));
  if (strchr ("fF", reader.kind))
    return read_floats (&reader);
  picture = picture_new ((int) reader.width, (int) reader.height, (int) reader.planes, depth);
  if (!picture)
    return damaged (&reader, _ ("the computer ran out of memory"));
  if (!read_samples (&reader, picture, row))
    return FALSE;
  outcome->picture = g_steal_pointer (&picture);
  return TRUE;
}
