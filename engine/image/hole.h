/* hole: from the soft selection to hole cells. */
#pragma once
#include "base/box.h"
#include <glib.h>

/* The bounding box of the pixels above 0; FALSE where there is none (NaN counts as none).
 * hole: [height][width]. */
gboolean hole_bounds (const float *hole, int width, int height, PixelBox *box);

/* cells: [height / factor][width / factor], 1 = a hole cell: the hole touches it or one of its
 * eight neighbours. The neighbours are the cells whose encoder vector the underpainted pixels
 * change. hole: [height][width], 1 = hole; both sides are multiples of factor.
 * cyclic: the left and right border are one. */
void hole_cells (const guint8 *hole, int width, int height, int factor, gboolean cyclic,
                 guint8 *cells);
