/* Names and shapes of a tokenizer's tensors. */
#include "checkpoint/vq_shape.h"

static gboolean
conv (Needs *needs, const char *name, int n_in, int n_out, int kernel, GError **error)
{
  return needs_add (needs, NEED_WEIGHT, (int[5]){ n_out, n_in, kernel, kernel }, error, "%s.weight",
                    name)
         && needs_add (needs, NEED_WEIGHT, (int[5]){ n_out }, error, "%s.bias", name);
}

static gboolean
norm (Needs *needs, const char *name, int n, GError **error)
{
  return needs_add (needs, NEED_WEIGHT, (int[5]){ n }, error, "%s.weight", name)
         && needs_add (needs, NEED_WEIGHT, (int[5]){ n }, error, "%s.bias", name);
}

static gboolean
block (Needs *needs, const char *name, int n_in, int n_out, GError **error)
{
  g_autofree char *norm1 = g_strconcat (name, ".norm1", NULL);
  g_autofree char *conv1 = g_strconcat (name, ".conv1", NULL);
  g_autofree char *norm2 = g_strconcat (name, ".norm2", NULL);
  g_autofree char *conv2 = g_strconcat (name, ".conv2", NULL);
  g_autofree char *shortcut = g_strconcat (name, ".nin_shortcut", NULL);

  return norm (needs, norm1, n_in, error) && conv (needs, conv1, n_in, n_out, 3, error)
         && norm (needs, norm2, n_out, error) && conv (needs, conv2, n_out, n_out, 3, error)
         && (n_in == n_out || conv (needs, shortcut, n_in, n_out, 1, error));
}

static gboolean
attention (Needs *needs, const char *name, int n, GError **error)
{
  static const char *const parts[] = { ".q", ".k", ".v", ".proj_out" };
  g_autofree char *first = g_strconcat (name, ".norm", NULL);

  if (!norm (needs, first, n, error))
    return FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *part = g_strconcat (name, parts[i], NULL);

      if (!conv (needs, part, n, n, 1, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
middle (Needs *needs, const char *coder, const VqShape *vq, int n, GError **error)
{
  g_autofree char *one = g_strconcat (coder, ".mid.block_1", NULL);
  g_autofree char *attn = g_strconcat (coder, ".mid.attn_1", NULL);
  g_autofree char *two = g_strconcat (coder, ".mid.block_2", NULL);

  return block (needs, one, n, n, error) && (!vq->mid_attn || attention (needs, attn, n, error))
         && block (needs, two, n, n, error);
}

/* One level of either coder: n blocks, the first of which changes the width. */
static gboolean
level (Needs *needs, const char *name, int n_blocks, int n_in, int n_out, gboolean attended,
       GError **error)
{
  for (int b = 0; b < n_blocks; b++)
    {
      g_autofree char *one = g_strdup_printf ("%s.block.%d", name, b);
      g_autofree char *attn = g_strdup_printf ("%s.attn.%d", name, b);

      if (!block (needs, one, b ? n_out : n_in, n_out, error)
          || (attended && !attention (needs, attn, n_out, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
encoder (Needs *needs, const VqShape *vq, GError **error)
{
  const int last = vq->n_levels - 1, widest = vq->ch * vq->ch_mult[last];

  if (!conv (needs, "encoder.conv_in", vq->in_channels, vq->ch, 3, error))
    return FALSE;
  for (int l = 0; l < vq->n_levels; l++)
    {
      const int n_in = vq->ch * (l ? vq->ch_mult[l - 1] : 1), n_out = vq->ch * vq->ch_mult[l];
      g_autofree char *name = g_strdup_printf ("encoder.down.%d", l);
      g_autofree char *down = g_strconcat (name, ".downsample.conv", NULL);

      if (!level (needs, name, vq->num_res_blocks, n_in, n_out, vq->attention[l], error)
          || (l < last && !conv (needs, down, n_out, n_out, 3, error)))
        return FALSE;
    }
  return middle (needs, "encoder", vq, widest, error)
         && norm (needs, "encoder.norm_out", widest, error)
         && conv (needs, "encoder.conv_out", widest, vq->z_channels, 3, error)
         && conv (needs, "quant_conv", vq->z_channels, vq->embed_dim, 1, error);
}

static gboolean
decoder (Needs *needs, const VqShape *vq, GError **error)
{
  const int last = vq->n_levels - 1, widest = vq->ch * vq->ch_mult[last];
  const int narrowest = vq->ch * vq->ch_mult[0];

  if (!conv (needs, "post_quant_conv", vq->embed_dim, vq->z_channels, 1, error)
      || !conv (needs, "decoder.conv_in", vq->z_channels, widest, 3, error)
      || !middle (needs, "decoder", vq, widest, error))
    return FALSE;
  for (int l = last; l >= 0; l--)
    {
      const int n_in = vq->ch * vq->ch_mult[MIN (l + 1, last)], n_out = vq->ch * vq->ch_mult[l];
      g_autofree char *name = g_strdup_printf ("decoder.up.%d", l);
      g_autofree char *up = g_strconcat (name, ".upsample.conv", NULL);

      if (!level (needs, name, vq->num_res_blocks + 1, n_in, n_out, vq->attention[l], error)
          || (l > 0 && !conv (needs, up, n_out, n_out, 3, error)))
        return FALSE;
    }
  return norm (needs, "decoder.norm_out", narrowest, error)
         && conv (needs, "decoder.conv_out", narrowest, vq->out_ch, 3, error);
}

static gboolean
quantizer (Needs *needs, const VqShape *vq, GError **error)
{
  if (vq->n_used && !needs_add (needs, NEED_INDEX, (int[5]){ vq->n_used }, error, "quantize.used"))
    return FALSE;
  if (vq->gumbel)
    return conv (needs, "quantize.proj", vq->z_channels, vq->n_embed, 1, error)
           && needs_add (needs, NEED_WEIGHT, (int[5]){ vq->n_embed, vq->embed_dim }, error,
                         "quantize.embed.weight");
  return needs_add (needs, NEED_WEIGHT, (int[5]){ vq->n_embed, vq->embed_dim }, error,
                    "quantize.embedding.weight");
}

gboolean
vq_shape_needs (const VqShape *vq, gboolean with_decoder, Needs *needs, GError **error)
{
  return encoder (needs, vq, error) && quantizer (needs, vq, error)
         && (!with_decoder || decoder (needs, vq, error));
}
