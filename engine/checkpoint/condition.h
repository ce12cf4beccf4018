/* condition: what a transformer of the published system goes by besides the picture, and in which
 * order it takes the cells (permuter). */
#pragma once
#include "checkpoint/gpt_shape.h"
#include "checkpoint/vq_shape.h"

typedef struct {
  ConditionType type;
  Part part;       /* its tokenizer, where it has one */
  VqShape vq;      /* the same */
  int label_shift; /* segmentation */
  int number;      /* coord: n_embed; class: n_classes; sos: sos_token; tokens: n_tokens */
  int down_factor; /* coord */
} Condition;

/* What is known when the condition's turn comes. */
typedef struct {
  const Checkpoint *checkpoint;
  ConfigNode params; /* model.params; nothing is fine */
  const Part *first; /* the first stage */
  const VqShape *vq; /* the same */
  const GptSchema *gpt;
  const char *told; /* "class:1000" from the person; NULL = nothing */
  int label_shift;  /* -1 = by the number of labels */
} ConditionSource;

/* From what the person says, else the config, else the weights; QUESTION where nobody knows. */
gboolean condition_derive (Condition *condition, const ConditionSource *source, GError **error);

gboolean condition_has_vq (const Condition *condition);

/* The object COND of docs/model-file.md, as the next value of the builder. */
void condition_json (const Condition *condition, JsonBuilder *json);

typedef struct {
  const char *type;  /* "identity", "z_curve", ... */
  int height, width; /* cells; 0 for identity */
} Permuter;

/* MISFIT or UNSUPPORTED where config and weights make no permutation. */
gboolean permuter_derive (Permuter *permuter, const Part *part, ConfigNode params, GError **error);

/* The order itself is a tensor where it does not follow from its name. */
gboolean permuter_needs (const Permuter *permuter, Needs *needs, GError **error);
void permuter_json (const Permuter *permuter, JsonBuilder *json);
