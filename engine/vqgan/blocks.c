#include "vqgan/blocks.h"
#include "nn/attention.h"

void
workspace_clear (Workspace *workspace)
{
  map_clear (&workspace->h);
  scratch_clear (&workspace->scratch);
}

gboolean
block_conv (Conv *conv, const Weights *weights, const char *leaf, ConvKind kind, int kernel,
            int n_in, int n_out, GError **error)
{
  const Weights here = weights_at (weights, "%s.", leaf);
  const int shape[] = { n_out, n_in, kernel, kernel };
  buffer_auto float *bias = weights_read (&here, "bias", 1, shape, error);
  Rows weight;

  if (!bias || !weights_rows (&here, "weight", 4, shape, &weight, error))
    return FALSE;
  if (weight.type != ROWS_I8)
    return conv_init (conv, kind, kernel, n_in, n_out, weight, bias, error);
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
               "tensor %sweight: a convolution cannot have 8-bit numbers", here.name);
  return FALSE;
}

gboolean
block_norm (Norm *norm, const Weights *weights, const char *leaf, gboolean layer_norm, int channels,
            GError **error)
{
  const Weights here = weights_at (weights, "%s.", leaf);
  float *scale = weights_read (&here, "weight", 1, &channels, error);
  float *shift = scale ? weights_read (&here, "bias", 1, &channels, error) : NULL;

  *norm = norm_new (layer_norm ? NORM_LAYER : NORM_GROUP, channels, 1e-6f, scale, shift);
  return shift != NULL;
}

gboolean
res_block_init (ResBlock *block, const Weights *weights, gboolean layer_norm, int n_in, int n_out,
                GError **error)
{
  block->has_shortcut = n_in != n_out;
  return block_norm (&block->norm1, weights, "norm1", layer_norm, n_in, error)
         && block_conv (&block->conv1, weights, "conv1", CONV_SAME, 3, n_in, n_out, error)
         && block_norm (&block->norm2, weights, "norm2", layer_norm, n_out, error)
         && block_conv (&block->conv2, weights, "conv2", CONV_SAME, 3, n_out, n_out, error)
         && (!block->has_shortcut
             || block_conv (&block->shortcut, weights, "nin_shortcut", CONV_SAME, 1, n_in, n_out,
                            error));
}

void
res_block_clear (ResBlock *block)
{
  norm_clear (&block->norm1);
  norm_clear (&block->norm2);
  conv_clear (&block->conv1);
  conv_clear (&block->conv2);
  conv_clear (&block->shortcut);
}

/* Only a GroupNorm asks for the sums of what it gets. */
static ConvFlags
sums_for (const Norm *norm)
{
  return norm->kind == NORM_GROUP ? CONV_SUMS : 0;
}

gboolean
res_block_run (Job *job, const ResBlock *block, Workspace *work, Map *x, GError **error)
{
  const ConvFlags sums = sums_for (&block->norm1);
  g_auto (Map) kept = { 0 };

  if (!conv_run (job, &block->conv1, &block->norm1, sums, &work->scratch, x, &work->h, error))
    return FALSE;
  if (block->has_shortcut)
    {
      if (!conv_run (job, &block->shortcut, NULL, 0, &work->scratch, x, &kept, error))
        return FALSE;
      map_replace (x, &kept);
    }
  return conv_run (job, &block->conv2, &block->norm2, CONV_ADD | sums, &work->scratch, &work->h, x,
                   error);
}

double
res_block_flop (const ResBlock *block, int height, int width)
{
  return conv_flop (&block->conv1, height, width) + conv_flop (&block->conv2, height, width)
         + (block->has_shortcut ? conv_flop (&block->shortcut, height, width) : 0);
}

gboolean
attn_block_init (AttnBlock *block, const Weights *weights, gboolean layer_norm, int channels,
                 GError **error)
{
  return block_norm (&block->norm, weights, "norm", layer_norm, channels, error)
         && block_conv (&block->q, weights, "q", CONV_SAME, 1, channels, channels, error)
         && block_conv (&block->k, weights, "k", CONV_SAME, 1, channels, channels, error)
         && block_conv (&block->v, weights, "v", CONV_SAME, 1, channels, channels, error)
         && block_conv (&block->proj_out, weights, "proj_out", CONV_SAME, 1, channels, channels,
                        error);
}

void
attn_block_clear (AttnBlock *block)
{
  norm_clear (&block->norm);
  conv_clear (&block->q);
  conv_clear (&block->k);
  conv_clear (&block->v);
  conv_clear (&block->proj_out);
}

gboolean
attn_block_run (Job *job, const AttnBlock *block, Workspace *work, Map *x, GError **error)
{
  g_auto (Map) q = { 0 }, k = { 0 }, v = { 0 };
  const size_t n = map_cells (x), width = x->channels;
  Scratch *scratch = &work->scratch;

  if (!norm_run (job, &block->norm, x, &work->h, error)
      || !conv_run (job, &block->q, NULL, 0, scratch, &work->h, &q, error)
      || !conv_run (job, &block->k, NULL, 0, scratch, &work->h, &k, error)
      || !conv_run (job, &block->v, NULL, 0, scratch, &work->h, &v, error))
    return FALSE;

  const Attention attention = {
    .n_queries = n,
    .n_heads = 1,
    .width = width,
    .q = q.data,
    .y = work->h.data,
    .q_stride = width,
    .y_stride = width,
    .own = { .n = n, .k = k.data, .v = v.data, .k_stride = width, .v_stride = width }
  };

  return attention_run (job, &attention, 1, error)
         && conv_run (job, &block->proj_out, NULL, CONV_ADD | sums_for (&block->norm), scratch,
                      &work->h, x, error);
}

double
attn_block_flop (const AttnBlock *block, int height, int width)
{
  const double n = (double) height * width;

  return 4 * conv_flop (&block->q, height, width) + 4 * n * n * block->norm.channels;
}
