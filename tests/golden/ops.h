/* ops: what a step of a golden case may ask for. */
#pragma once
#include "case.h"

/* Computes the step and compares its outputs. UNSUPPORTED error for an op it does not know. */
gboolean op_run (Case *kase, JsonObject *step, GError **error);

/* Op "fill.window" (ops_fill.c). */
gboolean op_fill_window (Case *kase, JsonObject *step, GError **error);

/* Options of a step with a "mode": greedy, or uniform with temperature, top_k, top_p. */
gboolean op_is_greedy (JsonObject *step);
double op_number (JsonObject *step, const char *name, double otherwise);
