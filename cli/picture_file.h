/* picture_file: pictures from and to files. What a file claims about itself is checked against the
 * file's length and the memory limit before anything of that size is allocated. */
#pragma once
#include "picture.h"

enum { PICTURE_MAX_SIDE = 524288 }; /* what GIMP allows */

#define PICTURE_READABLE "PNG, JPEG, WebP, TIFF, PNM"
#define PICTURE_WRITABLE "PNG, TIFF"

typedef enum {
  PICTURE_COLOURS,
  PICTURE_IDS,    /* keep the numbers of a palette or gray picture of at most 8 bits */
  PICTURE_VALUES, /* measured values: files of floats are read too, see picture_decode_values */
} PictureKind;

typedef struct {
  const char *path; /* "-" = standard input */
  gsize limit;      /* bytes that the picture and its working copies may take */
  PictureKind kind;
  GHashTable *given; /* GBytes for paths that are no files but came in a message; NULL = none */
} PictureSource;

/* The caller's; turned upright where EXIF says how. FILE_READ, FILE_TYPE, TOO_LARGE, LABEL_TYPE or
 * NO_MEMORY, with the name. */
Picture *picture_file_read (const PictureSource *source, GError **error);

/* All of a small file, or of standard input, NUL-terminated. FILE_READ or TOO_LARGE. The caller's. */
char *picture_file_text (const PictureSource *source, gsize *size, GError **error);

/* Whether files of this name's suffix can be written; "-" is a PNG. */
gboolean picture_file_can_write (const char *path);

/* The picture as a file of the kind that the path's suffix names, with `recipe` in place of one it
 * came with (NULL = without; only PNG holds recipes). Of the same depth and channels. The
 * caller's. */
GBytes *picture_file_encode (const Picture *picture, const char *path, const char *recipe,
                             GError **error);

/* FILE_EXISTS where the path is taken and `force` is FALSE. */
gboolean picture_file_may_write (const char *path, gboolean force, GError **error);

/* Writes under a temporary name, then renames: the path never holds half a file.
 * "-" = standard output. */
gboolean picture_file_write (const char *path, GBytes *bytes, gboolean force, GError **error);
