#include "commands.h"
#include "canvas.h"
#include "codes.h"
#include "failure.h"
#include "machine.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef struct {
  Work *work;
  Picture *picture; /* owned; the result is made in it */
  gboolean known;   /* it came from a file, so that PSNR means something */
  float *pixels;    /* owned: the picture, then what became of it */
  Codes codes;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->picture, picture_free);
  g_clear_pointer (&run->pixels, g_free);
  codes_clear (&run->codes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
check (const Options *options, GError **error)
{
  if (options->from_codes && options->inputs->len)
    return work_usage (options, _ ("--from-codes: it stands instead of a picture."), error);
  if (options->codes && options->from_codes)
    return work_usage (options, _ ("--codes: --from-codes has them already."), error);
  if (options->codes && !options->output)
    return options->inputs->len
           || work_usage (options, _ ("IN: expected is the name of a picture."), error);
  return work_check_output (options, !options->from_codes, error)
         && picture_file_may_write (options->output, options->force, error);
}

static gboolean
read_codes (Run *run, GError **error)
{
  const char *path = run->work->options->from_codes;
  const PictureSource source = { .path = path, .limit = work_memory (run->work) };
  gsize size;
  g_autofree char *text = picture_file_text (&source, &size, error);

  if (!text || !codes_from_json (text, path, run->work->model, &run->codes, error))
    return FALSE;
  run->picture = picture_new (run->codes.width, run->codes.height, 3, 8);
  run->pixels = g_try_new (float, 3 * (gsize) run->codes.width * (gsize) run->codes.height);
  if (!run->picture || !run->pixels)
    work_no_memory (error);
  return run->picture && run->pixels;
}

static gboolean
read_picture (Run *run, GError **error)
{
  const char *input = options_input (run->work->options);
  TesseraBox all;
  int cells;

  run->picture = work_read (run->work, input, PICTURE_COLOURS, error);
  if (!run->picture)
    return FALSE;
  run->known = TRUE;
  all = (TesseraBox){ 0, 0, run->picture->width, run->picture->height };
  run->codes = (Codes){ all.width, all.height, tessera_cells (run->work->model, all.height),
                        tessera_cells (run->work->model, all.width), NULL };
  cells = run->codes.rows * run->codes.cols;
  run->pixels = canvas_cut (run->picture, all);
  run->codes.codes = g_try_new (int, (gsize) cells);
  if (!run->pixels || !run->codes.codes)
    work_no_memory (error);
  return run->pixels && run->codes.codes;
}

static gboolean
compute (Run *run, GError **error)
{
  const Options *options = run->work->options;
  g_autoptr (GError) cause = NULL;
  TesseraRequest request;
  gboolean done = TRUE;

  work_request (run->work, &request);
  request.picture = (TesseraPicture){ run->codes.width, run->codes.height, run->pixels };
  report_begin (run->work->report, 0, 0);
  if (options->codes)
    done = tessera_encode (run->work->model, &request, run->codes.codes, &cause);
  if (done && options->output)
    done = options->codes || options->from_codes
               ? tessera_decode (run->work->model, &request, run->codes.codes, run->pixels, &cause)
               : tessera_reconstruct (run->work->model, &request, run->pixels, &cause);
  report_finish (run->work->report);
  if (!done)
    g_propagate_error (error, work_failure (run->work, g_steal_pointer (&cause)));
  return done;
}

static gboolean
write_codes (const Run *run, GError **error)
{
  const Options *options = run->work->options;
  g_autofree char *text = codes_to_json (&run->codes, run->work->model);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return picture_file_write (options->codes, bytes, options->force, error);
}

static gboolean
write_picture (const Run *run, GError **error)
{
  const Options *options = run->work->options;
  g_autoptr (GBytes) bytes = NULL;
  ReportResult told = { .file = strcmp (options->output, "-") ? options->output : "-" };

  told.psnr = run->known ? canvas_psnr (run->picture, run->pixels) : NAN;
  canvas_replace (run->picture, run->pixels);
  bytes = picture_file_encode (run->picture, options->output, NULL, error);
  if (!bytes || !picture_file_write (options->output, bytes, options->force, error))
    return FALSE;
  told.bytes = bytes;
  report_reconstruction (run->work->report, &told);
  return TRUE;
}

static gboolean
run_all (Run *run, GError **error)
{
  const Options *options = run->work->options;

  return (options->from_codes ? read_codes (run, error) : read_picture (run, error))
         && compute (run, error) && (!options->codes || write_codes (run, error))
         && (!options->output || write_picture (run, error));
}

gboolean
cmd_reconstruct (const Options *options, Report *report, GError **error)
{
  g_auto (Work) work = { 0 };
  g_auto (Run) run = { .work = &work };
  gboolean done;

  if (!check (options, error)
      || (options->codes && !picture_file_may_write (options->codes, options->force, error))
      || !work_open (&work, options, report, error))
    return FALSE;
  if (!tessera_model_info (work.model)->can_reconstruct)
    {
      g_set_error (error, FAILURE, FAILURE_MODEL_CANNOT,
                   _ ("The model \"%s\" cannot do this: it has no tokenizer."),
                   tessera_model_info (work.model)->name);
      return FALSE;
    }
  machine_hold_signals ();
  done = run_all (&run, error);
  machine_release_signals ();
  return done;
}
