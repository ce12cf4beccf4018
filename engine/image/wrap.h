/* wrap: pictures whose left and right border are one, such as 360 degree panoramas, and how their
 * columns are laid out flat, so that nothing but this needs to know. */
#pragma once
#include "base/status.h"
#include <stddef.h>

/* Place u of a layout shows one column of the picture; beyond its ends the outermost is repeated. */
typedef struct {
  int width; /* columns of the picture */
  int first; /* the one at place 0 */
  int n;     /* places; some columns lie at two where n > width */
} Columns;

static inline Columns
columns_plain (int width)
{
  return (Columns){ width, 0, width };
}

static inline int
columns_at (Columns columns, int place)
{
  return (columns.first + CLAMP (place, 0, columns.n - 1)) % columns.width;
}

/* The first place of a column. */
static inline int
columns_place (Columns columns, int column)
{
  return (column - columns.first + columns.width) % columns.width;
}

/* The longest run of columns without hole in a circle of columns: its length, 0 where there is
 * none, and where it begins. hole: [width], not 0 = hole. */
int columns_gap (const guint8 *hole, int width, int *begin);

/* dst: rows of margin + width + margin elements of `size` bytes, columns modulo the width; src:
 * rows of width elements. */
void picture_unroll (const void *src, int width, int height, size_t size, int margin, void *dst);

/* The inverse, for what was computed on an unrolled picture: places that show one column were
 * computed apart, so the picture is closed by a gradual change from the one to the other over
 * `margin` columns behind its left border. Only pixels with hole not 0 are written.
 * src: [height][width + 2 margin][channels], dst: [height][width][channels]. */
void picture_close (const float *src, const guint8 *hole, int width, int height, int channels,
                    int margin, float *dst);
