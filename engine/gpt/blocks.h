/* blocks: the transformer blocks that all kinds of model share (taming/modules/transformer/
 * mingpt.py): pre-norm attention and a GELU perceptron, on a batch of sequences with a cache. */
#pragma once
#include "gpt/cache.h"
#include "model/model.h"
#include "nn/dense.h"
#include "nn/norm.h"

typedef struct {
  Norm ln1, ln2;
  Dense query, key, value, proj, fc, out;
} GptBlock;

typedef struct {
  int n_layers, n_heads, width;
  GptBlock *blocks; /* [n_layers], owned */
  Norm ln_f;
  Dense head; /* [n_out][d], no bias */
} GptBlocks;

/* Reads blocks.*, ln_f.*, head.weight [n_out][n_embd] under `weights`; the matrices stay where they
 * lie, so the model must outlive the blocks. */
gboolean gpt_blocks_init (GptBlocks *blocks, const Weights *weights, const GptSchema *schema,
                          int n_out, GError **error);

/* A layer under `weights`: leaf.weight [n_out][n_in] and, where has_bias, leaf.bias. */
gboolean gpt_dense (Dense *dense, const Weights *weights, const char *leaf, int n_in, int n_out,
                    gboolean has_bias, GError **error);
void gpt_blocks_clear (GptBlocks *blocks);

/* An empty cache for sequences of these blocks, in binary16 where a position takes more than 128 KiB
 * in binary32: a token step of the published models reads all of it. */
gboolean gpt_blocks_cache (const GptBlocks *blocks, Cache *cache, int n_sequences, int capacity,
                           GError **error);
gsize gpt_blocks_cache_bytes (const GptBlocks *blocks, int n_sequences, int capacity);

/* Sends further positions of the cache's sequences through all blocks, n_new[sequence] of each (0 is
 * fine, 0 for all is not; NULL = one of each). x: the new rows of the first sequence, then those of the second, ..,
 * [n_rows][d]; embeddings in, output of the last block out.
 *
 * A new position sees its prefix, what the sequence has in the cache and the new ones up to itself;
 * places below n_open, counted with the prefix, also see each other forwards as far as the sequence
 * goes. The numbers of a row do not depend on the other sequences of the call, nor on whether its
 * past came in one call or in many, but for n_open. Rows go through in strips, so memory does not
 * grow with their number; the job can be stopped between two products. After an error the cache
 * holds what it held before. */
gboolean gpt_blocks_run (Job *job, const GptBlocks *blocks, Cache *cache, const int *n_new,
                         int n_open, float *x, GError **error);

/* The same for positions of which nothing is wanted but that later ones see them: saves most of the
 * last block. x has any content afterwards. */
gboolean gpt_blocks_remember (Job *job, const GptBlocks *blocks, Cache *cache, const int *n_new,
                              int n_open, float *x, GError **error);

/* logits [n][n_out] = head (ln_f (x [n_rows][d])) of the n rows that `rows` names; NULL = the first
 * n. `cache` lends its room. */
gboolean gpt_blocks_logits (Job *job, const GptBlocks *blocks, Cache *cache, size_t n,
                            const size_t *rows, const float *x, float *logits, GError **error);

/* Work of n_new positions of n_sequences that see n_seen positions each, run or remembered. */
double gpt_blocks_flop (const GptBlocks *blocks, int n_sequences, int n_new, int n_seen);
double gpt_blocks_remember_flop (const GptBlocks *blocks, int n_sequences, int n_new, int n_seen);
