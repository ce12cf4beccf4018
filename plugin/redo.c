/* tessera-redo: makes a completion again from what is stored with it. */
#include "mark.h"
#include "message.h"
#include "models.h"
#include "procedure.h"
#include "procedures.h"
#include "recipe.h"
#include "tree.h"
#include <glib/gi18n.h>
#include <string.h>

typedef enum { CHANGE_SAME, CHANGE_SEED, CHANGE_SIMILAR } Change;

/* What is found in the picture. */
typedef struct {
  GimpItem *item;       /* what is chosen: a layer, or a completion's group */
  GimpItem *top;        /* the completion's group, or the layer itself */
  Recipe recipe;        /* owned */
  int n_variations;     /* that the item stands for */
  GimpDrawable *source; /* SOURCE_LAYER: the layer; NULL = everything visible */
  GimpLayer *labels;    /* NULL = none */
} Found;

static void
found_clear (Found *found)
{
  recipe_clear (&found->recipe);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

static int
count_children (GimpItem *group)
{
  g_autofree GimpItem **children = gimp_item_get_children (group);
  int n = 0;

  for (GimpItem **child = children; child && *child; child++)
    {
      g_autofree char *recipe = mark_get_recipe (*child);

      n += recipe != NULL;
    }
  return CLAMP (n, 1, TESSERA_MAX_VARIATIONS);
}

static gboolean
find_recipe (Found *found, GimpDrawable **drawables, GError **error)
{
  GimpLayer *layer = tree_single_layer (drawables, NULL);
  g_autofree char *text = layer ? mark_get_recipe (GIMP_ITEM (layer)) : NULL;
  GimpItem *parent;

  if (!text)
    {
      message_set (error, "E-NO-RECIPE",
                   _ ("This layer was not made by Tessera, or its recipe was lost. "
                      "Select a layer of a group named \"Completion\"."));
      return FALSE;
    }
  found->item = found->top = GIMP_ITEM (layer);
  parent = gimp_item_get_parent (found->item);
  if (parent && mark_is_completion (parent, NULL))
    found->top = parent;
  found->n_variations = mark_is_completion (found->item, NULL) ? count_children (found->item) : 1;
  return recipe_parse (&found->recipe, text, error);
}

/* The mask of the layer, where the hole itself was too large to be stored. */
static guint8 *
hole_from_mask (GimpLayer *layer, GeglRectangle *bounds)
{
  GimpLayerMask *mask = gimp_layer_get_mask (layer);
  g_autoptr (GeglBuffer) buffer = NULL;
  guint8 *bytes;

  if (!mask)
    return NULL;
  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &bounds->x, &bounds->y);
  bounds->width = gimp_drawable_get_width (GIMP_DRAWABLE (mask));
  bounds->height = gimp_drawable_get_height (GIMP_DRAWABLE (mask));
  buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (mask));
  bytes = g_try_malloc_n (bounds->width, bounds->height);
  if (bytes)
    gegl_buffer_get (buffer, GEGL_RECTANGLE (0, 0, bounds->width, bounds->height), 1.0,
                     babl_format ("Y u8"), bytes, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return bytes;
}

static GimpLayer *
any_layer (const Found *found)
{
  g_autofree GimpItem **children = NULL;

  if (!gimp_item_is_group (found->item))
    return GIMP_LAYER (found->item);
  children = gimp_item_get_children (found->item);
  return children && children[0] ? GIMP_LAYER (children[0]) : NULL;
}

static gboolean
find_hole (const Found *found, Hole *hole, Report *report, GError **error)
{
  GimpLayer *layer = any_layer (found);

  hole->kind = HOLE_STORED;
  hole->bounds = found->recipe.bounds;
  hole->stored = mark_get_hole (found->top, hole->bounds.width, hole->bounds.height);
  if (hole->stored)
    return TRUE;
  hole->stored = layer ? hole_from_mask (layer, &hole->bounds) : NULL;
  if (hole->stored)
    report_warn (report, "W-HOLE",
                 _ ("The selection was not stored with this completion. The layer mask is taken "
                    "for it."));
  else
    message_set (error, "E-RECIPE-BAD", _ ("The recipe cannot be read: %s."),
                 _ ("it does not say where"));
  return hole->stored != NULL;
}

