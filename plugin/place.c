#include "place.h"
#include "mark.h"
#include "message.h"
#include "tree.h"
#include <glib/gi18n.h>

/* Where the new item goes: above the topmost chosen layer, but never into another completion. */
static void
find_place (GimpImage *image, GimpDrawable **drawables, GimpItem **parent, int *position)
{
  g_autofree GimpItem **layers = (GimpItem **) gimp_image_get_layers (image);
  GimpItem *anchor = tree_topmost (layers, drawables);

  for (GimpItem *item = anchor; item; item = gimp_item_get_parent (item))
    if (mark_is_completion (item, NULL))
      anchor = item;
  *parent = anchor ? gimp_item_get_parent (anchor) : NULL;
  *position = anchor ? gimp_image_get_item_position (image, anchor) : 0;
}

/* The encoding in which GIMP keeps the image's pixels. */
static GimpLayerColorSpace
own_space (GimpImage *image)
{
  if (gimp_image_get_base_type (image) == GIMP_GRAY)
    return GIMP_LAYER_COLOR_SPACE_RGB_LINEAR;
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
 * there and back, which changes the last bits of float pixels (seen with GIMP 3.0.4). Gray goes
 * through RGB whatever is said here, and comes back best from linear light: see docs/decisions.md.
 */
static void
blend_in_own_space (GimpImage *image, GimpLayer *layer)
{
  gimp_layer_set_mode (layer, GIMP_LAYER_MODE_NORMAL);
  gimp_layer_set_composite_space (layer, own_space (image));
}

static GimpImageType
type_with_alpha (GimpImage *image)
{
  return gimp_image_get_base_type (image) == GIMP_GRAY ? GIMP_GRAYA_IMAGE : GIMP_RGBA_IMAGE;
}

/* Opaque: the blend goes into the layer mask instead. */
static gboolean
write_pixels (const Placement *placement, GimpLayer *layer, int rank)
{
  const GeglRectangle *at = &placement->blend->at;
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  g_autofree float *rgba = blend_cut (placement->blend, placement->region, placement->result, rank);

  if (!rgba)
    return FALSE;
  for (gsize i = 0; i < (gsize) at->width * at->height; i++)
    rgba[4 * i + 3] = 1;
  gegl_buffer_set (buffer, GEGL_RECTANGLE (0, 0, at->width, at->height), 0,
                   picture_own_format (GIMP_DRAWABLE (layer), "R'G'B'A float"), rgba,
                   GEGL_AUTO_ROWSTRIDE);
  return TRUE;
}

static gboolean
write_mask (const Blend *blend, GimpLayer *layer)
{
  GimpLayerMask *mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_BLACK);
  g_autoptr (GeglBuffer) buffer = NULL;

  if (!mask || !gimp_layer_add_mask (layer, mask))
    return FALSE;
  buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (mask));
  gegl_buffer_set (buffer, GEGL_RECTANGLE (0, 0, blend->at.width, blend->at.height), 0,
                   babl_format ("Y float"), blend->weights, GEGL_AUTO_ROWSTRIDE);
  return gimp_layer_set_edit_mask (layer, FALSE); /* else the next stroke would paint on the mask */
}

/* Rank of the layer number i; -1 behind the last. */
static int
rank_of (const Placement *placement, int i)
{
  if (placement->ranks)
    return placement->ranks[i];
  return i < tessera_result_n_variations (placement->result) ? i : -1;
}

/* A variation as a layer that is not yet in the image. */
static GimpLayer *
make_variation (const Placement *placement, int rank, const guint8 *hole)
{
  const GeglRectangle *at = &placement->blend->at, *bounds = &placement->hole->bounds;
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, placement->seed);
  g_autofree char *name =
      /* Translators: name of a layer; the seed is a whole number */
      g_strdup_printf (_ ("Variation %1$d, seed %2$s"),
                       tessera_result_variation (placement->result, rank) + 1, seed);
  GimpLayer *layer =
      gimp_layer_new (placement->target, name, at->width, at->height,
                      type_with_alpha (placement->target), 100.0, GIMP_LAYER_MODE_NORMAL);

  if (!layer)
    return NULL;
  gimp_layer_set_offsets (layer, at->x, at->y);
  blend_in_own_space (placement->target, layer);
  gimp_item_set_visible (GIMP_ITEM (layer), rank == rank_of (placement, 0));
  if (write_pixels (placement, layer, rank) && write_mask (placement->blend, layer)
      && mark_recipe (GIMP_ITEM (layer), placement->recipes[rank])
      && (placement->output != OUTPUT_LAYER
          || mark_hole (GIMP_ITEM (layer), hole, bounds->width, bounds->height)))
    return layer;
  gimp_item_delete (GIMP_ITEM (layer));
  return NULL;
}

static GimpGroupLayer *
make_group (const Placement *placement, const guint8 *hole)
{
  const GeglRectangle *bounds = &placement->hole->bounds;
  const int number = mark_next_number (placement->target);
  g_autofree char *name = g_strdup_printf (_ ("Completion %d"), number);
  GimpGroupLayer *group = gimp_group_layer_new (placement->target, name);

  if (!group)
    return NULL;
  blend_in_own_space (placement->target, GIMP_LAYER (group));
  if (mark_completion (GIMP_ITEM (group), number)
      && mark_recipe (GIMP_ITEM (group), placement->recipes[rank_of (placement, 0)])
      && mark_hole (GIMP_ITEM (group), hole, bounds->width, bounds->height))
    return group;
  gimp_item_delete (GIMP_ITEM (group));
  return NULL;
}

