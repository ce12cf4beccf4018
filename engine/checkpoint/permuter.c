#include "checkpoint/condition.h"
#include <string.h>

static const struct {
  const char *class, *type;
} classes[] = {
  { "Identity", "identity" },          { "Subsample", "subsample" }, { "ZCurve", "z_curve" },
  { "SpiralOut", "spiral_out" },       { "SpiralIn", "spiral_in" },  { "Random", "random" },
  { "AlternateParsing", "alternate" },
};

static gboolean
fail (GError **error, int code, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, code, sentence);
  return FALSE;
}

/* TRUE where the n numbers are 0 .. n - 1 in some order; *identity where it is this one. */
static gboolean
is_permutation (const Stored *order, gboolean *identity, GError **error)
{
  g_autofree guint8 *seen = g_try_malloc0 (order->n);

  *identity = TRUE;
  for (size_t i = 0; seen && i < order->n; i++)
    {
      const double place = stored_number (order, i);

      if (!(place >= 0 && place < (double) order->n) || place != (double) (size_t) place
          || seen[(size_t) place]++)
        return fail (error, TESSERA_ERROR_FORMAT,
                     "tensor permuter.forward_shuffle_idx is no permutation");
      *identity &= place == (double) i;
    }
  return seen || fail (error, TESSERA_ERROR_MEMORY, "There is not enough memory for an order.");
}

/* Without a config the order alone is known; the grid of published models is square. */
static gboolean
from_weights (Permuter *permuter, const Stored *order, gboolean identity, GError **error)
{
  int side = 1;

  if (identity)
    return TRUE;
  while (side * side < (int) order->n)
    side++;
  if (side * side != (int) order->n)
    return fail (error, TESSERA_ERROR_QUESTION,
                 "Over how many rows and columns does the permuter run? Pass the yaml file with "
                 "--config.");
  *permuter = (Permuter){ "random", side, side };
  return TRUE;
}

gboolean
permuter_derive (Permuter *permuter, const Part *part, ConfigNode params, GError **error)
{
  const Stored *order = part_find (part, "permuter.forward_shuffle_idx");
  const char *target = config_text (params, "permuter_config.target");
  const char *dot = target ? strrchr (target, '.') : NULL, *class = dot ? dot + 1 : target;
  gboolean identity = TRUE, given;

  *permuter = (Permuter){ .type = "identity" };
  if (order
      && (!(order = part_need (part, "permuter.forward_shuffle_idx", 1, error))
          || !is_permutation (order, &identity, error)))
    return FALSE;
  if (!class)
    return !order || from_weights (permuter, order, identity, error);
  permuter->type = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (classes); i++)
    if (!strcmp (class, classes[i].class))
      permuter->type = classes[i].type;
  if (!permuter->type)
    return fail (error, TESSERA_ERROR_UNSUPPORTED, "permuter_config: its class is unknown");
  if (!strcmp (permuter->type, "identity"))
    return identity
           || fail (error, TESSERA_ERROR_MISFIT,
                    "the config says that cells stand in their order, the weights "
                    "(permuter.forward_shuffle_idx) have another one");
  permuter->height = permuter->width = 16;
  if (!config_int (params, "permuter_config.params.H", 1, 1024, &permuter->height, &given, error)
      || !config_int (params, "permuter_config.params.W", 1, 1024, &permuter->width, &given, error))
    return FALSE;
  return !order || order->n == (size_t) permuter->height * (size_t) permuter->width
         || fail (error, TESSERA_ERROR_MISFIT,
                  "permuter_config: H and W do not agree with permuter.forward_shuffle_idx");
}

gboolean
permuter_needs (const Permuter *permuter, Needs *needs, GError **error)
{
  return strcmp (permuter->type, "random") != 0
         || needs_add (needs, NEED_INDEX, (int[5]){ permuter->height * permuter->width }, error,
                       "permuter.forward_shuffle_idx");
}

void
permuter_json (const Permuter *permuter, JsonBuilder *json)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "type");
  json_builder_add_string_value (json, permuter->type);
  if (permuter->height)
    {
      json_builder_set_member_name (json, "H");
      json_builder_add_int_value (json, permuter->height);
      json_builder_set_member_name (json, "W");
      json_builder_add_int_value (json, permuter->width);
    }
  json_builder_end_object (json);
}
