#include "picture.h"
#include "labels.h"
#include "message.h"
#include "tree.h"
#include <glib/gi18n.h>
#include <string.h>

enum { STRIP_ROWS = 64 }; /* read at once: bounds the memory beside what the caller gets */

/* Less than half an 8-bit step away counts as opaque. */
#define OPAQUE (1 - 0.5f / 255)

const Babl *
picture_own_format (GimpDrawable *drawable, const char *name)
{
  return babl_format_with_space (name, gimp_drawable_get_format (drawable));
}

static gboolean
is_left_out (GimpItem *item, gpointer data)
{
  GimpItem **without = data;

  if (labels_is_label_layer (item))
    return TRUE;
  for (; without && *without; without++)
    if (*without == item)
      return TRUE;
  return FALSE;
}

typedef struct {
  GimpImage *image, *copy;
  GimpItem **without;
} Hiding;

static gboolean
hide_twin (GimpItem *item, gpointer data)
{
  Hiding *hiding = data;

  if (is_left_out (item, hiding->without))
    gimp_item_set_visible (tree_twin (hiding->image, hiding->copy, item), FALSE);
  return FALSE; /* go on */
}

/* Everything visible as a layer that is in no image. What is left out is hidden in a copy of the
 * image, which shares its pixels and takes no time. */
static gboolean
open_visible (Picture *picture, GimpImage *image, GimpItem **without, GError **error)
{
  GimpImage *shown = image;

  if (tree_find (image, is_left_out, without))
    {
      shown = picture->duplicate = gimp_image_duplicate (image);
      if (shown)
        tree_find (image, hide_twin, &(Hiding){ image, shown, without });
    }
  if (shown)
    picture->layer = gimp_layer_new_from_visible (shown, shown, "visible");
  picture->temporary = picture->layer != NULL;
  if (!picture->layer)
    message_internal (error, _ ("GIMP gives no picture"));
  return picture->temporary;
}

/* GIMP hands out a layer's pixels without its live effects; merged in a copy they are as seen. */
static gboolean
open_layer (Picture *picture, GimpDrawable **drawables, GError **error)
{
  g_autofree GimpDrawableFilter **effects = NULL;

  picture->layer = tree_single_layer (drawables, error);
  if (!picture->layer)
    return FALSE;
  effects = gimp_drawable_get_filters (GIMP_DRAWABLE (picture->layer));
  if (!effects || !effects[0])
    return TRUE;
  picture->layer = gimp_layer_copy (picture->layer);
  picture->temporary = picture->layer != NULL;
  if (picture->layer && gimp_drawable_merge_filters (GIMP_DRAWABLE (picture->layer)))
    return TRUE;
  message_internal (error, _ ("GIMP gives no picture"));
  return FALSE;
}

gboolean
picture_open (Picture *picture, GimpImage *image, GimpDrawable **drawables, Source source,
              GimpItem **without, GError **error)
{
  GimpDrawable *drawable;

  *picture = (Picture){ .layer = NULL };
  if (!(source == SOURCE_LAYER ? open_layer (picture, drawables, error)
                               : open_visible (picture, image, without, error)))
    return FALSE;
  drawable = GIMP_DRAWABLE (picture->layer);
  picture->buffer = gimp_drawable_get_buffer (drawable);
  gimp_drawable_get_offsets (drawable, &picture->extent.x, &picture->extent.y);
  picture->extent.width = gimp_drawable_get_width (drawable);
  picture->extent.height = gimp_drawable_get_height (drawable);
  return TRUE;
}

void
picture_clear (Picture *picture)
{
  g_clear_object (&picture->buffer);
  if (picture->temporary && gimp_item_is_valid (GIMP_ITEM (picture->layer)))
    gimp_item_delete (GIMP_ITEM (picture->layer));
  if (picture->duplicate)
    gimp_image_delete (picture->duplicate);
  *picture = (Picture){ .layer = NULL };
}

static float
clean (float value)
{
  return value >= 0 ? MIN (value, 1) : 0; /* NaN compares as false */
}