/* Everything that takes time. What could not be used is deleted by throw_away. */
static gboolean
make_all (Placement *placement)
{
  const int most = placement->output == OUTPUT_LAYER ? 1 : TESSERA_MAX_VARIATIONS;
  g_autofree guint8 *hole =
      hole_to_bytes (placement->hole, placement->region->box, placement->region->wanted);

  placement->layers = g_new0 (GimpLayer *, TESSERA_MAX_VARIATIONS + 1);
  for (int i = 0; i < most && rank_of (placement, i) >= 0; i++)
    if (!(placement->layers[i] = make_variation (placement, rank_of (placement, i), hole)))
      return FALSE;
  if (placement->output != OUTPUT_LAYER)
    placement->group = make_group (placement, hole);
  return placement->output == OUTPUT_LAYER || placement->group;
}

static void
throw_away (Placement *placement)
{
  for (GimpLayer **layer = placement->layers; layer && *layer; layer++)
    if (gimp_item_is_valid (GIMP_ITEM (*layer)))
      gimp_item_delete (GIMP_ITEM (*layer));
  if (placement->group && gimp_item_is_valid (GIMP_ITEM (placement->group)))
    gimp_item_delete (GIMP_ITEM (placement->group));
  if (placement->target != placement->image && gimp_image_is_valid (placement->target))
    gimp_image_delete (placement->target);
  placement->target = NULL;
  placement->group = NULL;
  g_clear_pointer (&placement->layers, g_free);
}

/* The chosen layers, or their twins in a copy of the image; ends with NULL, the array is the
 * caller's. */
static GimpDrawable **
chosen_layers (const Placement *placement, GimpImage *image)
{
  gsize n = 0, k = 0;
  GimpDrawable **all;

  while (placement->drawables && placement->drawables[n])
    n++;
  all = g_new0 (GimpDrawable *, n + 1);
  for (gsize i = 0; i < n; i++)
    {
      GimpItem *item = GIMP_ITEM (placement->drawables[i]);

      if (GIMP_IS_LAYER_MASK (item))
        item = GIMP_ITEM (gimp_layer_from_mask (GIMP_LAYER_MASK (item)));
      if (image != placement->image)
        item = tree_twin (placement->image, image, item);
      if (item)
        all[k++] = GIMP_DRAWABLE (item);
    }
  return all;
}

/* The few calls that change an image. */
static gboolean
insert (const Placement *placement, GimpImage *image, GimpLayer *layer)
{
  const Hole *hole = placement->hole;
  g_autofree GimpDrawable **drawables = chosen_layers (placement, image);
  GimpItem *parent;
  int position;

  find_place (image, drawables, &parent, &position);
  if (hole->kind == HOLE_MARGINS
      && !gimp_image_resize (image, hole->width, hole->height, hole->margins.left,
                             hole->margins.top))
    return FALSE;
  return gimp_image_insert_layer (image, layer, (GimpLayer *) parent, position);
}

/* Puts the group and its layers into the copy of the image. */
static gboolean
fill_group (const Placement *placement)
{
  GimpLayer *group = GIMP_LAYER (placement->group);
  gboolean done;
  int n = 0;

  while (placement->layers[n])
    n++;
  gimp_image_undo_group_start (placement->target); /* of use where the copy is the result */
  done = insert (placement, placement->target, group);
  while (n-- > 0 && done) /* from the bottom up */
    done = gimp_image_insert_layer (placement->target, placement->layers[n], group, 0);
  if (done)
    gimp_image_set_selected_layers (placement->target,
                                    (const GimpLayer *[]){ placement->layers[0], NULL });
  gimp_image_undo_group_end (placement->target);
  return done;
}

/* Replaces the copy's group by one with the same layers that can be put into the image at once:
 * GIMP takes layers for a group only after the group itself, and a plug-in that dies between these
 * calls would leave an incomplete one. */
static gboolean
take_over (Placement *placement)
{
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (placement->group));
  GimpImage *copy = placement->target;
  GimpLayer *group =
      gimp_layer_new_from_drawable (GIMP_DRAWABLE (placement->group), placement->image);

  if (!group || !gimp_item_set_name (GIMP_ITEM (group), name)) /* GIMP has added "copy" */
    return FALSE;
  placement->target = placement->image;
  placement->group = GIMP_GROUP_LAYER (group);
  g_free (placement->layers);
  placement->layers = (GimpLayer **) gimp_item_get_children (GIMP_ITEM (group));
  gimp_image_delete (copy);
  return placement->layers && placement->layers[0];
}

static gboolean
place (Placement *placement)
{
  const gboolean in_copy = placement->output != OUTPUT_LAYER;
  gboolean done;

  placement->target = in_copy ? gimp_image_duplicate (placement->image) : placement->image;
  if (!placement->target || !make_all (placement) || (in_copy && !fill_group (placement)))
    return FALSE;
  if (placement->output == OUTPUT_IMAGE)
    return TRUE;
  if (placement->output == OUTPUT_GROUP && !take_over (placement))
    return FALSE;
  gimp_image_undo_group_start (placement->image);
  done = insert (placement, placement->image,
                 placement->group ? GIMP_LAYER (placement->group) : placement->layers[0]);
  if (done)
    gimp_image_set_selected_layers (placement->image,
                                    (const GimpLayer *[]){ placement->layers[0], NULL });
  gimp_image_undo_group_end (placement->image);
  return done;
}

gboolean
place_layers (Placement *placement, GError **error)
{
  if (place (placement))
    return TRUE;
  if (placement->target)
    throw_away (placement);
  message_internal (error, _ ("GIMP takes no new layer"));
  return FALSE;
}

void
placement_clear (Placement *placement)
{
  g_clear_pointer (&placement->recipes, g_strfreev);
  g_clear_pointer (&placement->layers, g_free);
}
