#include "gpt/blocks.h"
#include "nn/attention.h"
#include <math.h>
#include <string.h>

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

/* One product for the three inputs of the attention: the activations are read once. */
static gboolean
read_qkv (Linear *qkv, const Weights *attn, int width, GError **error)
{
  static const char *const names[] = { "query.", "key.", "value." };
  const int shape[] = { width, width };
  const size_t n = (size_t) width * width;
  buffer_auto float *weight = buffer_new (3 * n, sizeof (float), "weights", error);
  buffer_auto float *bias = buffer_new (3 * (size_t) width, sizeof (float), "weights", error);

  if (!weight || !bias)
    return FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const Weights here = weights_at (attn, "%s", names[i]);
      buffer_auto float *w = weights_read (&here, "weight", 2, shape, error);
      buffer_auto float *b = w ? weights_read (&here, "bias", 1, &width, error) : NULL;

      if (!b)
        return FALSE;
      memcpy (weight + i * n, w, n * sizeof (float));
      memcpy (bias + i * width, b, width * sizeof (float));
    }
  return linear_init (qkv, width, 3 * (size_t) width, weight, bias, error);
}

static gboolean
read_block (GptBlock *block, const Weights *weights, int width, GError **error)
{
  const Weights attn = weights_at (weights, "attn.");

  return read_norm (&block->ln1, weights, "ln1", width, error)
         && read_norm (&block->ln2, weights, "ln2", width, error)
         && read_qkv (&block->qkv, &attn, width, error)
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
      linear_clear (&block->qkv);
      linear_clear (&block->proj);
      linear_clear (&block->fc);
      linear_clear (&block->out);
    }
  g_clear_pointer (&blocks->blocks, g_free);
  norm_clear (&blocks->ln_f);
  linear_clear (&blocks->head);
}

/* Activations of one pass, taken once for all layers. */
typedef struct {
  size_t n_rows; /* n_sequences * n_new */
  float *normed, *qkv, *mixed, *inner;
} Scratch;

static void
scratch_clear (Scratch *scratch)
{
  buffer_free (scratch->normed);
  buffer_free (scratch->qkv);
  buffer_free (scratch->mixed);
  buffer_free (scratch->inner);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scratch, scratch_clear)

static gboolean
scratch_init (Scratch *scratch, size_t n_rows, int width, GError **error)
{
  const size_t row = width * sizeof (float);

  scratch->n_rows = n_rows;
  return (scratch->normed = buffer_new (n_rows, row, "activations", error))
         && (scratch->qkv = buffer_new (n_rows, 3 * row, "activations", error))
         && (scratch->mixed = buffer_new (n_rows, row, "activations", error))
         && (scratch->inner = buffer_new (n_rows, 4 * row, "activations", error));
}

static void
store (const GptBlocks *blocks, Cache *cache, int layer, int n_new, const float *qkv)
{
  const int width = blocks->width;

  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    for (int i = 0; i < n_new; i++, qkv += 3 * width)
      {
        const size_t place = cache_place (cache, layer, sequence, cache->length + i);

        memcpy (cache->keys + place, qkv + width, width * sizeof (float));
        memcpy (cache->values + place, qkv + 2 * width, width * sizeof (float));
      }
}

static gboolean
attend (Job *job, const GptBlocks *blocks, Cache *cache, int layer, int n_new, gboolean open,
        Scratch *scratch, GError **error)
{
  g_autofree Attention *attentions = g_new0 (Attention, cache->n_sequences);
  const size_t width = blocks->width;

  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    {
      const size_t first = (size_t) sequence * n_new;
      const size_t place = cache_place (cache, layer, sequence, 0);

      attentions[sequence] = (Attention){ .n_queries = n_new,
                                          .n_keys = cache->length + n_new,
                                          .n_heads = blocks->n_heads,
                                          .width = width / blocks->n_heads,
                                          .q = scratch->qkv + first * 3 * width,
                                          .k = cache->keys + place,
                                          .v = cache->values + place,
                                          .q_stride = 3 * width,
                                          .k_stride = width,
                                          .v_stride = width,
                                          .y = scratch->mixed + first * width,
                                          .y_stride = width,
                                          .causal = !open };
    }
  return attention_run (job, attentions, cache->n_sequences, error);
}

typedef struct {
  float *x;
  const float *y;
  size_t width;
} Rows;

static void
add_row (gpointer data, size_t row)
{
  const Rows *rows = data;

  for (size_t i = row * rows->width; i < (row + 1) * rows->width; i++)
    rows->x[i] += rows->y[i];
}

static void
gelu_row (gpointer data, size_t row)
{
  const Rows *rows = data;

  for (size_t i = row * rows->width; i < (row + 1) * rows->width; i++)
    rows->x[i] = 0.5f * rows->x[i] * (1 + erff (rows->x[i] * (float) G_SQRT2 / 2));
}

static gboolean
run_block (Job *job, const GptBlocks *blocks, Cache *cache, int layer, int n_new, gboolean open,
           Scratch *scratch, float *x, GError **error)
{
  const GptBlock *block = &blocks->blocks[layer];
  const size_t n = scratch->n_rows;
  Rows added = { x, scratch->normed, blocks->width };
  Rows inner = { scratch->inner, NULL, 4 * (size_t) blocks->width };

  norm_rows (&block->ln1, n, x, scratch->normed);
  if (!linear_run (job, &block->qkv, n, scratch->normed, scratch->qkv, error))
    return FALSE;
  store (blocks, cache, layer, n_new, scratch->qkv);
  if (!attend (job, blocks, cache, layer, n_new, open, scratch, error)
      || !linear_run (job, &block->proj, n, scratch->mixed, scratch->normed, error))
    return FALSE;
  pool_run (job->pool, n, add_row, &added);

  norm_rows (&block->ln2, n, x, scratch->normed);
  if (!linear_run (job, &block->fc, n, scratch->normed, scratch->inner, error))
    return FALSE;
  pool_run (job->pool, n, gelu_row, &inner);
  if (!linear_run (job, &block->out, n, scratch->inner, scratch->normed, error))
    return FALSE;
  pool_run (job->pool, n, add_row, &added);
  return TRUE;
}

gboolean
gpt_blocks_run (Job *job, const GptBlocks *blocks, Cache *cache, int n_new, gboolean open, float *x,
                GError **error)
{
  g_auto (Scratch) scratch = { 0 };

  g_assert (cache->length + n_new <= cache->capacity && cache->width == blocks->width);
  if (!scratch_init (&scratch, (size_t) cache->n_sequences * n_new, blocks->width, error))
    return FALSE;
  for (int layer = 0; layer < blocks->n_layers; layer++)
    if (!run_block (job, blocks, cache, layer, n_new, open, &scratch, x, error))
      return FALSE;
  cache->length += n_new;
  return TRUE;
}

gboolean
gpt_blocks_logits (Job *job, const GptBlocks *blocks, size_t n_rows, const float *x, float *logits,
                   GError **error)
{
  buffer_auto float *normed =
      buffer_new (n_rows, blocks->width * sizeof (float), "activations", error);

  if (!normed)
    return FALSE;
  norm_rows (&blocks->ln_f, n_rows, x, normed);
  return linear_run (job, &blocks->head, n_rows, normed, logits, error);
}

double
gpt_blocks_flop (const GptBlocks *blocks, int n_sequences, int n_new, int n_seen)
{
  const double rows = (double) n_sequences * n_new, width = blocks->width;

  return blocks->n_layers * rows * (24 * width * width + 4 * width * n_seen);
}
