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

static gboolean
read_linear (Linear *linear, const Weights *weights, const char *leaf, int n_in, int n_out,
             GError **error)
{
  const Weights here = weights_at (weights, "%s.", leaf);
  const int shape[] = { n_out, n_in };
  buffer_auto float *weight = weights_read (&here, "weight", 2, shape, error);
  buffer_auto float *bias = weight ? weights_read (&here, "bias", 1, &n_out, error) : NULL;

  return bias && linear_init (linear, n_in, n_out, weight, bias, error);
}

static gboolean
read_block (GptBlock *block, const Weights *weights, int width, GError **error)
{
  const Weights attn = weights_at (weights, "attn.");

  return read_norm (&block->ln1, weights, "ln1", width, error)
         && read_norm (&block->ln2, weights, "ln2", width, error)
         && read_linear (&block->query, &attn, "query", width, width, error)
         && read_linear (&block->key, &attn, "key", width, width, error)
         && read_linear (&block->value, &attn, "value", width, width, error)
         && read_linear (&block->proj, &attn, "proj", width, width, error)
         && read_linear (&block->fc, weights, "mlp.0", width, 4 * width, error)
         && read_linear (&block->out, weights, "mlp.2", 4 * width, width, error);
}

gboolean
gpt_blocks_init (GptBlocks *blocks, const Weights *weights, const GptSchema *schema, int n_out,
                 GError **error)
{
  const int width = schema->n_embd, shape[] = { n_out, width };
  buffer_auto float *head = NULL;

  *blocks = (GptBlocks){ schema->n_layer, schema->n_head, width, NULL, { 0 }, { 0 } };
  blocks->blocks = g_new0 (GptBlock, blocks->n_layers);
  for (int i = 0; i < blocks->n_layers; i++)
    {
      const Weights block = weights_at (weights, "blocks.%d.", i);

      if (!read_block (&blocks->blocks[i], &block, width, error))
        return FALSE;
    }
  head = weights_read (weights, "head.weight", 2, shape, error);
  return head && linear_init (&blocks->head, width, n_out, head, NULL, error)
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
      linear_clear (&block->query);
      linear_clear (&block->key);
      linear_clear (&block->value);
      linear_clear (&block->proj);
      linear_clear (&block->fc);
      linear_clear (&block->out);
    }
  g_clear_pointer (&blocks->blocks, g_free);
  norm_clear (&blocks->ln_f);
  linear_clear (&blocks->head);
}

gboolean
gpt_blocks_cache (const GptBlocks *blocks, Cache *cache, int n_sequences, int capacity,
                  GError **error)
{
  return cache_init (cache, blocks->n_layers, n_sequences, capacity, blocks->n_heads, blocks->width,
                     error);
}

double
gpt_blocks_flop (const GptBlocks *blocks, int n_sequences, int n_new, int n_seen)
{
  const double rows = (double) n_sequences * n_new, width = blocks->width;

  return blocks->n_layers * rows * (24 * width * width + 4 * width * n_seen);
}
