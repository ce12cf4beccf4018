/* layers: puts a completion into the image, as one step that can be undone. */
#pragma once
#include "pixels.h"

/* A new group "Completion N" directly above the topmost of `drawables`, in it one layer for each
 * variation, best on top, only the best visible and selected. Layers are as large as the
 * selection; their masks are the selection, so nothing outside changes. Everything is computed
 * before: while the undo step is open, strokes of the user would become part of it.
 *
 * Returns the layers, best first, NULL-terminated; the caller frees the array alone. NULL and
 * error where GIMP refuses; then the image is as before. */
GimpLayer **layers_place (GimpImage *image, GimpDrawable **drawables, const Region *region,
                          const TesseraResult *result, guint64 seed, const char *recipe,
                          GimpGroupLayer **group, GError **error);
