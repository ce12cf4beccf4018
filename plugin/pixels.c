#include "pixels.h"
#include "message.h"
#include <glib/gi18n.h>
#include <string.h>

/* What the engine gets to see around a selection: it takes a context of its own choice out of it,
 * and a 24 megapixel picture would only cost memory. */
enum { CONTEXT_SIDES = 3, CONTEXT_MIN = 256 };

/* Without this much of a layer left, alpha says that there is no pixel. */
#define OPAQUE 0.5f

/* Less than half an 8-bit step counts as not selected: a feathered selection of a float image
 * fades for ever and would make the whole image a hole. */
#define FAINTEST (0.5f / 255)

/* The image's own colour space, so that no profile conversion touches a pixel. */
static const Babl *
own_format (GimpDrawable *drawable, const char *name)
{
  return babl_format_with_space (name, gimp_drawable_get_format (drawable));
}

static GimpLayer *
single_layer (GimpDrawable **drawables, GError **error)
{
  if (gimp_core_object_array_get_length ((GObject **) drawables) == 1
      && GIMP_IS_LAYER (drawables[0]))
    return GIMP_LAYER (drawables[0]);
  message_set (error, "E-MANY-LAYERS", _ ("Select one layer, or use all visible layers."));
  return NULL;
}

static float
clean (float value)
{
  return value >= 0 ? MIN (value, 1) : 0; /* NaN compares as false */
}

/* The selection grown by the context, inside the image. */
static GeglRectangle
box_around (const GeglRectangle *selected, GimpImage *image)
{
  const int grow = MAX (CONTEXT_MIN, CONTEXT_SIDES * MAX (selected->width, selected->height));
  const int x0 = MAX (0, selected->x - grow);
  const int y0 = MAX (0, selected->y - grow);
  const int x1 = MIN (gimp_image_get_width (image), selected->x + selected->width + grow);
  const int y1 = MIN (gimp_image_get_height (image), selected->y + selected->height + grow);

  return (GeglRectangle){ x0, y0, x1 - x0, y1 - y0 };
}

static GeglBuffer *
selection_buffer (GimpImage *image)
{
  return gimp_drawable_get_buffer (GIMP_DRAWABLE (gimp_image_get_selection (image)));
}

