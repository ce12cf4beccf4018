#include "region.h"
#include "message.h"
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

enum { FAINT_PERCENT = 50 }; /* a selection that nowhere reaches this is remarked on */

void
region_clear (Region *region)
{
  g_clear_pointer (&region->pixels, g_free);
  g_clear_pointer (&region->wanted, g_free);
  g_clear_pointer (&region->hole, g_free);
  g_clear_pointer (&region->labels, g_free);
  g_clear_pointer (&region->depth, g_free);
  g_clear_pointer (&region->drawing, g_free);
}

/* Where the borders are one, the engine looks across them and needs the whole width; exact is about
 * the whole picture. */
static GeglRectangle
choose_box (const Hole *hole, const TesseraModel *model, const TesseraRequest *request)
{
  const int grow = (int) ceil (request->soften);
  const GeglRectangle *all = &hole->within;
  GeglRectangle soft = { hole->bounds.x - grow, hole->bounds.y - grow,
                         hole->bounds.width + 2 * grow, hole->bounds.height + 2 * grow };
  TesseraBox box;

  gegl_rectangle_intersect (&soft, &soft, all);
  if (request->wrap || request->strategy == TESSERA_STRATEGY_EXACT)
    return *all;
  box = tessera_context_box (
      model, all->width, all->height,
      (TesseraBox){ soft.x - all->x, soft.y - all->y, soft.width, soft.height });
  return (GeglRectangle){ all->x + box.x, all->y + box.y, box.width, box.height };
}

static gboolean
allocate (Region *region)
{
  const gsize n = (gsize) region->box.width * region->box.height;

  region->pixels = g_try_malloc_n (n, 3 * sizeof *region->pixels);
  region->wanted = g_try_malloc_n (n, sizeof *region->wanted);
  region->hole = g_try_malloc_n (n, sizeof *region->hole);
  return region->pixels && region->wanted && region->hole;
}

/* Pixels that do not exist are unknown, so they are a hole to the engine; of these only the wanted
 * ones are written later. Returns the largest wanted value. */
static float
join (Region *region, const guint8 *states)
{
  const gsize n = (gsize) region->box.width * region->box.height;
  float most = 0;

  for (gsize i = 0; i < n; i++)
    {
      region->hole[i] = states[i] == PIXEL_NONE ? 1 : region->wanted[i];
      region->unknown |= region->hole[i] > 0 && region->wanted[i] <= 0;
      most = MAX (most, region->wanted[i]);
    }
  return most;
}

/* Perceptual gray or RGB of a layer, 0 where it has no pixel; NULL where memory ends. */
static float *
read_layer (GimpLayer *layer, const Hole *hole, GeglRectangle box, gboolean gray)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  float *pixels = g_try_malloc_n ((gsize) box.width * box.height, (gray ? 1 : 3) * sizeof *pixels);
  int x, y;

  gimp_drawable_get_offsets (drawable, &x, &y);
  box.x -= x + hole->margins.left;
  box.y -= y + hole->margins.top;
  if (pixels)
    gegl_buffer_get (buffer, &box, 1.0,
                     picture_own_format (drawable, gray ? "Y' float" : "R'G'B' float"), pixels,
                     GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return pixels;
}

static gboolean
read_conditions (Region *region, const Hole *hole, const TesseraModel *model,
                 const Conditions *conditions, Report *report, GError **error)
{
  const gboolean drawing = tessera_model_info (model)->condition == TESSERA_CONDITION_PICTURE;
  float *pixels;

  if (conditions->labels)
    {
      region->labels = labels_read (conditions->labels, model, hole, region->box, report, error);
      if (!region->labels)
        return FALSE;
    }
  if (!conditions->depth)
    return TRUE;
  pixels = read_layer (conditions->depth, hole, region->box, !drawing);
  *(drawing ? &region->drawing : &region->depth) = pixels;
  if (!pixels)
    message_no_memory (error);
  return pixels != NULL;
}

gboolean
region_read (Region *region, GimpImage *image, const Picture *picture, const Hole *hole,
             const TesseraModel *model, const TesseraRequest *request, const Conditions *conditions,
             Report *report, GError **error)
{
  const GeglRectangle box = choose_box (hole, model, request);
  g_autofree guint8 *states = NULL;
  float most;

  *region = (Region){ .box = box };
  states = g_try_malloc_n (box.width, box.height);
  if (!states || !allocate (region))
    {
      message_no_memory (error);
      return FALSE;
    }
  picture_read (picture,
                (GeglRectangle){ box.x - hole->margins.left, box.y - hole->margins.top, box.width,
                                 box.height },
                region->pixels, states);
  hole_read (hole, image, box, states, region->wanted);
  most = join (region, states);
  if (most * 100 < FAINT_PERCENT)
    report_warn (report, "W-FAINT",
                 _ ("The selection is faint, at most %.0f %% anywhere. "
                    "The result will be as faint."),
                 100 * most);
  return read_conditions (region, hole, model, conditions, report, error);
}

void
region_to_request (const Region *region, const TesseraModelInfo *model, TesseraRequest *request)
{
  const gboolean alone = !model->can_complete && model->can_paint;

  request->picture =
      (TesseraPicture){ region->box.width, region->box.height, alone ? NULL : region->pixels };
  request->hole = alone ? NULL : region->hole;
  request->labels = region->labels;
  request->depth = region->depth;
  request->drawing = region->drawing;
}

char *
region_fingerprint (const Region *region)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  const gsize row = (gsize) region->box.width;

  for (int y = 0; y < region->box.height; y++) /* by rows: a length is at most gssize */
    {
      g_checksum_update (sum, (const guchar *) (region->pixels + 3 * row * y),
                         (gssize) (3 * row * sizeof (float)));
      g_checksum_update (sum, (const guchar *) (region->hole + row * y),
                         (gssize) (row * sizeof (float)));
      if (region->labels)
        g_checksum_update (sum, region->labels + row * y, (gssize) row);
    }
  return g_strdup (g_checksum_get_string (sum));
}
