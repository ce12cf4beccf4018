/* The model as JSON, for `tessera info --json` and the procedure tessera-info; declared in tessera.h
 * and made of its functions alone. */
#include "tessera.h"
#include <json-glib/json-glib.h>

const char *
tessera_condition_name (TesseraCondition condition)
{
  static const char *const names[] = { "nothing", "labels",  "labels everywhere",
                                       "depth",   "drawing", "coordinates",
                                       "class",   "tokens" };

  return names[condition];
}

static void
add_text (JsonBuilder *json, const char *name, const char *text)
{
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, text);
}

static void
add_int (JsonBuilder *json, const char *name, gint64 number)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, number);
}

static void
add_truth (JsonBuilder *json, const char *name, gboolean truth)
{
  json_builder_set_member_name (json, name);
  json_builder_add_boolean_value (json, truth);
}

static void
add_labels (JsonBuilder *json, const TesseraModel *model)
{
  json_builder_set_member_name (json, "labels");
  json_builder_begin_array (json);
  for (int i = 0; i < tessera_model_info (model)->n_labels; i++)
    {
      g_autofree char *color = g_strdup_printf ("#%06x", tessera_model_label_color (model, i));

      json_builder_begin_object (json);
      add_int (json, "id", i);
      add_text (json, "name", tessera_model_label (model, i));
      add_text (json, "color", color);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

char *
tessera_model_json (const TesseraModel *model, const char *path)
{
  const TesseraModelInfo *info = tessera_model_info (model);
  g_autoptr (JsonBuilder) json = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  add_text (json, "name", info->name);
  add_text (json, "kind", info->kind);
  if (path)
    add_text (json, "path", path);
  add_text (json, "sha256", tessera_model_fingerprint (model));
  add_text (json, "source", info->source);
  add_text (json, "licence", info->licence);
  add_int (json, "file_bytes", (gint64) info->file_bytes);
  add_int (json, "parameters", (gint64) info->n_weights);
  add_int (json, "f", info->factor);
  add_int (json, "codes", info->n_codes);
  add_int (json, "window", info->window);
  add_text (json, "condition", tessera_condition_name (info->condition));
  add_int (json, "classes", info->n_classes);
  add_truth (json, "can_complete", info->can_complete);
  add_truth (json, "can_paint", info->can_paint);
  add_truth (json, "can_reconstruct", info->can_reconstruct);
  add_labels (json, model);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, FALSE);
}
