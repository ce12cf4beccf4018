#include "gpt/blocks.h"

static const float epsilon = 1e-5f; /* torch.nn.LayerNorm's default, which mingpt.py takes */

static gboolean
read_norm (Norm *norm, const Weights *weights, const char *leaf, int width, GError **error)
{
  const Weights here = weights_at (weights, "%s.", leaf);
  float *scale = weights_read (&here, "weight", 1, &width, error);
  float *shift = scale ? weights_read (&here, "bias", 1, &width, error) : NULL;

  *norm = norm_new (NORM_LAYER, width, epsilon, scale, shift);
  return shift != NULL;
}

gboolean
gpt_dense (Dense *dense, const Weights *weights, const char *leaf, int n_in, int n_out,
           gboolean has_bias, GError **error)
{
  const Weights here = weights_at (weights, "%s.", leaf);
  const int shape[] = { n_out, n_in };

  return weights_rows (&here, "weight", 2, shape, &dense->weight, error)
         && (!has_bias || (dense->bias = weights_read (&here, "bias", 1, &n_out, error)));
}

static gboolean
read_block (GptBlock *block, const Weights *weights, int width, GError **error)
{
  const Weights attn = weights_at (weights, "attn.");

  return read_norm (&block->ln1, weights, "ln1", width, error)
         && read_norm (&block->ln2, weights, "ln2", width, error)
         && gpt_dense (&block->query, &attn, "query", width, width, TRUE, error)
         && gpt_dense (&block->key, &attn, "key", width, width, TRUE, error)
         && gpt_dense (&block->value, &attn, "value", width, width, TRUE, error)
         && gpt_dense (&block->proj, &attn, "proj", width, width, TRUE, error)
         && gpt_dense (&block->fc, weights, "mlp.0", width, 4 * width, TRUE, error)
         && gpt_dense (&block->out, weights, "mlp.2", 4 * width, width, TRUE, error);
}

gboolean
gpt_blocks_init (GptBlocks *blocks, const Weights *weights, const GptSchema *schema, int n_out,
                 GError **error)
{
  const int width = schema->n_embd;

  *blocks = (GptBlocks){ .n_layers = schema->n_layer, .n_heads = schema->n_head, .width = width };
  blocks->blocks = g_new0 (GptBlock, blocks->n_layers);
  for (int i = 0; i < blocks->n_layers; i++)
    {
      const Weights block = weights_at (weights, "blocks.%d.", i);

      if (!read_block (&blocks->blocks[i], &block, width, error))
        return FALSE;
    }
  return gpt_dense (&blocks->head, weights, "head", width, n_out, FALSE, error)
         && read_norm (&blocks->ln_f, weights, "ln_f", width, error);
}

void
gpt_blocks_clear (GptBlocks *blocks)
{
  for (int i = 0; blocks->blocks && i < blocks->n_layers; i++)
    {
      GptBlock *block = &blocks->blocks[i];

      norm_clear (&block->ln1);
      norm_clear (&block->ln2);
      dense_clear (&block->query);
      dense_clear (&block->key);
      dense_clear (&block->value);
      dense_clear (&block->proj);
      dense_clear (&block->fc);
      dense_clear (&block->out);
    }
  g_clear_pointer (&blocks->blocks, g_free);
  norm_clear (&blocks->ln_f);
  dense_clear (&blocks->head);
}

static RowType
cache_type (const GptBlocks *blocks)
{
  return cache_bytes (ROWS_F32, blocks->n_layers, 1, 1, blocks->width) > 128 << 10 ? ROWS_F16
                                                                                   : ROWS_F32;
}

gboolean
gpt_blocks_cache (const GptBlocks *blocks, Cache *cache, int n_sequences, int capacity,
                  GError **error)
{
  return cache_init (cache, cache_type (blocks), blocks->n_layers, n_sequences, capacity,
                     blocks->n_heads, blocks->width, error);
}

gsize
gpt_blocks_cache_bytes (const GptBlocks *blocks, int n_sequences, int capacity)
{
  return cache_bytes (cache_type (blocks), blocks->n_layers, n_sequences, capacity, blocks->width);
}

double
gpt_blocks_flop (const GptBlocks *blocks, int n_sequences, int n_new, int n_seen)
{
  const double rows = (double) n_sequences * n_new, width = blocks->width;

  return blocks->n_layers * rows * (24 * width * width + 4 * width * n_seen);
}

double
gpt_blocks_remember_flop (const GptBlocks *blocks, int n_sequences, int n_new, int n_seen)
{
  const double rows = (double) n_sequences * n_new, width = blocks->width;

  return gpt_blocks_flop (blocks, n_sequences, n_new, n_seen)
         - rows * (20 * width * width + 4 * width * n_seen);
}
