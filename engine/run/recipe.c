#include "run/recipe.h"
#include "nn/kernels.h"
#include <glib/gi18n-lib.h>
#include <string.h>

static const char *const strategies[] = { "auto", "pyramid", "anchored", "exact" };
static const char *const efforts[] = { "normal", "draft", "high" };

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

/* JSON has no infinity, which the score of an edge in flat surroundings is. */
static void
add_number (JsonBuilder *builder, const char *name, double number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, CLAMP (number, -1e9, 1e9));
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_truth (JsonBuilder *builder, const char *name, gboolean truth)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, truth);
}

/* Other readers keep integers up to 2^53 exactly; larger seeds go as text. */
static void
add_seed (JsonBuilder *builder, guint64 seed)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, seed);

  if (seed < (G_GUINT64_CONSTANT (1) << 53))
    add_int (builder, "seed", (gint64) seed);
  else
    add_text (builder, "seed", text);
}

static void
begin (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

static void
add_settings (JsonBuilder *builder, const TesseraRequest *request)
{
  begin (builder, "detail");
  add_truth (builder, "grain", request->grain);
  add_number (builder, "texture", request->texture);
  json_builder_end_object (builder);
  begin (builder, "edges");
  add_truth (builder, "match_color", request->match_rim);
  add_number (builder, "soften", request->soften);
  json_builder_end_object (builder);
}

static void
add_model (JsonBuilder *builder, const Nets *nets)
{
  begin (builder, "model");
  add_text (builder, "name", nets->model->schema.name);
  add_text (builder, "sha256", nets_fingerprint (nets));
  json_builder_end_object (builder);
}

static void
add_sampling (JsonBuilder *builder, const TesseraRequest *request)
{
  begin (builder, "sampling");
  add_text (builder, "effort", efforts[request->effort]);
  add_number (builder, "label_strength", request->label_strength);
  add_text (builder, "strategy", strategies[request->strategy]);
  add_int (builder, "top_k", request->top_k);
  add_number (builder, "top_p", request->top_p);
  add_number (builder, "variety", request->temperature);
  json_builder_end_object (builder);
}

char *
recipe_write (const Nets *nets, const TesseraRequest *request, const Completed *completed)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  if (request->amount >= 0)
    {
      begin (builder, "base");
      add_number (builder, "amount", 100 * request->amount);
      add_seed (builder, request->similar_seed);
      add_int (builder, "variation", request->similar_variation + 1);
      json_builder_end_object (builder);
    }
  add_settings (builder, request);
  add_int (builder, "format", RECIPE_FORMAT);
  begin (builder, "made");
  add_text (builder, "isa", kernels_best ()->isa);
  json_builder_end_object (builder);
  add_model (builder, nets);
  add_text (builder, "op", request->picture.pixels ? "complete" : "paint");
  add_text (builder, "program", "tessera " TESSERA_VERSION);
  begin (builder, "result");
  add_number (builder, "log_likelihood", completed->log_likelihood);
  add_number (builder, "score_edge", completed->rim_ratio);
  json_builder_end_object (builder);
  add_sampling (builder, request);
  add_seed (builder, request->seed);
  add_int (builder, "variation", completed->variation + 1);
  add_truth (builder, "wrap", request->wrap);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* ---- reading ------------------------------------------------------------------------------- */

static gboolean
wrong (GError **error, const char *member)
{
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
               _ ("The recipe cannot be read: \"%s\" is missing or not what it should be."),
               member);
  return FALSE;
}

static gboolean
read_number (JsonObject *object, const char *name, double low, double high, double *value,
             GError **error)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;
  double number;

  if (!node || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_INT64
          && json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return wrong (error, name);
  number = json_node_get_double (node);
  if (!(number >= low && number <= high))
    return wrong (error, name);
  *value = number;
  return TRUE;
}

static gboolean
read_whole (JsonObject *object, const char *name, double low, double high, int *value,
            GError **error)
{
  double number;

  if (!read_number (object, name, low, high, &number, error))
    return FALSE;
  *value = (int) number;
  return *value == number || wrong (error, name);
}

