/* surface: from the engine's floats to what cairo draws. */
#pragma once
#include "tessera.h"
#include <cairo.h>

/* All of these reduce by a whole number: a pixel of the surface is by x by pixels, of which some are
 * looked at. The surfaces are the caller's. */

/* pixels [height][width][3], 0..1; NULL: a checkerboard. */
cairo_surface_t *surface_from_rgb (const float *pixels, int width, int height, int by);

/* A checkerboard where hole [height][width] is more than a half: there is no picture yet. */
void surface_hide (cairo_surface_t *surface, const float *hole, int width, int height, int by);

/* labels [height][width] in their colours [n], each with a pattern of its own, since colours are not
 * the only sign; free places show the picture (as in surface_from_rgb) faintly. labels NULL: all
 * free. */
cairo_surface_t *surface_from_labels (const guint8 *labels, const float *pixels,
                                      const guint32 *colors, int n, int width, int height, int by);

/* The sign of label i at a pixel: TRUE where the pattern has a mark. Pattern 0 has none. */
gboolean surface_pattern (int i, int x, int y);

/* rgba [height][width][4], not premultiplied. */
cairo_surface_t *surface_from_rgba (const float *rgba, int width, int height, int by);

/* The part of a picture around a variation, with the variation in it, scaled so that it is `height`
 * pixels high (device pixels): what a thumbnail shows. pixels: as above, `part` says where they
 * are; rgba: at `box`. pixels NULL: the variation alone. */
cairo_surface_t *surface_thumbnail (const float *pixels, TesseraBox part, const float *rgba,
                                    TesseraBox box, int height);
