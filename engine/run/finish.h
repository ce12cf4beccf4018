/* finish: what happens to decoded pixels: colours that meet the rim, borrowed texture, grain. */
#pragma once
#include "run/scene.h"
#include "tessera.h"

/* In place. filled: the level's size, decoded; afterwards clamped, and outside the hole the picture
 * itself. seed: of texture and grain. oddness, if not NULL: image/odd.h, of what came in. */
gboolean finish_level (Job *job, const Scene *scene, int level, const TesseraRequest *request,
                       guint64 seed, float *filled, double *oddness, GError **error);
