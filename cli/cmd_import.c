#include "commands.h"
#include "failure.h"
#include "machine.h"
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>

typedef struct {
  Report *report;
  int signal; /* that stopped the import; 0 = none */
} Watch;

static gboolean
usage (GError **error, const char *sentence)
{
  g_set_error (error, FAILURE, FAILURE_USAGE, _ ("%s Try \"tessera import --help\"."), sentence);
  return FALSE;
}

static gboolean
on_progress (double done, gpointer data)
{
  Watch *watch = data;

  report_progress (watch->report, done);
  if (!watch->signal)
    watch->signal = machine_signal ();
  return !watch->signal;
}

/* Which kind of failure the engine's is; its sentence stands, with the file's name in it. */
static GError *
failure_of (GError *engine, const Options *options, int signal)
{
  static const Failure codes[] = {
    [TESSERA_ERROR_FORMAT] = FAILURE_FILE_READ, [TESSERA_ERROR_UNSUPPORTED] = FAILURE_FILE_TYPE,
    [TESSERA_ERROR_MEMORY] = FAILURE_NO_MEMORY, [TESSERA_ERROR_CANCELLED] = FAILURE_STOPPED,
    [TESSERA_ERROR_QUESTION] = FAILURE_USAGE,   [TESSERA_ERROR_MISFIT] = FAILURE_MISFIT,
  };
  g_autoptr (GError) cause = engine;
  const char *stop = g_str_has_suffix (cause->message, ".") ? "" : ".";
  Failure code = FAILURE_FILE_READ;

  if (cause->domain == TESSERA_ERROR && (gsize) cause->code < G_N_ELEMENTS (codes))
    code = codes[cause->code];
  else if (g_str_has_prefix (cause->message, options->output))
    code = cause->code == G_FILE_ERROR_EXIST ? FAILURE_FILE_EXISTS : FAILURE_FILE_WRITE;
  if (code == FAILURE_STOPPED)
    return g_error_new_literal (FAILURE, signal == SIGTERM ? FAILURE_TERMINATED : FAILURE_STOPPED,
                                _ ("Stopped. Nothing was written."));
  return g_error_new (FAILURE, (int) code, "%s%s", cause->message, stop);
}

static gboolean
run (const Options *options, Report *report, GError **error)
{
  Watch watch = { report, 0 };
  TesseraImport import;
  TesseraImported imported;
  g_autoptr (GError) cause = NULL;
  gboolean done;

  tessera_import_init (&import);
  import.checkpoint = options_input (options);
  import.config = options->config;
  import.first_stage = options->first_stage;
  import.name = options->name;
  import.type = (TesseraWeights) options->weights;
  import.n_heads = options->heads;
  import.condition = options->condition;
  import.labels_file = options->labels;
  import.label_shift = options->label_shift;
  import.output = options->output;
  import.overwrite = options->force;
  import.progress = on_progress;
  import.progress_data = &watch;
  report_begin (report, 0, 0);
  done = tessera_import (&import, &imported, &cause);
  report_finish (report);
  if (done)
    report_model (report, options->output, &imported);
  else
    g_propagate_error (error, failure_of (g_steal_pointer (&cause), options, watch.signal));
  return done;
}

gboolean
cmd_import (const Options *options, Report *report, GError **error)
{
  gboolean done;

  if (!options->inputs->len)
    return usage (error, _ ("CKPT: expected is the name of a checkpoint."));
  if (!options->output || !strcmp (options->output, "-"))
    return usage (error, _ ("--output: expected is a file name (-o model.safetensors)."));
  if (!picture_file_may_write (options->output, options->force, error))
    return FALSE;
  machine_hold_signals ();
  done = run (options, report, error);
  machine_release_signals ();
  return done;
}
