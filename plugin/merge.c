/* Writing a result into a layer of the user; declared in place.h. */
#include "message.h"
#include "place.h"
#include "tree.h"
#include <glib/gi18n.h>
#include <string.h>

static gboolean
is_locked (GimpItem *item)
{
  for (; item; item = gimp_item_get_parent (item))
    if (gimp_item_get_lock_content (item))
      return TRUE;
  return FALSE;
}

gboolean
merge_check (GimpDrawable **drawables, GError **error)
{
  GimpLayer *layer = tree_single_layer (drawables, error);
  g_autofree GimpDrawableFilter **effects = NULL;
  g_autofree char *name = NULL;

  if (!layer)
    return FALSE;
  name = gimp_item_get_name (GIMP_ITEM (layer));
  effects = gimp_drawable_get_filters (GIMP_DRAWABLE (layer));
  if (gimp_item_is_group (GIMP_ITEM (layer)))
    message_set (error, "E-GROUP",
                 _ ("\"%s\" is a layer group. To write into the picture, select a single layer."),
                 name);
  else if (gimp_item_is_text_layer (GIMP_ITEM (layer)))
    message_set (error, "E-TEXT-LAYER", _ ("\"%s\" is a text layer and would become pixels."),
                 name);
  else if (is_locked (GIMP_ITEM (layer)))
    message_set (error, "E-LOCKED",
                 _ ("The layer \"%s\" is locked. Unlock its pixels, or put the result into a new "
                    "layer."),
                 name);
  else if (effects && effects[0])
    message_set (error, "E-EFFECTS",
                 _ ("\"%s\" has live effects. Writing into it would apply them twice."), name);
  else
    return TRUE;
  return FALSE;
}

/* Writes the layer's own bytes; takes the buffer, which sends them. */
static gboolean
send (GeglBuffer *buffer, GimpDrawable *drawable, GeglRectangle box, const guint8 *bytes)
{
  if (!buffer)
    return FALSE;
  gegl_buffer_set (buffer, &box, 0, gimp_drawable_get_format (drawable), bytes,
                   GEGL_AUTO_ROWSTRIDE);
  g_object_unref (buffer);
  return TRUE;
}

/* GIMP remembers old pixels only for its own operations, and these stop at the selection. So the
 * box is selected for a moment and its pixels are replaced by such an operation. */
static gboolean
replace_pixels (GimpImage *image, GimpDrawable *drawable, GeglRectangle box, const guint8 *bytes)
{
  const gboolean selected = !gimp_selection_is_empty (image);
  GimpChannel *saved = selected ? gimp_selection_save (image) : NULL;
  int x, y;
  gboolean done;

  gimp_drawable_get_offsets (drawable, &x, &y);
  gimp_context_push ();
  gimp_context_set_feather (FALSE);
  gimp_context_set_antialias (FALSE);
  done = gimp_image_select_rectangle (image, GIMP_CHANNEL_OP_REPLACE, box.x + x, box.y + y,
                                      box.width, box.height);
  done = done && send (gimp_drawable_get_shadow_buffer (drawable), drawable, box, bytes)
         && gimp_drawable_merge_shadow (drawable, TRUE);
  if (saved)
    {
      gimp_image_select_item (image, GIMP_CHANNEL_OP_REPLACE, GIMP_ITEM (saved));
      gimp_image_remove_channel (image, saved);
    }
  else
    gimp_selection_none (image);
  gimp_context_pop ();
  return done;
}

gboolean
merge_remember_pixels (GimpImage *image, GimpDrawable *drawable, GeglRectangle box)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const gsize bpp = (gsize) gimp_drawable_get_bpp (drawable);
  g_autofree guint8 *bytes = g_try_malloc_n ((gsize) box.width * box.height, bpp);

  if (!buffer || !bytes)
    return FALSE;
  gegl_buffer_get (buffer, &box, 1.0, gimp_drawable_get_format (drawable), bytes,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return replace_pixels (image, drawable, box, bytes);
}

/* Old pixels and new ones, weighted; a new pixel is opaque. rgba holds the new ones and their
 * weights, and receives the mixture. */
static void
mix (float *rgba, const float *old, gsize n, gboolean lock_alpha)
{
  for (gsize i = 0; i < n; i++)
    {
      const float w = rgba[4 * i + 3], a = old[4 * i + 3];
      const float kept = lock_alpha ? 1 - w : a * (1 - w), sum = kept + w;

      for (int c = 0; c < 3; c++)
        if (sum > 0)
          rgba[4 * i + c] = (kept * old[4 * i + c] + w * rgba[4 * i + c]) / sum;
      rgba[4 * i + 3] = lock_alpha ? a : sum;
    }
}

