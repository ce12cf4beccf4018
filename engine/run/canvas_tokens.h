/* canvas_tokens: a canvas whose cells are tokens, filled by the transformer of a net2net. */
#pragma once
#include "run/canvas.h"
#include "run/condition.h"
#include "run/token_grid.h"

/* As canvas_init; every known cell is the nearest code. vectors: of the picture, or NULL where
 * nothing of it is known. */
gboolean canvas_init_tokens (Job *job, Canvas *canvas, const Nets *nets, const Scene *scene,
                             int n_variations, const Map *vectors, GError **error);

/* How many of the windows from `first` on are sampled together: those of its group, as far as they
 * are not too many sequences. */
int canvas_batch (const Plan *plan, int first, int n_variations);

/* Samples the cells of these windows, which do not depend on one another, for all variations. */
gboolean canvas_sample_tokens (Job *job, const Nets *nets, Canvas *canvas,
                               const Condition *condition, const PlanWindow *windows, int n_windows,
                               const SampleOptions *options, GError **error);
