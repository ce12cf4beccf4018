/* soften: from what is selected to how much each pixel changes. */
#pragma once
#include "base/box.h"
#include "base/status.h"

/* What a request changes: weights [bounds.height][bounds.width], 0..1; 0 outside the bounds. */
typedef struct {
  PixelBox bounds; /* inside the picture */
  float *weights;
} SoftHole;

void soft_hole_clear (SoftHole *soft);

/* The hole, and around it a zone in which the weight falls from 1 at the border of its pixels of at
 * least 1/2 to 0 at distance `soften`, smoothly (3 t^2 - 2 t^3); a pixel that the hole itself gives
 * more keeps that. hole: [height][width], clamped to 0..1; NULL = all 1.
 * soften: pixels, 0 = the hole alone. wrap: the left and right border are one.
 * EMPTY error where no pixel is above 0; FORMAT where one is not finite; MEMORY. */
gboolean soft_hole_init (SoftHole *soft, const float *hole, int width, int height, double soften,
                         gboolean wrap, GError **error);
