/* gpt_shape: the hyper-parameters of a transformer, from the shapes of its weights, a config and
 * the person: the number of heads leaves no trace in the weights. */
#pragma once
#include "checkpoint/part.h"
#include <json-glib/json-glib.h>

typedef struct {
  int vocab_size, block_size, n_layer, n_head, n_embd, n_unmasked;
} GptShape;

/* params: transformer_config.params (nothing is fine); n_heads: 0 = not told. FORMAT error that
 * names the tensor, MISFIT, QUESTION where nobody says how many heads there are. */
gboolean gpt_shape_derive (GptShape *gpt, const Part *part, ConfigNode params, int n_heads,
                           GError **error);

gboolean gpt_shape_needs (const GptShape *gpt, Needs *needs, GError **error);
void gpt_shape_json (const GptShape *gpt, JsonBuilder *json);
