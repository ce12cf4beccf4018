/* gpt: the published transformer: tokens in, logits out. */
#pragma once
#include "gpt/blocks.h"

typedef struct {
  GptSchema schema;
  Rows tok_emb; /* [vocab_size][d] */
  Rows pos_emb; /* [block_size][d] */
  GptBlocks blocks;
} Gpt;

/* prefix: "" or "transformer."; the model must outlive the net. */
gboolean gpt_init (Gpt *gpt, const Model *model, const char *prefix, GError **error);
void gpt_clear (Gpt *gpt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gpt, gpt_clear)

/* Sends further tokens of the cache's sequences through the net, n_new[sequence] of each (0 is fine),
 * positions running on from the cache and its prefix. tokens: those of the first sequence, then
 * those of the second, ..; x, the caller's: as many rows of d, output of the last block. The logits
 * of a sequence's next token come from its last row (gpt_logits).
 *
 * How it is meant to be used. What several sequences begin with, e.g. the condition of one window,
 * is run once in a cache of one sequence (or of one per window), which their cache then follows.
 * Known tokens between sampled ones go in as one call, several for each sequence; a sampled token is
 * one for each. Where the schema has unmasked positions, the first call of a sequence must hold all
 * of them that it has: they see each other both ways. FORMAT error for a token outside the
 * vocabulary, for more positions than the model has, and for unmasked positions that come too
 * late. */
gboolean gpt_run (Job *job, const Gpt *gpt, Cache *cache, const int *n_new, const int *tokens,
                  float *x, GError **error);

/* The same where no logits are wanted, only that later tokens see these: a prefix. x has any content
 * afterwards. */
gboolean gpt_remember (Job *job, const Gpt *gpt, Cache *cache, const int *n_new, const int *tokens,
                       float *x, GError **error);

/* logits [n][vocab_size] of rows[0..n] of x, which gpt_run has filled; rows NULL = the first n. */
static inline gboolean
gpt_logits (Job *job, const Gpt *gpt, Cache *cache, size_t n, const size_t *rows, const float *x,
            float *logits, GError **error)
{
  return gpt_blocks_logits (job, &gpt->blocks, cache, n, rows, x, logits, error);
}
