/* Completions that are already in the picture; declared in host_gimp.h. */
#include "host_gimp.h"
#include "mark.h"
#include "picture.h"
#include "tree.h"

enum { MAX_STORED = 32, MAX_PIXELS = 1 << 24 };

static void
stored_free (gpointer data)
{
  UiStored *stored = data;

  g_free (stored->recipe);
  g_free (stored->pixels);
  g_free (stored);
}

/* The layer's pixels with its mask as weight; NULL where it is too large to keep a copy. */
static float *
read_pixels (GimpLayer *layer, int width, int height)
{
  const gsize n = (gsize) width * height;
  const GeglRectangle all = { 0, 0, width, height };
  GimpLayerMask *mask = gimp_layer_get_mask (layer);
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  float *pixels = n > MAX_PIXELS ? NULL : g_try_malloc_n (n, 4 * sizeof (float));
  g_autofree float *weights = mask ? g_try_malloc_n (n, sizeof (float)) : NULL;

  if (!pixels)
    return NULL;
  gegl_buffer_get (buffer, &all, 1.0, picture_own_format (GIMP_DRAWABLE (layer), "R'G'B'A float"),
                   pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (weights)
    {
      g_autoptr (GeglBuffer) from = gimp_drawable_get_buffer (GIMP_DRAWABLE (mask));

      gegl_buffer_get (from, &all, 1.0, babl_format ("Y float"), weights, GEGL_AUTO_ROWSTRIDE,
                       GEGL_ABYSS_NONE);
      for (gsize i = 0; i < n; i++)
        pixels[4 * i + 3] *= weights[i];
    }
  return pixels;
}

static gboolean
take (GimpItem *item, gpointer data)
{
  GPtrArray *list = data;
  g_autofree char *recipe = NULL;
  UiStored *stored;

  if (gimp_item_is_group (item) || !GIMP_IS_LAYER (item) || !(recipe = mark_get_recipe (item)))
    return FALSE;
  stored = g_new0 (UiStored, 1);
  stored->box.width = gimp_drawable_get_width (GIMP_DRAWABLE (item));
  stored->box.height = gimp_drawable_get_height (GIMP_DRAWABLE (item));
  gimp_drawable_get_offsets (GIMP_DRAWABLE (item), &stored->box.x, &stored->box.y);
  stored->pixels = read_pixels (GIMP_LAYER (item), stored->box.width, stored->box.height);
  stored->recipe = g_steal_pointer (&recipe);
  if (stored->pixels)
    g_ptr_array_add (list, stored);
  else
    stored_free (stored);
  return list->len >= MAX_STORED;
}

GPtrArray *
gimp_host_stored (UiHost *host)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (stored_free);

  tree_find (((GimpHost *) host)->image, take, list);
  return list;
}
