#include "work.h"
#include "compute.h"
#include "message.h"
#include "models.h"
#include "recipe.h"
#include "tree.h"
#include <glib/gi18n.h>

enum { MAX_SIDE = 524288 }; /* of an image in GIMP */

void
work_begin (Work *work, GimpImage *image, GimpDrawable **drawables, const Settings *settings)
{
  *work = (Work){ .image = image,
                  .drawables = drawables,
                  .op = "complete",
                  .output = settings->output,
                  .source = settings->output == OUTPUT_MERGE ? SOURCE_LAYER : settings->source,
                  .conditions = { .labels = settings->label_layer } };
  tessera_request_init (&work->request);
  settings_to_request (settings, &work->request);
  report_begin (&work->report);
}

void
work_clear (Work *work)
{
  progress_clear (&work->progress);
  placement_clear (&work->placement);
  g_clear_pointer (&work->result, tessera_result_free);
  blend_clear (&work->blend);
  region_clear (&work->region);
  hole_clear (&work->hole);
  g_clear_pointer (&work->model, tessera_model_close);
  report_clear (&work->report);
}

/* The layer that is the picture where one is. */
static GimpDrawable **
source_of (const Work *work)
{
  return work->picture ? work->picture : work->drawables;
}

static gboolean
check_image (const Work *work, GError **error)
{
  const Margins *m = &work->hole.margins;

  if (gimp_image_get_base_type (work->image) == GIMP_INDEXED)
    message_set (error, "E-INDEXED",
                 _ ("Pictures with a color palette cannot be completed. "
                    "Convert the picture to RGB first."));
  else if (gimp_image_get_floating_sel (work->image))
    message_set (error, "E-FLOATING", _ ("There is a floating selection. Anchor it first."));
  else if ((gint64) gimp_image_get_width (work->image) + m->left + m->right > MAX_SIDE
           || (gint64) gimp_image_get_height (work->image) + m->top + m->bottom > MAX_SIDE)
    message_set (error, "E-HUGE-IMAGE",
                 _ ("The extended picture would be larger than GIMP allows "
                    "(524288 pixels per side)."));
  else
    return work->output != OUTPUT_MERGE || merge_check (work->drawables, error);
  return FALSE;
}

/* What a model is not told must not be given: it would be ignored. */
static gboolean
check_told (const Work *work, GError **error)
{
  const TesseraModelInfo *info = tessera_model_info (work->model);

  if (work->conditions.depth && info->condition != TESSERA_CONDITION_DEPTH
      && info->condition != TESSERA_CONDITION_PICTURE)
    message_set (error, "E-MODEL-CANNOT",
                 _ ("The model \"%s\" cannot do this: it is not told depth or drawings."),
                 info->name);
  else if (work->request.class_number >= 0 && info->condition != TESSERA_CONDITION_CLASS)
    message_set (error, "E-MODEL-CANNOT",
                 _ ("The model \"%s\" cannot do this: it knows no classes."), info->name);
  else
    return TRUE;
  return FALSE;
}

/* Whether the conditions are there and of this image. */
static gboolean
check_conditions (const Work *work, GError **error)
{
  const TesseraModelInfo *info = tessera_model_info (work->model);
  GimpLayer *const layers[] = { work->conditions.labels, work->conditions.depth };
  const gboolean gray = gimp_image_get_base_type (work->image) == GIMP_GRAY;

  if (work->needs_labels && gray && info->n_labels > 0)
    {
      message_set (error, "E-GRAY-LABELS",
                   _ ("Labels are colors, and this picture is gray. Convert it to RGB first."));
      return FALSE;
    }
  if (work->needs_labels && !work->conditions.labels
      && (info->n_labels > 0 || info->condition == TESSERA_CONDITION_NONE))
    {
      message_set (error, "E-NO-LABELS",
                   _ ("Choose a label layer, or make one with New Label Layer."));
      return FALSE;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (layers); i++)
    if (layers[i] && gimp_item_get_image (GIMP_ITEM (layers[i])) != work->image)
      {
        message_set (error, "E-NO-LABELS", _ ("The chosen layer belongs to another picture."));
        return FALSE;
      }
  return check_told (work, error);
}