/* Layers that the recipe names by their tattoos. */
static gboolean
find_layers (Found *found, GimpImage *image, Report *report, GError **error)
{
  const Recipe *recipe = &found->recipe;
  GimpItem *source =
      recipe->source == SOURCE_LAYER ? tree_by_tattoo (image, recipe->source_tattoo) : NULL;
  GimpItem *labels = tree_by_tattoo (image, recipe->label_tattoo);
  const gboolean lost =
      (recipe->source == SOURCE_LAYER && !source) || (recipe->label_tattoo && !labels);

  found->source = source ? GIMP_DRAWABLE (source) : NULL;
  found->labels = labels ? GIMP_LAYER (labels) : NULL;
  if (recipe->label_tattoo && !labels && g_str_equal (recipe->op, "paint"))
    {
      message_set (error, "E-NO-LABELS",
                   _ ("Choose a label layer, or make one with New Label Layer."));
      return FALSE;
    }
  if (lost)
    report_warn (report, "W-CHANGED",
                 _ ("The picture under this completion has changed. The result will differ."));
  return TRUE;
}

static gboolean
is_model (const TesseraModel *model, const Recipe *recipe)
{
  return g_str_equal (tessera_model_fingerprint (model), recipe->sha256);
}

/* The recipe's model, wherever it is; `wanted` is taken as it is where it says something. */
static TesseraModel *
find_model (const Recipe *recipe, const char *wanted, Report *report, GError **error)
{
  g_autoptr (TesseraModel) model = models_open (wanted, NULL, *wanted ? error : NULL);
  g_autoptr (GPtrArray) paths = NULL;

  if (*wanted)
    {
      if (model && !is_model (model, recipe))
        report_warn (report, "W-MODEL",
                     _ ("This recipe was made with the model \"%s\". The result will differ."),
                     recipe->model);
      return g_steal_pointer (&model);
    }
  if (model && is_model (model, recipe))
    return g_steal_pointer (&model);
  paths = models_list ();
  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (TesseraModel) other = tessera_model_open (paths->pdata[i], NULL);

      if (other && is_model (other, recipe))
        return g_steal_pointer (&other);
    }
  message_set (error, "E-MODEL-WRONG",
               _ ("This recipe was made with the model \"%s\", which is not installed. "
                  "Choose another model to make something like it."),
               recipe->model);
  return NULL;
}

static gboolean
read_request (TesseraRequest *request, const Recipe *recipe, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (tessera_recipe_read (recipe->text, request, &reason))
    return TRUE;
  if (g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED))
    message_set (error, "E-RECIPE-NEWER", _ ("The recipe was written by a newer Tessera."));
  else
    message_set (error, "E-RECIPE-BAD", _ ("The recipe cannot be read: %s."), reason->message);
  return FALSE;
}

static void
apply_change (TesseraRequest *request, const Found *found, GimpProcedureConfig *config)
{
  const Change change = gimp_procedure_config_get_choice_id (config, "change");
  double amount;
  int n;

  g_object_get (config, "amount", &amount, "variations", &n, NULL);
  request->n_variations = n > 0 ? n : found->n_variations;
  if (gimp_item_is_group (found->item))
    request->first_variation = 0;
  if (change == CHANGE_SAME)
    return;
  if (change == CHANGE_SIMILAR)
    {
      request->similar_seed = request->seed;
      request->similar_variation = request->first_variation;
      request->amount = amount / 100;
    }
  request->seed = arguments_new_seed ();
  request->first_variation = 0;
}

