/* odd: colours in a filling that the photograph does not have. */
#pragma once
#include "base/status.h"

/* The mean over the blocks of the hole (8 pixels a side, larger in a picture above 512) of the
 * squared distance to the most similar known block, three channels summed, and 0.2 times the square
 * of how much higher or lower that one lies, as a share of the height: sky does not excuse sea. 0
 * where there is nothing to compare. Of four variations of validation photographs the one that is
 * least odd is nearer to the original than the mean one (docs/decisions.md).
 * filling, picture: [height][width][3]; hole: [height][width], not 0 = hole. MEMORY error. */
gboolean filling_oddness (const float *filling, const float *picture, const guint8 *hole, int width,
                          int height, double *oddness, GError **error);
