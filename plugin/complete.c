#include "complete.h"
#include "arguments.h"
#include "layers.h"
#include "message.h"
#include "models.h"
#include "pixels.h"
#include "progress.h"
#include "recipe.h"
#include <libgimp/gimpui.h>
#include <glib/gi18n.h>

static gboolean
ask (GimpProcedure *procedure, GimpProcedureConfig *config)
{
  GtkWidget *dialog;
  gboolean agreed;

  gimp_ui_init ("tessera");
  dialog = gimp_procedure_dialog_new (procedure, config, _ ("Complete Selection"));
  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (dialog), _ ("_Generate"));
  gimp_procedure_dialog_fill (GIMP_PROCEDURE_DIALOG (dialog), NULL);
  agreed = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  gtk_widget_destroy (dialog);
  while (gtk_events_pending ()) /* the dialog goes away before the work begins */
    gtk_main_iteration ();
  return agreed;
}

static TesseraResult *
compute (const Region *region, const Settings *settings, GError **error)
{
  g_autofree char *path = models_find (settings->model, error);
  g_autoptr (TesseraModel) model = NULL;
  g_autoptr (TesseraResult) result = NULL;
  GError *reason = NULL;
  TesseraRequest request;
  Progress progress;

  if (!path)
    return NULL;
  settings_to_request (settings, &request);
  request.picture = (TesseraPicture){ region->width, region->height, region->pixels };
  request.hole = region->hole;
  request.progress = progress_tell;
  request.progress_data = &progress;

  progress_begin (&progress, _ ("Completing the selection"));
  model = tessera_model_open (path, &reason);
  if (model)
    result = tessera_complete (model, &request, &reason);
  progress_end (&progress);
  if (result)
    return g_steal_pointer (&result);
  if (g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_CANCELLED))
    {
      g_propagate_error (error, reason);
      return NULL;
    }
  message_take (error, reason);
  return NULL;
}

static GimpValueArray *
answer (GimpProcedure *procedure, const Completion *completion)
{
  GimpValueArray *values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);

  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 1, (GObject **) completion->layers);
  GIMP_VALUES_SET_STRING (values, 2, completion->recipe);
  GIMP_VALUES_SET_GROUP_LAYER (values, 3, completion->group);
  return values;
}

/* The values of a successful call; NULL and error where it fails. */
static GimpValueArray *
complete (GimpProcedure *procedure, GimpImage *image, GimpDrawable **drawables,
          const Settings *settings, GError **error)
{
  g_auto (Region) region = { 0 };
  g_autoptr (TesseraResult) result = NULL;
  g_auto (Completion) completion = { 0 };

  if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    {
      message_set (error, "E-INDEXED",
                   _ ("Pictures with a color palette cannot be completed. "
                      "Convert the picture to RGB first."));
      return NULL;
    }
  if (!region_read (&region, image, drawables, settings->source, error))
    return NULL;
  result = compute (&region, settings, error);
  if (!result)
    return NULL;
  region_crop (&region, result);
  completion = (Completion){ &region, result, settings, .recipe = NULL };
  completion.recipe = recipe_new (result, &region, settings, image);
  if (!layers_place (&completion, image, drawables, error))
    return NULL;
  gimp_displays_flush ();
  return answer (procedure, &completion);
}

static GimpValueArray *
refuse (GimpProcedure *procedure, GimpRunMode mode, GError *error)
{
  if (g_error_matches (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED))
    {
      g_error_free (error);
      gimp_message (_ ("Stopped. Nothing was changed."));
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
    }
  if (mode != GIMP_RUN_NONINTERACTIVE)
    message_strip_code (error);
  return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
}

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
     GimpProcedureConfig *config, gpointer data)
{
  g_auto (Settings) settings = { 0 };
  GError *error = NULL;
  GimpValueArray *values;

  (void) data;
  gegl_init (NULL, NULL);
  arguments_repair (config);
  if (mode == GIMP_RUN_INTERACTIVE && !ask (procedure, config))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
  settings_read (&settings, config, mode == GIMP_RUN_WITH_LAST_VALS);
  values = complete (procedure, image, drawables, &settings, &error);
  if (!values)
    values = refuse (procedure, mode, error);
  return values;
}

GimpProcedure *
complete_create (GimpPlugIn *plug_in, const char *name)
{
  GimpProcedure *procedure =
      gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  gimp_procedure_set_image_types (procedure, "*"); /* never grey: what is missing is said */
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE
                                                      | GIMP_PROCEDURE_SENSITIVE_DRAWABLES
                                                      | GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _ ("_Complete Selection…"));
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Tessera");
  gimp_procedure_add_menu_path (procedure, "<Image>/Edit/[Stroke]");
  gimp_procedure_set_documentation (
      procedure,
      _ ("Fill the selection with new content that continues the picture (inpaint, remove, heal, "
         "repair)"),
      _ ("The selection, soft edges included, says what is replaced. The results are layers of a "
         "new group above the selected layer; nothing else in the image changes."),
      name);
  gimp_procedure_set_attribution (procedure, "The Tessera authors", "The Tessera authors", "2026");
  arguments_register (procedure);
  return procedure;
}
