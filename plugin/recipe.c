#include "recipe.h"
#include <json-glib/json-glib.h>
#include <string.h>

#define PARASITE_RECIPE "tessera-recipe"
#define PARASITE_GROUP "tessera-group"

static void
add_place (JsonObject *recipe, const Region *region, GimpImage *image)
{
  JsonObject *place = json_object_new ();

  json_object_set_int_member (place, "x", region->x);
  json_object_set_int_member (place, "y", region->y);
  json_object_set_int_member (place, "width", region->width);
  json_object_set_int_member (place, "height", region->height);
  json_object_set_int_member (place, "image_width", gimp_image_get_width (image));
  json_object_set_int_member (place, "image_height", gimp_image_get_height (image));
  json_object_set_object_member (recipe, "region", place);
}

char *
recipe_new (const TesseraResult *result, const Region *region, const Settings *settings,
            GimpImage *image)
{
  g_autoptr (JsonNode) node = json_from_string (tessera_result_recipe (result, 0), NULL);
  JsonObject *recipe = json_node_get_object (node);

  add_place (recipe, region, image);
  json_object_set_string_member (recipe, "source",
                                 settings->source == SOURCE_LAYER ? "layer" : "visible");
  return json_to_string (node, FALSE);
}

static gboolean
attach (GimpItem *item, const char *name, const char *text)
{
  GimpParasite *parasite = gimp_parasite_new (name, GIMP_PARASITE_PERSISTENT, strlen (text), text);
  const gboolean done = gimp_item_attach_parasite (item, parasite);

  gimp_parasite_free (parasite);
  return done;
}

gboolean
recipe_attach (GimpGroupLayer *group, int number, const char *recipe)
{
  g_autofree char *mark = g_strdup_printf ("{\"format\":1,\"n\":%d}", number);

  return attach (GIMP_ITEM (group), PARASITE_GROUP, mark)
         && attach (GIMP_ITEM (group), PARASITE_RECIPE, recipe);
}

/* The number in a group's mark; 0 where it says none. */
static int
read_number (const char *data, guint32 size)
{
  g_autofree char *text = g_strndup (data, size);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return 0;
  return (int) json_object_get_int_member_with_default (json_node_get_object (node), "n", 0);
}

gboolean
recipe_is_completion (GimpItem *item, int *number)
{
  GimpParasite *parasite =
      gimp_item_is_group_layer (item) ? gimp_item_get_parasite (item, PARASITE_GROUP) : NULL;
  guint32 size;
  const char *data;

  if (!parasite)
    return FALSE;
  data = gimp_parasite_get_data (parasite, &size);
  if (number)
    *number = read_number (data, size);
  gimp_parasite_free (parasite);
  return TRUE;
}

static int
highest_number (GimpItem **items)
{
  int highest = 0;

  for (GimpItem **item = items; item && *item; item++)
    if (gimp_item_is_group (*item))
      {
        g_autofree GimpItem **children = gimp_item_get_children (*item);
        int number = 0;

        if (recipe_is_completion (*item, &number))
          highest = MAX (highest, number);
        highest = MAX (highest, highest_number (children));
      }
  return highest;
}

int
recipe_next_number (GimpImage *image)
{
  g_autofree GimpItem **layers = (GimpItem **) gimp_image_get_layers (image);

  return 1 + highest_number (layers);
}
