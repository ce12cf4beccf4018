#include "recipe.h"
#include "failure.h"
#include "machine.h"
#include "picture_file.h"
#include "picture_meta.h"
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

enum { MAX_BYTES = 64 << 10 }; /* of a recipe, by its definition */

/* The recipe's text: all of the file, or what a picture carries. */
static char *
read_text (const PictureSource *source, GError **error)
{
  gsize size = 0;
  g_autofree char *text = picture_file_text (source, &size, error);
  g_autoptr (Picture) picture = NULL;
  char *carried;

  if (!text)
    return NULL;
  if (text[strspn (text, " \t\r\n")] == '{')
    return g_steal_pointer (&text);
  picture = picture_file_read (source, NULL);
  carried = picture ? picture_text (picture, PICTURE_RECIPE) : NULL;
  if (!carried)
    g_set_error (error, FAILURE, FAILURE_NO_RECIPE,
                 _ ("\"%s\" is no recipe and no PNG file that carries one."), source->path);
  return carried;
}

/* A text member of an object that may not be there. The caller's; NULL = none. */
static char *
text_of (JsonObject *object, const char *name)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_dup_string (node)
             : NULL;
}

/* The part of a recipe that is no request: which model. */
static void
take_model (Options *options)
{
  g_autoptr (JsonNode) root = json_from_string (options->recipe, NULL);
  JsonObject *recipe = json_node_get_object (root);
  JsonNode *node = json_object_get_member (recipe, "model");
  JsonObject *model = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  g_free (options->recipe_model);
  g_free (options->recipe_sum);
  options->recipe_model = text_of (model, "name");
  options->recipe_sum = text_of (model, "sha256");
}

/* The margins of a picture that was extended; they are settings of that command alone. */
static void
take_margins (Options *options)
{
  static const char *const names[N_SIDES] = { "left", "right", "top", "bottom" };
  g_autoptr (JsonNode) root = json_from_string (options->recipe, NULL);
  JsonNode *node = json_object_get_member (json_node_get_object (root), "extend");

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  for (int side = 0; side < N_SIDES; side++)
    {
      const gint64 pixels =
          json_object_get_int_member_with_default (json_node_get_object (node), names[side], 0);

      options->margins[side] = (Margin){ .amount = (double) CLAMP (pixels, 0, 1 << 19) };
    }
}

gboolean
recipe_take (const char *path, Options *options, GError **error)
{
  const PictureSource source = { .path = path,
                                 .limit = machine_memory_limit ((gsize) options->memory),
                                 .given = options->given };
  g_autofree char *text = read_text (&source, error);
  g_autoptr (GError) cause = NULL;
  gboolean newer;

  if (!text)
    return FALSE;
  if (strlen (text) <= MAX_BYTES && tessera_recipe_read (text, &options->request, &cause))
    {
      g_free (options->recipe);
      options->recipe = g_steal_pointer (&text);
      options->new_seed = options->seed_given = FALSE;
      options->base_seed = options->request.seed;
      options->base_variation = options->request.first_variation;
      take_model (options);
      if (options->command == COMMAND_EXTEND)
        take_margins (options);
      return TRUE;
    }
  newer = g_error_matches (cause, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED);
  g_set_error (error, FAILURE, newer ? FAILURE_RECIPE_NEWER : FAILURE_RECIPE_BAD, "\"%s\": %s",
               path, cause ? cause->message : _ ("The recipe cannot be read: it is too long."));
  return FALSE;
}

static void
set_int (JsonObject *object, const char *name, gint64 value)
{
  json_object_set_int_member (object, name, value);
}

static JsonObject *
region_object (const RecipePlace *place)
{
  JsonObject *region = json_object_new ();

  set_int (region, "height", place->region.height);
  set_int (region, "image_height", place->image_height);
  set_int (region, "image_width", place->image_width);
  set_int (region, "width", place->region.width);
  set_int (region, "x", place->region.x);
  set_int (region, "y", place->region.y);
  return region;
}

static JsonObject *
margins_object (const int *margins)
{
  JsonObject *extend = json_object_new ();

  set_int (extend, "bottom", margins[BOTTOM]);
  set_int (extend, "left", margins[LEFT]);
  set_int (extend, "right", margins[RIGHT]);
  set_int (extend, "top", margins[TOP]);
  return extend;
}

/* The members in the order of their names, as a recipe has them. */
static char *
sorted_text (JsonObject *object)
{
  g_autoptr (GList) names =
      g_list_sort (json_object_get_members (object), (GCompareFunc) (void *) strcmp);
  JsonObject *sorted = json_object_new ();
  g_autoptr (JsonNode) root = json_node_alloc ();

  for (GList *name = names; name; name = name->next)
    json_object_set_member (sorted, name->data,
                            json_node_copy (json_object_get_member (object, name->data)));
  json_node_init_object (root, sorted);
  json_object_unref (sorted);
  return json_to_string (root, FALSE);
}

char *
recipe_complete (const char *recipe, const RecipePlace *place)
{
  g_autoptr (JsonNode) root = json_from_string (recipe, NULL);
  g_autoptr (JsonNode) copy = root ? json_node_copy (root) : NULL;
  JsonObject *object = copy ? json_node_get_object (copy) : NULL;

  if (!object)
    return g_strdup (recipe);
  json_object_set_string_member (object, "op", place->op);
  json_object_set_object_member (object, "region", region_object (place));
  if (place->margins)
    json_object_set_object_member (object, "extend", margins_object (place->margins));
  if (place->input_sum)
    {
      JsonObject *input = json_object_new ();

      json_object_set_string_member (input, "sha256", place->input_sum);
      json_object_set_object_member (object, "input", input);
    }
  return sorted_text (object);
}
