/* pixels: between GIMP's buffers and the engine's floats. */
#pragma once
#include "arguments.h"

/* A part of the image: the selection and enough around it. Places are in pixels of the image. */
typedef struct {
  int x, y, width, height; /* the part */
  GeglRectangle selected;  /* bounding box of the selection inside the part */
  float *pixels;           /* [height][width][3] perceptual RGB in the image's own space, 0..1 */
  float *selection;        /* [height][width], 0..1 */
  float *hole;             /* [height][width]: the selection, and 1 where the source has no pixel */
} Region;

/* Reads what `source` means of an image; drawables is GIMP's NULL-terminated list of what is
 * chosen in the image. The caller clears the region, also after an error. */
gboolean region_read (Region *region, GimpImage *image, GimpDrawable **drawables, Source source,
                      GError **error);
void region_clear (Region *region);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Region, region_clear)

/* Shrinks region->selected to what the engine has filled. */
void region_crop (Region *region, const TesseraResult *result);

/* Writes rank `rank` into a layer of the size of region->selected, opaque. */
void pixels_write (GimpLayer *layer, const Region *region, const TesseraResult *result, int rank);

/* Writes the selection into the layer's mask. */
void pixels_write_mask (GimpLayerMask *mask, const Region *region);
