#include "case.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static gboolean fault (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fault (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error)
    *error = g_error_new_valist (TESSERA_ERROR, TESSERA_ERROR_FORMAT, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* The file that files.`role` names; NULL without error where there is none. */
static char *
file_of (const Case *kase, const char *role)
{
  JsonObject *files = json_object (kase->object, "files", NULL);
  const char *name = files ? json_text (files, role, NULL) : NULL;

  return name ? g_build_filename (kase->folder, name, NULL) : NULL;
}

static gboolean
open_files (Case *kase, GError **error)
{
  g_autofree char *model = file_of (kase, "model");
  g_autofree char *input = file_of (kase, "input");
  g_autofree char *expected = file_of (kase, "expected");

  if (!expected)
    return fault (error, "case.json names no expected file");
  return (!model || (kase->model = model_open (model, error)))
         && (!input || (kase->input = safetensors_open (input, error)))
         && (kase->expected = safetensors_open (expected, error));
}

/* What is read without asking must be there: another form of case is no case that agrees. */
static gboolean
check_form (JsonObject *object, GError **error)
{
  JsonNode *steps = json_object_get_member (object, "steps");
  JsonNode *exact = json_object_get_member (object, "exact");
  int form;

  if (!json_int (object, "tessera_golden", 1, 1, &form, error))
    return FALSE;
  if (!steps || !JSON_NODE_HOLDS_ARRAY (steps)
      || json_array_get_length (json_node_get_array (steps)) == 0)
    return fault (error, "the case has no steps");
  for (guint i = 0; i < json_array_get_length (json_node_get_array (steps)); i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (json_node_get_array (steps), i)))
      return fault (error, "step %u is no object", i);
  if (exact && !JSON_NODE_HOLDS_ARRAY (exact))
    return fault (error, "exact is no list");
  return TRUE;
}

Case *
case_open (const char *folder, Job *job, GError **error)
{
  g_autoptr (Case) kase = g_new0 (Case, 1);
  g_autofree char *path = g_build_filename (folder, "case.json", NULL), *text = NULL;
  gsize length;

  kase->folder = g_strdup (folder);
  kase->job = job;
  kase->compared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  kase->roles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!g_file_get_contents (path, &text, &length, error)
      || !(kase->root = json_parse_object (text, length, path, error)))
    return NULL;
  kase->object = json_node_get_object (kase->root);
  if (!check_form (kase->object, error))
    return NULL;
  return open_files (kase, error) ? g_steal_pointer (&kase) : NULL;
}

void
case_close (Case *kase)
{
  if (!kase)
    return;
  g_clear_pointer (&kase->root, json_node_unref);
  g_clear_pointer (&kase->model, model_close);
  g_clear_pointer (&kase->input, safetensors_close);
  g_clear_pointer (&kase->expected, safetensors_close);
  g_clear_pointer (&kase->compared, g_hash_table_unref);
  g_clear_pointer (&kase->roles, g_hash_table_unref);
  g_free (kase->folder);
  g_free (kase);
}

/* "kept[3]" -> "kept", row 3; without brackets row -1. */
static char *
split_row (const char *text, int *row)
{
  const char *bracket = strchr (text, '[');

  *row = bracket ? atoi (bracket + 1) : -1;
  return bracket ? g_strndup (text, bracket - text) : g_strdup (text);
}

/* All numbers, or those of one row; NULL where there is no such row. */
static double *
numbers_of (const Tensor *tensor, int row, size_t *n)
{
  const size_t size = row < 0 ? tensor->n : tensor->n / MAX (tensor->shape[0], 1);
  const size_t first = row < 0 ? 0 : row * size;
  double *numbers;

  if (row >= 0 && (tensor->n_dims == 0 || row >= tensor->shape[0]))
    return NULL;
  numbers = g_new (double, size + 1);
  for (size_t i = 0; i < size; i++)
    numbers[i] = tensor_number (tensor, first + i);
  *n = size;
  return numbers;
}

double *
case_argument (Case *kase, JsonObject *step, const char *name, const Tensor **tensor, size_t *n,
               GError **error)
{
  const char *text = json_text (step, name, "");
  const Safetensors *file = g_str_has_prefix (text, "in:")    ? kase->input
                            : g_str_has_prefix (text, "out:") ? kase->expected
                                                              : NULL;
  g_autofree char *array = NULL;
  const Tensor *found;
  double *numbers;
  int row;

  if (!file)
    {
      fault (error, "argument %s: no file holds \"%s\"", name, text);
      return NULL;
    }
  array = split_row (strchr (text, ':') + 1, &row);
  found = safetensors_find (file, array);
  if (!found)
    {
      fault (error, "argument %s: there is no array %s", name, array);
      return NULL;
    }
  if (tensor)
    *tensor = found;
  numbers = numbers_of (found, row, n);
  if (!numbers)
    fault (error, "argument %s: there is no %s", name, text);
  return numbers;
}

