#include "checkpoint/vq_shape.h"
#include <string.h>

enum { MAX_BLOCKS = 16, NOMINAL = 256 };

static gboolean
refuse (int code, const Part *part, const char *name, const char *sentence, GError **error)
{
  g_set_error (error, TESSERA_ERROR, code, "tensor %s%s: %s", part->prefix, name, sentence);
  return FALSE;
}

static gboolean
derive_quantizer (VqShape *vq, const Part *part, GError **error)
{
  const Stored *used = part_find (part, "quantize.used");
  const Stored *entries, *inner = part_need (part, "quant_conv.weight", 4, error);

  if (!inner)
    return FALSE;
  vq->gumbel = part_find (part, "quantize.embed.weight") != NULL;
  entries = part_need (part, vq->gumbel ? "quantize.embed.weight" : "quantize.embedding.weight", 2,
                       error);
  if (!entries)
    return FALSE;
  vq->n_embed = (int) entries->shape[0];
  vq->embed_dim = (int) entries->shape[1];
  vq->z_channels = (int) inner->shape[1];
  vq->unknown_index = -1;
  if (used && (used->n_dims != 1 || used->shape[0] < 1 || used->shape[0] > vq->n_embed))
    return refuse (TESSERA_ERROR_FORMAT, part, "quantize.used", "it has an impossible shape",
                   error);
  vq->n_used = used ? (int) used->shape[0] : 0;
  vq->unknown_text = used ? "random" : NULL; /* what the published class does if not told */
  return TRUE;
}

static gboolean
derive_levels (VqShape *vq, const Part *part, GError **error)
{
  const Stored *conv;

  while (vq->num_res_blocks < MAX_BLOCKS
         && part_find (part, "encoder.down.0.block.%d.conv1.weight", vq->num_res_blocks))
    vq->num_res_blocks++;
  for (int l = 0; l < MAX_LEVELS; l++)
    {
      conv = part_find (part, "encoder.down.%d.block.0.conv1.weight", l);
      if (!conv)
        break;
      if (conv->n_dims != 4 || conv->shape[0] < 1 || conv->shape[0] > 64 * (gint64) vq->ch
          || conv->shape[0] % vq->ch != 0)
        return refuse (TESSERA_ERROR_FORMAT, part, "encoder.down",
                       "the width of a level is no multiple of the first one", error);
      vq->ch_mult[vq->n_levels++] = (int) (conv->shape[0] / vq->ch);
      vq->attention[l] = part_find (part, "encoder.down.%d.attn.0.q.weight", l) != NULL;
    }
  return vq->n_levels > 0
         || refuse (TESSERA_ERROR_FORMAT, part, "encoder.down.0.block.0.conv1.weight",
                    "it is missing", error);
}

/* The sides that name the levels with attention. */
static void
name_levels (VqShape *vq)
{
  vq->n_attn = 0;
  for (int l = 0; l < vq->n_levels; l++)
    if (vq->attention[l])
      vq->attn_resolutions[vq->n_attn++] = vq->resolution >> l;
}

gboolean
vq_shape_derive (VqShape *vq, const Part *part, GError **error)
{
  const Stored *first = part_need (part, "encoder.conv_in.weight", 4, error), *last, *out;

  *vq = (VqShape){ .resolution = NOMINAL };
  if (!first || !derive_quantizer (vq, part, error)
      || !(last = part_need (part, "encoder.conv_out.weight", 4, error)))
    return FALSE;
  vq->ch = (int) first->shape[0];
  vq->in_channels = (int) first->shape[1];
  if (last->shape[0] != vq->z_channels)
    return refuse (TESSERA_ERROR_UNSUPPORTED, part, "encoder.conv_out.weight",
                   "an encoder that gives mean and variance (double_z) is no VQGAN's", error);
  if (!derive_levels (vq, part, error))
    return FALSE;
  vq->mid_attn = part_find (part, "encoder.mid.attn_1.q.weight") != NULL;
  vq->decoder = part_find (part, "decoder.conv_out.weight") != NULL;
  vq->out_ch = vq->in_channels;
  if (vq->decoder)
    {
      out = part_need (part, "decoder.conv_out.weight", 4, error);
      if (!out)
        return FALSE;
      vq->out_ch = (int) out->shape[0];
    }
  name_levels (vq);
  return TRUE;
}

