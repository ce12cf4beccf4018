#include "picture_file.h"
#include "picture_decode.h"
#include "picture_encode.h"
#include "picture_meta.h"
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  const char *magic; /* at the file's beginning */
  gsize length;
  gboolean (*decode) (PictureBytes bytes, PictureOutcome *outcome);
} Reader;

static const Reader readers[] = {
  { "\x89PNG\r\n\x1a\n", 8, picture_decode_png },
  { "\xff\xd8\xff", 3, picture_decode_jpeg },
  { "RIFF", 4, picture_decode_webp },
  { "II*\0", 4, picture_decode_tiff },
  { "MM\0*", 4, picture_decode_tiff },
  { "II+\0", 4, picture_decode_tiff },
  { "MM\0+", 4, picture_decode_tiff },
};

/* The last part of GLib's messages: what the system said. */
static const char *
system_reason (const GError *error)
{
  const char *colon = g_strrstr (error->message, ": ");

  return colon ? colon + 2 : error->message;
}

static gboolean
read_stream (FILE *stream, const char *name, gsize limit, char **data, gsize *size, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 part[16384];
  gsize n;

  while ((n = fread (part, 1, sizeof part, stream)))
    {
      if (all->len + n > MIN (limit, G_MAXUINT / 2))
        {
          g_set_error (error, FAILURE, FAILURE_TOO_LARGE,
                       _ ("More arrives from \"%s\" than the memory limit allows."), name);
          return FALSE;
        }
      g_byte_array_append (all, part, (guint) n);
    }
  if (ferror (stream))
    {
      g_set_error (error, FAILURE, FAILURE_FILE_READ, _ ("\"%s\" cannot be read: %s."), name,
                   g_strerror (errno));
      return FALSE;
    }
  *size = all->len;
  *data = (char *) g_byte_array_free (g_steal_pointer (&all), FALSE);
  return TRUE;
}

/* A pipe or a device, of which nobody knows how much will come. */
static gboolean
read_special (const PictureSource *source, char **data, gsize *size, GError **error)
{
  FILE *stream = fopen (source->path, "rb");
  gboolean done;

  if (!stream)
    {
      g_set_error (error, FAILURE, FAILURE_FILE_READ, _ ("\"%s\" cannot be read: %s."),
                   source->path, g_strerror (errno));
      return FALSE;
    }
  done = read_stream (stream, source->path, source->limit, data, size, error);
  fclose (stream);
  return done;
}

static gboolean
read_file (const PictureSource *source, char **data, gsize *size, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GBytes *given = source->given ? g_hash_table_lookup (source->given, source->path) : NULL;
  struct stat status;

  if (given)
    {
      *size = g_bytes_get_size (given);
      *data = g_memdup2 (g_bytes_get_data (given, NULL), *size);
      return TRUE;
    }
  if (!strcmp (source->path, "-"))
    return read_stream (stdin, "-", source->limit, data, size, error);
  if (!stat (source->path, &status) && (guint64) status.st_size > source->limit)
    {
      g_autofree char *needed = failure_size ((gsize) status.st_size);

      g_set_error (error, FAILURE, FAILURE_TOO_LARGE,
                   _ ("\"%s\" takes %s alone, more than the memory limit."), source->path, needed);
      return FALSE;
    }
  if (!stat (source->path, &status) && !S_ISREG (status.st_mode) && !S_ISDIR (status.st_mode))
    return read_special (source, data, size, error);
  if (g_file_get_contents (source->path, data, size, &cause))
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_FILE_READ, _ ("\"%s\" cannot be read: %s."), source->path,
               system_reason (cause));
  return FALSE;
}

static gboolean
is_pnm (PictureBytes bytes)
{
  return bytes.size > 3 && bytes.data[0] == 'P' && bytes.data[1]
         && strchr ("1234567fF", bytes.data[1]) && g_ascii_isspace (bytes.data[2]);
}

static gboolean
decode (PictureBytes bytes, PictureOutcome *outcome)
{
  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    if (bytes.size >= readers[i].length
        && !memcmp (bytes.data, readers[i].magic, readers[i].length))
      return readers[i].decode (bytes, outcome);
  if (is_pnm (bytes))
    return picture_decode_pnm (bytes, outcome);
  return picture_decode_refuse (outcome, FAILURE_FILE_TYPE,
                                _ ("is not a kind of picture that Tessera reads. Readable: %s"),
                                PICTURE_READABLE);
}

Picture *
picture_file_read (const PictureSource *source, GError **error)
{
  g_autofree char *data = NULL;
  PictureOutcome outcome = { 0 };
  PictureBytes bytes = { .limit = source->limit, .kind = source->kind };

  if (!read_file (source, &data, &bytes.size, error))
    return NULL;
  bytes.data = (const guint8 *) data;
  if (decode (bytes, &outcome) && !picture_orient (&outcome.picture))
    {
      g_clear_pointer (&outcome.picture, picture_free);
      picture_decode_refuse (&outcome, FAILURE_NO_MEMORY,
                             _ ("cannot be read: the computer ran out of memory"));
    }
  if (!outcome.picture)
    /* Translators: the second is what is wrong, like "cannot be read: its header is damaged" */
    g_set_error (error, FAILURE, (int) outcome.failure, _ ("\"%s\" %s."), source->path,
                 outcome.reason);
  return outcome.picture;
}

char *
picture_file_text (const PictureSource *source, gsize *size, GError **error)
{
  g_autofree char *data = NULL;
  char *text;

  if (!read_file (source, &data, size, error))
    return NULL;
  text = g_try_malloc (*size + 1);
  if (text)
    {
      memcpy (text, data, *size);
      text[*size] = 0;
    }
  return text;
}

static gboolean
has_suffix (const char *path, const char *suffix)
{
  const gsize n = strlen (path), m = strlen (suffix);

  return n > m && !g_ascii_strcasecmp (path + n - m, suffix);
}

static gboolean
is_tiff (const char *path)
{
  return has_suffix (path, ".tif") || has_suffix (path, ".tiff");
}

gboolean
picture_file_can_write (const char *path)
{
  return !strcmp (path, "-") || has_suffix (path, ".png") || is_tiff (path);
}

GBytes *
picture_file_encode (const Picture *picture, const char *path, const char *recipe, GError **error)
{
  return is_tiff (path) ? picture_encode_tiff (picture, error)
                        : picture_encode_png (picture, recipe, error);
}

gboolean
picture_file_may_write (const char *path, gboolean force, GError **error)
{
  if (force || !strcmp (path, "-") || !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_FILE_EXISTS,
               _ ("\"%s\" exists already. Use --force to replace it."), path);
  return FALSE;
}

gboolean
picture_file_write (const char *path, GBytes *bytes, gboolean force, GError **error)
{
  g_autoptr (GError) cause = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (!picture_file_may_write (path, force, error))
    return FALSE;
  if (!strcmp (path, "-"))
    {
      if (fwrite (data, 1, size, stdout) == size && !fflush (stdout))
        return TRUE;
      g_set_error (error, FAILURE, FAILURE_FILE_WRITE, _ ("Standard output cannot be written: %s."),
                   g_strerror (errno));
      return FALSE;
    }
  if (g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, 0666,
                                &cause))
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_FILE_WRITE, _ ("\"%s\" cannot be written: %s."), path,
               system_reason (cause));
  return FALSE;
}
