#include "vqgan/blocks.h"
#include "nn/attention.h"

gboolean
block_conv (Conv *conv, const Weights *weights, const char *leaf, ConvKind kind, int kernel,
            int n_in, int n_out, GError **error)
{
  const Weights here = weights_at (weights, "%s.", leaf);
  const int shape[] = { n_out, n_in, kernel, kernel };
  buffer_auto float *weight = weights_read (&here, "weight", 4, shape, error);
  buffer_auto float *bias = weight ? weights_read (&here, "bias", 1, shape, error) : NULL;

  return bias && conv_init (conv, kind, kernel, n_in, n_out, weight, bias, error);
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

static void
add_row (gpointer data, size_t row)
{
  Map *const *maps = data;
  const size_t n = (size_t) maps[0]->width * maps[0]->channels;
  float *x = maps[0]->data + row * n;
  const float *y = maps[1]->data + row * n;

  for (size_t i = 0; i < n; i++)
    x[i] += y[i];
}

/* x += y */
static void
add (Job *job, Map *x, Map *y)
{
  Map *maps[] = { x, y };

  pool_run (job->pool, x->height, add_row, maps);
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

/* x becomes conv (swish (norm (x))). */
static gboolean
activate_and_convolve (Job *job, const Norm *norm, const Conv *conv, const Map *x, Map *out,
                       GError **error)
{
  g_auto (Map) activated = { 0 };

  return norm_run (job, norm, x, TRUE, &activated, error)
         && conv_run (job, conv, &activated, out, error);
}

gboolean
res_block_run (Job *job, const ResBlock *block, Map *x, GError **error)
{
  g_auto (Map) inner = { 0 }, out = { 0 };

  if (!activate_and_convolve (job, &block->norm1, &block->conv1, x, &inner, error)
      || !activate_and_convolve (job, &block->norm2, &block->conv2, &inner, &out, error))
    return FALSE;
  map_clear (&inner);
  if (block->has_shortcut)
    {
      if (!conv_run (job, &block->shortcut, x, &inner, error))
        return FALSE;
      map_replace (x, &inner);
    }
  add (job, x, &out);
  return TRUE;
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
attn_block_run (Job *job, const AttnBlock *block, Map *x, GError **error)
{
  g_auto (Map) h = { 0 }, q = { 0 }, k = { 0 }, v = { 0 }, out = { 0 };
  const size_t n = map_cells (x), width = x->channels;

  if (!norm_run (job, &block->norm, x, FALSE, &h, error)
      || !conv_run (job, &block->q, &h, &q, error) || !conv_run (job, &block->k, &h, &k, error)
      || !conv_run (job, &block->v, &h, &v, error))
    return FALSE;

  const Attention attention = {
    .n_queries = n,
    .n_heads = 1,
    .width = width,
    .q = q.data,
    .y = h.data,
    .q_stride = width,
    .y_stride = width,
    .own = { .n = n, .k = k.data, .v = v.data, .k_stride = width, .v_stride = width }
  };

  if (!attention_run (job, &attention, 1, error)
      || !conv_run (job, &block->proj_out, &h, &out, error))
    return FALSE;
  add (job, x, &out);
  return TRUE;
}

double
attn_block_flop (const AttnBlock *block, int height, int width)
{
  const double n = (double) height * width;

  return 4 * conv_flop (&block->q, height, width) + 4 * n * n * block->norm.channels;
}