static gboolean
agree_levels (VqShape *vq, const Part *part, ConfigNode ddconfig, GError **error)
{
  int mult[MAX_LEVELS], n = vq->n_levels, sides[MAX_LEVELS], n_sides = 0;
  gboolean given, sides_given;

  memcpy (mult, vq->ch_mult, sizeof mult);
  if (!config_ints (ddconfig, "ch_mult", 1, 64, MAX_LEVELS, mult, &n, &given, error)
      || !config_int (ddconfig, "resolution", 1, 1 << 14, &vq->resolution, &given, error)
      || !config_ints (ddconfig, "attn_resolutions", 1, 1 << 14, MAX_LEVELS, sides, &n_sides,
                       &sides_given, error))
    return FALSE;
  if (n != vq->n_levels || memcmp (mult, vq->ch_mult, (size_t) n * sizeof *mult) != 0)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MISFIT,
                   "%s says another ch_mult than the weights %sencoder.* of the checkpoint have",
                   config_path (ddconfig.config), part->prefix);
      return FALSE;
    }
  name_levels (vq);
  for (int l = 0; sides_given && vq->mid_attn && l < vq->n_levels; l++)
    {
      gboolean listed = FALSE;

      for (int i = 0; i < n_sides; i++)
        listed |= sides[i] == vq->resolution >> l;
      if (listed != vq->attention[l])
        {
          g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MISFIT,
                       "%s says other attn_resolutions than the weights %sencoder.* of the "
                       "checkpoint have (level %d)",
                       config_path (ddconfig.config), part->prefix, l);
          return FALSE;
        }
    }
  if (sides_given && vq->mid_attn)
    {
      vq->n_attn = n_sides;
      memcpy (vq->attn_resolutions, sides, (size_t) n_sides * sizeof *sides);
    }
  return TRUE;
}

static gboolean
agree_remap (VqShape *vq, ConfigNode params, GError **error)
{
  const char *text = config_text (params, "unknown_index");
  gboolean given;

  if (!vq->n_used || !text)
    return TRUE;
  if (!strcmp (text, "random") || !strcmp (text, "extra"))
    {
      vq->unknown_text = *text == 'r' ? "random" : "extra";
      return TRUE;
    }
  vq->unknown_text = NULL;
  return config_int (params, "unknown_index", 0, vq->n_used - 1, &vq->unknown_index, &given, error);
}

gboolean
vq_shape_agree (VqShape *vq, const Part *part, ConfigNode params, GError **error)
{
  const ConfigNode ddconfig = config_at (params, "ddconfig");
  gboolean given;

  if (!config_is (params))
    return TRUE;
  if (!vq->decoder && !config_int (ddconfig, "out_ch", 1, 1024, &vq->out_ch, &given, error))
    return FALSE;
  return part_agree (part, params, "n_embed", vq->n_embed, error)
         && part_agree (part, params, "embed_dim", vq->embed_dim, error)
         && part_agree (part, ddconfig, "ch", vq->ch, error)
         && part_agree (part, ddconfig, "num_res_blocks", vq->num_res_blocks, error)
         && part_agree (part, ddconfig, "in_channels", vq->in_channels, error)
         && part_agree (part, ddconfig, "out_ch", vq->out_ch, error)
         && part_agree (part, ddconfig, "z_channels", vq->z_channels, error)
         && agree_levels (vq, part, ddconfig, error) && agree_remap (vq, params, error);
}

int
vq_shape_n_tokens (const VqShape *vq)
{
  if (!vq->n_used)
    return vq->n_embed;
  return vq->n_used + (vq->unknown_text && !strcmp (vq->unknown_text, "extra"));
}

static void
add_int (JsonBuilder *json, const char *name, int value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

static void
add_ints (JsonBuilder *json, const char *name, const int *values, int n)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
  for (int i = 0; i < n; i++)
    json_builder_add_int_value (json, values[i]);
  json_builder_end_array (json);
}

static void
add_bool (JsonBuilder *json, const char *name, gboolean value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_boolean_value (json, value);
}

void
vq_shape_json (const VqShape *vq, JsonBuilder *json)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "quantizer");
  json_builder_add_string_value (json, vq->gumbel ? "gumbel" : "vq");
  add_int (json, "ch", vq->ch);
  add_ints (json, "ch_mult", vq->ch_mult, vq->n_levels);
  add_int (json, "num_res_blocks", vq->num_res_blocks);
  add_ints (json, "attn_resolutions", vq->attn_resolutions, vq->n_attn);
  add_int (json, "resolution", vq->resolution);
  add_int (json, "in_channels", vq->in_channels);
  add_int (json, "out_ch", vq->out_ch);
  add_int (json, "z_channels", vq->z_channels);
  add_bool (json, "double_z", FALSE);
  add_int (json, "embed_dim", vq->embed_dim);
  add_int (json, "n_embed", vq->n_embed);
  add_bool (json, "remap", vq->n_used > 0);
  json_builder_set_member_name (json, "unknown_index");
  if (vq->unknown_text)
    json_builder_add_string_value (json, vq->unknown_text);
  else if (vq->n_used && vq->unknown_index >= 0)
    json_builder_add_int_value (json, vq->unknown_index);
  else
    json_builder_add_null_value (json);
  if (!vq->mid_attn)
    add_bool (json, "mid_attn", FALSE);
  json_builder_end_object (json);
}
