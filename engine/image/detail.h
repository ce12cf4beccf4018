/* detail: the tokens decide what is where, the photograph lends its forms and its texture. */
#pragma once
#include "base/job.h"

/* What is borrowed. */
typedef enum {
  DETAIL_TEXTURE, /* at the finest level: the filling's low frequencies stay */
  DETAIL_FORMS,   /* at coarser ones: shores and ridges go on as they come; the filling is a hint */
} Detail;

/* Blends the hole pixels of the filling towards a picture made of patches of the photograph: at
 * every place those whose low frequencies are the filling's and which fit their neighbours and the
 * rim, and are as lively as it is usual there. Where the photograph has nothing similar, so does the
 * filling. Other pixels of the filling keep every bit, and their values are not read.
 * filling, picture: [height][width][3], perceptual, 0..1; hole pixels of the picture are not read.
 * hole: [height][width], not 0 = hole. labels: the same, 255 = free; NULL = none; texture stays with
 * its label where both places have one.
 * strength: 0 (the filling keeps every bit) .. 1; the result is a function of the arguments alone,
 * whatever the job's threads.
 * EMPTY error where there is a hole but no known pixel; MEMORY, CANCELLED. On failure nothing has
 * changed. */
gboolean borrow_detail (Job *job, Detail detail, float *filling, const float *picture,
                        const guint8 *hole, const guint8 *labels, int width, int height,
                        double strength, guint64 seed, GError **error);
