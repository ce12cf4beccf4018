/* hole_mask: what is to be filled, and which labels are wanted there, from what the command line
 * says. */
#pragma once
#include "picture_file.h"
#include "report.h"

typedef struct {
  float *weights;  /* [height][width], 1 = fill, 0 = keep */
  guint8 *labels;  /* [height][width] or NULL */
  gboolean opaque; /* the hole is the picture's own transparency, which ends with it */
} HoleMask;

/* FAILURE_EMPTY_HOLE where nothing would be filled, FAILURE_NO_CONTEXT where all would, and what
 * the files themselves are at fault for. On FALSE nothing is to be cleared. */
gboolean hole_mask_make (const Options *options, const Picture *picture, const TesseraModel *model,
                         Report *report, HoleMask *hole, GError **error);
void hole_mask_clear (HoleMask *hole);