/* Whether the picture is as it was, and whether the result is. */
static void
compare (Work *work, const Recipe *recipe, int variation)
{
  g_autofree char *input = region_fingerprint (&work->region);
  const gboolean changed = *recipe->input && !g_str_equal (input, recipe->input);

  work->report.sameness = changed ? "changed" : "other";
  if (changed)
    report_warn (&work->report, "W-CHANGED",
                 _ ("The picture under this completion has changed. The result will differ."));
  for (int i = 0; !changed && i < tessera_result_n_variations (work->result); i++)
    {
      g_autofree char *output = recipe_result_fingerprint (work->result, i);

      if (tessera_result_variation (work->result, i) == variation
          && g_str_equal (output, recipe->result))
        work->report.sameness = "identical";
    }
}

static gboolean
redo (Work *work, Found *found, GimpProcedureConfig *config, GError **error)
{
  g_autofree char *wanted = arguments_text (config, "model");
  GimpItem *without[] = { NULL, NULL };
  GimpDrawable *picture[] = { NULL, NULL };
  int variation;

  if (!find_recipe (found, work->drawables, error)
      || !read_request (&work->request, &found->recipe, error)
      || !find_hole (found, &work->hole, &work->report, error)
      || !find_layers (found, work->image, &work->report, error)
      || !(work->model = find_model (&found->recipe, wanted, &work->report, error)))
    return FALSE;
  variation = work->request.first_variation;
  apply_change (&work->request, found, config);
  without[0] = found->top;
  picture[0] = found->source;
  work->without = without;
  work->picture = found->source ? picture : NULL;
  work->source = found->source ? SOURCE_LAYER : SOURCE_VISIBLE;
  work->conditions.labels = found->labels;
  work->op = found->recipe.op;
  if (!work_read (work, NULL, error) || !work_compute (work, error))
    return FALSE;
  if (gimp_procedure_config_get_choice_id (config, "change") == CHANGE_SAME)
    compare (work, &found->recipe, variation);
  return work_write (work, error);
}

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
     GimpProcedureConfig *config, gpointer data)
{
  g_auto (Found) found = { 0 };
  g_auto (Work) work = { 0 };
  Settings settings = { 0 };
  GError *error = NULL;

  (void) data;
  procedure_begin ();
  if (mode == GIMP_RUN_INTERACTIVE && !procedure_ask (procedure, config, _ ("Redo Completion")))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
  settings.output = gimp_procedure_config_get_choice_id (config, "output");
  work_begin (&work, image, drawables, &settings);
  tessera_request_init (&work.request);
  progress_listen (&work.progress, image);
  redo (&work, &found, config, &error);
  return procedure_finish (procedure, mode, &work, error);
}

GimpProcedure *
redo_create (GimpPlugIn *plug_in, const char *name)
{
  static const char *const menus[] = { "<Image>/Filters/Tessera", NULL };
  const ProcedureText text = {
    _ ("_Redo Completion…"), menus,
    _ ("Make a completion again from its stored recipe, the same or with changes"),
    _ ("Select a layer of a completion for this variation, or the completion's group for all. The "
       "old completion stays and is no part of the picture that is continued.")
  };
  GimpProcedure *procedure = procedure_new (plug_in, name, &text, run);
  GimpChoice *changes = gimp_choice_new_with_values (
      "same", CHANGE_SAME, _ ("The same again"), NULL, "new-seed", CHANGE_SEED, _ ("New seed"),
      NULL, "similar", CHANGE_SIMILAR, _ ("More like this"), NULL, NULL);

  gimp_procedure_add_choice_argument (procedure, "change", _ ("C_hange"),
                                      _ ("same: the same bytes again; new-seed: something else; "
                                         "similar: most of it stays"),
                                      changes, "same", G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "amount", _ ("_Amount"),
                                      _ ("Percent of cells to choose anew; for similar"), 0.0,
                                      100.0, 40.0, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "variations", _ ("_Variations"),
                                   _ ("How many different results to make; 0: as in the recipe"), 0,
                                   TESSERA_MAX_VARIATIONS, 0, G_PARAM_READWRITE);
  arguments_register_output (procedure);
  arguments_register_model (procedure);
  arguments_register_answers (procedure);
  return procedure;
}
