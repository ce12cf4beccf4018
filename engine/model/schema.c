#include "model/schema.h"
#include <math.h>
#include <string.h>

enum {
  MAX_WIDTH = 8192,
  MAX_SIDE = 1 << 14,
  MAX_CODES = 1 << 20,
  MAX_NAME = 4096,
  MAX_FREE_LABELS = 250, /* of kind fill, where labels need not be everywhere */
};

static gboolean
wrong (GError **error, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, sentence);
  return FALSE;
}

gboolean
vq_has_attention (const VqSchema *vq, int level)
{
  for (int i = 0; i < vq->n_attn; i++)
    if (vq->attn_resolutions[i] == vq->resolution >> level)
      return TRUE;
  return FALSE;
}

/* The keys that kind fill has added; their defaults are the published system. */
static gboolean
read_vq_additions (VqSchema *vq, JsonObject *object, GError **error)
{
  const char *norm =
      json_text (object, "norm", json_object_has_member (object, "norm") ? "" : "group");

  vq->patch = 1;
  if (json_object_has_member (object, "patch")
      && !json_int (object, "patch", 1, 16, &vq->patch, error))
    return FALSE;
  if (strcmp (norm, "group") != 0 && strcmp (norm, "layer") != 0)
    return wrong (error, "norm: only \"group\" and \"layer\" are known");
  vq->layer_norm = strcmp (norm, "layer") == 0;
  return json_bool (object, "mid_attn", TRUE, &vq->mid_attn, error)
         && json_bool (object, "seam", FALSE, &vq->seam, error);
}

/* remap false and unknown_index null are the defaults; null means "random", as published. */
static gboolean
read_remap (VqSchema *vq, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "unknown_index");
  const char *text = json_text (object, "unknown_index", NULL);

  if (!json_bool (object, "remap", FALSE, &vq->remap, error))
    return FALSE;
  vq->unknown_index = UNKNOWN_RANDOM;
  if (!node || JSON_NODE_HOLDS_NULL (node) || g_strcmp0 (text, "random") == 0)
    return TRUE;
  if (g_strcmp0 (text, "extra") != 0)
    return json_int (object, "unknown_index", 0, MAX_CODES - 1, &vq->unknown_index, error);
  vq->unknown_index = UNKNOWN_EXTRA;
  return TRUE;
}

static gboolean
read_quantiser (VqSchema *vq, JsonObject *object, GError **error)
{
  const char *kind =
      json_text (object, "quantizer", json_object_has_member (object, "quantizer") ? "" : "vq");
  gboolean double_z;

  vq->gumbel = strcmp (kind, "gumbel") == 0;
  if (!vq->gumbel && strcmp (kind, "vq") != 0)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
                   "quantizer: \"%.16s\" is unknown; \"vq\" and \"gumbel\" can be read", kind);
      return FALSE;
    }
  if (vq->gumbel && vq->embed_dim != vq->z_channels)
    return wrong (error, "embed_dim: the gumbel quantizer needs the same number as z_channels");
  if (!json_bool (object, "double_z", FALSE, &double_z, error))
    return FALSE;
  if (!double_z)
    return read_remap (vq, object, error);
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
                       "double_z: a model that draws its vectors by chance is no VQGAN");
  return FALSE;
}

static gboolean
check_vq (const VqSchema *vq, GError **error)
{
  if (vq->n_levels == 0)
    return wrong (error, "ch_mult: the list is empty");
  for (int l = 0; l < vq->n_levels; l++)
    {
      if (vq_width (vq, l) > MAX_WIDTH)
        return wrong (error, "ch_mult: a level is too wide");
      if (!vq->layer_norm && vq_width (vq, l) % 32 != 0)
        return wrong (error, "ch: group norm needs widths that are multiples of 32");
    }
  return TRUE;
}

