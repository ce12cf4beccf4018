/* golden FOLDER... [--more FOLDER]: computes every step of every case folder and compares every array
 * with what the original gave. Exit status 0 only if all of them were computed and agree.
 *
 * --more: also the cases inside that folder, where it is there; the output says whether it was. */
#include "ops.h"
#include "nn/kernels.h"
#include <string.h>

static gboolean
run_case (const char *folder, GError **error)
{
  g_autoptr (Pool) pool = pool_new (0);
  Job job = { .pool = pool };
  g_autoptr (Case) kase = case_open (folder, &job, error);
  JsonArray *steps;

  if (!kase)
    return FALSE;
  steps = json_object_get_array_member (kase->object, "steps");
  for (guint i = 0; i < json_array_get_length (steps); i++)
    {
      JsonObject *step = json_array_get_object_element (steps, i);

      if (!op_run (kase, step, error))
        {
          g_prefix_error (error, "step %u, %s: ", i, json_text (step, "op", "?"));
          return FALSE;
        }
    }
  return case_complete (kase, error);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The folders inside `parent` that hold a case, sorted. */
static void
add_cases (const char *parent, GPtrArray *folders)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const guint before = folders->len;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (parent, name, "case.json", NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        g_ptr_array_add (folders, g_build_filename (parent, name, NULL));
    }
  g_ptr_array_sort (folders, by_name);
  if (dir)
    g_print ("# and %u cases of %s\n", folders->len - before, parent);
  else
    g_print ("# no %s here: the cases above are all\n", parent);
}

static void
read_arguments (int argc, char **argv, GPtrArray *folders)
{
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--more") == 0 && i + 1 < argc)
      add_cases (argv[++i], folders);
    else
      g_ptr_array_add (folders, g_strdup (argv[i]));
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  gboolean failed;

  read_arguments (argc, argv, folders);
  failed = folders->len == 0;
  g_print ("1..%u\n# kernels: %s\n", folders->len, kernels_best ()->isa);
  for (guint i = 0; i < folders->len; i++)
    {
      const char *folder = folders->pdata[i];
      g_autoptr (GError) error = NULL;

      if (run_case (folder, &error))
        g_print ("ok %u %s\n", i + 1, folder);
      else
        {
          g_print ("not ok %u %s\n# %s\n", i + 1, folder, error->message);
          failed = TRUE;
        }
    }
  return failed ? 1 : 0;
}
