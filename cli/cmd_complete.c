#include "conditions.h"
#include "failure.h"
#include "fill.h"
#include "hole.h"
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

static gboolean
check (const Options *options, GError **error)
{
  const gboolean masked = options->mask || options->mask_dir;

  if (options->invert_mask && !masked)
    return work_usage (options, _ ("--invert-mask: there is no --mask to invert."), error);
  if (options->transparent && masked)
    return work_usage (options, _ ("--hole: transparent and --mask exclude each other."), error);
  if (options->mask && options->mask_dir)
    return work_usage (options, _ ("--mask-dir: it and --mask exclude each other."), error);
  if (options->out_dir && options->output)
    return work_usage (options, _ ("--out-dir: it and --output exclude each other."), error);
  if (options->inputs->len > 1 && !options->out_dir && !options->plan)
    return work_usage (options, _ ("--out-dir: several pictures need a folder for the results."),
                       error);
  if (!g_strcmp0 (options_input (options), "-") && !g_strcmp0 (options->mask, "-"))
    return work_usage (options, _ ("--mask: the picture comes from standard input already."),
                       error);
  return work_check_output (options, TRUE, error);
}

/* The mask of the same name in --mask-dir, whatever its suffix; NULL and FILE_READ where there is
 * none. */
static char *
find_mask (const char *folder, const char *input, GError **error)
{
  static const char *const suffixes[] = { "", ".png", ".tif", ".tiff", ".webp", ".pgm", ".jpg" };
  g_autofree char *base = g_path_get_basename (input);
  const char *point = strrchr (base, '.');
  const int stem = point ? (int) (point - base) : (int) strlen (base);

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name =
          i ? g_strdup_printf ("%.*s%s", stem, base, suffixes[i]) : g_strdup (base);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  g_set_error (error, FAILURE, FAILURE_FILE_READ, _ ("\"%s\" has no mask in the folder \"%s\"."),
               input, folder);
  return NULL;
}

static gboolean
complete_one (Work *work, const char *input, const GPtrArray *names, GError **error)
{
  const Options *options = work->options;
  g_auto (Part) part = { .op = "complete" };
  g_autofree char *mask = NULL;

  if (options->mask_dir && !(mask = find_mask (options->mask_dir, input, error)))
    return FALSE;
  part.picture = work_read (work, input, PICTURE_COLOURS, error);
  return part.picture && hole_make (work, mask ? mask : options->mask, &part, error)
         && fill_run (work, &part, names, error);
}

/* One of several: what goes wrong is told, and the next one has its turn. */
static gboolean
complete_next (Work *work, const char *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = NULL;

  work->report->input = input;
  names = fill_names (work->options, input, &error);
  if (names && complete_one (work, input, names, &error))
    return TRUE;
  report_error (work->report, error);
  return FALSE;
}

static gboolean
complete_all (Work *work, GError **error)
{
  const GPtrArray *inputs = work->options->inputs;
  guint n_failed = 0, n = 0;

  for (; n < inputs->len && !work->stop; n++)
    n_failed += !complete_next (work, g_ptr_array_index (inputs, n));
  work->report->input = NULL;
  if (work->stop)
    g_propagate_error (error, work_stop_error (work, (int) (n - n_failed), (int) inputs->len));
  else if (n_failed)
    g_set_error (error, FAILURE, FAILURE_BATCH, _ ("%1$u of %2$u pictures were not completed."),
                 n_failed, inputs->len);
  return !work->stop && !n_failed;
}

gboolean
command_complete (Work *work, const GPtrArray *names, GError **error)
{
  const TesseraModelInfo *info = tessera_model_info (work->model);

  if (!info->can_complete)
    {
      g_set_error (error, FAILURE, FAILURE_MODEL_CANNOT,
                   _ ("The model \"%s\" cannot do this: it does not complete pictures."),
                   info->name);
      return FALSE;
    }
  if (!conditions_check (work, error))
    return FALSE;
  if (work->options->inputs->len > 1)
    return complete_all (work, error);
  return complete_one (work, options_input (work->options), names, error);
}

gboolean
cmd_complete (const Options *options, Report *report, GError **error)
{
  g_auto (Work) work = { 0 };
  g_autoptr (GPtrArray) names = NULL;

  if (!check (options, error))
    return FALSE;
  if (options->inputs->len == 1)
    names = fill_names (options, options_input (options), error);
  if (options->inputs->len == 1 && !names)
    return FALSE;
  return work_open (&work, options, report, error) && command_complete (&work, names, error);
}
