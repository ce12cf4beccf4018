#include "checkpoint/writer.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ALIGN = 64 };

struct Writer {
  char *path, *temporary; /* temporary is NULL once it has been renamed */
  int file;
  gboolean overwrite;
  guint64 data, end; /* where the tensors begin, and the file ends */
};

static gboolean
fail (const Writer *writer, int code, GError **error)
{
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), "%s: %s", writer->path,
               g_strerror (code));
  return FALSE;
}

Writer *
writer_new (const char *path, gboolean overwrite, GError **error)
{
  g_autoptr (Writer) writer = g_new0 (Writer, 1);
  const mode_t mask = umask (0);

  umask (mask);
  writer->path = g_strdup (path);
  writer->overwrite = overwrite;
  writer->file = -1;
  if (!overwrite && g_file_test (path, G_FILE_TEST_EXISTS))
    fail (writer, EEXIST, error);
  else
    {
      g_autofree char *pattern = g_strconcat (path, ".XXXXXX", NULL);

      writer->file = g_mkstemp_full (pattern, O_RDWR | O_CLOEXEC, 0666 & ~mask);
      if (writer->file >= 0)
        {
          writer->temporary = g_steal_pointer (&pattern);
          return g_steal_pointer (&writer);
        }
      fail (writer, errno, error);
    }
  return NULL;
}

void
writer_free (Writer *writer)
{
  if (!writer)
    return;
  if (writer->file >= 0)
    close (writer->file);
  if (writer->temporary)
    g_unlink (writer->temporary);
  g_free (writer->temporary);
  g_free (writer->path);
  g_free (writer);
}

static gboolean
put_at (Writer *writer, guint64 place, const guint8 *bytes, size_t n, GError **error)
{
  while (n > 0)
    {
      const ssize_t done = pwrite (writer->file, bytes, n, (off_t) place);

      if (done < 0 && errno == EINTR)
        continue;
      if (done <= 0)
        return fail (writer, done < 0 ? errno : ENOSPC, error);
      bytes += done;
      place += (guint64) done;
      n -= (size_t) done;
    }
  return TRUE;
}

/* Whole cache lines first, the largest first; by name among equals, so that a file is always the
 * same. */
static int
by_size (const void *a, const void *b)
{
  const Written *one = a, *other = b;
  const int odd = (one->bytes % ALIGN != 0) - (other->bytes % ALIGN != 0);

  if (odd)
    return odd;
  if (one->bytes != other->bytes)
    return one->bytes > other->bytes ? -1 : 1;
  return strcmp (one->name, other->name);
}

static void
add_tensor (JsonBuilder *json, const Written *tensor)
{
  json_builder_set_member_name (json, tensor->name);
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "dtype");
  json_builder_add_string_value (json, element_name (tensor->element));
  json_builder_set_member_name (json, "shape");
  json_builder_begin_array (json);
  for (int i = 0; i < tensor->n_dims; i++)
    json_builder_add_int_value (json, tensor->shape[i]);
  json_builder_end_array (json);
  json_builder_set_member_name (json, "data_offsets");
  json_builder_begin_array (json);
  json_builder_add_int_value (json, (gint64) tensor->offset);
  json_builder_add_int_value (json, (gint64) (tensor->offset + tensor->bytes));
  json_builder_end_array (json);
  json_builder_end_object (json);
}

static char *
header_text (const char *about, const Written *tensors, size_t n)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "__metadata__");
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "format");
  json_builder_add_string_value (json, "tessera");
  json_builder_set_member_name (json, "tessera");
  json_builder_add_string_value (json, about);
  json_builder_end_object (json);
  for (size_t i = 0; i < n; i++)
    add_tensor (json, &tensors[i]);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

gboolean
writer_begin (Writer *writer, const char *about, Written *tensors, size_t n, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GString) header = NULL;
  guint64 offset = 0, length;

  qsort (tensors, n, sizeof *tensors, by_size);
  for (size_t i = 0; i < n; i++)
    {
      tensors[i].offset = offset;
      offset += tensors[i].bytes;
    }
  text = header_text (about, tensors, n);
  header = g_string_new (text);
  while ((header->len + sizeof length) % ALIGN)
    g_string_append_c (header, ' ');
  length = GUINT64_TO_LE ((guint64) header->len);
  writer->data = sizeof length + header->len;
  writer->end = writer->data + offset;
  if (ftruncate (writer->file, (off_t) writer->end) != 0)
    return fail (writer, errno, error);
  return put_at (writer, 0, (const guint8 *) &length, sizeof length, error)
         && put_at (writer, sizeof length, (const guint8 *) header->str, header->len, error);
}

gboolean
writer_put (Writer *writer, guint64 offset, const void *bytes, size_t n, GError **error)
{
  return put_at (writer, writer->data + offset, bytes, n, error);
}

const char *
writer_path (const Writer *writer)
{
  return writer->temporary;
}

guint64
writer_bytes (const Writer *writer)
{
  return writer->end;
}

/* The folder's entry has to reach the disk as well. Where a folder cannot be synchronised (some
 * network file systems) the file itself is still whole. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  const int file = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (file < 0)
    return;
  fsync (file);
  close (file);
}

/* link () fails where the name is taken, rename () would replace it. File systems of memory cards
 * know no link (). */
static gboolean
take_name (Writer *writer)
{
  if (!writer->overwrite)
    {
      if (link (writer->temporary, writer->path) == 0)
        return g_unlink (writer->temporary) == 0;
      if (errno == EEXIST)
        return FALSE;
    }
  return g_rename (writer->temporary, writer->path) == 0;
}

gboolean
writer_finish (Writer *writer, GError **error)
{
  if (fsync (writer->file) != 0 || !take_name (writer))
    return fail (writer, errno, error);
  g_clear_pointer (&writer->temporary, g_free);
  sync_folder (writer->path);
  return TRUE;
}
