/* picture_decode: the readers behind picture_file; nobody else includes it. */
#pragma once
#include "picture.h"
#include "picture_file.h"
#include "failure.h"

typedef struct {
  const guint8 *data; /* borrowed: the whole file */
  gsize size;
  gsize limit;
  PictureKind kind;
} PictureBytes;

/* Both: the picture is the caller's; FALSE leaves it NULL and sets `failure` and `reason`. */
typedef struct {
  Picture *picture;
  Failure failure;
  char reason[256]; /* the part of the sentence behind the name, without full stop */
} PictureOutcome;

gboolean picture_decode_png (PictureBytes bytes, PictureOutcome *outcome);
gboolean picture_decode_jpeg (PictureBytes bytes, PictureOutcome *outcome);
gboolean picture_decode_webp (PictureBytes bytes, PictureOutcome *outcome);
gboolean picture_decode_tiff (PictureBytes bytes, PictureOutcome *outcome);
gboolean picture_decode_pnm (PictureBytes bytes, PictureOutcome *outcome);

/* Whether a picture of this kind may be allocated: sides, memory limit, and that the file is long
 * enough for it: no byte of it can stand for more than `expansion` bytes of samples. */
gboolean picture_decode_check (PictureBytes bytes, guint64 width, guint64 height, guint64 row_bytes,
                               guint64 expansion, PictureOutcome *outcome);

/* Sets failure and reason (those that were there first stay) and returns FALSE. */
gboolean picture_decode_refuse (PictureOutcome *outcome, Failure failure, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* The refusal of a picture that cannot hold numbers of labels. */
gboolean picture_decode_no_ids (PictureOutcome *outcome);

/* Measured values as a gray picture of 16 bits: the least becomes 0, the greatest 65535; values
 * that are not finite count as the least. step: from one value to the next. */
gboolean picture_decode_values (const float *values, gsize step, int width, int height,
                                PictureOutcome *outcome);
