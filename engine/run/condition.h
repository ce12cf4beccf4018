/* condition: what a request says beside the pixels, as tokens for the transformer of a net2net. */
#pragma once
#include "run/scene.h"

/* What stands before a window's tokens; see TokenGrid in run/token_grid.h. */
typedef struct {
  int n_tokens; /* 0 = a grid */
  int *tokens;  /* [n_tokens] or [rows * cols] of the frame */
} Condition;

void condition_clear (Condition *condition);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Condition, condition_clear)

/* Whether the request gives what the model needs and nothing that it does not know; a sentence
 * (UNSUPPORTED, FORMAT) where not. Looks at no pixel. */
gboolean condition_check (const Model *model, const TesseraRequest *request, GError **error);

/* For the cells of the scene; outside the picture its edge is repeated. FORMAT error for a label
 * the model has not, naming the place; for numbers that are none. */
gboolean condition_encode (Job *job, const Nets *nets, const TesseraRequest *request,
                           const Scene *scene, Condition *condition, GError **error);

/* Work of it, and the most bytes that it holds. */
double condition_flop (const Nets *nets, const Scene *scene);
gsize condition_bytes (const Nets *nets, const Scene *scene);

/* ---- its parts, which the golden tests call ------------------------------------------------ */

/* to[i] = from[i] brought to -1..1 by the smallest and largest of the n numbers. */
void condition_scale_depth (const float *from, size_t n, float *to);

/* tokens [rows][cols]: those of a picture of whole_rows x whole_cols cells, from row, col on. */
void condition_coordinates (const ConditionSchema *schema, int whole_rows, int whole_cols,
                            CellBox part, int *tokens);

/* labels [height][width], raw: encoded, with the label shift of the schema. */
gboolean condition_encode_labels (Job *job, const Vqgan *tokenizer, const ConditionSchema *schema,
                                  const guint8 *labels, int height, int width, Map *vectors,
                                  GError **error);
