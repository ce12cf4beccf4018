#include "info_gimp.h"
#include <glib.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

/* One folder of plug-ins: GIMP takes only a program in a folder of its own name. */
static gboolean
look_into (const char *folder)
{
  g_autofree char *place = g_build_filename (folder, "tessera", NULL);
  g_autofree char *program = g_build_filename (place, "tessera", NULL);
  const char *found = _ ("nothing of Tessera");

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    found = _ ("no such folder");
  else if (g_file_test (place, G_FILE_TEST_IS_REGULAR))
    found = _ ("\"tessera\" is a file, but must be a folder that holds it: GIMP skips it");
  else if (g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    found = _ ("the plug-in");
  else if (g_file_test (program, G_FILE_TEST_EXISTS))
    found = _ ("the plug-in, but it may not be executed: GIMP skips it");
  printf ("%s: %s\n", folder, found);
  return g_file_test (program, G_FILE_TEST_IS_EXECUTABLE);
}

/* The folders of every GIMP 3 in one directory: 3.0, 3.2 and so on. */
static gboolean
look_below (const char *parent, const char *inside)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  gboolean found = FALSE;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "3."))
      {
        g_autofree char *folder = g_build_filename (parent, name, inside, NULL);

        found |= look_into (folder);
      }
  return found;
}

void
info_gimp_print (void)
{
  const char *own = g_getenv ("GIMP3_DIRECTORY");
  g_autofree char *config = g_build_filename (g_get_user_config_dir (), "GIMP", NULL);
  g_autofree char *given = own ? g_build_filename (own, "plug-ins", NULL) : NULL;
  gboolean found = given && look_into (given);

  found |= look_below (config, "plug-ins");
  found |= look_into (GIMP_PLUGIN_DIR);
  found |= look_into ("/usr/lib/gimp/3.0/plug-ins");
  found |= look_into ("/usr/local/lib/gimp/3.0/plug-ins");
  puts (found ? _ ("GIMP finds the plug-in at its next start.")
              : _ ("GIMP finds no plug-in of Tessera in any of these."));
}
