#include "procedure.h"
#include "message.h"
#include <libgimp/gimpui.h>
#include <glib/gi18n.h>

GimpProcedure *
procedure_new (GimpPlugIn *plug_in, const char *name, const ProcedureText *text,
               GimpRunImageFunc run)
{
  GimpProcedure *procedure =
      gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE
                                                      | GIMP_PROCEDURE_SENSITIVE_DRAWABLES
                                                      | GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, text->label);
  for (const char *const *menu = text->menus; *menu; menu++)
    gimp_procedure_add_menu_path (procedure, *menu);
  gimp_procedure_set_documentation (procedure, text->blurb, text->help, name);
  gimp_procedure_set_attribution (procedure, "The Tessera authors", "The Tessera authors", "2026");
  return procedure;
}

/* Looking for GEGL's operations would take most of the start: 0.2 s of a call that fills a small
 * hole in 0.5 s. */
void
procedure_begin (void)
{
  g_setenv ("GEGL_PATH", "/nonexistent", TRUE);
  gegl_init (NULL, NULL);
}

gboolean
procedure_ask (GimpProcedure *procedure, GimpProcedureConfig *config, const char *title)
{
  GtkWidget *dialog;
  gboolean agreed;

  gimp_ui_init ("tessera");
  dialog = gimp_procedure_dialog_new (procedure, config, title);
  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (dialog), _ ("_Generate"));
  gimp_procedure_dialog_fill (GIMP_PROCEDURE_DIALOG (dialog), NULL);
  agreed = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  gtk_widget_destroy (dialog);
  while (gtk_events_pending ()) /* the dialog goes away before the work begins */
    gtk_main_iteration ();
  return agreed;
}

static void
tell (const Work *work)
{
  g_autofree char *sentences = report_sentences (&work->report);

  if (sentences)
    gimp_message (sentences);
  if (work->output == OUTPUT_IMAGE)
    gimp_display_new (work->placement.target);
  gimp_displays_flush ();
}

static GimpValueArray *
answer (GimpProcedure *procedure, GimpRunMode mode, const Work *work)
{
  GimpValueArray *values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  const Placement *made = &work->placement;
  GString *seeds = g_string_new (NULL); /* a text: Python reads no array of numbers (GIMP 3.0.4) */

  for (int n = 0; made->recipes[n] && (n == 0 || made->layers[n]); n++)
    g_string_append_printf (seeds, "%s%" G_GUINT64_FORMAT, n ? "," : "[", work->request.seed);
  g_string_append_c (seeds, ']');
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 1, (GObject **) made->layers);
  GIMP_VALUES_SET_STRING (values, 2, made->recipes[0]);
  GIMP_VALUES_SET_GROUP_LAYER (values, 3, made->group);
  GIMP_VALUES_TAKE_STRING (values, 4, g_string_free (seeds, FALSE));
  GIMP_VALUES_TAKE_STRING (values, 5, report_json (&work->report));
  GIMP_VALUES_SET_IMAGE (values, 6, made->target);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    tell (work);
  return values;
}

GimpValueArray *
procedure_refuse (GimpProcedure *procedure, GimpRunMode mode, GError *error)
{
  GimpPDBStatusType status = GIMP_PDB_EXECUTION_ERROR;

  if (g_error_matches (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED))
    {
      g_error_free (error);
      if (mode != GIMP_RUN_NONINTERACTIVE)
        gimp_message (_ ("Stopped. Nothing was changed."));
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
    }
  if (message_is_about_arguments (error))
    status = GIMP_PDB_CALLING_ERROR;
  if (mode != GIMP_RUN_NONINTERACTIVE)
    message_strip_code (error);
  return gimp_procedure_new_return_values (procedure, status, error);
}

GimpValueArray *
procedure_finish (GimpProcedure *procedure, GimpRunMode mode, const Work *work, GError *error)
{
  if (!error)
    return answer (procedure, mode, work);
  if (!gimp_image_is_valid (work->image)) /* whatever failed, it was for that */
    {
      g_clear_error (&error);
      message_closed (&error);
    }
  return procedure_refuse (procedure, mode, error);
}

GimpValueArray *
procedure_run_work (GimpProcedure *procedure, GimpRunMode mode, Work *work, const char *model)
{
  GError *error = NULL;

  progress_listen (&work->progress, work->image);
  work_run (work, model, &error);
  return procedure_finish (procedure, mode, work, error);
}
