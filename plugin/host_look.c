/* Reading for the window and writing what it applies; declared in host_gimp.h. Both are the steps
 * of work.h, with the engine's work between them done by the window. */
#include "host_gimp.h"
#include "message.h"
#include "work.h"
#include <glib/gi18n.h>
#include <string.h>

enum { PREVIEW_PIXELS = 4 << 20 }; /* a picture that only needs to be shown, at most */

/* What the scene remembers for Apply. */
typedef struct {
  Work work;
  GimpDrawable **drawables; /* owned */
  gboolean grown;           /* the canvas has its margins already */
} Notes;

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

static double
off_labels (const Report *report)
{
  const double painted = (double) report->labels.n_painted;

  if (!report->has_labels || painted <= 0)
    return 0;
  return (double) (report->labels.n_near + report->labels.n_unknown) / painted;
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
  scene->off_labels = off_labels (&work->report);
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

/* ---- applying ------------------------------------------------------------------------------ */

static char *
where_it_is (const Work *work)
{
  const Placement *made = &work->placement;
  GimpItem *item = made->group    ? GIMP_ITEM (made->group)
                   : made->layers ? GIMP_ITEM (made->layers[0])
                                  : NULL;
  g_autofree char *name = item ? gimp_item_get_name (item) : NULL;

  if (made->group)
    return g_strdup_printf (_ ("Added group “%s”. Ctrl+Z in GIMP removes it."), name);
  if (name)
    return g_strdup_printf (_ ("Added layer “%s”. Ctrl+Z in GIMP removes it."), name);
  return g_strdup (_ ("Written into the layer. Ctrl+Z in GIMP takes it back."));
}

/* The pieces of one result, from pieces[0] on; the number of them. */
static int
apply_result (Notes *notes, const UiPiece *pieces, int n, char **place, GError **error)
{
  Work *work = &notes->work;
  int ranks[TESSERA_MAX_VARIATIONS + 1], count = 0;
  gboolean done;

  for (int i = 0; i < n && pieces[i].result == pieces[0].result; i++)
    if (count < TESSERA_MAX_VARIATIONS)
      ranks[count++] = pieces[i].rank;
  ranks[count] = -1;
  placement_clear (&work->placement);
  blend_clear (&work->blend);
  work->result = (TesseraResult *) pieces[0].result; /* lent for this call */
  work->ranks = ranks;
  work->request.seed = pieces[0].seed;
  done = blend_make (&work->blend, &work->region, work->result, work->request.soften, error)
         && work_write (work, error);
  work->result = NULL;
  work->ranks = NULL;
  if (!done)
    return 0;
  g_free (*place);
  *place = where_it_is (work);
  if (work->hole.kind == HOLE_MARGINS)
    work->hole.kind = HOLE_ALL; /* the canvas has grown: what comes next lies inside it */
  return count;
}

static int
by_result (gconstpointer a, gconstpointer b)
{
  const UiPiece *first = a, *second = b;

  if (first->result != second->result)
    return first->result < second->result ? -1 : 1;
  return first->rank - second->rank;
}

gboolean
gimp_host_apply (UiHost *host, const UiScene *scene, const UiPiece *pieces, int n, UiOutput output,
                 char **place, GError **error)
{
  static const Output outputs[] = { OUTPUT_GROUP, OUTPUT_LAYER, OUTPUT_MERGE };
  GimpImage *image = ((GimpHost *) host)->image;
  Notes *notes = scene->host_data;
  g_autofree UiPiece *sorted = g_memdup2 (pieces, (gsize) n * sizeof *pieces);
  int done = 0, step = 1;

  if (!gimp_image_is_valid (image))
    {
      message_set (error, "E-CLOSED", _ ("The picture was closed in GIMP. Nothing was changed."));
      return FALSE;
    }
  g_free (notes->drawables); /* the choice may be another than when the picture was read */
  notes->drawables = gimp_image_get_selected_drawables (image);
  notes->work.drawables = notes->drawables;
  notes->work.output = outputs[output];
  qsort (sorted, (size_t) n, sizeof *sorted, by_result);
  gimp_image_undo_group_start (image); /* several results are one step all the same */
  for (; done < n && step > 0; done += step)
    step = apply_result (notes, sorted + done, n - done, place, error);
  gimp_image_undo_group_end (image);
  gimp_displays_flush ();
  ((GimpHost *) host)->n_applied += done > 0;
  return step > 0;
}
