/* Painting on label layers from the window; declared in host_gimp.h. */
#include "host_gimp.h"
#include "message.h"
#include "place.h"
#include <glib/gi18n.h>

/* The layer grows to hold the box (in pixels of the image), and no more than that. */
static gboolean
make_room (GimpLayer *layer, TesseraBox box)
{
  const int width = gimp_drawable_get_width (GIMP_DRAWABLE (layer));
  const int height = gimp_drawable_get_height (GIMP_DRAWABLE (layer));
  const gboolean locked = gimp_item_get_lock_position (GIMP_ITEM (layer));
  int x, y, left, top, right, bottom;
  gboolean done;

  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &x, &y);
  left = MAX (x - box.x, 0);
  top = MAX (y - box.y, 0);
  right = MAX (box.x + box.width - x - width, 0);
  bottom = MAX (box.y + box.height - y - height, 0);
  if (left + top + right + bottom == 0)
    return TRUE;
  gimp_item_set_lock_position (GIMP_ITEM (layer), FALSE); /* as New Label Layer has set it */
  done = gimp_layer_resize (layer, left + width + right, top + height + bottom, left, top);
  gimp_item_set_lock_position (GIMP_ITEM (layer), locked);
  return done;
}

/* Without selection, which would end at the image's border: all of the layer is remembered. */
static gboolean
remember_layer (GimpImage *image, GimpDrawable *drawable)
{
  const gboolean selected = !gimp_selection_is_empty (image);
  GimpChannel *saved = selected ? gimp_selection_save (image) : NULL;
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  GeglBuffer *shadow = gimp_drawable_get_shadow_buffer (drawable);
  gboolean done;

  gimp_selection_none (image);
  gegl_buffer_copy (buffer, NULL, GEGL_ABYSS_NONE, shadow, NULL);
  g_object_unref (shadow); /* sends the pixels */
  done = gimp_drawable_merge_shadow (drawable, TRUE);
  if (saved)
    {
      gimp_image_select_item (image, GIMP_CHANNEL_OP_REPLACE, GIMP_ITEM (saved));
      gimp_image_remove_channel (image, saved);
    }
  return done;
}

/* box: in pixels of the layer. */
static void
write_color (GimpDrawable *drawable, GeglRectangle box, const guint8 *where, guint32 color)
{
  const Babl *format = babl_format ("R'G'B'A u8"); /* sRGB, whatever the image's own space is */
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const gsize n = (gsize) box.width * box.height;
  g_autofree guint8 *rgba = g_new (guint8, 4 * n);

  gegl_buffer_get (buffer, &box, 1.0, format, rgba, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < 4 && where[i]; c++)
      rgba[4 * i + c] = c == 3 ? 255 : (guint8) (color >> (16 - 8 * c));
  gegl_buffer_set (buffer, &box, 0, format, rgba, GEGL_AUTO_ROWSTRIDE);
}

gboolean
gimp_host_paint_label (UiHost *host, int id, TesseraBox box, const guint8 *where, guint32 color,
                       GError **error)
{
  GimpImage *image = ((GimpHost *) host)->image;
  GimpLayer *layer = gimp_layer_get_by_id (id);
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  const GeglRectangle canvas = { 0, 0, gimp_image_get_width (image),
                                 gimp_image_get_height (image) };
  GeglRectangle at = { box.x, box.y, box.width, box.height };
  gboolean done;
  int x, y;

  if (!gimp_image_is_valid (image) || !layer || gimp_item_get_lock_content (GIMP_ITEM (layer)))
    {
      message_set (error, "E-NO-LABELS", _ ("This label layer cannot be painted on."));
      return FALSE;
    }
  gimp_image_undo_group_start (image);
  done = make_room (layer, box);
  gimp_drawable_get_offsets (drawable, &x, &y);
  at.x -= x;
  at.y -= y;
  done = done
         && (gegl_rectangle_contains (&canvas, GEGL_RECTANGLE (box.x, box.y, box.width, box.height))
                 ? merge_remember_pixels (image, drawable, at)
                 : remember_layer (image, drawable));
  if (done)
    {
      write_color (drawable, at, where, color);
      done = gimp_drawable_update (drawable, at.x, at.y, at.width, at.height);
    }
  gimp_image_undo_group_end (image);
  gimp_displays_flush ();
  if (!done)
    message_internal (error, _ ("GIMP does not take the pixels"));
  return done;
}