static gboolean
read_seed (JsonObject *object, guint64 *seed, GError **error)
{
  const char *text = json_text (object, "seed", NULL);
  double number;

  if (text)
    return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, seed, NULL)
           || wrong (error, "seed");
  if (!read_number (object, "seed", 0, (double) (G_GUINT64_CONSTANT (1) << 53), &number, error))
    return FALSE;
  *seed = (guint64) number;
  return TRUE;
}

static gboolean
read_truth (JsonObject *object, const char *name, gboolean *value, GError **error)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return wrong (error, name);
  *value = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
read_choice (JsonObject *object, const char *name, const char *const *choices, size_t n, int *value,
             GError **error)
{
  const char *text = object ? json_text (object, name, "") : "";

  for (size_t i = 0; i < n; i++)
    if (strcmp (text, choices[i]) == 0)
      {
        *value = (int) i;
        return TRUE;
      }
  return wrong (error, name);
}

/* A member that is an object; NULL where it is none, which the readers above then refuse. */
static JsonObject *
part (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* Recipes older than the setting were made as if it were 1. */
static gboolean
read_label_strength (JsonObject *object, TesseraRequest *request, GError **error)
{
  request->label_strength = 1;
  return !json_object_has_member (object, "label_strength")
         || read_number (object, "label_strength", 0, TESSERA_MAX_LABEL_STRENGTH,
                         &request->label_strength, error);
}

static gboolean
read_sampling (JsonObject *object, TesseraRequest *request, GError **error)
{
  int strategy, effort;

  if (!read_choice (object, "strategy", strategies, G_N_ELEMENTS (strategies), &strategy, error)
      || !read_choice (object, "effort", efforts, G_N_ELEMENTS (efforts), &effort, error)
      || !read_number (object, "variety", 0, 10, &request->temperature, error)
      || !read_whole (object, "top_k", 0, 1 << 24, &request->top_k, error)
      || !read_number (object, "top_p", 1e-9, 1, &request->top_p, error)
      || !read_label_strength (object, request, error))
    return FALSE;
  request->strategy = (TesseraStrategy) strategy;
  request->effort = (TesseraEffort) effort;
  return TRUE;
}

static gboolean
read_base (JsonObject *object, TesseraRequest *request, GError **error)
{
  double amount;
  int variation;

  request->amount = -1;
  if (!json_object_has_member (object, "base"))
    return TRUE;
  object = part (object, "base");
  if (!object || !read_number (object, "amount", 0, 100, &amount, error)
      || !read_seed (object, &request->similar_seed, error)
      || !read_whole (object, "variation", 1, 1 << 30, &variation, error))
    return object ? FALSE : wrong (error, "base");
  request->amount = amount / 100;
  request->similar_variation = variation - 1;
  return TRUE;
}

static gboolean
check_format (JsonObject *object, GError **error)
{
  int format;

  if (!read_whole (object, "format", 1, 1 << 30, &format, error))
    return FALSE;
  if (format <= RECIPE_FORMAT)
    return TRUE;
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
                       _ ("The recipe was written by a newer Tessera."));
  return FALSE;
}

gboolean
recipe_read (const char *text, TesseraRequest *request, GError **error)
{
  const size_t length = strlen (text);
  g_autoptr (JsonNode) root = NULL;
  TesseraRequest read = *request;
  JsonObject *object, *edges, *detail;
  int variation;

  if (length > RECIPE_MAX_BYTES)
    return wrong (error, "length");
  root = json_parse_object (text, length, "recipe", error);
  if (!root || !check_format (object = json_node_get_object (root), error))
    return FALSE;
  edges = part (object, "edges");
  detail = part (object, "detail");
  if (!read_seed (object, &read.seed, error)
      || !read_whole (object, "variation", 1, 1 << 30, &variation, error)
      || !read_sampling (part (object, "sampling"), &read, error)
      || !read_truth (edges, "match_color", &read.match_rim, error)
      || !read_number (edges, "soften", 0, 256, &read.soften, error)
      || !read_truth (detail, "grain", &read.grain, error)
      || !read_number (detail, "texture", 0, 100, &read.texture, error)
      || !read_truth (object, "wrap", &read.wrap, error) || !read_base (object, &read, error))
    return FALSE;
  read.first_variation = variation - 1;
  read.n_variations = 1;
  *request = read;
  return TRUE;
}
