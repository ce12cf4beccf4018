/* tessera-paint-labels: paints a picture from a layer of labels. */
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
  g_autoptr (GimpLayer) depth = NULL;

  (void) data;
  procedure_begin ();
  if (mode == GIMP_RUN_INTERACTIVE)
    return window_run (procedure, image, UI_MODE_LABELS);
  settings_read (&settings, config, mode == GIMP_RUN_WITH_LAST_VALS);
  work_begin (&work, image, drawables, &settings);
  work.op = "paint";
  work.needs_labels = TRUE;
  work.hole.kind = gimp_procedure_config_get_choice_id (config, "region");
  g_object_get (config, "depth-layer", &depth, "class", &work.request.class_number, NULL);
  work.conditions.depth = depth;
  return procedure_run_work (procedure, mode, &work, settings.model);
}

GimpProcedure *
paint_create (GimpPlugIn *plug_in, const char *name)
{
  static const char *const menus[] = { "<Image>/Filters/Tessera", NULL };
  const ProcedureText text = {
    _ ("_Paint from Labels…"), menus,
    _ ("Paint a picture from a layer of labels such as sky, water and rock"),
    _ ("Everything in the region is painted anew, so that it shows what the label layer says; "
       "pixels around the region are continued. Places without label are free.")
  };
  GimpProcedure *procedure = procedure_new (plug_in, name, &text, run);
  GimpChoice *regions = gimp_choice_new_with_values (
      "auto", HOLE_IMAGE, _ ("Automatic"), NULL, "image", HOLE_ALL, _ ("Whole picture"), NULL,
      "selection", HOLE_SELECTION, _ ("Selection"), NULL, NULL);

  gimp_procedure_add_choice_argument (procedure, "region", _ ("Pa_int"),
                                      _ ("Which part to paint anew; auto: the selection if there "
                                         "is one, else the whole picture"),
                                      regions, "auto", G_PARAM_READWRITE);
  arguments_register (procedure);
  gimp_procedure_add_layer_argument (procedure, "depth-layer", _ ("Depth layer"),
                                     _ ("For models that are told depth: a layer whose brightness "
                                        "says how near things are; for models that are told "
                                        "drawings: the drawing"),
                                     TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "class", _ ("Class"),
                                   _ ("For models that know classes: what to paint; -1: not said"),
                                   -1, G_MAXINT, -1, G_PARAM_READWRITE);
  arguments_register_answers (procedure);
  return procedure;
}
