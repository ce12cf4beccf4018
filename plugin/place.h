/* place: puts results into an image, as one step that can be undone. Everything is computed, and
 * all pixels are in a group that the image does not have yet, before the step is opened: while it
 * is open, strokes of the user would become part of it. Then one call to GIMP puts it there, so a
 * plug-in that dies leaves all of it or nothing. */
#pragma once
#include "blend.h"

typedef struct {
  GimpImage *image;         /* what was completed */
  GimpDrawable **drawables; /* what is chosen in it, ends with NULL */
  Output output;
  const Hole *hole;
  const Region *region;
  const TesseraResult *result;
  const int *ranks; /* which of it, best first, ends with -1; NULL = all */
  const Blend *blend;
  guint64 seed;
  char **recipes; /* one for each rank, ends with NULL */

  GimpImage *target;     /* what is made: `image`, or a copy */
  GimpGroupLayer *group; /* NULL where there is none */
  GimpLayer **layers;    /* best first, ends with NULL; the array is owned */
} Placement;

void placement_clear (Placement *placement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Placement, placement_clear)

/* New layers above the topmost of the drawables, but never inside another completion: a group
 * "Completion N" with one layer for each variation, the best on top, visible and chosen; or the
 * best alone. The canvas grows by the hole's margins. Layers are as large as the blend and have it
 * as their mask. FALSE and a message where GIMP refuses; then the image is as before. */
gboolean place_layers (Placement *placement, GError **error);

/* Whether the drawables are one layer whose pixels may be changed. */
gboolean merge_check (GimpDrawable **drawables, GError **error);

/* Writes the best into the one layer of the drawables. Where the blend is 0 every byte stays. */
gboolean merge_result (Placement *placement, GError **error);

/* What lies in the box of the drawable comes back with the user's undo. */
gboolean merge_remember_pixels (GimpImage *image, GimpDrawable *drawable, GeglRectangle box);
