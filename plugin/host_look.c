/* Reading for the window; declared in host_gimp.h. The first of the steps of work.h; the engine's
 * work is done by the window, and the last step in host_apply.c. */
#include "host_notes.h"
#include "message.h"
#include <glib/gi18n.h>
#include <string.h>

enum { PREVIEW_PIXELS = 4 << 20 }; /* a picture that only needs to be shown, at most */

static void
notes_free (gpointer data)
{
  Notes *notes = data;

  notes->work.model = NULL; /* the window's */
  work_clear (&notes->work);
  g_free (notes->drawables);
  g_free (notes);
}

static HoleKind
hole_kind (const UiQuery *query)
{
  if (query->empty_area)
    return HOLE_TRANSPARENT;
  if (query->mode == UI_MODE_EXTEND)
    return HOLE_MARGINS;
  if (query->mode == UI_MODE_LABELS && !query->only_selection)
    return HOLE_ALL;
  return HOLE_SELECTION;
}

static Notes *
notes_new (GimpImage *image, const UiQuery *query, const TesseraModel *model)
{
  Notes *notes = g_new0 (Notes, 1);
  GimpLayer *labels =
      query->label_layer == UI_NO_LAYER ? NULL : gimp_layer_get_by_id (query->label_layer);
  Settings settings = { .n_variations = 1,
                        .temperature = 1,
                        .label_strength = 1,
                        .output = OUTPUT_GROUP,
                        .source = query->selected_layer ? SOURCE_LAYER : SOURCE_VISIBLE,
                        .label_layer = labels,
                        .soften = query->soften,
                        .wrap = query->wrap,
                        .model = (char *) "" };
  Work *work = &notes->work;

  notes->drawables = gimp_image_get_selected_drawables (image);
  work_begin (work, image, notes->drawables, &settings);
  work->model = (TesseraModel *) model; /* constant: only lent, see notes_free */
  work->hole.kind = hole_kind (query);
  work->hole.margins = (Margins){ query->left, query->right, query->top, query->bottom };
  work->needs_labels = query->mode == UI_MODE_LABELS && !query->without_labels;
  if (query->mode != UI_MODE_SELECTION)
    work->op = query->mode == UI_MODE_EXTEND ? "extend" : "paint";
  return notes;
}

static UiScene *
scene_new (Notes *notes, const UiQuery *query)
{
  const Work *work = &notes->work;
  const Region *region = &work->region;
  UiScene *scene = ui_scene_new (query);

  scene->canvas_width = work->hole.width;
  scene->canvas_height = work->hole.height;
  scene->part = (TesseraBox){ region->box.x, region->box.y, region->box.width, region->box.height };
  scene->pixels = region->pixels;
  scene->hole = region->hole;
  scene->labels = region->labels;
  if (work->report.has_labels)
    scene->count = work->report.labels;
  scene->host_data = notes;
  scene->host_free = notes_free;
  return scene;
}

/* Margins of 0: nothing to do yet, but the picture whose edges can be dragged. */
static UiScene *
show_picture (GimpImage *image, const UiQuery *query, GError **error)
{
  g_autofree GimpDrawable **drawables = gimp_image_get_selected_drawables (image);
  const int width = gimp_image_get_width (image), height = gimp_image_get_height (image);
  const gsize n = (gsize) width * height;
  g_auto (Picture) picture = { 0 };
  g_autofree guint8 *states = NULL;
  UiScene *scene;

  if (n > PREVIEW_PIXELS || gimp_image_get_base_type (image) == GIMP_INDEXED)
    {
      message_set (error, "E-NO-MARGIN", _ ("Nothing to extend: all four margins are 0."));
      return NULL;
    }
  if (!picture_open (&picture, image, drawables, SOURCE_VISIBLE, NULL, error))
    return NULL;
  scene = ui_scene_new (query);
  scene->canvas_width = width;
  scene->canvas_height = height;
  scene->part = (TesseraBox){ 0, 0, width, height };
  scene->pixels = g_new (float, 3 * n);
  scene->hole = g_new0 (float, n);
  states = g_new (guint8, n);
  picture_read (&picture, (GeglRectangle){ 0, 0, width, height }, scene->pixels, states);
  return scene;
}

UiScene *
gimp_host_look (UiHost *host, const UiQuery *query, const TesseraModel *model, GError **error)
{
  GimpImage *image = ((GimpHost *) host)->image;
  Notes *notes;

  if (hole_kind (query) == HOLE_MARGINS && !query->left && !query->right && !query->top
      && !query->bottom)
    return show_picture (image, query, error);
  notes = notes_new (image, query, model);
  if (work_read (&notes->work, "", error))
    return scene_new (notes, query);
  notes_free (notes);
  return NULL;
}

/* ---- a part of what is already there ------------------------------------------------------- */

/* The selection as bytes where the piece has any weight; bounds: of what is left of it. FALSE where
 * nothing is. */
static gboolean
selection_inside (GimpImage *image, const UiPiece *inside, Hole *hole)
{
  const TesseraBox *at = &inside->box;
  const GeglRectangle box = { at->x, at->y, at->width, at->height };
  const GeglRectangle canvas = { 0, 0, gimp_image_get_width (image),
                                 gimp_image_get_height (image) };
  g_autoptr (GeglBuffer) buffer =
      gimp_drawable_get_buffer (GIMP_DRAWABLE (gimp_image_get_selection (image)));
  g_autofree guint8 *bytes = g_new (guint8, (gsize) box.width * box.height);
  int x0 = box.width, y0 = box.height, x1 = 0, y1 = 0;

  gegl_buffer_get (buffer, &box, 1.0, babl_format ("Y u8"), bytes, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      {
        const gsize i = (gsize) y * box.width + x;

        if (!(inside->pixels[4 * i + 3] > 0))
          bytes[i] = 0;
        if (!bytes[i])
          continue;
        x0 = MIN (x0, x);
        x1 = MAX (x1, x + 1);
        y0 = MIN (y0, y);
        y1 = y + 1;
      }
  hole->kind = HOLE_STORED;
  hole->bounds = (GeglRectangle){ box.x + x0, box.y + y0, MAX (x1 - x0, 0), MAX (y1 - y0, 0) };
  hole->stored = g_new (guint8, (gsize) hole->bounds.width * hole->bounds.height);
  for (int y = y0; y < y1; y++)
    memcpy (hole->stored + (gsize) (y - y0) * hole->bounds.width,
            bytes + (gsize) y * box.width + x0, (gsize) hole->bounds.width);
  return x1 > x0 && gegl_rectangle_contains (&canvas, &hole->bounds);
}

UiScene *
gimp_host_look_inside (UiHost *host, const UiQuery *query, const TesseraModel *model,
                       const UiPiece *inside, GError **error)
{
  GimpImage *image = ((GimpHost *) host)->image;
  Notes *notes = notes_new (image, query, model);

  if (!selection_inside (image, inside, &notes->work.hole))
    message_set (error, "E-OUTSIDE-PART",
                 _ ("The selection lies outside of this variation. Select a part of it."));
  else if (work_read (&notes->work, "", error))
    return scene_new (notes, query);
  notes_free (notes);
  return NULL;
}
