#include "recipe.h"
#include "message.h"
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

static void
add_place (JsonObject *recipe, const Hole *hole)
{
  JsonObject *place = json_object_new ();

  json_object_set_int_member (place, "x", hole->bounds.x);
  json_object_set_int_member (place, "y", hole->bounds.y);
  json_object_set_int_member (place, "width", hole->bounds.width);
  json_object_set_int_member (place, "height", hole->bounds.height);
  json_object_set_int_member (place, "image_width", hole->width);
  json_object_set_int_member (place, "image_height", hole->height);
  json_object_set_object_member (recipe, "region", place);
}

static void
add_margins (JsonObject *recipe, const Margins *margins)
{
  JsonObject *extend = json_object_new ();

  json_object_set_int_member (extend, "left", margins->left);
  json_object_set_int_member (extend, "right", margins->right);
  json_object_set_int_member (extend, "top", margins->top);
  json_object_set_int_member (extend, "bottom", margins->bottom);
  json_object_set_object_member (recipe, "extend", extend);
}

/* The labels that occur, by name, and which layer they are on. */
static void
add_labels (JsonObject *recipe, const RecipeContext *context)
{
  const Region *region = context->region;
  const gsize n = (gsize) region->box.width * region->box.height;
  gboolean used[TESSERA_FREE + 1] = { FALSE };
  JsonObject *labels = json_object_new ();
  JsonArray *names = json_array_new ();
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, region->labels, n);

  for (gsize i = 0; i < n; i++)
    used[region->labels[i]] = TRUE;
  for (int i = 0; i < tessera_model_info (context->model)->n_labels && i < TESSERA_FREE; i++)
    if (used[i])
      json_array_add_string_element (names, tessera_model_label (context->model, i));
  json_object_set_array_member (labels, "names", names);
  json_object_set_string_member (labels, "sha256", sum);
  json_object_set_int_member (labels, "tattoo", context->label_tattoo);
  json_object_set_object_member (recipe, "labels", labels);
}

/* The object member of that name, made where there is none. */
static JsonObject *
part (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    json_object_set_object_member (object, name, json_object_new ());
  return json_object_get_object_member (object, name);
}

static JsonNode *sorted (JsonNode *node);

static JsonNode *
sorted_object (JsonObject *object)
{
  JsonObject *copy = json_object_new ();
  GList *names =
      g_list_sort (json_object_get_members (object), (GCompareFunc) (void (*) (void)) strcmp);

  for (GList *name = names; name; name = name->next)
    json_object_set_member (copy, name->data, sorted (json_object_get_member (object, name->data)));
  g_list_free (names);
  return json_node_init_object (json_node_alloc (), copy);
}

/* A copy with the keys of all objects in order. */
static JsonNode *
sorted (JsonNode *node)
{
  return JSON_NODE_HOLDS_OBJECT (node) ? sorted_object (json_node_get_object (node))
                                       : json_node_copy (node);
}

static void
add_date (JsonObject *recipe)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");

  json_object_set_string_member (part (recipe, "made"), "date", date);
}

char *
recipe_result_fingerprint (const TesseraResult *result, int rank)
{
  const TesseraBox box = tessera_result_box (result);
  const gsize size = (gsize) box.width * box.height * 4 * sizeof (float);

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                      (const guchar *) tessera_result_pixels (result, rank), size);
}

