/* outline: the borders of a mask as lines between pixels, to be drawn over a picture. */
#pragma once
#include <cairo.h>
#include <glib.h>

typedef struct {
  int x1, y1, x2, y2; /* pixel corners; horizontal or vertical */
} OutlineLine;

/* Lines where mask [height][width] > level changes, also at the border of what is inside; runs are
 * one line. Each begins where the one before it ends, as far as they are connected. GArray of
 * OutlineLine. */
GArray *outline_new (const float *mask, int width, int height, float level);

/* Lines around all pixels within `distance` of a mask pixel > 0. */
GArray *outline_grown (const float *mask, int width, int height, double distance);

/* Lines around the cells of `size` pixels that a mask pixel > 0 touches, and their neighbours: what a
 * model of kind fill chooses. */
GArray *outline_cells (const float *mask, int width, int height, int size);

/* Separate places of a mask (4-neighbourhood), and the bounding box of all in box[4] = x, y, width,
 * height; 0 where it is empty. */
int outline_places (const float *mask, int width, int height, int box[4]);

/* Adds the lines to the path: corners at (x + X * scale, y + Y * scale). */
void outline_path (const GArray *lines, cairo_t *cr, double x, double y, double scale);
