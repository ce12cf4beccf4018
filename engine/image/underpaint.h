/* underpaint: smooth pixels for the hole, so that the encoder sees no cliff at the rim. */
#pragma once
#include "base/job.h"

/* In place: hole pixels become the harmonic interpolation (the solution of the Laplace equation,
 * five-point stencil) of the pixels around them; nothing flows across the picture's border. Within
 * 1e-4 of the range of the rim's values, and never outside this range. Other pixels keep every bit.
 * picture: [height][width][channels]; hole: [height][width], not 0 = hole.
 * EMPTY error where there is a hole but no known pixel; MEMORY. On failure nothing has changed.
 * CANCELLED: some channels may have been painted. */
gboolean underpaint (Job *job, float *picture, const guint8 *hole, int width, int height,
                     int channels, GError **error);
