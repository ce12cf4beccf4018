/* estimate: what a plan will cost, before anything is computed. */
#pragma once
#include "run/scene.h"

/* The cells of a level that are decoded: its hole and what the decoder needs to see around it. */
CellBox estimate_decoded (const Nets *nets, const Scene *scene, int level);

/* FLOP, seconds and bytes of a completion; request->n_threads and n_variations count. */
void estimate_completion (const Nets *nets, const Scene *scene, const TesseraRequest *request,
                          TesseraEstimate *estimate);

/* MEMORY error with both figures where bytes are above the limit (0 = three quarters of what the
 * system has free). */
gboolean estimate_check_memory (gsize bytes, gsize limit, GError **error);
