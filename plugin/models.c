#include "models.h"
#include "message.h"
#include <libgimp/gimp.h>
#include <glib/gi18n.h>
#include <string.h>

#define BUNDLED "landscape"
#define SUFFIX ".safetensors"

static GPtrArray *
folders (void)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *here = g_path_get_dirname (gimp_get_progname ());

  g_ptr_array_add (paths, g_build_filename (here, "models", NULL));
  g_ptr_array_add (paths, g_build_filename (g_get_user_data_dir (), "tessera", "models", NULL));
  g_ptr_array_add (paths, g_strdup (TESSERA_MODEL_DIR));
  return paths;
}

static GPtrArray *
candidates (const char *wanted)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const char *chosen = *wanted ? wanted : g_getenv ("TESSERA_MODEL");
  g_autoptr (GPtrArray) places = NULL;
  g_autofree char *file = NULL;

  if (chosen && *chosen && (strchr (chosen, G_DIR_SEPARATOR) || g_str_has_suffix (chosen, SUFFIX)))
    {
      g_ptr_array_add (paths, g_strdup (chosen));
      return paths;
    }
  file = g_strconcat (chosen && *chosen ? chosen : BUNDLED, SUFFIX, NULL);
  places = folders ();
  for (guint i = 0; i < places->len; i++)
    g_ptr_array_add (paths, g_build_filename (places->pdata[i], file, NULL));
  return paths;
}

static char *
find (const char *wanted, GError **error)
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

TesseraModel *
models_open (const char *wanted, char **path, GError **error)
{
  g_autofree char *found = find (wanted, error);
  GError *reason = NULL;
  TesseraModel *model;

  if (!found)
    return NULL;
  model = tessera_model_open (found, &reason);
  if (!model)
    message_take (error, reason, found);
  else if (path)
    *path = g_steal_pointer (&found);
  return model;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
models_list (void)
{
  g_autoptr (GPtrArray) places = folders ();
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < places->len; i++)
    {
      g_autoptr (GDir) folder = g_dir_open (places->pdata[i], 0, NULL);
      g_autoptr (GPtrArray) here = g_ptr_array_new ();
      const char *name;

      while (folder && (name = g_dir_read_name (folder)))
        if (g_str_has_suffix (name, SUFFIX))
          g_ptr_array_add (here, g_build_filename (places->pdata[i], name, NULL));
      g_ptr_array_sort (here, compare);
      for (guint k = 0; k < here->len; k++)
        g_ptr_array_add (all, here->pdata[k]);
    }
  return all;
}
