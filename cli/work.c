#include "commands.h"
#include "canvas.h"
#include "failure.h"
#include "machine.h"
#include <signal.h>
#include <string.h>

static gboolean
usage (const Options *options, const char *sentence, GError **error)
{
  g_set_error (error, FAILURE, FAILURE_USAGE, "%s Try \"tessera %s --help\".", sentence,
               options_command_name (options->command));
  return FALSE;
}

gboolean
work_check (const Options *options, GError **error)
{
  const char *output = options->output;

  if (!options->input)
    return usage (options, "IN: expected is the name of a picture.", error);
  if (!output && !options->plan)
    return usage (options, "--output: expected is a file name (-o out.png).", error);
  if (!output || !strcmp (output, "-"))
    {
      if (output && options->json)
        return usage (options, "--json: the picture itself goes to standard output (-o -).", error);
      return TRUE;
    }
  if (strlen (output) < 5 || g_ascii_strcasecmp (output + strlen (output) - 4, ".png"))
    return usage (options, "--output: expected is a name that ends with .png.", error);
  return TRUE;
}

static gboolean
on_progress (double done, gpointer data)
{
  Work *work = data;

  report_progress (work->report, done);
  if (!work->signal)
    work->signal = machine_signal ();
  return !work->signal;
}

static void
out_of_memory (GError **error)
{
  g_set_error_literal (error, FAILURE, FAILURE_NO_MEMORY, "The computer ran out of memory.");
}

gboolean
work_begin (Work *work, const Options *options, Report *report, TesseraRequest *request,
            GError **error)
{
  const PictureSource source = { .path = options->input,
                                 .limit = machine_memory_limit ((gsize) options->memory) };
  g_autofree char *path = machine_model (options->model, error);
  g_autoptr (GError) cause = NULL;

  work->report = report;
  if (!path)
    return FALSE;
  work->picture = picture_file_read (&source, error);
  if (!work->picture)
    return FALSE;
  if (work->picture->complaint->len)
    report_warning (report, "W-FILE", "\"%s\": not all of the file is as it should be: %s.",
                    options->input, work->picture->complaint->str);
  work->model = tessera_model_open (path, &cause);
  if (!work->model)
    {
      g_propagate_error (error, failure_from_open (g_steal_pointer (&cause), path));
      return FALSE;
    }
  report_start (report, work->model);
  work->pixels = canvas_pixels (work->picture);
  if (!work->pixels)
    {
      out_of_memory (error);
      return FALSE;
    }
  *request = options->request;
  request->picture = (TesseraPicture){ work->picture->width, work->picture->height, work->pixels };
  request->memory_limit = (gsize) options->memory;
  request->progress = on_progress;
  request->progress_data = work;
  return TRUE;
}

void
work_clear (Work *work)
{
  g_clear_pointer (&work->model, tessera_model_close);
  g_clear_pointer (&work->picture, picture_free);
  g_clear_pointer (&work->pixels, g_free);
}

static GError *
stop_error (int number, const char *sentence)
{
  return g_error_new_literal (FAILURE, number == SIGTERM ? FAILURE_TERMINATED : FAILURE_STOPPED,
                              sentence);
}

GError *
work_failure (const Work *work, GError *error)
{
  if (g_error_matches (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED))
    {
      g_error_free (error);
      return stop_error (work->signal, "Stopped. Nothing was written.");
    }
  return failure_from_run (error);
}

gboolean
work_stopped (Work *work, const char *sentence, GError **error)
{
  if (!work->signal)
    work->signal = machine_signal ();
  if (!work->signal)
    return FALSE;
  g_propagate_error (error, stop_error (work->signal, sentence));
  return TRUE;
}
