/* gpt: the published transformer: tokens in, logits out. */
#pragma once
#include "gpt/blocks.h"

typedef struct {
  GptSchema schema;
  float *tok_emb; /* [vocab_size][d] */
  float *pos_emb; /* [block_size][d] */
  GptBlocks blocks;
} Gpt;

/* prefix: "" or "transformer." */
gboolean gpt_init (Gpt *gpt, const Model *model, const char *prefix, GError **error);
void gpt_clear (Gpt *gpt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gpt, gpt_clear)

/* Sends n_new further tokens of every sequence through the net, positions running on from the
 * cache. tokens: [sequence][n_new]; x, the caller's: [sequence][n_new][d], output of the last
 * block. Where the schema has unmasked positions, the first call must hold all of them that the
 * sequence has; they see each other both ways. */
gboolean gpt_run (Job *job, const Gpt *gpt, Cache *cache, int n_new, const int *tokens, float *x,
                  GError **error);
