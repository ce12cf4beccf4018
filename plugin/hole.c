#include "hole.h"
#include "message.h"
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

enum { STRIP_ROWS = 64 };

/* Less than half an 8-bit step counts as not selected: a feathered selection of a float image
 * fades for ever and would make the whole image a hole. */
#define FAINTEST (0.5f / 255)

void
hole_clear (Hole *hole)
{
  g_clear_pointer (&hole->stored, g_free);
}

/* Bounds of what is not 0 in bytes that come strip by strip. */
typedef struct {
  int x0, y0, x1, y1;
} Extremes;

static void
extend (Extremes *found, const guint8 *bytes, int width, int rows, int y)
{
  for (int r = 0; r < rows; r++)
    for (int x = 0; x < width; x++)
      if (bytes[(gsize) r * width + x])
        {
          found->x0 = MIN (found->x0, x);
          found->x1 = MAX (found->x1, x + 1);
          found->y0 = MIN (found->y0, y + r);
          found->y1 = y + r + 1;
        }
}

static GeglRectangle
box_of (const Extremes *found, int x, int y)
{
  return (GeglRectangle){ x + found->x0, y + found->y0, MAX (0, found->x1 - found->x0),
                          MAX (0, found->y1 - found->y0) };
}

/* The pixels of the selection that are not too faint; may be none. */
static gboolean
find_selection (Hole *hole, GimpImage *image)
{
  g_autoptr (GeglBuffer) buffer = NULL;
  g_autofree guint8 *strip = NULL;
  Extremes found = { G_MAXINT, G_MAXINT, 0, 0 };
  gboolean non_empty = FALSE;
  int x0, y0, x1, y1;

  if (!gimp_selection_bounds (image, &non_empty, &x0, &y0, &x1, &y1) || !non_empty)
    return FALSE;
  buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (gimp_image_get_selection (image)));
  strip = g_new (guint8, (gsize) (x1 - x0) * STRIP_ROWS);
  for (int y = y0; y < y1; y += STRIP_ROWS)
    {
      const int rows = MIN (STRIP_ROWS, y1 - y);

      gegl_buffer_get (buffer, GEGL_RECTANGLE (x0, y, x1 - x0, rows), 1.0, babl_format ("Y u8"),
                       strip, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      extend (&found, strip, x1 - x0, rows, y - y0);
    }
  hole->kind = HOLE_SELECTION;
  hole->bounds = box_of (&found, x0, y0);
  return hole->bounds.width > 0;
}

static gboolean
find_transparent (Hole *hole, const Picture *picture, gboolean clip)
{
  GeglRectangle canvas = { 0, 0, hole->width, hole->height };
  g_autofree guint8 *strip = NULL;
  Extremes found = { G_MAXINT, G_MAXINT, 0, 0 };

  hole->kind = HOLE_TRANSPARENT;
  if (clip && !gegl_rectangle_intersect (&canvas, &canvas, &picture->extent))
    return FALSE;
  strip = g_new (guint8, (gsize) canvas.width * STRIP_ROWS);
  for (int y = 0; y < canvas.height; y += STRIP_ROWS)
    {
      const int rows = MIN (STRIP_ROWS, canvas.height - y);
      const gsize n = (gsize) rows * canvas.width;

      picture_read (picture, (GeglRectangle){ canvas.x, canvas.y + y, canvas.width, rows }, NULL,
                    strip);
      for (gsize i = 0; i < n; i++)
        strip[i] = strip[i] != PIXEL_OPAQUE;
      extend (&found, strip, canvas.width, rows, y);
    }
  hole->bounds = box_of (&found, canvas.x, canvas.y);
  return hole->bounds.width > 0;
}

/* The sides that grow; where opposite ones do, the box between them is everything. */
static GeglRectangle
margin_bounds (const Hole *hole)
{
  const Margins *m = &hole->margins;
  const gboolean across = m->left && m->right, along = m->top && m->bottom;
  const gboolean sides = m->left || m->right, ends = m->top || m->bottom;
  GeglRectangle box = { 0, 0, hole->width, hole->height };

  if (sides && ends)
    return box;
  if (sides && !across)
    box = (GeglRectangle){ m->left ? 0 : hole->width - m->right, 0, m->left + m->right,
                           hole->height };
  if (ends && !along)
    box = (GeglRectangle){ 0, m->top ? 0 : hole->height - m->bottom, hole->width,
                           m->top + m->bottom };
  return box;
}

static gboolean
nothing (const Hole *hole, GError **error)
{
  if (hole->kind == HOLE_TRANSPARENT)
    message_set (error, "E-NO-TRANSPARENT", _ ("This picture has no empty area."));
  else
    message_set (error, "E-EMPTY-HOLE", _ ("Nothing is selected. Select what should be replaced."));
  return FALSE;
}

