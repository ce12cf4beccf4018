/* picture_decode: the readers behind picture_file; nobody else includes it. */
#pragma once
#include "picture.h"
#include "failure.h"

typedef struct {
  const guint8 *data; /* borrowed: the whole file */
  gsize size;
  gsize limit;
  gboolean ids;
} PictureBytes;

/* Both: the picture is the caller's; FALSE leaves it NULL and sets `failure` and `reason`. */
typedef struct {
  Picture *picture;
  Failure failure;
  char reason[256]; /* the part of the sentence behind the name, without full stop */
} PictureOutcome;

gboolean picture_decode_png (PictureBytes bytes, PictureOutcome *outcome);
gboolean picture_decode_jpeg (PictureBytes bytes, PictureOutcome *outcome);

/* Whether a picture of this kind may be allocated: sides, memory limit, and that the file is long
 * enough for it: no byte of it can stand for more than `expansion` bytes of samples. */
gboolean picture_decode_check (PictureBytes bytes, guint64 width, guint64 height, guint64 row_bytes,
                               guint64 expansion, PictureOutcome *outcome);