/* The layer's own bytes in the box, changed where the blend is above 0; NULL where memory ends.
 * box: in the layer's pixels; from: the place of its corner in the blend. */
static guint8 *
mixed_bytes (const Placement *placement, GimpLayer *layer, GeglRectangle box, GeglRectangle from)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  const Babl *own = gimp_drawable_get_format (drawable);
  const Babl *rgb = picture_own_format (drawable, "R'G'B'A float");
  const Babl *fish = babl_fish (rgb, own);
  const gsize size = (gsize) babl_format_get_bytes_per_pixel (own);
  const gsize n = (gsize) box.width * box.height;
  const int width = placement->blend->at.width;
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  g_autofree float *pixels = blend_cut (placement->blend, placement->region, placement->result,
                                        placement->ranks ? placement->ranks[0] : 0);
  g_autofree float *old = g_try_malloc_n (n, 4 * sizeof *old);
  g_autofree float *mixed = g_try_malloc_n (n, 4 * sizeof *mixed);
  guint8 *bytes = g_try_malloc_n (n, size);

  if (!pixels || !old || !mixed || !bytes)
    {
      g_free (bytes);
      return NULL;
    }
  gegl_buffer_get (buffer, &box, 1.0, own, bytes, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  picture_get_floats (buffer, drawable, box, old);
  for (int y = 0; y < box.height; y++)
    memcpy (mixed + 4 * (gsize) y * box.width, pixels + 4 * ((gsize) (from.y + y) * width + from.x),
            4 * (gsize) box.width * sizeof *mixed);
  mix (mixed, old, n, gimp_layer_get_lock_alpha (layer));
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      {
        const gsize i = (gsize) y * box.width + x;

        if (placement->blend->weights[(gsize) (from.y + y) * width + from.x + x] > 0)
          babl_process (fish, mixed + 4 * i, bytes + size * i, 1);
      }
  return bytes;
}

/* Makes room for what the canvas has become; new room is transparent if the layer can be. */
static gboolean
grow_layer (const Placement *placement, GimpLayer *layer)
{
  const Hole *hole = placement->hole;
  const int width = gimp_image_get_width (placement->image),
            height = gimp_image_get_height (placement->image);
  int x, y;
  gboolean fits;

  if (hole->kind != HOLE_MARGINS)
    return TRUE;
  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &x, &y);
  fits = x == 0 && y == 0 && gimp_drawable_get_width (GIMP_DRAWABLE (layer)) == width
         && gimp_drawable_get_height (GIMP_DRAWABLE (layer)) == height;
  return gimp_image_resize (placement->image, hole->width, hole->height, hole->margins.left,
                            hole->margins.top)
         && (fits || gimp_layer_add_alpha (layer)) && gimp_layer_resize_to_image_size (layer);
}

static gboolean
write_layer (Placement *placement, GimpLayer *layer)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  const GeglRectangle *at = &placement->blend->at;
  GeglRectangle box = { 0, 0, 0, 0 };
  g_autofree guint8 *bytes = NULL;
  int x, y;

  if (!grow_layer (placement, layer))
    return FALSE;
  gimp_drawable_get_offsets (drawable, &x, &y);
  box.width = gimp_drawable_get_width (drawable);
  box.height = gimp_drawable_get_height (drawable);
  if (!gegl_rectangle_intersect (&box, &box,
                                 GEGL_RECTANGLE (at->x - x, at->y - y, at->width, at->height)))
    return TRUE;
  bytes = mixed_bytes (placement, layer, box,
                       (GeglRectangle){ box.x + x - at->x, box.y + y - at->y, 0, 0 });
  /* Once more, since GIMP's operation may change the last bits of floats, outside too. */
  return bytes && replace_pixels (placement->image, drawable, box, bytes)
         && send (gimp_drawable_get_buffer (drawable), drawable, box, bytes)
         && gimp_drawable_update (drawable, box.x, box.y, box.width, box.height);
}

gboolean
merge_result (Placement *placement, GError **error)
{
  GimpLayer *layer = tree_single_layer (placement->drawables, error);
  gboolean done;
  g_autofree GimpLayer **chosen = NULL;

  if (!layer)
    return FALSE;
  chosen = gimp_image_get_selected_layers (placement->image);
  placement->target = placement->image;
  placement->layers = g_new0 (GimpLayer *, 1);
  gimp_image_undo_group_start (placement->image);
  done = write_layer (placement, layer);
  if (chosen && chosen[0])
    gimp_image_set_selected_layers (placement->image, (const GimpLayer **) chosen);
  gimp_image_undo_group_end (placement->image);
  if (!done)
    message_internal (error, _ ("GIMP does not take the pixels"));
  return done;
}
