/* picture_exif: EXIF is a TIFF structure of its own in PNG, JPEG and WebP, but belongs to the first
 * directory of a TIFF file. These move it from one to the other without understanding the values. */
#pragma once
#include <glib.h>

/* What camera and author say in a TIFF file; NULL = nothing. The caller's. */
GByteArray *exif_from_tiff (const guint8 *data, gsize size);

/* Which byte order the TIFF file that takes this EXIF must have. */
gboolean exif_is_big_endian (const guint8 *exif, gsize size);

/* Adds what the file's first directory does not say itself. The file: as a library has just
 * written it, in EXIF's byte order. Broken EXIF adds nothing, or less. */
void exif_into_tiff (GByteArray *file, const guint8 *exif, gsize size);
