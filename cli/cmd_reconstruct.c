#include "commands.h"
#include "canvas.h"
#include "failure.h"
#include "machine.h"

static gboolean
write_result (Work *work, const Options *options, const float *pixels, GError **error)
{
  g_autoptr (Picture) made = canvas_replace (work->picture, pixels);
  g_autoptr (GBytes) bytes = NULL;
  ReportResult told = { .file = options->output };

  if (work_stopped (work, "Stopped. Nothing was written.", error))
    return FALSE;
  if (!made)
    {
      g_set_error_literal (error, FAILURE, FAILURE_NO_MEMORY, "The computer ran out of memory.");
      return FALSE;
    }
  bytes = picture_file_encode (made, NULL, error);
  if (!bytes || !picture_file_write (options->output, bytes, options->force, error))
    return FALSE;
  told.bytes = bytes;
  told.psnr = canvas_psnr (work->picture, made);
  report_reconstruction (work->report, &told);
  return TRUE;
}

static gboolean
run (Work *work, const Options *options, const TesseraRequest *request, GError **error)
{
  const gsize n = (gsize) work->picture->width * (gsize) work->picture->height;
  g_autofree float *pixels = g_try_new (float, 3 * n);
  g_autoptr (GError) cause = NULL;
  gboolean done;

  if (!pixels)
    {
      g_set_error_literal (error, FAILURE, FAILURE_NO_MEMORY, "The computer ran out of memory.");
      return FALSE;
    }
  report_begin (work->report, options->input, 0);
  done = tessera_reconstruct (work->model, request, pixels, &cause);
  report_finish (work->report);
  if (!done)
    {
      g_propagate_error (error, work_failure (work, g_steal_pointer (&cause)));
      return FALSE;
    }
  return write_result (work, options, pixels, error);
}

gboolean
cmd_reconstruct (const Options *options, Report *report, GError **error)
{
  g_auto (Work) work = { 0 };
  TesseraRequest request;
  gboolean done;

  if (!work_check (options, error)
      || !picture_file_may_write (options->output, options->force, error)
      || !work_begin (&work, options, report, &request, error))
    return FALSE;
  if (!tessera_model_info (work.model)->can_reconstruct)
    {
      g_set_error (error, FAILURE, FAILURE_MODEL_CANNOT,
                   "The model \"%s\" cannot do this: it has no tokenizer.",
                   tessera_model_info (work.model)->name);
      return FALSE;
    }
  machine_hold_signals ();
  done = run (&work, options, &request, error);
  machine_release_signals ();
  return done;
}
