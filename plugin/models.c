#include "models.h"
#include "message.h"
#include <libgimp/gimp.h>
#include <glib/gi18n.h>
#include <string.h>

#define BUNDLED "landscape"

static GPtrArray *
candidates (const char *wanted)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const char *chosen = *wanted ? wanted : g_getenv ("TESSERA_MODEL");
  g_autofree char *file = NULL;
  g_autofree char *here = NULL;

  if (chosen && *chosen
      && (strchr (chosen, G_DIR_SEPARATOR) || g_str_has_suffix (chosen, ".safetensors")))
    {
      g_ptr_array_add (paths, g_strdup (chosen));
      return paths;
    }
  file = g_strconcat (chosen && *chosen ? chosen : BUNDLED, ".safetensors", NULL);
  here = g_path_get_dirname (gimp_get_progname ());
  g_ptr_array_add (paths, g_build_filename (here, "models", file, NULL));
  g_ptr_array_add (paths,
                   g_build_filename (g_get_user_data_dir (), "tessera", "models", file, NULL));
  g_ptr_array_add (paths, g_build_filename (TESSERA_MODEL_DIR, file, NULL));
  return paths;
}

char *
models_find (const char *wanted, GError **error)
{
  g_autoptr (GPtrArray) paths = candidates (wanted);
  g_autofree char *list = NULL;

  for (guint i = 0; i < paths->len; i++)
    if (g_file_test (paths->pdata[i], G_FILE_TEST_IS_REGULAR))
      return g_strdup (paths->pdata[i]);
  g_ptr_array_add (paths, NULL);
  list = g_strjoinv (", ", (char **) paths->pdata);
  message_set (error, "E-NO-MODEL",
               _ ("The model file is missing. Reinstall Tessera, or choose a model file. "
                  "(Looked in: %s)"),
               list);
  return NULL;
}
