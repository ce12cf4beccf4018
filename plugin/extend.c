/* tessera-extend-canvas: makes the picture larger. */
#include "message.h"
#include "procedure.h"
#include "procedures.h"
#include "window_run.h"
#include <glib/gi18n.h>

enum { MAX_MARGIN = 65536 };

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
     GimpProcedureConfig *config, gpointer data)
{
  g_auto (Settings) settings = { 0 };
  g_auto (Work) work = { 0 };
  Margins *margins = &work.hole.margins;
  GError *error = NULL;

  (void) data;
  procedure_begin ();
  if (mode == GIMP_RUN_INTERACTIVE)
    return window_run (procedure, image, UI_MODE_EXTEND);
  settings_read (&settings, config, mode == GIMP_RUN_WITH_LAST_VALS);
  if (settings.output != OUTPUT_MERGE)
    settings.source = SOURCE_VISIBLE;
  work_begin (&work, image, drawables, &settings);
  work.op = "extend";
  work.hole.kind = HOLE_MARGINS;
  g_object_get (config, "left", &margins->left, "right", &margins->right, "top", &margins->top,
                "bottom", &margins->bottom, NULL);
  if (margins->left || margins->right || margins->top || margins->bottom)
    return procedure_run_work (procedure, mode, &work, settings.model);
  message_set (&error, "E-NO-MARGIN", _ ("Nothing to extend: all four margins are 0."));
  return procedure_refuse (procedure, mode, error);
}

static void
add_margin (GimpProcedure *procedure, const char *name, const char *label)
{
  gimp_procedure_add_int_argument (procedure, name, label, _ ("Pixels to add on this side"), 0,
                                   MAX_MARGIN, 0, G_PARAM_READWRITE);
}

GimpProcedure *
extend_create (GimpPlugIn *plug_in, const char *name)
{
  static const char *const menus[] = { "<Image>/Filters/Tessera", "<Image>/Image/[Scale]", NULL };
  const ProcedureText text = {
    _ ("_Extend Canvas…"), menus,
    _ ("Make the picture larger and paint what could lie beyond its borders (outpaint, uncrop, "
       "panorama)"),
    _ ("The canvas grows by the given margins and the new part is filled. The results are layers "
       "of a new group above the selected layer; the old pixels stay as they are. With wrap the "
       "left and right border of the new canvas continue each other.")
  };
  GimpProcedure *procedure = procedure_new (plug_in, name, &text, run);

  add_margin (procedure, "left", _ ("Left"));
  add_margin (procedure, "right", _ ("Right"));
  add_margin (procedure, "top", _ ("Top"));
  add_margin (procedure, "bottom", _ ("Bottom"));
  arguments_register (procedure);
  arguments_register_answers (procedure);
  return procedure;
}