gboolean
schema_read_vq (VqSchema *vq, JsonObject *object, GError **error)
{
  return json_int (object, "ch", 1, MAX_WIDTH, &vq->ch, error)
         && json_ints (object, "ch_mult", 1, 64, MAX_LEVELS, vq->ch_mult, &vq->n_levels, error)
         && json_int (object, "num_res_blocks", 1, 16, &vq->num_res_blocks, error)
         && json_ints (object, "attn_resolutions", 1, MAX_SIDE, MAX_LEVELS, vq->attn_resolutions,
                       &vq->n_attn, error)
         && json_int (object, "resolution", 1, MAX_SIDE, &vq->resolution, error)
         && json_int (object, "in_channels", 1, 1024, &vq->in_channels, error)
         && json_int (object, "out_ch", 1, 1024, &vq->out_ch, error)
         && json_int (object, "z_channels", 1, MAX_WIDTH, &vq->z_channels, error)
         && json_int (object, "embed_dim", 1, MAX_WIDTH, &vq->embed_dim, error)
         && json_int (object, "n_embed", 1, MAX_CODES, &vq->n_embed, error)
         && read_vq_additions (vq, object, error) && read_quantiser (vq, object, error)
         && check_vq (vq, error);
}

static gboolean
read_vqgan (Schema *schema, JsonObject *parent, GError **error)
{
  JsonObject *object = json_object (parent, "vqgan", error);

  return object && schema_read_vq (&schema->vqgan, object, error);
}

static gboolean
read_transformer (Schema *schema, JsonObject *parent, GError **error)
{
  GptSchema *gpt = &schema->transformer;
  JsonObject *object = json_object (parent, "transformer", error);

  if (!object || !json_int (object, "n_layer", 1, 256, &gpt->n_layer, error)
      || !json_int (object, "n_head", 1, 256, &gpt->n_head, error)
      || !json_int (object, "n_embd", 1, MAX_WIDTH, &gpt->n_embd, error))
    return FALSE;
  if (gpt->n_embd % gpt->n_head != 0)
    return wrong (error, "n_embd: it must be a multiple of n_head");
  if (schema->kind == KIND_FILL)
    return json_int (object, "window", 2, 64, &gpt->window, error)
           && json_bool (object, "underpainted", FALSE, &gpt->underpainted, error);
  return json_int (object, "vocab_size", 1, MAX_CODES, &gpt->vocab_size, error)
         && json_int (object, "block_size", 1, 1 << 16, &gpt->block_size, error)
         && json_int (object, "n_unmasked", 0, gpt->block_size, &gpt->n_unmasked, error);
}

static gboolean
read_kind (Schema *schema, JsonObject *object, GError **error)
{
  static const char *const kinds[] = { "vqgan", "gpt", "net2net", "fill" };
  const char *text = json_text (object, "kind", "");
  int version;

  if (!json_int (object, "version", 1, G_MAXINT32, &version, error))
    return FALSE;
  if (version > 1)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
                   "the model file has version %d; this program reads version 1", version);
      return FALSE;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (text, kinds[i]) == 0)
      {
        schema->kind = (ModelKind) i;
        return TRUE;
      }
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
               "the model's kind \"%.32s\" is unknown", text);
  return FALSE;
}

static gboolean
read_labels (Schema *schema, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "labels");
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  const guint n = array ? json_array_get_length (array) : 0;

  if (node && (!array || n > (schema->kind == KIND_FILL ? MAX_FREE_LABELS : MAX_LABELS)))
    return wrong (error, "labels: this must be a list of at most 250 names");
  schema->labels = g_new0 (char *, n + 1);
  for (; schema->n_labels < (int) n; schema->n_labels++)
    {
      JsonNode *name = json_array_get_element (array, schema->n_labels);

      if (!JSON_NODE_HOLDS_VALUE (name) || json_node_get_value_type (name) != G_TYPE_STRING)
        return wrong (error, "labels: a name is not a text");
      schema->labels[schema->n_labels] = g_strndup (json_node_get_string (name), MAX_NAME);
    }
  return TRUE;
}

