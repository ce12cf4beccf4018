/* picture_meta: what a picture file says beside its pixels. It is kept in the form of PNG chunks,
 * which go through unread from PNG to PNG; other formats are translated here. */
#pragma once
#include "picture.h"

/* The text under which a recipe lies in a PNG file. */
#define PICTURE_RECIPE "tessera-recipe"

/* The ICC profile; the data are copied. */
void picture_add_profile (Picture *picture, const guint8 *data, gsize size);

/* The ICC profile as it was; NULL = none, or none that can be read. The caller's. */
GBytes *picture_profile (const Picture *picture);

/* EXIF as a TIFF structure, without "Exif\0\0". */
void picture_add_exif (Picture *picture, const guint8 *data, gsize size);

/* Borrowed; NULL = none. */
const PictureChunk *picture_exif (const Picture *picture);

/* Pixels per metre. */
void picture_add_resolution (Picture *picture, double x, double y);
gboolean picture_resolution (const Picture *picture, double *x, double *y);

/* Turns and mirrors the picture as its EXIF orientation says, and sets that to 1: from here on, up
 * is up. The picture may be replaced. FALSE where the memory is out. */
gboolean picture_orient (Picture **picture);

/* The text of that name, NULL = none. The caller's. */
char *picture_text (const Picture *picture, const char *name);
