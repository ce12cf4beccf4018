/* standin: the window without an editor, to try things out:
 *   standin PICTURE [MASK [selection|extend|labels]]
 * The picture is whatever GdkPixbuf reads; the mask's white is the selection ("" = none). Apply
 * writes standin.png. The environment's LANGUAGE names the language. The environment's TESSERA_MODEL names the model. */
#include "standin_host.h"
#include "window.h"
#include <libintl.h>
#include <string.h>

static GdkPixbuf *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbuf) read = gdk_pixbuf_new_from_file (path, &error);

  if (!read)
    g_error ("%s", error->message);
  return gdk_pixbuf_add_alpha (read, FALSE, 0, 0, 0);
}

int
main (int argc, char **argv)
{
  static const char *const modes[] = { "selection", "extend", "labels" };
  const char *model = g_getenv ("TESSERA_MODEL");
  UiMode mode = UI_MODE_SELECTION;
  Standin standin;

  gtk_init (&argc, &argv);
  bindtextdomain (GETTEXT_PACKAGE, STANDIN_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  if (argc < 2)
    {
      g_printerr ("standin PICTURE [MASK [selection|extend|labels]]\n");
      return 2;
    }
  standin_init (&standin, load (argv[1]), argc > 2 && argv[2][0] ? load (argv[2]) : NULL,
                model ? model : "data/models/landscape.safetensors");
  standin.output = "standin.png";
  standin.host.settings_file = g_getenv ("TESSERA_SETTINGS");
  for (int i = 0; argc > 3 && i < UI_N_MODES; i++)
    if (strcmp (argv[3], modes[i]) == 0)
      mode = (UiMode) i;
  ui_window_on_closed (ui_window_new (&standin.host, mode), (void (*) (gpointer)) gtk_main_quit,
                       NULL);
  gtk_main ();
  standin_clear (&standin);
  return 0;
}
