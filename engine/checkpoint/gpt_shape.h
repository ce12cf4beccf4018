/* gpt_shape: the hyper-parameters of a transformer, from the shapes of its weights, a config and
 * the person: the number of heads leaves no trace in the weights. */
#pragma once
#include "checkpoint/part.h"
#include "model/schema.h"

/* params: transformer_config.params (nothing is fine); n_heads: 0 = not told. FORMAT error that
 * names the tensor, MISFIT, QUESTION where nobody says how many heads there are. */
gboolean gpt_shape_derive (GptSchema *gpt, const Part *part, ConfigNode params, int n_heads,
                           GError **error);

gboolean gpt_shape_needs (const GptSchema *gpt, Needs *needs, GError **error);
void gpt_shape_json (const GptSchema *gpt, JsonBuilder *json);
