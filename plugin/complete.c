/* tessera-complete: fills the selection, or what is transparent. */
#include "procedure.h"
#include "procedures.h"
#include "window_run.h"
#include <glib/gi18n.h>

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
     GimpProcedureConfig *config, gpointer data)
{
  g_auto (Settings) settings = { 0 };
  g_auto (Work) work = { 0 };

  (void) data;
  procedure_begin ();
  if (mode == GIMP_RUN_INTERACTIVE)
    return window_run (procedure, image, UI_MODE_SELECTION);
  settings_read (&settings, config, mode == GIMP_RUN_WITH_LAST_VALS);
  work_begin (&work, image, drawables, &settings);
  work.hole.kind = gimp_procedure_config_get_choice_id (config, "region");
  return procedure_run_work (procedure, mode, &work, settings.model);
}

GimpProcedure *
complete_create (GimpPlugIn *plug_in, const char *name)
{
  static const char *const menus[] = { "<Image>/Filters/Tessera", "<Image>/Edit/[Stroke]", NULL };
  const ProcedureText text = {
    _ ("_Complete Selection…"), menus,
    _ ("Fill the selection with new content that continues the picture (inpaint, remove, heal, "
       "repair)"),
    _ ("The selection, soft edges included, says what is replaced. The results are layers of a "
       "new group above the selected layer; nothing else in the image changes.")
  };
  GimpProcedure *procedure = procedure_new (plug_in, name, &text, run);
  GimpChoice *regions = gimp_choice_new_with_values (
      "auto", HOLE_AUTO, _ ("Automatic"), NULL, "selection", HOLE_SELECTION, _ ("Selection"), NULL,
      "transparent", HOLE_TRANSPARENT, _ ("Empty area"), NULL, NULL);

  gimp_procedure_add_choice_argument (procedure, "region", _ ("Fill _in"),
                                      _ ("What is to be filled; auto: the selection if there is "
                                         "one, else the transparent area"),
                                      regions, "auto", G_PARAM_READWRITE);
  arguments_register (procedure);
  arguments_register_answers (procedure);
  return procedure;
}