/* -1: not listed as exact and without tolerance; 0: exact. */
static double
tolerance_of (const Case *kase, const char *array)
{
  JsonObject *all = json_object (kase->object, "tolerance", NULL);
  JsonObject *own = all ? json_object (all, array, NULL) : NULL;
  JsonArray *exact = json_object_has_member (kase->object, "exact")
                         ? json_object_get_array_member (kase->object, "exact")
                         : NULL;

  for (guint i = 0; exact && i < json_array_get_length (exact); i++)
    if (strcmp (json_array_get_string_element (exact, i), array) == 0)
      return 0;
  return own && json_object_has_member (own, "atol") ? json_object_get_double_member (own, "atol")
                                                     : -1;
}

/* A step's output, even where two steps give the same array. */
static char *
role_key (JsonObject *step, const char *role)
{
  return g_strdup_printf ("%p %s", (void *) step, role);
}

gboolean
case_compare (Case *kase, JsonObject *step, const char *role, const double *got, size_t n,
              GError **error)
{
  JsonObject *outputs = json_object (step, "outputs", error);
  const char *text = outputs ? json_text (outputs, role, NULL) : NULL;
  g_autofree char *array = NULL;
  g_autofree double *want = NULL;
  const Tensor *tensor;
  double worst = 0, atol;
  size_t n_want;
  int row;

  if (!outputs)
    return FALSE;
  if (!text)
    return TRUE; /* a role that this case does not ask for */
  array = split_row (text, &row);
  tensor = safetensors_find (kase->expected, array);
  if (!tensor || (atol = tolerance_of (kase, array)) < 0)
    return fault (error, "%s: no expected array or no tolerance for it", text);
  want = numbers_of (tensor, row, &n_want);
  if (!want)
    return fault (error, "%s: there is no such row", text);
  if (n_want != n)
    return fault (error, "%s: %zu numbers, %zu expected", text, n, n_want);
  for (size_t i = 0; i < n; i++)
    {
      const double difference = fabs (got[i] - want[i]);

      if (!(difference <= atol))
        return fault (error, "%s[%zu]: %g, expected %g (tolerance %g)", text, i, got[i], want[i],
                      atol);
      worst = MAX (worst, difference);
    }
  g_print ("#   %-16s %7zu numbers, largest difference %.2g of %.2g\n", text, n, worst, atol);
  g_hash_table_add (kase->compared, g_strdup (text));
  g_hash_table_add (kase->roles, role_key (step, role));
  return TRUE;
}

gboolean
case_compare_floats (Case *kase, JsonObject *step, const char *role, const float *got, size_t n,
                     GError **error)
{
  g_autofree double *numbers = g_new (double, n + 1);

  for (size_t i = 0; i < n; i++)
    numbers[i] = got[i];
  return case_compare (kase, step, role, numbers, n, error);
}

gboolean
case_compare_ints (Case *kase, JsonObject *step, const char *role, const int *got, size_t n,
                   GError **error)
{
  g_autofree double *numbers = g_new (double, n + 1);

  for (size_t i = 0; i < n; i++)
    numbers[i] = got[i];
  return case_compare (kase, step, role, numbers, n, error);
}

static gboolean
outputs_compared (const Case *kase, JsonObject *step, GError **error)
{
  JsonObject *outputs = json_object (step, "outputs", error);
  g_autoptr (GList) roles = outputs ? json_object_get_members (outputs) : NULL;

  for (GList *role = roles; role; role = role->next)
    {
      g_autofree char *key = role_key (step, role->data);

      if (!g_hash_table_contains (kase->roles, key))
        return fault (error, "%s: output %s was not computed", json_text (step, "op", "?"),
                      (const char *) role->data);
    }
  return outputs != NULL;
}

gboolean
case_complete (Case *kase, GError **error)
{
  g_autofree const char **names = safetensors_names (kase->expected);
  JsonArray *steps = json_object_get_array_member (kase->object, "steps");

  for (guint i = 0; i < json_array_get_length (steps); i++)
    if (!outputs_compared (kase, json_array_get_object_element (steps, i), error))
      return FALSE;
  for (size_t i = 0; names[i]; i++)
    {
      const gint64 rows = MAX (safetensors_find (kase->expected, names[i])->shape[0], 1);
      gboolean whole = g_hash_table_contains (kase->compared, names[i]);

      for (gint64 row = 0; !whole && row < rows; row++)
        {
          g_autofree char *one = g_strdup_printf ("%s[%d]", names[i], (int) row);

          if (!g_hash_table_contains (kase->compared, one))
            return fault (error, "array %s was not compared", names[i]);
        }
    }
  return TRUE;
}
