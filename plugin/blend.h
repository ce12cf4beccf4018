/* blend: how much of a result is seen where. */
#pragma once
#include "region.h"

typedef struct {
  GeglRectangle at; /* bounding box of what is not 0, in pixels of the canvas */
  float *weights;   /* [height][width], 0..1 */
} Blend;

void blend_clear (Blend *blend);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Blend, blend_clear)

/* The weights of the result, but for what is only unknown and not wanted, and for how far that
 * fades. */
gboolean blend_make (Blend *blend, const Region *region, const TesseraResult *result, double soften,
                     GError **error);

/* Rank `rank` inside blend->at: [height][width][4] perceptual RGB and weight, the caller's; NULL
 * where memory ends. */
float *blend_cut (const Blend *blend, const Region *region, const TesseraResult *result, int rank);
