#include "run/recipe.h"
#include "nn/kernels.h"

char *
recipe_write (const Nets *nets, const TesseraRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;
  /* 64 bits of seed do not fit into a JSON number that other readers keep exactly. */
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, request->seed);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "isa");
  json_builder_add_string_value (builder, kernels_best ()->isa);
  json_builder_set_member_name (builder, "match_rim");
  json_builder_add_boolean_value (builder, request->match_rim);
  json_builder_set_member_name (builder, "model");
  json_builder_add_string_value (builder, nets->model->schema.name);
  json_builder_set_member_name (builder, "model_sha256");
  json_builder_add_string_value (builder, nets->fingerprint);
  json_builder_set_member_name (builder, "operation");
  json_builder_add_string_value (builder, "complete");
  json_builder_set_member_name (builder, "recipe");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "seed");
  json_builder_add_string_value (builder, seed);
  json_builder_set_member_name (builder, "temperature");
  json_builder_add_double_value (builder, request->temperature);
  json_builder_set_member_name (builder, "texture");
  json_builder_add_double_value (builder, request->texture);
  json_builder_set_member_name (builder, "top_k");
  json_builder_add_int_value (builder, request->top_k);
  json_builder_set_member_name (builder, "top_p");
  json_builder_add_double_value (builder, request->top_p);
  json_builder_set_member_name (builder, "variations");
  json_builder_add_int_value (builder, request->n_variations);
  json_builder_set_member_name (builder, "version");
  json_builder_add_string_value (builder, tessera_version ());
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
