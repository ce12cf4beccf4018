/* surface: from the engine's floats to what cairo draws. */
#pragma once
#include "tessera.h"
#include <cairo.h>

/* pixels [height][width][3], 0..1; NULL: a checkerboard. The surface is the caller's. */
cairo_surface_t *surface_from_rgb (const float *pixels, int width, int height);

/* Checks where hole [height][width] is whole: there is nothing there yet. */
void surface_show_empty (cairo_surface_t *surface, const float *hole);

/* rgba [height][width][4], not premultiplied. */
cairo_surface_t *surface_from_rgba (const float *rgba, int width, int height);

/* The part of a picture around a variation, with the variation in it, scaled so that it is `height`
 * pixels high (device pixels): what a thumbnail shows. pixels: as above, `part` says where they
 * are; rgba: at `box`. pixels NULL: the variation alone. */
cairo_surface_t *surface_thumbnail (const float *pixels, TesseraBox part, const float *rgba,
                                    TesseraBox box, int height);
