/* ops: what a step of a golden case may ask for. */
#pragma once
#include "case.h"
#include "nn/map.h"

/* Computes the step and compares its outputs. UNSUPPORTED error for an op it does not know. */
gboolean op_run (Case *kase, JsonObject *step, GError **error);

/* Ops of ops_vqgan.c: "pad", "crop", "vqgan.encode", "vqgan.decode", "vqgan.decode_mixed". */
gboolean op_pad (Case *kase, JsonObject *step, GError **error);
gboolean op_crop (Case *kase, JsonObject *step, GError **error);
gboolean op_encode (Case *kase, JsonObject *step, GError **error);
gboolean op_decode (Case *kase, JsonObject *step, GError **error);
gboolean op_decode_mixed (Case *kase, JsonObject *step, GError **error);

/* Ops of ops_net2net.c: "condition.encode", "sample.window", "sample.logits", "sample.sequence",
 * "permuter". */
gboolean op_condition (Case *kase, JsonObject *step, GError **error);
gboolean op_sample_window (Case *kase, JsonObject *step, GError **error);
gboolean op_sample_logits (Case *kase, JsonObject *step, GError **error);
gboolean op_sample_sequence (Case *kase, JsonObject *step, GError **error);
gboolean op_permuter (Case *kase, JsonObject *step, GError **error);

/* Op "fill.window" (ops_fill.c). */
gboolean op_fill_window (Case *kase, JsonObject *step, GError **error);

/* Options of a step with a "mode": greedy, or uniform with temperature, top_k, top_p. */
gboolean op_is_greedy (JsonObject *step);
double op_number (JsonObject *step, const char *name, double otherwise);

/* Argument `name` of shape (1, C, H, W) as a map, and a map compared with such an array. */
gboolean op_map (Case *kase, JsonObject *step, const char *name, Map *map, GError **error);
gboolean op_compare_map (Case *kase, JsonObject *step, const char *role, const Map *map,
                         GError **error);