static gboolean
find_by_kind (Hole *hole, GimpImage *image, const Picture *picture, gboolean clip)
{
  const GeglRectangle all = { 0, 0, hole->width, hole->height };

  switch (hole->kind)
    {
    case HOLE_SELECTION:
      return find_selection (hole, image);
    case HOLE_TRANSPARENT:
      return find_transparent (hole, picture, clip);
    case HOLE_AUTO:
      if (find_selection (hole, image) || find_transparent (hole, picture, clip))
        return TRUE;
      hole->kind = HOLE_SELECTION; /* what is said then */
      return FALSE;
    case HOLE_STORED:
      return gegl_rectangle_contains (&all, &hole->bounds);
    case HOLE_MARGINS:
      hole->bounds = margin_bounds (hole);
      return TRUE;
    case HOLE_IMAGE:
      if (find_selection (hole, image))
        return TRUE;
      hole->kind = HOLE_ALL;
      break;
    case HOLE_ALL:
      break;
    }
  hole->bounds = all;
  return TRUE;
}

gboolean
hole_find (Hole *hole, GimpImage *image, const Picture *picture, gboolean clip, GError **error)
{
  g_autofree char *name = NULL;

  hole->width = gimp_image_get_width (image) + hole->margins.left + hole->margins.right;
  hole->height = gimp_image_get_height (image) + hole->margins.top + hole->margins.bottom;
  if (!find_by_kind (hole, image, picture, clip))
    return nothing (hole, error);
  hole->within = clip ? picture->extent : (GeglRectangle){ 0, 0, hole->width, hole->height };
  if (!clip || gegl_rectangle_intersect (&hole->bounds, &hole->bounds, &picture->extent))
    return TRUE;
  name = gimp_item_get_name (GIMP_ITEM (picture->layer));
  message_set (error, "E-OUTSIDE", _ ("The selection lies outside the layer \"%s\"."), name);
  return FALSE;
}

/* Whole numbers are converted here, without babl's tables: see picture_get_floats. */
static void
coverage_get (GeglBuffer *buffer, GeglRectangle box, float *wanted)
{
  const Babl *own = gegl_buffer_get_format (buffer);
  const gboolean u8 = g_str_equal (babl_format_get_encoding (own), "Y u8");
  const gboolean u16 = g_str_equal (babl_format_get_encoding (own), "Y u16");
  g_autofree guint16 *words = g_new (guint16, box.width);
  const guint8 *bytes = (const guint8 *) words;

  if (!u8 && !u16)
    gegl_buffer_get (buffer, &box, 1.0, babl_format ("Y float"), wanted, GEGL_AUTO_ROWSTRIDE,
                     GEGL_ABYSS_NONE);
  for (int y = 0; y < box.height && (u8 || u16); y++)
    {
      gegl_buffer_get (buffer, GEGL_RECTANGLE (box.x, box.y + y, box.width, 1), 1.0, own, words,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (int x = 0; x < box.width; x++)
        wanted[(gsize) y * box.width + x] = u8 ? bytes[x] / 255.0f : words[x] / 65535.0f;
    }
}

static void
read_selection (GimpImage *image, GeglRectangle box, float *wanted)
{
  g_autoptr (GeglBuffer) buffer =
      gimp_drawable_get_buffer (GIMP_DRAWABLE (gimp_image_get_selection (image)));
  const gsize n = (gsize) box.width * box.height;

  coverage_get (buffer, box, wanted);
  for (gsize i = 0; i < n; i++)
    wanted[i] = wanted[i] >= FAINTEST ? MIN (wanted[i], 1) : 0;
}

/* One pixel of the kinds that are computed; x, y: on the canvas. */
static float
wanted_at (const Hole *hole, int x, int y, guint8 state)
{
  const Margins *m = &hole->margins;
  const GeglRectangle *bounds = &hole->bounds;

  switch (hole->kind)
    {
    case HOLE_TRANSPARENT:
      return state != PIXEL_OPAQUE;
    case HOLE_MARGINS:
      return x < m->left || y < m->top || x >= hole->width - m->right
             || y >= hole->height - m->bottom;
    case HOLE_STORED:
      return hole->stored[(gsize) (y - bounds->y) * bounds->width + x - bounds->x] / 255.0f;
    default:
      return 1;
    }
}

void
hole_read (const Hole *hole, GimpImage *image, GeglRectangle box, const guint8 *states,
           float *wanted)
{
  const GeglRectangle *bounds = &hole->bounds;

  if (hole->kind == HOLE_SELECTION)
    read_selection (image, box, wanted);
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      {
        const gsize i = (gsize) y * box.width + x;
        const int px = box.x + x, py = box.y + y;

        if (px < bounds->x || py < bounds->y || px >= bounds->x + bounds->width
            || py >= bounds->y + bounds->height)
          wanted[i] = 0;
        else if (hole->kind != HOLE_SELECTION)
          wanted[i] = wanted_at (hole, px, py, states[i]);
      }
}

guint8 *
hole_to_bytes (const Hole *hole, GeglRectangle box, const float *wanted)
{
  const GeglRectangle *bounds = &hole->bounds;
  guint8 *bytes = g_new (guint8, (gsize) bounds->width * bounds->height);

  for (int y = 0; y < bounds->height; y++)
    for (int x = 0; x < bounds->width; x++)
      {
        const gsize from = (gsize) (bounds->y - box.y + y) * box.width + bounds->x - box.x + x;

        bytes[(gsize) y * bounds->width + x] = (guint8) lroundf (255 * wanted[from]);
      }
  return bytes;
}