static guint8
state_of (float alpha)
{
  return alpha >= OPAQUE ? PIXEL_OPAQUE : alpha >= 0.5f ? PIXEL_PART : PIXEL_NONE;
}

/* Pixels that are whole numbers in the encoding in which they are wanted. */
typedef struct {
  int n;    /* channels; 0 for all other kinds */
  int size; /* bytes of a channel */
} Whole;

static Whole
whole_of (const Babl *format)
{
  static const char *const kinds[] = { "Y' u8",  "Y'A u8",  "R'G'B' u8",  "R'G'B'A u8",
                                       "Y' u16", "Y'A u16", "R'G'B' u16", "R'G'B'A u16" };

  for (int i = 0; i < (int) G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (babl_format_get_encoding (format), kinds[i]))
      return (Whole){ i % 4 + 1, i / 4 + 1 };
  return (Whole){ 0, 0 };
}

/* One row of such pixels, of which `count` are there from number `first` on. */
static void
row_from_whole (const guint8 *bytes, Whole kind, int first, int count, float *rgba)
{
  const guint16 *words = (const guint16 *) (const void *) bytes;

  for (int i = first; i < first + count; i++)
    for (int c = 0; c < 4; c++)
      {
        const int from = kind.n * i + (c == 3 ? kind.n - 1 : kind.n < 3 ? 0 : c);

        if (c == 3 && kind.n % 2)
          rgba[4 * i + c] = 1;
        else
          rgba[4 * i + c] = kind.size == 1 ? bytes[from] / 255.0f : words[from] / 65535.0f;
      }
}

void
picture_floats (const Babl *format, const void *pixels, int n, float *rgba)
{
  const Whole kind = whole_of (format);

  if (kind.n)
    row_from_whole (pixels, kind, 0, n, rgba);
  else
    babl_process (babl_fish (format, babl_format_with_space ("R'G'B'A float", format)), pixels,
                  rgba, n);
}

void
picture_get_floats (GeglBuffer *buffer, GimpDrawable *drawable, GeglRectangle box, float *rgba)
{
  const Babl *own = gimp_drawable_get_format (drawable);
  const Whole kind = whole_of (own);
  g_autofree guint8 *row = kind.n ? g_malloc0_n (box.width, (gsize) kind.n * kind.size) : NULL;

  if (!kind.n)
    {
      gegl_buffer_get (buffer, &box, 1.0, babl_format_with_space ("R'G'B'A float", own), rgba,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      return;
    }
  memset (rgba, 0, 4 * (gsize) box.width * box.height * sizeof *rgba);
  for (int y = 0; y < box.height; y++)
    {
      GeglRectangle there = { box.x, box.y + y, box.width, 1 };

      if (!gegl_rectangle_intersect (&there, &there, gegl_buffer_get_extent (buffer)))
        continue;
      gegl_buffer_get (buffer, GEGL_RECTANGLE (box.x, box.y + y, box.width, 1), 1.0, own, row,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      row_from_whole (row, kind, there.x - box.x, there.width, rgba + 4 * (gsize) y * box.width);
    }
}

void
picture_read (const Picture *picture, GeglRectangle box, float *pixels, guint8 *states)
{
  g_autofree float *rgba = g_new (float, (gsize) box.width *STRIP_ROWS * 4);

  for (int y = 0; y < box.height; y += STRIP_ROWS)
    {
      const int rows = MIN (STRIP_ROWS, box.height - y);
      const gsize n = (gsize) rows * box.width, first = (gsize) y * box.width;

      picture_get_floats (picture->buffer, GIMP_DRAWABLE (picture->layer),
                          (GeglRectangle){ box.x - picture->extent.x, box.y + y - picture->extent.y,
                                           box.width, rows },
                          rgba);
      for (gsize i = 0; i < n; i++)
        {
          states[first + i] = state_of (rgba[4 * i + 3]);
          for (int c = 0; pixels && c < 3; c++)
            pixels[3 * (first + i) + c] = clean (rgba[4 * i + c]);
        }
    }
}
