#include "checkpoint/condition.h"
#include <string.h>

enum { COCO_LABELS = 183, WINDOW_CELLS = 256 };

/* Names in model files and after --condition. */
static const char *const names[] = {
  [CONDITION_SEGMENTATION] = "segmentation",
  [CONDITION_DEPTH] = "depth",
  [CONDITION_PICTURE] = "picture",
  [CONDITION_COORD] = "coord",
  [CONDITION_CLASS] = "class",
  [CONDITION_SOS] = "sos",
  [CONDITION_PREFIX] = "prefix",
};

static gboolean
fail (GError **error, int code, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, code, sentence);
  return FALSE;
}

gboolean
condition_has_vq (const Condition *condition)
{
  return condition->type <= CONDITION_PICTURE;
}

/* "class:1000": the kind, and a number where one stands behind it. */
static gboolean
parse (Condition *condition, const char *told, GError **error)
{
  const size_t length = strcspn (told, ":");
  gint64 number;

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i]) == length && !strncmp (told, names[i], length))
      {
        condition->type = (ConditionType) i;
        if (!told[length])
          return TRUE;
        if (!g_ascii_string_to_signed (told + length + 1, 10, 0, 1 << 20, &number, NULL))
          break;
        condition->number = (int) number;
        return TRUE;
      }
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_QUESTION,
               "The condition must be segmentation, depth, picture, coord:CODES, class:CLASSES, "
               "sos:TOKEN or prefix:N, not \"%.40s\".",
               told);
  return FALSE;
}

static gboolean
ends_with (const char *target, const char *class)
{
  const char *dot = target ? strrchr (target, '.') : NULL;

  return target && !strcmp (dot ? dot + 1 : target, class);
}

/* A tokenizer's kind by the pictures that it takes. */
static ConditionType
type_of_vq (const VqShape *vq, const char *key)
{
  if (vq->in_channels == 1)
    return CONDITION_DEPTH;
  return vq->in_channels == 3 && g_strcmp0 (key, "segmentation") != 0 ? CONDITION_PICTURE
                                                                      : CONDITION_SEGMENTATION;
}

/* The condition's tokenizer: its own weights, or the first stage's where they are the same. */
static gboolean
derive_vq (Condition *condition, const ConditionSource *source, ConfigNode params,
           gboolean first_stage, GError **error)
{
  condition->part = (Part){ source->checkpoint, "cond_stage_model." };
  if (first_stage && !part_has (&condition->part, "encoder."))
    condition->part = *source->first;
  return vq_shape_derive (&condition->vq, &condition->part, error)
         && vq_shape_agree (&condition->vq, &condition->part, params, error);
}

/* By the class that the config names; *known is FALSE where it names none. */
static gboolean
from_config (Condition *condition, const ConditionSource *source, gboolean *known, GError **error)
{
  const ConfigNode config = config_at (source->params, "cond_stage_config");
  const ConfigNode params = config_at (config, "params");
  const char *word = config_text (config, ""), *target = config_text (config, "target");
  const char *key = config_text (source->params, "cond_stage_key");
  gboolean given;

  *known = TRUE;
  if (config_true (source->params, "unconditional") || !g_strcmp0 (word, "__is_unconditional__")
      || ends_with (target, "SOSProvider"))
    {
      condition->type = CONDITION_SOS;
      return config_int (source->params, "sos_token", 0, source->gpt->vocab_size - 1,
                         &condition->number, &given, error);
    }
  if (ends_with (target, "CoordStage"))
    {
      condition->type = CONDITION_COORD;
      return config_int (params, "n_embed", 1, 1 << 20, &condition->number, &given, error)
             && config_int (params, "down_factor", 1, 1 << 10, &condition->down_factor, &given,
                            error);
    }
  if (ends_with (target, "Labelator"))
    {
      condition->type = CONDITION_CLASS;
      return config_int (params, "n_classes", 1, 1 << 20, &condition->number, &given, error);
    }
  if (ends_with (target, "DummyCondStage"))
    {
      condition->type = CONDITION_PREFIX;
      return TRUE;
    }
  *known = word || target;
  if (!*known)
    return TRUE;
  if (!derive_vq (condition, source, params, !g_strcmp0 (word, "__is_first_stage__"), error))
    return FALSE;
  condition->type = type_of_vq (&condition->vq, key);
  return TRUE;
}

