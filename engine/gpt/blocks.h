/* blocks: the transformer blocks that all kinds of model share (taming/modules/transformer/
 * mingpt.py): pre-norm attention and a GELU perceptron, on a batch of sequences with a cache. */
#pragma once
#include "gpt/cache.h"
#include "model/model.h"
#include "nn/linear.h"
#include "nn/norm.h"

typedef struct {
  Norm ln1, ln2;
  Linear qkv; /* query, key, value one behind the other: [3 d][d] */
  Linear proj, fc, out;
} GptBlock;

typedef struct {
  int n_layers, n_heads, width;
  GptBlock *blocks; /* [n_layers], owned */
  Norm ln_f;
  Linear head; /* [n_out][d], no bias */
} GptBlocks;

/* Reads blocks.*, ln_f.*, head.weight [n_out][n_embd] under `weights`. */
gboolean gpt_blocks_init (GptBlocks *blocks, const Weights *weights, const GptSchema *schema,
                          int n_out, GError **error);
void gpt_blocks_clear (GptBlocks *blocks);

/* Sends n_new further positions of every sequence of the cache through all blocks. x:
 * [sequence][n_new][d], embeddings in, output of the last block out. A new position sees all
 * positions in the cache; of the new ones all (`open`) or those up to itself. */
gboolean gpt_blocks_run (Job *job, const GptBlocks *blocks, Cache *cache, int n_new, gboolean open,
                         float *x, GError **error);

/* logits [n_rows][n_out] = head (ln_f (x [n_rows][d])). */
gboolean gpt_blocks_logits (Job *job, const GptBlocks *blocks, size_t n_rows, const float *x,
                            float *logits, GError **error);

/* Work of n_new positions of n_sequences that see n_seen positions each. */
double gpt_blocks_flop (const GptBlocks *blocks, int n_sequences, int n_new, int n_seen);
