/* energy: how lively the picture is at a place, finer than its low frequencies say. */
#pragma once
#include "image/smooth.h"

/* Root mean square, over the three channels together and a few pixels, of what the low frequencies
 * lack. In the hole, where nobody knows, what is usual for places of such colours nearby.
 * pixels, low: the picture and its low frequencies; of known pixels only. wanted: low frequencies
 * that the hole is to have. hole: not 0 = hole; something is known. All are [height][width].
 * energy: [height][width], its first number. MEMORY, CANCELLED. */
gboolean texture_energy (Job *job, const Colour *pixels, const Colour *low, const Colour *wanted,
                         const guint8 *hole, int width, int height, Colour *energy, GError **error);
