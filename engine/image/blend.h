/* blend: puts a filling into the picture, and measures how well its rim sits. */
#pragma once
#include "base/box.h"
#include <glib.h>

/* picture: [any][width][3]; rgba: [box.height][box.width][4], the last one the weight a in 0..1.
 * The pixel becomes picture * (1 - a) + rgb * a; exactly rgb where a is 1; where a is 0 it keeps
 * every bit. The box lies inside the picture. */
void blend_pixels (float *picture, int width, PixelBox box, const float *rgba);

/* Mean absolute colour step across the rim (between 4-neighbours, one in the hole, one outside)
 * divided by the mean step between 4-neighbours that both lie outside, at most 8 pixels (in rows
 * and columns) from the hole: 1 is seamless. 1 also where there is nothing to compare: no pair of
 * either kind, or no step in either. A step across the rim in surroundings without any: +infinity.
 * picture: [height][width][3] after filling; hole: [height][width], not 0 = hole. */
double rim_ratio (const float *picture, const guint8 *hole, int width, int height);
