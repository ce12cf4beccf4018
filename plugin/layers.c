#include "layers.h"
#include "message.h"
#include "recipe.h"
#include <glib/gi18n.h>

/* First of `items`, from the top down and into groups, that is among the chosen drawables. */
static GimpItem *
topmost (GimpItem **items, GimpDrawable **chosen)
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
      found = topmost (children, chosen);
      if (found)
        return found;
    }
  return NULL;
}

/* Where the new group goes: above the topmost chosen layer, but never into another completion. */
static void
find_place (GimpImage *image, GimpDrawable **drawables, GimpItem **parent, int *position)
{
  g_autofree GimpItem **layers = (GimpItem **) gimp_image_get_layers (image);
  GimpItem *anchor = topmost (layers, drawables);

  for (GimpItem *item = anchor; item; item = gimp_item_get_parent (item))
    if (recipe_is_completion (item, NULL))
      anchor = item;
  *parent = anchor ? gimp_item_get_parent (anchor) : NULL;
  *position = anchor ? gimp_image_get_item_position (image, anchor) : 0;
}

/* The same blending as the engine's: perceptual, so that soft edges look alike everywhere, and
 * pixels under an empty mask pass through without a change of encoding. */
static void
blend_like_engine (GimpLayer *layer)
{
  gimp_layer_set_mode (layer, GIMP_LAYER_MODE_NORMAL);
  gimp_layer_set_blend_space (layer, GIMP_LAYER_COLOR_SPACE_RGB_PERCEPTUAL);
}

static GimpGroupLayer *
insert_group (GimpImage *image, GimpDrawable **drawables, int number)
{
  g_autofree char *name = g_strdup_printf (_ ("Completion %d"), number);
  GimpGroupLayer *group = gimp_group_layer_new (image, name);
  GimpItem *parent;
  int position;

  find_place (image, drawables, &parent, &position);
  if (!group
      || !gimp_image_insert_layer (image, GIMP_LAYER (group), (GimpLayer *) parent, position))
    return NULL;
  blend_like_engine (GIMP_LAYER (group));
  return group;
}

static GimpImageType
type_with_alpha (GimpImage *image)
{
  return gimp_image_get_base_type (image) == GIMP_GRAY ? GIMP_GRAYA_IMAGE : GIMP_RGBA_IMAGE;
}

/* Puts rank `rank` on top of the layers that the group already has. */
static GimpLayer *
insert_variation (GimpImage *image, GimpGroupLayer *group, const Region *region,
                  const TesseraResult *result, int rank, guint64 seed)
{
  const GeglRectangle *at = &region->selected;
  g_autofree char *name = g_strdup_printf (_ ("Variation %d, seed %" G_GUINT64_FORMAT),
                                           tessera_result_variation (result, rank) + 1, seed);
  GimpLayer *layer = gimp_layer_new (image, name, at->width, at->height, type_with_alpha (image),
                                     100.0, GIMP_LAYER_MODE_NORMAL);
  GimpLayerMask *mask;

  if (!layer || !gimp_image_insert_layer (image, layer, GIMP_LAYER (group), 0))
    return NULL;
  gimp_layer_set_offsets (layer, at->x, at->y);
  blend_like_engine (layer);
  gimp_item_set_visible (GIMP_ITEM (layer), rank == 0);
  pixels_write (layer, region, result, rank);
  mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_BLACK);
  if (!mask || !gimp_layer_add_mask (layer, mask))
    return NULL;
  pixels_write_mask (mask, region);
  gimp_layer_set_edit_mask (layer, FALSE); /* else the next stroke would paint on the mask */
  gimp_drawable_update (GIMP_DRAWABLE (mask), 0, 0, at->width, at->height);
  gimp_drawable_update (GIMP_DRAWABLE (layer), 0, 0, at->width, at->height);
  return layer;
}

/* FALSE where GIMP refuses any of it. */
static gboolean
insert_all (GimpImage *image, GimpDrawable **drawables, const Region *region,
            const TesseraResult *result, guint64 seed, const char *recipe, GimpGroupLayer **group,
            GimpLayer **layers)
{
  const int n = tessera_result_n_variations (result);
  const int number = recipe_next_number (image);

  *group = insert_group (image, drawables, number);
  if (!*group)
    return FALSE;
  for (int rank = n - 1; rank >= 0; rank--) /* from the bottom up */
    {
      layers[rank] = insert_variation (image, *group, region, result, rank, seed);
      if (!layers[rank])
        return FALSE;
    }
  return recipe_attach (*group, number, recipe);
}

GimpLayer **
layers_place (GimpImage *image, GimpDrawable **drawables, const Region *region,
              const TesseraResult *result, guint64 seed, const char *recipe, GimpGroupLayer **group,
              GError **error)
{
  const int n = tessera_result_n_variations (result);
  g_autofree GimpLayer **layers = g_new0 (GimpLayer *, n + 1);
  const GimpLayer *best[2] = { NULL };
  gboolean done;

  *group = NULL;
  gimp_image_undo_group_start (image);
  done = insert_all (image, drawables, region, result, seed, recipe, group, layers);
  if (!done && *group)
    gimp_image_remove_layer (image, GIMP_LAYER (*group));
  if (done)
    {
      best[0] = layers[0];
      gimp_image_set_selected_layers (image, best);
    }
  gimp_image_undo_group_end (image);
  if (!done)
    {
      message_set (error, "E-INTERNAL",
                   _ ("Something unexpected happened (GIMP takes no new layer). "
                      "Nothing was changed."));
      return NULL;
    }
  return g_steal_pointer (&layers);
}
