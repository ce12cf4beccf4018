#include "checkpoint/gpt_shape.h"

enum { MAX_LAYERS = 256, MAX_HEADS = 256, PUBLISHED_HEADS = 8 /* where a config is silent */ };

/* Row 0 of a mask shows the positions that see each other; without n_unmasked it is the first
 * alone. */
static int
unmasked_of (const Stored *mask, int block_size)
{
  int n = 0;

  if (!mask || mask->n_dims != 4 || mask->shape[3] != block_size || !mask->n)
    return 0;
  while (n < block_size && stored_number (mask, (size_t) n) != 0)
    n++;
  return n > 1 ? n : 0;
}

static gboolean
derive_unmasked (GptSchema *gpt, const Part *part, ConfigNode params, GError **error)
{
  const Stored *mask = part_find (part, "blocks.0.attn.mask");
  gboolean given;

  gpt->n_unmasked = unmasked_of (mask, gpt->block_size);
  if (!mask)
    return config_int (params, "n_unmasked", 0, gpt->block_size, &gpt->n_unmasked, &given, error);
  if (gpt->n_unmasked == 0 && config_is (config_at (params, "n_unmasked")))
    { /* 1 and 0 make the same mask */
      int told = 0;

      if (!config_int (params, "n_unmasked", 0, gpt->block_size, &told, &given, error))
        return FALSE;
      if (told <= 1)
        return TRUE;
    }
  return part_agree (part, params, "n_unmasked", gpt->n_unmasked, error);
}

static gboolean
derive_heads (GptSchema *gpt, ConfigNode params, int n_heads, GError **error)
{
  gboolean given;

  gpt->n_head = config_is (params) ? PUBLISHED_HEADS : n_heads;
  if (!config_int (params, "n_head", 1, MAX_HEADS, &gpt->n_head, &given, error))
    return FALSE;
  if (given && n_heads && n_heads != gpt->n_head)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MISFIT,
                   "%s says n_head: %d, --heads says %d", config_path (params.config), gpt->n_head,
                   n_heads);
      return FALSE;
    }
  if (n_heads)
    gpt->n_head = n_heads;
  if (gpt->n_head == 0)
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_QUESTION,
                           "How many attention heads has the transformer? Its weights do not show "
                           "it. Pass --heads N (the published models have 16, cIN has 24), or the "
                           "yaml file with --config.");
      return FALSE;
    }
  if (gpt->n_embd % gpt->n_head == 0)
    return TRUE;
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MISFIT,
               "%d heads do not divide the transformer's width of %d", gpt->n_head, gpt->n_embd);
  return FALSE;
}

gboolean
gpt_shape_derive (GptSchema *gpt, const Part *part, ConfigNode params, int n_heads, GError **error)
{
  const Stored *tokens = part_need (part, "tok_emb.weight", 2, error), *places;

  *gpt = (GptSchema){ 0 };
  if (!tokens || !(places = part_need (part, "pos_emb", 3, error)))
    return FALSE;
  gpt->vocab_size = (int) tokens->shape[0];
  gpt->n_embd = (int) tokens->shape[1];
  gpt->block_size = (int) places->shape[1];
  while (gpt->n_layer < MAX_LAYERS && part_find (part, "blocks.%d.ln1.weight", gpt->n_layer))
    gpt->n_layer++;
  if (gpt->n_layer == 0)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "tensor %sblocks.0.ln1.weight is missing", part->prefix);
      return FALSE;
    }
  return part_agree (part, params, "vocab_size", gpt->vocab_size, error)
         && part_agree (part, params, "block_size", gpt->block_size, error)
         && part_agree (part, params, "n_layer", gpt->n_layer, error)
         && part_agree (part, params, "n_embd", gpt->n_embd, error)
         && derive_unmasked (gpt, part, params, error)
         && derive_heads (gpt, params, n_heads, error);
}

static gboolean
linear (Needs *needs, int n_in, int n_out, int layer, const char *name, GError **error)
{
  return needs_add (needs, NEED_LINEAR, (int[5]){ n_out, n_in }, error, "blocks.%d.%s.weight",
                    layer, name)
         && needs_add (needs, NEED_WEIGHT, (int[5]){ n_out }, error, "blocks.%d.%s.bias", layer,
                       name);
}

static gboolean
norm (Needs *needs, int n, const char *name, GError **error)
{
  return needs_add (needs, NEED_WEIGHT, (int[5]){ n }, error, "%s.weight", name)
         && needs_add (needs, NEED_WEIGHT, (int[5]){ n }, error, "%s.bias", name);
}

static gboolean
layer_needs (Needs *needs, int c, int layer, GError **error)
{
  g_autofree char *ln1 = g_strdup_printf ("blocks.%d.ln1", layer);
  g_autofree char *ln2 = g_strdup_printf ("blocks.%d.ln2", layer);

  return norm (needs, c, ln1, error) && linear (needs, c, c, layer, "attn.key", error)
         && linear (needs, c, c, layer, "attn.query", error)
         && linear (needs, c, c, layer, "attn.value", error)
         && linear (needs, c, c, layer, "attn.proj", error) && norm (needs, c, ln2, error)
         && linear (needs, c, 4 * c, layer, "mlp.0", error)
         && linear (needs, 4 * c, c, layer, "mlp.2", error);
}

gboolean
gpt_shape_needs (const GptSchema *gpt, Needs *needs, GError **error)
{
  const int c = gpt->n_embd;

  if (!needs_add (needs, NEED_WEIGHT, (int[5]){ gpt->vocab_size, c }, error, "tok_emb.weight")
      || !needs_add (needs, NEED_WEIGHT, (int[5]){ 1, gpt->block_size, c }, error, "pos_emb"))
    return FALSE;
  for (int i = 0; i < gpt->n_layer; i++)
    if (!layer_needs (needs, c, i, error))
      return FALSE;
  return norm (needs, c, "ln_f", error)
         && needs_add (needs, NEED_LINEAR, (int[5]){ gpt->vocab_size, c }, error, "head.weight");
}

static void
add_int (JsonBuilder *json, const char *name, int value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

void
gpt_shape_json (const GptSchema *gpt, JsonBuilder *json)
{
  json_builder_begin_object (json);
  add_int (json, "vocab_size", gpt->vocab_size);
  add_int (json, "block_size", gpt->block_size);
  add_int (json, "n_layer", gpt->n_layer);
  add_int (json, "n_head", gpt->n_head);
  add_int (json, "n_embd", gpt->n_embd);
  add_int (json, "n_unmasked", gpt->n_unmasked);
  json_builder_end_object (json);
}
