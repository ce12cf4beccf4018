#include "window_run.h"
#include "host_gimp.h"
#include "window.h"
#include <libgimp/gimpui.h>

static void
quit (gpointer data)
{
  g_main_loop_quit (data);
}

GimpValueArray *
window_run (GimpProcedure *procedure, GimpImage *image, UiMode mode)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GimpHost host;
  UiWindow *window;

  gimp_ui_init ("tessera");
  gimp_host_init (&host, image);
  window = ui_window_new (&host.host, mode);
  gimp_window_set_transient (ui_window_widget (window));
  ui_window_on_closed (window, quit, loop);
  g_main_loop_run (loop);
  gimp_host_clear (&host);
  /* After a success GIMP would note the arguments in the image: it stays as it was instead. */
  return gimp_procedure_new_return_values (
      procedure, host.n_applied > 0 ? GIMP_PDB_SUCCESS : GIMP_PDB_CANCEL, NULL);
}
