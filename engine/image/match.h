/* match: lets the colour of a filling meet the rim. */
#pragma once
#include "base/job.h"

/* Adds to the hole pixels of the filling what the known pixels at the rim lack (picture - filling,
 * averaged over a few pixels so that texture does not leak), carried into the hole harmonically.
 * Other pixels of the filling keep every bit.
 * filling, picture: [height][width][3]; the filling must be valid up to 8 pixels outside the hole.
 * hole: [height][width], not 0 = hole.
 * EMPTY error where there is a hole but no known pixel; MEMORY, CANCELLED. On failure nothing has changed. */
gboolean match_rim (Job *job, float *filling, const float *picture, const guint8 *hole, int width,
                    int height, GError **error);
