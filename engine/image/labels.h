/* labels: from painted labels to what a cell is covered with. */
#pragma once
#include <glib.h>

/* coverage: [height / cell][width / cell][n_labels + 1], the share of the cell's pixels that have
 * each label, the last one for free; they add up to 1. labels: [height][width], n_labels or more
 * (255 above all) = free. Both sides are multiples of cell. */
void labels_coverage (const guint8 *labels, int width, int height, int cell, int n_labels,
                      float *coverage);
