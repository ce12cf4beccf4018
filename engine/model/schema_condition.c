#include "model/schema.h"
#include <string.h>

static gboolean wrong (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
wrong (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error)
    *error = g_error_new_valist (TESSERA_ERROR, TESSERA_ERROR_FORMAT, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* The tokenizer of a condition, whose cells lie on those of the picture. channels: 0 = n_labels. */
static gboolean
read_tokenizer (const Schema *schema, ConditionSchema *condition, JsonObject *object, int channels,
                GError **error)
{
  JsonObject *vqgan = json_object (object, "vqgan", error);

  if (!vqgan || !schema_read_vq (&condition->vqgan, vqgan, error))
    return FALSE;
  if (condition->vqgan.in_channels != channels)
    return wrong (error, "in_channels: %d, where this condition has %d",
                  condition->vqgan.in_channels, channels);
  if (condition->vqgan.patch != 1)
    return wrong (error, "patch: a condition's tokenizer has none");
  if (vq_factor (&condition->vqgan) != vq_factor (&schema->vqgan))
    return wrong (error, "vqgan: its cells are %d pixels wide, those of the picture %d",
                  vq_factor (&condition->vqgan), vq_factor (&schema->vqgan));
  return TRUE;
}

static gboolean
read_segmentation (const Schema *schema, ConditionSchema *condition, JsonObject *object,
                   GError **error)
{
  if (!json_int (object, "n_labels", 1, MAX_LABELS, &condition->n_labels, error)
      || (json_object_has_member (object, "label_shift")
          && !json_int (object, "label_shift", 0, 1, &condition->label_shift, error)))
    return FALSE;
  if (condition->n_labels == condition->label_shift)
    return wrong (error, "n_labels: nothing is left beside the shifted label");
  return read_tokenizer (schema, condition, object, condition->n_labels, error);
}

static gboolean
read_coord (const Schema *schema, ConditionSchema *condition, JsonObject *object, GError **error)
{
  if (!json_int (object, "n_embed", 1, schema->transformer.vocab_size, &condition->n_embed, error)
      || !json_int (object, "down_factor", 1, 1 << 14, &condition->down_factor, error))
    return FALSE;
  return condition->down_factor == vq_factor (&schema->vqgan)
         || wrong (error, "down_factor: %d, but the tokenizer's cells are %d pixels wide",
                   condition->down_factor, vq_factor (&schema->vqgan));
}

static gboolean
read_type (const Schema *schema, ConditionSchema *condition, JsonObject *object, GError **error)
{
  const int vocabulary = schema->transformer.vocab_size;

  switch (condition->type)
    {
    case CONDITION_SEGMENTATION:
      return read_segmentation (schema, condition, object, error);
    case CONDITION_DEPTH:
      return read_tokenizer (schema, condition, object, 1, error);
    case CONDITION_PICTURE:
      return read_tokenizer (schema, condition, object, 3, error);
    case CONDITION_COORD:
      return read_coord (schema, condition, object, error);
    case CONDITION_CLASS:
      condition->n_tokens = 1;
      return json_int (object, "n_classes", 1, vocabulary, &condition->n_classes, error);
    case CONDITION_SOS:
      condition->n_tokens = 1;
      return json_int (object, "sos_token", 0, vocabulary - 1, &condition->sos_token, error);
    default:
      return json_int (object, "n_tokens", 1, schema->transformer.block_size, &condition->n_tokens,
                       error);
    }
}

static gboolean
read_condition (const Schema *schema, ConditionSchema *condition, JsonObject *object,
                GError **error)
{
  static const char *const types[] = { "segmentation", "depth", "picture", "coord",
                                       "class",        "sos",   "prefix" };
  const char *text = json_text (object, "type", "");

  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (text, types[i]) == 0)
      {
        condition->type = (ConditionType) i;
        return read_type (schema, condition, object, error);
      }
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED, "the type \"%.32s\" is unknown",
               text);
  return FALSE;
}

static gboolean
read_permuter (PermuterSchema *permuter, JsonObject *object, GError **error)
{
  permuter->type = g_strndup (json_text (object, "type", ""), 32);
  return strcmp (permuter->type, "identity") == 0
         || (json_int (object, "H", 1, 256, &permuter->rows, error)
             && json_int (object, "W", 1, 256, &permuter->cols, error));
}

gboolean
schema_read_condition (Schema *schema, JsonObject *object, GError **error)
{
  JsonObject *condition = json_object (object, "condition", error);
  JsonObject *permuter = condition ? json_object (object, "permuter", error) : NULL;

  if (!permuter)
    return FALSE;
  if (!read_condition (schema, &schema->condition, condition, error))
    {
      g_prefix_error (error, "condition: ");
      return FALSE;
    }
  if (read_permuter (&schema->permuter, permuter, error))
    return TRUE;
  g_prefix_error (error, "permuter: ");
  return FALSE;
}