/* A segmentation's labels are there whether the file names them or not. */
static gboolean
name_labels (Schema *schema, GError **error)
{
  const int n = schema->condition.n_labels - schema->condition.label_shift;

  if (schema->n_labels == n)
    return TRUE;
  if (schema->n_labels > 0)
    return wrong (error, "labels: this must be a list with a name for each label of the condition");
  g_strfreev (schema->labels);
  schema->labels = g_new0 (char *, n + 1);
  for (schema->n_labels = 0; schema->n_labels < n; schema->n_labels++)
    schema->labels[schema->n_labels] = g_strdup_printf ("label %d", schema->n_labels);
  return TRUE;
}

/* Colours of many labels, as label maps of public data sets have them: the bits of the number go in
 * turn to red, green and blue, highest places first. */
static guint32
bit_color (int i)
{
  guint32 rgb[3] = { 0, 0, 0 };

  for (int bit = 0; bit < 8; bit++)
    rgb[bit % 3] |= (guint32) (i >> bit & 1) << (7 - bit / 3);
  return rgb[0] << 16 | rgb[1] << 8 | rgb[2];
}

/* A colour for a label whose file names none: hues by the golden angle, so that neighbours differ,
 * at two brightnesses. */
static guint32
made_up_color (int i)
{
  const double hue = fmod (i * 137.50776405, 360) / 60, value = i % 2 ? 150 : 230;
  const double fall = value * (1 - fabs (fmod (hue, 2) - 1));
  const guint32 v = (guint32) value, m = (guint32) fall;
  const guint32 sectors[6][3] = { { v, m, 0 }, { m, v, 0 }, { 0, v, m },
                                  { 0, m, v }, { m, 0, v }, { v, 0, m } };
  const guint32 *rgb = sectors[(int) hue % 6];

  return rgb[0] << 16 | rgb[1] << 8 | rgb[2];
}

static gboolean
read_color (JsonNode *node, guint32 *color)
{
  const char *text =
      JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
          ? json_node_get_string (node)
          : "";
  guint64 number;

  if (*text != '#' || strlen (text) != 7
      || !g_ascii_string_to_unsigned (text + 1, 16, 0, 0xffffff, &number, NULL))
    return FALSE;
  *color = (guint32) number;
  return TRUE;
}

static gboolean
read_label_colors (Schema *schema, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "label_colors");
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (node && (!array || (int) json_array_get_length (array) != schema->n_labels))
    return wrong (error, "label_colors: this must be a list with a colour for each label");
  for (int i = 0; i < schema->n_labels; i++)
    {
      schema->label_colors[i] = schema->kind == KIND_NET2NET ? bit_color (i) : made_up_color (i);
      if (array && !read_color (json_array_get_element (array, i), &schema->label_colors[i]))
        return wrong (error, "label_colors: a colour is no text like \"#4682b4\"");
    }
  return TRUE;
}

gboolean
schema_read (Schema *schema, const char *text, GError **error)
{
  g_autoptr (JsonNode) root = json_parse_object (text, strlen (text), "description", error);
  JsonObject *object = root ? json_node_get_object (root) : NULL;

  *schema = (Schema){ 0 };
  if (!object || !read_kind (schema, object, error))
    return FALSE;
  schema->name = g_strndup (json_text (object, "name", "unnamed"), MAX_NAME);
  schema->source = g_strndup (json_text (object, "source", "unknown"), MAX_NAME);
  schema->licence = g_strndup (json_text (object, "licence", "unknown"), MAX_NAME);
  if (read_labels (schema, object, error)
      && json_bool (object, "paints", FALSE, &schema->paints, error)
      && (schema->kind == KIND_GPT || read_vqgan (schema, object, error))
      && (schema->kind == KIND_VQGAN || read_transformer (schema, object, error))
      && (schema->kind != KIND_NET2NET || schema_read_condition (schema, object, error))
      && (schema->kind != KIND_NET2NET || name_labels (schema, error))
      && read_label_colors (schema, object, error))
    return TRUE;
  schema_clear (schema);
  return FALSE;
}

void
schema_clear (Schema *schema)
{
  g_clear_pointer (&schema->name, g_free);
  g_clear_pointer (&schema->source, g_free);
  g_clear_pointer (&schema->licence, g_free);
  g_clear_pointer (&schema->labels, g_strfreev);
  g_clear_pointer (&schema->permuter.type, g_free);
}