/* Shrinks `bounds` to the pixels that are not too faint; may leave nothing. */
static void
shrink (GeglRectangle *bounds, GimpImage *image)
{
  g_autoptr (GeglBuffer) buffer = selection_buffer (image);
  g_autofree guint8 *row = g_new (guint8, bounds->width);
  int x0 = G_MAXINT, y0 = G_MAXINT, x1 = 0, y1 = 0;

  for (int y = 0; y < bounds->height; y++)
    {
      gegl_buffer_get (buffer, GEGL_RECTANGLE (bounds->x, bounds->y + y, bounds->width, 1), 1.0,
                       babl_format ("Y u8"), row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (int x = 0; x < bounds->width; x++)
        if (row[x])
          {
            x0 = MIN (x0, x);
            x1 = MAX (x1, x + 1);
            y0 = MIN (y0, y);
            y1 = y + 1;
          }
    }
  *bounds = (GeglRectangle){ bounds->x + x0, bounds->y + y0, MAX (0, x1 - x0), MAX (0, y1 - y0) };
}

static gboolean
selection_bounds (GimpImage *image, GeglRectangle *selected, GError **error)
{
  gboolean non_empty = FALSE;
  int x0, y0, x1, y1;

  if (gimp_image_get_floating_sel (image))
    {
      message_set (error, "E-FLOATING", _ ("There is a floating selection. Anchor it first."));
      return FALSE;
    }
  if (gimp_selection_bounds (image, &non_empty, &x0, &y0, &x1, &y1) && non_empty)
    {
      *selected = (GeglRectangle){ x0, y0, x1 - x0, y1 - y0 };
      shrink (selected, image);
      if (selected->width > 0)
        return TRUE;
    }
  message_set (error, "E-EMPTY-HOLE", _ ("Nothing is selected. Select what should be replaced."));
  return FALSE;
}

/* Reads [height][width][4] of a layer. */
static float *
read_rgba (const Region *region, GimpDrawable *drawable)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  float *rgba = g_new (float, (gsize) region->width * region->height * 4);
  int offset_x, offset_y;

  gimp_drawable_get_offsets (drawable, &offset_x, &offset_y);
  gegl_buffer_get (
      buffer,
      GEGL_RECTANGLE (region->x - offset_x, region->y - offset_y, region->width, region->height),
      1.0, own_format (drawable, "R'G'B'A float"), rgba, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return rgba;
}

static void
read_selection (Region *region, GimpImage *image)
{
  g_autoptr (GeglBuffer) buffer =
      gimp_drawable_get_buffer (GIMP_DRAWABLE (gimp_image_get_selection (image)));
  const gsize n = (gsize) region->width * region->height;

  region->selection = g_new (float, n);
  gegl_buffer_get (buffer, GEGL_RECTANGLE (region->x, region->y, region->width, region->height),
                   1.0, babl_format ("Y float"), region->selection, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  for (gsize i = 0; i < n; i++)
    region->selection[i] = region->selection[i] < FAINTEST ? 0 : MIN (region->selection[i], 1);
}

/* Pixels that do not exist are unknown, so they belong to the hole of the engine; only selected
 * ones are written later. */
static void
split_rgba (Region *region, const float *rgba)
{
  const gsize n = (gsize) region->width * region->height;

  region->pixels = g_new (float, n * 3);
  region->hole = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    {
      for (int c = 0; c < 3; c++)
        region->pixels[3 * i + c] = clean (rgba[4 * i + c]);
      region->hole[i] = rgba[4 * i + 3] < OPAQUE ? 1 : region->selection[i];
    }
}

/* The picture as a layer that is in no image: the caller deletes it. */
static GimpLayer *
visible_layer (GimpImage *image, GError **error)
{
  GimpLayer *layer = gimp_layer_new_from_visible (image, image, "visible");

  if (!layer)
    message_set (error, "E-INTERNAL",
                 _ ("Something unexpected happened (GIMP gives no picture). Nothing was changed."));
  return layer;
}

/* Cuts box and selection down to a layer; FALSE where nothing of the selection is left. */
static gboolean
clip_to_layer (Region *region, GeglRectangle *box, GimpDrawable *layer, GError **error)
{
  GeglRectangle extent = { 0, 0, gimp_drawable_get_width (layer),
                           gimp_drawable_get_height (layer) };

  gimp_drawable_get_offsets (layer, &extent.x, &extent.y);
  gegl_rectangle_intersect (box, box, &extent);
  if (gegl_rectangle_intersect (&region->selected, &region->selected, box))
    return TRUE;
  message_set (error, "E-OUTSIDE", _ ("The selection lies outside the selected layer."));
  return FALSE;
}

gboolean
region_read (Region *region, GimpImage *image, GimpDrawable **drawables, Source source,
             GError **error)
{
  g_autofree float *rgba = NULL;
  GimpLayer *layer;
  GeglRectangle box;

  if (!selection_bounds (image, &region->selected, error))
    return FALSE;
  box = box_around (&region->selected, image);
  layer = source == SOURCE_LAYER ? single_layer (drawables, error) : visible_layer (image, error);
  if (!layer
      || (source == SOURCE_LAYER && !clip_to_layer (region, &box, GIMP_DRAWABLE (layer), error)))
    return FALSE;

  region->x = box.x;
  region->y = box.y;
  region->width = box.width;
  region->height = box.height;
  rgba = read_rgba (region, GIMP_DRAWABLE (layer));
  if (source == SOURCE_VISIBLE)
    gimp_item_delete (GIMP_ITEM (layer));
  read_selection (region, image);
  split_rgba (region, rgba);
  return TRUE;
}

void
region_clear (Region *region)
{
  g_clear_pointer (&region->pixels, g_free);
  g_clear_pointer (&region->selection, g_free);
  g_clear_pointer (&region->hole, g_free);
}

void
region_crop (Region *region, const TesseraResult *result)
{
  const TesseraBox box = tessera_result_box (result);

  gegl_rectangle_intersect (
      &region->selected, &region->selected,
      GEGL_RECTANGLE (region->x + box.x, region->y + box.y, box.width, box.height));
}

void
pixels_write (GimpLayer *layer, const Region *region, const TesseraResult *result, int rank)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  const GeglRectangle *at = &region->selected;
  const TesseraBox box = tessera_result_box (result);
  const float *from = tessera_result_pixels (result, rank);
  g_autofree float *rgba = g_new (float, (gsize) at->width * at->height * 4);

  for (int y = 0; y < at->height; y++)
    {
      const gsize row = (gsize) (at->y - region->y - box.y + y) * box.width;
      const float *source = from + (row + at->x - region->x - box.x) * 4;
      float *target = rgba + (gsize) y * at->width * 4;

      memcpy (target, source, (gsize) at->width * 4 * sizeof *target);
      for (int x = 0; x < at->width; x++)
        target[4 * x + 3] = 1; /* the blend weight goes into the layer mask instead */
    }
  gegl_buffer_set (buffer, GEGL_RECTANGLE (0, 0, at->width, at->height), 0,
                   own_format (GIMP_DRAWABLE (layer), "R'G'B'A float"), rgba, GEGL_AUTO_ROWSTRIDE);
}

void
pixels_write_mask (GimpLayerMask *mask, const Region *region)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (mask));
  const GeglRectangle *at = &region->selected;
  const float *first =
      region->selection + (gsize) (at->y - region->y) * region->width + (at->x - region->x);

  gegl_buffer_set (buffer, GEGL_RECTANGLE (0, 0, at->width, at->height), 0, babl_format ("Y float"),
                   first, region->width * (int) sizeof *first);
}
