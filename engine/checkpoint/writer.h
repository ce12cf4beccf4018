/* writer: a safetensors file, written piece by piece. It grows under a temporary name beside its
 * target and takes the target's name when it is complete and on the disk: nobody ever sees half of
 * it, and a failure leaves nothing. */
#pragma once
#include "base/status.h"
#include "checkpoint/element.h"

typedef struct Writer Writer;

typedef struct {
  const char *name; /* borrowed until writer_begin returns */
  Element element;
  int n_dims;
  gint64 shape[8];
  guint64 offset; /* of its bytes behind the header; writer_begin sets it */
  guint64 bytes;
} Written;

/* Creates the temporary file. G_FILE_ERROR with the path; with `overwrite` FALSE a path that is
 * taken is G_FILE_ERROR_EXIST, also where it is taken later. */
Writer *writer_new (const char *path, gboolean overwrite, GError **error);

/* Removes the file unless it was finished. NULL is fine. */
void writer_free (Writer *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Writer, writer_free)

/* Writes the header: two texts "format" and "tessera", then the tensors. Tensors whose size is a
 * multiple of 64 bytes come first, so that they begin at such multiples without gaps (which the
 * form forbids); the order of `tensors` is changed to that of the file. */
gboolean writer_begin (Writer *writer, const char *about, Written *tensors, size_t n,
                       GError **error);

/* n bytes at an offset behind the header; in the order of the file is the quickest. */
gboolean writer_put (Writer *writer, guint64 offset, const void *bytes, size_t n, GError **error);

/* The file's name until it is finished. */
const char *writer_path (const Writer *writer);

/* What the whole file takes, once it has begun. */
guint64 writer_bytes (const Writer *writer);

/* Onto the disk, then to its name. */
gboolean writer_finish (Writer *writer, GError **error);
