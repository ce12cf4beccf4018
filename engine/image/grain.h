/* grain: the noise of the photograph, where the filling lacks it. */
#pragma once
#include "base/job.h"

/* Adds noise to the even parts of the filling until they are as noisy as the even parts of the known
 * picture, the three channels together as they are there. Noise is what Immerkaer's mask leaves of
 * blocks of 8 x 8 pixels (Fast noise variance estimation, 1996); even are the blocks whose quarters
 * differ least: the evenest quarter of the known ones, and of the filling's those as even as these.
 * Where the filling is noisy enough, by texture that was borrowed, nothing is added. Other pixels of
 * the filling keep every bit.
 * filling, picture: [height][width][3]; hole: [height][width], not 0 = hole; the result is a
 * function of the arguments alone. Fewer than 8 known blocks are too few to tell: nothing happens.
 * MEMORY, CANCELLED: noise may have been added to some rows. */
gboolean match_grain (Job *job, float *filling, const float *picture, const guint8 *hole, int width,
                      int height, guint64 seed, GError **error);
