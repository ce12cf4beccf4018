#include "commands.h"
#include "failure.h"
#include "machine.h"
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>

gboolean
work_usage (const Options *options, const char *sentence, GError **error)
{
  g_set_error (error, FAILURE, FAILURE_USAGE, _ ("%s Try \"tessera %s --help\"."), sentence,
               options_command_name (options->command));
  return FALSE;
}

void
work_no_memory (GError **error)
{
  g_set_error_literal (error, FAILURE, FAILURE_NO_MEMORY,
                       _ ("The computer ran out of memory. Close other programs or fill less."));
}

gboolean
work_check_output (const Options *options, gboolean needs_input, GError **error)
{
  const char *output = options->output;

  if (needs_input && !options->inputs->len)
    return work_usage (options, _ ("IN: expected is the name of a picture."), error);
  if (!output && !options->out_dir && !options->plan)
    return work_usage (options, _ ("--output: expected is a file name (-o out.png)."), error);
  if (output && !strcmp (output, "-") && options->json)
    return work_usage (options, _ ("--json: the picture itself goes to standard output (-o -)."),
                       error);
  if (output && !picture_file_can_write (output))
    return work_usage (options, _ ("--output: expected is a name that ends with .png or .tif."),
                       error);
  return TRUE;
}

/* ---- beginning and end --------------------------------------------------------------------- */

/* Another model makes another picture; who names one with --model knows. */
static gboolean
check_recipe (const Work *work, GError **error)
{
  const Options *options = work->options;
  const char *name = options->recipe_model ? options->recipe_model : "?";

  if (!options->recipe_sum
      || !g_ascii_strcasecmp (options->recipe_sum, tessera_model_fingerprint (work->model)))
    return TRUE;
  if (options->model)
    {
      report_warning (work->report, "W-MODEL",
                      _ ("This recipe was made with the model \"%s\". The result will differ."),
                      name);
      return TRUE;
    }
  g_set_error (error, FAILURE, FAILURE_MODEL_WRONG,
               _ ("This recipe was made with another model, \"%s\". The result would differ; "
                  "choose a model with --model."),
               name);
  return FALSE;
}

gboolean
work_adopt (Work *work, const Options *options, Report *report, TesseraModel *model, GError **error)
{
  work->options = options;
  work->report = report;
  work->model = model;
  if (options->time_limit > 0)
    work->deadline = report->begun + (gint64) (options->time_limit * G_USEC_PER_SEC);
  return check_recipe (work, error);
}

gboolean
work_open (Work *work, const Options *options, Report *report, GError **error)
{
  g_autofree char *path = machine_model (options->model, error);
  g_autoptr (GError) cause = NULL;
  TesseraModel *model;

  if (!path)
    return FALSE;
  model = tessera_model_open (path, &cause);
  if (!model)
    {
      g_propagate_error (error, failure_from_open (g_steal_pointer (&cause), path));
      return FALSE;
    }
  report_start (report, model, options->request.n_threads);
  return work_adopt (work, options, report, model, error);
}

void
work_clear (Work *work)
{
  if (!work->kept)
    tessera_model_close (work->model);
  work->model = NULL;
}

gsize
work_memory (const Work *work)
{
  return machine_memory_limit ((gsize) work->options->memory);
}

Picture *
work_read (const Work *work, const char *path, PictureKind kind, GError **error)
{
  const PictureSource source = {
    .path = path, .limit = work_memory (work), .kind = kind, .given = work->options->given
  };
  Picture *picture = picture_file_read (&source, error);

  if (picture && picture->complaint->len)
    report_warning (work->report, "W-FILE",
                    _ ("\"%s\": not all of the file is as it should be: %s."), path,
                    picture->complaint->str);
  return picture;
}

/* ---- stopping ------------------------------------------------------------------------------ */

gboolean
work_stopped (Work *work)
{
  const int signal = work->cancelled ? 0 : machine_signal ();

  if (work->stop)
    return TRUE;
  if (work->cancelled && (g_atomic_int_get (work->cancelled) || report_is_broken (work->report)))
    work->stop = STOP_CANCEL;
  else if (signal)
    work->stop = signal == SIGTERM ? STOP_TERMINATE : STOP_INTERRUPT;
  else if (work->deadline && g_get_monotonic_time () >= work->deadline)
    work->stop = STOP_TIME;
  return work->stop != STOP_NONE;
}

static gboolean
on_progress (double done, gpointer data)
{
  Work *work = data;

  work->done = done;
  report_progress (work->report, done);
  return !work_stopped (work);
}

void
work_request (Work *work, TesseraRequest *request)
{
  *request = work->options->request;
  request->memory_limit = (gsize) work->options->memory;
  request->progress = on_progress;
  request->progress_data = work;
  work->done = 0;
}

GError *
work_stop_error (const Work *work, int n_finished, int n)
{
  const Failure failure = work->stop == STOP_TERMINATE ? FAILURE_TERMINATED : FAILURE_STOPPED;
  g_autofree char *seconds = g_strdup_printf ("%.4g s", work->options->time_limit);

  if (work->stop == STOP_TIME)
    return g_error_new (FAILURE, FAILURE_TIME,
                        _ ("Stopped after %1$s, the time limit of this run. %2$d of %3$d "
                           "finished."),
                        seconds, n_finished, n);
  return g_error_new (FAILURE, (int) failure, _ ("Stopped at %1$d %%. %2$d of %3$d finished."),
                      (int) (work->done * 100), n_finished, n);
}

GError *
work_failure (const Work *work, GError *error)
{
  if (!g_error_matches (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED))
    return failure_from_run (error);
  g_error_free (error);
  return work_stop_error (work, 0, work->options->request.n_variations);
}
