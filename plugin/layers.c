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

/* The encoding in which GIMP keeps the image's pixels. */
static GimpLayerColorSpace
own_space (GimpImage *image)
{
  switch (gimp_image_get_precision (image))
    {
    case GIMP_PRECISION_U8_LINEAR:
    case GIMP_PRECISION_U16_LINEAR:
    case GIMP_PRECISION_U32_LINEAR:
    case GIMP_PRECISION_HALF_LINEAR:
    case GIMP_PRECISION_FLOAT_LINEAR:
    case GIMP_PRECISION_DOUBLE_LINEAR:
      return GIMP_LAYER_COLOR_SPACE_RGB_LINEAR;
    case GIMP_PRECISION_U8_PERCEPTUAL:
    case GIMP_PRECISION_U16_PERCEPTUAL:
    case GIMP_PRECISION_U32_PERCEPTUAL:
    case GIMP_PRECISION_HALF_PERCEPTUAL:
    case GIMP_PRECISION_FLOAT_PERCEPTUAL:
    case GIMP_PRECISION_DOUBLE_PERCEPTUAL:
      return GIMP_LAYER_COLOR_SPACE_RGB_PERCEPTUAL;
    default:
      return GIMP_LAYER_COLOR_SPACE_RGB_NON_LINEAR;
    }
}

/* In any other encoding than the image's own, GIMP would convert what lies under an empty mask
 * there and back, which changes the last bits of float pixels (seen with GIMP 3.0.4). */
static void
blend_in_own_space (GimpImage *image, GimpLayer *layer)
{
  gimp_layer_set_mode (layer, GIMP_LAYER_MODE_NORMAL);
  gimp_layer_set_composite_space (layer, own_space (image));
}

static GimpGroupLayer *
insert_group (GimpImage *image, GimpDrawable **drawables, const char *recipe)
{
  const int number = recipe_next_number (image);
  g_autofree char *name = g_strdup_printf (_ ("Completion %d"), number);
  GimpGroupLayer *group = gimp_group_layer_new (image, name);
  GimpItem *parent;
  int position;

  find_place (image, drawables, &parent, &position);
  if (!group || !recipe_attach (group, number, recipe)
      || !gimp_image_insert_layer (image, GIMP_LAYER (group), (GimpLayer *) parent, position))
    return NULL;
  blend_in_own_space (image, GIMP_LAYER (group));
  return group;
}

static GimpImageType
type_with_alpha (GimpImage *image)
{
  return gimp_image_get_base_type (image) == GIMP_GRAY ? GIMP_GRAYA_IMAGE : GIMP_RGBA_IMAGE;
}

/* Puts rank `rank` on top of the layers that the group already has. */
static GimpLayer *
insert_variation (const Completion *completion, GimpImage *image, int rank)
{
  const GeglRectangle *at = &completion->region->selected;
  g_autofree char *name = g_strdup_printf (_ ("Variation %d, seed %" G_GUINT64_FORMAT),
                                           tessera_result_variation (completion->result, rank) + 1,
                                           completion->settings->seed);
  GimpLayer *layer = gimp_layer_new (image, name, at->width, at->height, type_with_alpha (image),
                                     100.0, GIMP_LAYER_MODE_NORMAL);
  GimpLayerMask *mask;

  if (!layer || !gimp_image_insert_layer (image, layer, GIMP_LAYER (completion->group), 0))
    return NULL;
  gimp_layer_set_offsets (layer, at->x, at->y);
  blend_in_own_space (image, layer);
  gimp_item_set_visible (GIMP_ITEM (layer), rank == 0);
  pixels_write (layer, completion->region, completion->result, rank);
  mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_BLACK);
  if (!mask || !gimp_layer_add_mask (layer, mask))
    return NULL;
  pixels_write_mask (mask, completion->region);
  gimp_layer_set_edit_mask (layer, FALSE); /* else the next stroke would paint on the mask */
  gimp_drawable_update (GIMP_DRAWABLE (mask), 0, 0, at->width, at->height);
  gimp_drawable_update (GIMP_DRAWABLE (layer), 0, 0, at->width, at->height);
  return layer;
}

/* FALSE where GIMP refuses any of it. */
static gboolean
insert_all (Completion *completion, GimpImage *image, GimpDrawable **drawables)
{
  const int n = tessera_result_n_variations (completion->result);

  completion->layers = g_new0 (GimpLayer *, n + 1);
  completion->group = insert_group (image, drawables, completion->recipe);
  if (!completion->group)
    return FALSE;
  for (int rank = n - 1; rank >= 0; rank--) /* from the bottom up */
    {
      completion->layers[rank] = insert_variation (completion, image, rank);
      if (!completion->layers[rank])
        {
          gimp_image_remove_layer (image, GIMP_LAYER (completion->group));
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
layers_place (Completion *completion, GimpImage *image, GimpDrawable **drawables, GError **error)
{
  gboolean done;

  gimp_image_undo_group_start (image);
  done = insert_all (completion, image, drawables);
  if (done)
    gimp_image_set_selected_layers (image, (const GimpLayer *[]){ completion->layers[0], NULL });
  gimp_image_undo_group_end (image);
  if (!done)
    message_set (error, "E-INTERNAL",
                 _ ("Something unexpected happened (GIMP takes no new layer). "
                    "Nothing was changed."));
  return done;
}

void
completion_clear (Completion *completion)
{
  g_clear_pointer (&completion->recipe, g_free);
  g_clear_pointer (&completion->layers, g_free);
}
