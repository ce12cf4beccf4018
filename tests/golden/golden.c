/* golden FOLDER...: computes every step of every case folder and compares every array with what
 * the original gave. Exit status 0 only if all of them were computed and agree. */
#include "ops.h"
#include "nn/kernels.h"

static gboolean
run_case (const char *folder, GError **error)
{
  g_autoptr (Pool) pool = pool_new (0);
  Job job = { .pool = pool };
  g_autoptr (Case) kase = case_open (folder, &job, error);
  JsonArray *steps;

  if (!kase)
    return FALSE;
  steps = json_object_has_member (kase->object, "steps")
              ? json_object_get_array_member (kase->object, "steps")
              : NULL;
  if (!steps || json_array_get_length (steps) == 0)
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "the case has no steps");
      return FALSE;
    }
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

int
main (int argc, char **argv)
{
  int failed = argc < 2;

  g_print ("1..%d\n# kernels: %s\n", argc - 1, kernels_best ()->isa);
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *name = g_path_get_basename (argv[i]);
      g_autoptr (GError) error = NULL;

      if (run_case (argv[i], &error))
        g_print ("ok %d %s\n", i, name);
      else
        {
          g_print ("not ok %d %s\n# %s\n", i, name, error->message);
          failed++;
        }
    }
  return failed ? 1 : 0;
}
