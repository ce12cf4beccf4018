#include "picture_file.h"
#include "picture_decode.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* For each pixel the run also holds 3 floats of colour, 1 of hole, a label and a copy. */
enum { WORKING_BYTES = 3 * 4 + 4 + 1 };

gboolean
picture_decode_check (PictureBytes bytes, guint64 width, guint64 height, guint64 row_bytes,
                      guint64 expansion, PictureOutcome *outcome)
{
  const gsize n = sizeof outcome->reason;
  guint64 need;

  if (width > PICTURE_MAX_SIDE || height > PICTURE_MAX_SIDE)
    {
      outcome->failure = FAILURE_TOO_LARGE;
      g_snprintf (outcome->reason, n,
                  "says that it is %" G_GUINT64_FORMAT " x %" G_GUINT64_FORMAT
                  " pixels, but at most %d a side are allowed",
                  width, height, PICTURE_MAX_SIDE);
      return FALSE;
    }
  need = height * row_bytes; /* below 2^19 * 2^22: cannot wrap */
  if (need / expansion > bytes.size)
    {
      outcome->failure = FAILURE_FILE_READ;
      g_snprintf (outcome->reason, n,
                  "cannot be read: %" G_GSIZE_FORMAT " bytes are too few for %" G_GUINT64_FORMAT
                  " x %" G_GUINT64_FORMAT " pixels",
                  bytes.size, width, height);
      return FALSE;
    }
  need = 2 * MAX (need, 4 * width * height) + WORKING_BYTES * width * height; /* 4: palettes grow */
  if (need > bytes.limit)
    {
      g_autofree char *needed = failure_size (need), *allowed = failure_size (bytes.limit);

      outcome->failure = FAILURE_TOO_LARGE;
      g_snprintf (outcome->reason, n, "needs %s of memory; %s is allowed", needed, allowed);
      return FALSE;
    }
  return TRUE;
}

/* The last part of GLib's messages: what the system said. */
static const char *
system_reason (const GError *error)
{
  const char *colon = g_strrstr (error->message, ": ");

  return colon ? colon + 2 : error->message;
}

static gboolean
read_stream (FILE *stream, gsize limit, char **data, gsize *size, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 part[16384];
  gsize n;

  while ((n = fread (part, 1, sizeof part, stream)))
    {
      if (all->len + n > MIN (limit, G_MAXUINT / 2))
        {
          g_set_error_literal (error, FAILURE, FAILURE_TOO_LARGE,
                               "More arrived on standard input than the memory limit allows.");
          return FALSE;
        }
      g_byte_array_append (all, part, (guint) n);
    }
  if (ferror (stream))
    {
      g_set_error (error, FAILURE, FAILURE_FILE_READ, "Standard input cannot be read: %s.",
                   g_strerror (errno));
      return FALSE;
    }
  *size = all->len;
  *data = (char *) g_byte_array_free (g_steal_pointer (&all), FALSE);
  return TRUE;
}

static gboolean
read_file (const PictureSource *source, char **data, gsize *size, GError **error)
{
  g_autoptr (GError) cause = NULL;
  struct stat status;

  if (!strcmp (source->path, "-"))
    return read_stream (stdin, source->limit, data, size, error);
  if (!stat (source->path, &status) && (guint64) status.st_size > source->limit)
    {
      g_autofree char *needed = failure_size ((gsize) status.st_size);

      g_set_error (error, FAILURE, FAILURE_TOO_LARGE,
                   "\"%s\" takes %s alone, more than the memory limit.", source->path, needed);
      return FALSE;
    }
  if (g_file_get_contents (source->path, data, size, &cause))
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_FILE_READ, "\"%s\" cannot be read: %s.", source->path,
               system_reason (cause));
  return FALSE;
}

Picture *
picture_file_read (const PictureSource *source, GError **error)
{
  g_autofree char *data = NULL;
  PictureOutcome outcome = { 0 };
  PictureBytes bytes = { .limit = source->limit, .ids = source->ids };
  gboolean done = FALSE;

  if (!read_file (source, &data, &bytes.size, error))
    return NULL;
  bytes.data = (const guint8 *) data;
  if (bytes.size >= 8 && !memcmp (data, "\x89PNG\r\n\x1a\n", 8))
    done = picture_decode_png (bytes, &outcome);
  else if (bytes.size >= 3 && !memcmp (data, "\xff\xd8\xff", 3) && !source->ids)
    done = picture_decode_jpeg (bytes, &outcome);
  else
    {
      outcome.failure = FAILURE_FILE_TYPE;
      g_snprintf (outcome.reason, sizeof outcome.reason,
                  "is not a kind of picture that Tessera reads %s",
                  source->ids ? "labels from. Readable: PNG" : "here. Readable: PNG, JPEG");
    }
  if (!done)
    g_set_error (error, FAILURE, (int) outcome.failure, "\"%s\" %s.", source->path, outcome.reason);
  return outcome.picture;
}

gboolean
picture_file_may_write (const char *path, gboolean force, GError **error)
{
  if (force || !strcmp (path, "-") || !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_FILE_EXISTS,
               "\"%s\" exists already. Use --force to replace it.", path);
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
      g_set_error (error, FAILURE, FAILURE_FILE_WRITE, "Standard output cannot be written: %s.",
                   g_strerror (errno));
      return FALSE;
    }
  if (g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, 0666,
                                &cause))
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_FILE_WRITE, "\"%s\" cannot be written: %s.", path,
               system_reason (cause));
  return FALSE;
}