/* The label layer is no part of the picture, whether it has a mark or not. */
static GimpItem **
left_out (const Work *work)
{
  gsize n = 0;
  GimpItem **items;

  while (work->without && work->without[n])
    n++;
  items = g_new0 (GimpItem *, n + 3);
  for (gsize i = 0; i < n; i++)
    items[i] = work->without[i];
  if (work->conditions.labels)
    items[n++] = GIMP_ITEM (work->conditions.labels);
  if (work->conditions.depth)
    items[n++] = GIMP_ITEM (work->conditions.depth);
  return items;
}

static gboolean
is_open (const Work *work, GError **error)
{
  if (gimp_image_is_valid (work->image))
    return TRUE;
  message_closed (error);
  return FALSE;
}

gboolean
work_read (Work *work, const char *model, GError **error)
{
  const gboolean clip = work->source == SOURCE_LAYER && work->hole.kind != HOLE_MARGINS;
  g_auto (Picture) picture = { 0 };
  g_autofree GimpItem **without = left_out (work);

  if (!check_image (work, error)
      || !picture_open (&picture, work->image, source_of (work), work->source, without, error)
      || !hole_find (&work->hole, work->image, &picture, clip, error))
    return FALSE;
  report_lap (&work->report, &work->report.reading);
  if (!work->model && !(work->model = models_open (model, NULL, error)))
    return FALSE;
  report_lap (&work->report, &work->report.loading);
  /* A model may take a while to open, and GIMP 3.0.4 can crash over layers of a closed image. */
  if (!is_open (work, error) || !check_conditions (work, error)
      || !region_read (&work->region, work->image, &picture, &work->hole, work->model,
                       &work->request, &work->conditions, &work->report, error))
    return FALSE;
  report_lap (&work->report, &work->report.reading);
  return TRUE;
}

gboolean
work_compute (Work *work, GError **error)
{
  double engine = 0; /* its share is told apart by itself */

  work->result =
      compute (work->model, &work->region, &work->request, &work->progress, &work->report, error);
  report_lap (&work->report, &engine);
  return work->result
         && blend_make (&work->blend, &work->region, work->result, work->request.soften, error);
}

static char **
make_recipes (const Work *work)
{
  const int n = tessera_result_n_variations (work->result);
  GimpLayer *labels = work->conditions.labels;
  GimpLayer *source =
      work->source == SOURCE_LAYER ? tree_single_layer (source_of (work), NULL) : NULL;
  const RecipeContext context = {
    .op = work->op,
    .hole = &work->hole,
    .region = &work->region,
    .source = work->source,
    .source_tattoo = source ? gimp_item_get_tattoo (GIMP_ITEM (source)) : 0,
    .label_tattoo = labels ? gimp_item_get_tattoo (GIMP_ITEM (labels)) : 0,
    .model = work->model,
  };
  char **recipes = g_new0 (char *, n + 1);

  for (int rank = 0; rank < n; rank++)
    recipes[rank] = recipe_new (work->result, rank, &context);
  return recipes;
}

gboolean
work_write (Work *work, GError **error)
{
  Placement *placement = &work->placement;
  gboolean done;

  if (!is_open (work, error))
    return FALSE;
  *placement = (Placement){ .image = work->image,
                            .drawables = work->drawables,
                            .output = work->output,
                            .hole = &work->hole,
                            .region = &work->region,
                            .result = work->result,
                            .ranks = work->ranks,
                            .blend = &work->blend,
                            .seed = work->request.seed,
                            .recipes = make_recipes (work) };
  done = work->output == OUTPUT_MERGE ? merge_result (placement, error)
                                      : place_layers (placement, error);
  report_lap (&work->report, &work->report.writing);
  return done;
}

gboolean
work_run (Work *work, const char *model, GError **error)
{
  return work_read (work, model, error) && work_compute (work, error) && work_write (work, error);
}