static gboolean
from_weights (Condition *condition, const ConditionSource *source, GError **error)
{
  const Part part = { source->checkpoint, "cond_stage_model." };

  if (!part_has (&part, "encoder."))
    return fail (error, TESSERA_ERROR_QUESTION,
                 "What does the transformer go by? The checkpoint does not show it. Pass "
                 "--condition coord, class:CLASSES, sos or prefix:N, or the yaml file with "
                 "--config.");
  if (!derive_vq (condition, source, (ConfigNode){ 0 }, FALSE, error))
    return FALSE;
  condition->type = type_of_vq (&condition->vq, NULL);
  return TRUE;
}

/* Numbers that nobody has told but which follow from the others. */
static gboolean
fill_in (Condition *condition, const ConditionSource *source, GError **error)
{
  const int rest = source->gpt->block_size - WINDOW_CELLS;

  if (condition->type == CONDITION_COORD && !condition->number)
    condition->number = source->gpt->vocab_size;
  if (condition->type == CONDITION_COORD && !condition->down_factor)
    condition->down_factor = 1 << (source->vq->n_levels - 1);
  if (condition->type == CONDITION_PREFIX && !condition->number)
    condition->number = MAX (rest, 0);
  if (condition->type == CONDITION_CLASS && !condition->number)
    return fail (error, TESSERA_ERROR_QUESTION,
                 "How many classes does the transformer know? Pass --condition class:N.");
  if (condition->type == CONDITION_PREFIX
      && (condition->number < 1 || condition->number >= source->gpt->block_size))
    return fail (error, TESSERA_ERROR_QUESTION,
                 "How many tokens stand before the picture's? Pass --condition prefix:N.");
  condition->label_shift =
      source->label_shift >= 0 ? source->label_shift : condition->vq.in_channels == COCO_LABELS;
  return TRUE;
}

static gboolean
check (const Condition *condition, const ConditionSource *source, GError **error)
{
  const int n_channels = condition->type == CONDITION_DEPTH ? 1 : 3;
  const int vocabulary = source->gpt->vocab_size;

  if ((condition->type == CONDITION_DEPTH || condition->type == CONDITION_PICTURE)
      && condition->vq.in_channels != n_channels)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MISFIT,
                   "a condition of kind %s has %d channels, tensor %sencoder.conv_in.weight has %d",
                   names[condition->type], n_channels, condition->part.prefix,
                   condition->vq.in_channels);
      return FALSE;
    }
  if (condition_has_vq (condition)
          ? vq_shape_n_tokens (&condition->vq) > vocabulary
          : condition->type != CONDITION_PREFIX && condition->number > vocabulary)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MISFIT,
                   "the condition (%s) gives more tokens than the %d that the transformer knows",
                   names[condition->type], vocabulary);
      return FALSE;
    }
  return TRUE;
}

gboolean
condition_derive (Condition *condition, const ConditionSource *source, GError **error)
{
  gboolean known = FALSE, given;
  int side = -1;

  *condition = (Condition){ 0 };
  if (!config_int (source->params, "downsample_cond_size", -1, 1 << 14, &side, &given, error))
    return FALSE;
  if (side >= 0)
    return fail (error, TESSERA_ERROR_UNSUPPORTED,
                 "downsample_cond_size: conditions that are reduced first cannot be imported");
  if (source->told)
    {
      if (!parse (condition, source->told, error)
          || (condition_has_vq (condition)
              && !derive_vq (condition, source, (ConfigNode){ 0 }, TRUE, error)))
        return FALSE;
    }
  else if (!from_config (condition, source, &known, error)
           || (!known && !from_weights (condition, source, error)))
    return FALSE;
  return fill_in (condition, source, error) && check (condition, source, error);
}

static void
add_int (JsonBuilder *json, const char *name, int value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

void
condition_json (const Condition *condition, JsonBuilder *json)
{
  static const char *const numbers[] = { [CONDITION_COORD] = "n_embed",
                                         [CONDITION_CLASS] = "n_classes",
                                         [CONDITION_SOS] = "sos_token",
                                         [CONDITION_PREFIX] = "n_tokens" };

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "type");
  json_builder_add_string_value (json, names[condition->type]);
  if (condition->type == CONDITION_SEGMENTATION)
    {
      add_int (json, "n_labels", condition->vq.in_channels);
      add_int (json, "label_shift", condition->label_shift);
    }
  if (condition_has_vq (condition))
    {
      json_builder_set_member_name (json, "vqgan");
      vq_shape_json (&condition->vq, json);
    }
  else
    add_int (json, numbers[condition->type], condition->number);
  if (condition->type == CONDITION_COORD)
    add_int (json, "down_factor", condition->down_factor);
  json_builder_end_object (json);
}