char *
recipe_new (const TesseraResult *result, int rank, const RecipeContext *context)
{
  g_autoptr (JsonNode) node = json_from_string (tessera_result_recipe (result, rank), NULL);
  g_autoptr (JsonNode) ordered = NULL;
  g_autofree char *input = region_fingerprint (context->region);
  g_autofree char *output = recipe_result_fingerprint (result, rank);
  JsonObject *recipe = json_node_get_object (node);

  json_object_set_string_member (recipe, "op", context->op);
  add_place (recipe, context->hole);
  if (context->hole->kind == HOLE_MARGINS)
    add_margins (recipe, &context->hole->margins);
  if (context->region->labels)
    add_labels (recipe, context);
  json_object_set_string_member (recipe, "source",
                                 context->source == SOURCE_LAYER ? "layer" : "visible");
  if (context->source == SOURCE_LAYER)
    json_object_set_int_member (part (recipe, "input"), "layer_tattoo", context->source_tattoo);
  json_object_set_string_member (part (recipe, "input"), "sha256", input);
  json_object_set_string_member (part (recipe, "result"), "sha256", output);
  add_date (recipe);
  ordered = sorted (node);
  return json_to_string (ordered, FALSE);
}

/* ---- reading ------------------------------------------------------------------------------- */

void
recipe_clear (Recipe *recipe)
{
  g_free (recipe->text);
  g_free (recipe->op);
  g_free (recipe->model);
  g_free (recipe->sha256);
  g_free (recipe->input);
  g_free (recipe->result);
  *recipe = (Recipe){ .text = NULL };
}

/* A member of an object member: the text, or "" where it is missing or something else. */
static char *
text_of (JsonObject *object, const char *inside, const char *name)
{
  JsonNode *node = inside ? json_object_get_member (object, inside) : NULL;

  if (inside && !(node && JSON_NODE_HOLDS_OBJECT (node)))
    return g_strdup ("");
  if (inside)
    object = json_node_get_object (node);
  node = json_object_get_member (object, name);
  return g_strdup (
      node && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "");
}

/* The same for a whole number from 0 to 2^31 - 1; -1 where it is missing or something else. */
static int
number_of (JsonObject *object, const char *inside, const char *name)
{
  JsonNode *node = json_object_get_member (object, inside);
  gint64 number = -1;

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return -1;
  node = json_object_get_member (json_node_get_object (node), name);
  if (node && json_node_get_value_type (node) == G_TYPE_INT64)
    number = json_node_get_int (node);
  return number >= 0 && number <= G_MAXINT ? (int) number : -1;
}

static gboolean
read_place (Recipe *recipe, JsonObject *object)
{
  const GeglRectangle bounds = { number_of (object, "region", "x"),
                                 number_of (object, "region", "y"),
                                 number_of (object, "region", "width"),
                                 number_of (object, "region", "height") };

  recipe->bounds = bounds;
  recipe->image_width = number_of (object, "region", "image_width");
  recipe->image_height = number_of (object, "region", "image_height");
  return bounds.x >= 0 && bounds.y >= 0 && bounds.width > 0 && bounds.height > 0
         && bounds.width <= recipe->image_width - bounds.x
         && bounds.height <= recipe->image_height - bounds.y;
}

gboolean
recipe_parse (Recipe *recipe, const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &reason);
  g_autofree char *source = NULL;
  JsonObject *object;

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    {
      message_set (error, "E-RECIPE-BAD", _ ("The recipe cannot be read: %s."),
                   reason ? reason->message : _ ("it is no object"));
      return FALSE;
    }
  object = json_node_get_object (node);
  if (!read_place (recipe, object))
    {
      message_set (error, "E-RECIPE-BAD", _ ("The recipe cannot be read: %s."),
                   _ ("it does not say where"));
      return FALSE;
    }
  source = text_of (object, NULL, "source");
  recipe->source = g_str_equal (source, "layer") ? SOURCE_LAYER : SOURCE_VISIBLE;
  recipe->text = g_strdup (text);
  recipe->op = text_of (object, NULL, "op");
  recipe->model = text_of (object, "model", "name");
  recipe->sha256 = text_of (object, "model", "sha256");
  recipe->input = text_of (object, "input", "sha256");
  recipe->result = text_of (object, "result", "sha256");
  recipe->source_tattoo = (guint) MAX (0, number_of (object, "input", "layer_tattoo"));
  recipe->label_tattoo = (guint) MAX (0, number_of (object, "labels", "tattoo"));
  return TRUE;
}
