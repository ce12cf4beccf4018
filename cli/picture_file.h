/* picture_file: pictures from and to files. What a file claims about itself is checked against the
 * file's length and the memory limit before anything of that size is allocated. */
#pragma once
#include "picture.h"

enum { PICTURE_MAX_SIDE = 524288 }; /* what GIMP allows */

typedef struct {
  const char *path; /* "-" = standard input */
  gsize limit;      /* bytes that the picture and its working copies may take */
  gboolean ids;     /* keep the numbers of a palette or gray picture of at most 8 bits */
} PictureSource;

/* The caller's. FILE_READ, FILE_TYPE, TOO_LARGE, LABEL_TYPE or NO_MEMORY, with the name. */
Picture *picture_file_read (const PictureSource *source, GError **error);

/* The picture as a PNG file, with `recipe` as a text "Tessera" in place of one it came with
 * (NULL = without). Of the same depth and channels. The caller's. */
GBytes *picture_file_encode (const Picture *picture, const char *recipe, GError **error);

/* FILE_EXISTS where the path is taken and `force` is FALSE. */
gboolean picture_file_may_write (const char *path, gboolean force, GError **error);

/* Writes under a temporary name, then renames: the path never holds half a file.
 * "-" = standard output. */
gboolean picture_file_write (const char *path, GBytes *bytes, gboolean force, GError **error);
