/* picture_encode: the writers behind picture_file; nobody else includes it. Both return the file's
 * bytes, the caller's. recipe: a text to store; NULL = none. */
#pragma once
#include "picture.h"
#include "failure.h"

GBytes *picture_encode_png (const Picture *picture, const char *recipe, GError **error);
GBytes *picture_encode_tiff (const Picture *picture, GError **error);

/* PNG chunks that say something about the picture and stay true when some of its pixels change;
 * five bytes each, as libpng wants them. */
enum { PICTURE_N_KEPT_CHUNKS = 10 };
extern const char picture_kept_chunks[5 * PICTURE_N_KEPT_CHUNKS];
