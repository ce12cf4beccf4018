/* layers: puts a completion into the image, as one step that can be undone. */
#pragma once
#include "pixels.h"

typedef struct {
  const Region *region; /* borrowed, as is the result */
  const TesseraResult *result;
  const Settings *settings;
  char *recipe;          /* owned */
  GimpGroupLayer *group; /* what is made */
  GimpLayer **layers;    /* best first, NULL-terminated; the array is owned */
} Completion;

void completion_clear (Completion *completion);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Completion, completion_clear)

/* Makes a new group "Completion N" directly above the topmost of `drawables`, in it one layer for
 * each variation, best on top, only the best visible and selected. Layers are as large as the
 * selection; their masks are the selection, so nothing outside changes. Everything is computed
 * before: while the undo step is open, strokes of the user would become part of it.
 *
 * FALSE and error where GIMP refuses; then the image is as before. */
gboolean layers_place (Completion *completion, GimpImage *image, GimpDrawable **drawables,
                       GError **error);
