#include "tree.h"
#include "message.h"
#include <glib/gi18n.h>

GimpItem *
tree_topmost (GimpItem **items, GimpDrawable **chosen)
{
  for (GimpItem **item = items; item && *item; item++)
    {
      g_autofree GimpItem **children = NULL;
      GimpItem *found;

      for (GimpDrawable **one = chosen; one && *one; one++)
        if (GIMP_ITEM (*one) == *item)
          return *item;
      if (!gimp_item_is_group (*item))
        continue;
      children = gimp_item_get_children (*item);
      found = tree_topmost (children, chosen);
      if (found)
        return found;
    }
  return NULL;
}

static GimpItem *
find_twin (GimpItem **originals, GimpItem **copies, GimpItem *item)
{
  for (int i = 0; originals && copies && originals[i] && copies[i]; i++)
    {
      g_autofree GimpItem **below = NULL;
      g_autofree GimpItem **copied = NULL;
      GimpItem *found;

      if (originals[i] == item)
        return copies[i];
      if (!gimp_item_is_group (originals[i]))
        continue;
      below = gimp_item_get_children (originals[i]);
      copied = gimp_item_get_children (copies[i]);
      found = find_twin (below, copied, item);
      if (found)
        return found;
    }
  return NULL;
}

GimpItem *
tree_twin (GimpImage *original, GimpImage *copy, GimpItem *item)
{
  g_autofree GimpItem **originals = (GimpItem **) gimp_image_get_layers (original);
  g_autofree GimpItem **copies = (GimpItem **) gimp_image_get_layers (copy);

  return find_twin (originals, copies, item);
}

static GimpItem *
find (GimpItem **items, TreeVisit visit, gpointer data)
{
  for (GimpItem **item = items; item && *item; item++)
    {
      g_autofree GimpItem **children = NULL;
      GimpItem *found;

      if (visit (*item, data))
        return *item;
      if (!gimp_item_is_group (*item))
        continue;
      children = gimp_item_get_children (*item);
      found = find (children, visit, data);
      if (found)
        return found;
    }
  return NULL;
}

GimpItem *
tree_find (GimpImage *image, TreeVisit visit, gpointer data)
{
  g_autofree GimpItem **layers = (GimpItem **) gimp_image_get_layers (image);

  return find (layers, visit, data);
}

static gboolean
has_tattoo (GimpItem *item, gpointer data)
{
  return gimp_item_get_tattoo (item) == GPOINTER_TO_UINT (data);
}

GimpItem *
tree_by_tattoo (GimpImage *image, guint tattoo)
{
  return tattoo ? tree_find (image, has_tattoo, GUINT_TO_POINTER (tattoo)) : NULL;
}

GimpLayer *
tree_single_layer (GimpDrawable **drawables, GError **error)
{
  if (drawables && drawables[0] && !drawables[1])
    {
      if (GIMP_IS_LAYER (drawables[0]))
        return GIMP_LAYER (drawables[0]);
      if (GIMP_IS_LAYER_MASK (drawables[0]))
        return gimp_layer_from_mask (GIMP_LAYER_MASK (drawables[0]));
    }
  message_set (error, "E-MANY-LAYERS",
               drawables && drawables[0] && drawables[1]
                   ? _ ("Several layers are selected. Select one, or use all visible layers.")
                   : _ ("No layer is selected. Select one, or use all visible layers."));
  return NULL;
}
