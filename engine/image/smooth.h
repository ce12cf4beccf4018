/* smooth: Gaussian means of colours, some of which may be missing. */
#pragma once
#include "base/job.h"

/* Red, green, blue and a fourth number that is 0 or a weight: one vector register. */
typedef float Colour __attribute__ ((vector_size (16)));

enum { SMOOTH_MAX_RADIUS = 60 }; /* pixels, 2.5 sigma */

/* In place: the Gaussian mean of the pixels [height][width], weighted by their fourth number; the
 * fourth number becomes 0, and so does everything where nothing with a weight is near.
 * sigma: pixels, up to 24. MEMORY, CANCELLED. */
gboolean smooth_colours (Job *job, Colour *pixels, int width, int height, double sigma,
                         GError **error);
