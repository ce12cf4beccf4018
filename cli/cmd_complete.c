#include "commands.h"
#include "canvas.h"
#include "failure.h"
#include "hole_mask.h"
#include "machine.h"
#include <stdio.h>
#include <string.h>

/* Room for a number: where "%d" stands, else before the suffix; none for a single result. */
static char *
output_name (const Options *options, int rank)
{
  const char *output = options->output, *mark = strstr (output, "%d");
  const char *place = mark ? mark : strrchr (output, '.');
  const gboolean single = options->only_best || options->request.n_variations == 1;

  if (single && !mark)
    return g_strdup (output);
  return g_strdup_printf ("%.*s%s%d%s", (int) (place - output), output, mark ? "" : "-", rank,
                          place + (mark ? 2 : 0));
}

/* One name for each result; refuses those that are taken before anything is computed. */
static GPtrArray *
output_names (const Options *options, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const int n = options->only_best ? 1 : options->request.n_variations;

  if (!options->output)
    return g_steal_pointer (&names);
  if (!strcmp (options->output, "-") && n > 1)
    {
      g_set_error_literal (error, FAILURE, FAILURE_USAGE,
                           "--output: standard output takes one picture. Add --only-best or "
                           "--variations 1.");
      return NULL;
    }
  for (int i = 1; i <= n; i++)
    {
      char *name = strcmp (options->output, "-") ? output_name (options, i) : g_strdup ("-");

      g_ptr_array_add (names, name);
      if (!options->plan && !picture_file_may_write (name, options->force, error))
        return NULL;
    }
  return g_steal_pointer (&names);
}

static gboolean
check (const Options *options, GError **error)
{
  const char *mistake = NULL;

  if (options->invert_mask && !options->mask)
    mistake = "--invert-mask: there is no --mask to invert.";
  else if (options->transparent && options->mask)
    mistake = "--hole: transparent and --mask exclude each other.";
  else if (!g_strcmp0 (options->input, "-") && !g_strcmp0 (options->mask, "-"))
    mistake = "--mask: the picture comes from standard input already.";
  if (!mistake)
    return work_check (options, error);
  g_set_error (error, FAILURE, FAILURE_USAGE, "%s Try \"tessera complete --help\".", mistake);
  return FALSE;
}

static gboolean
write_rank (const Work *work, const TesseraRequest *request, const TesseraResult *result, int i,
            const HoleMask *hole, const char *name, gboolean force, GError **error)
{
  g_autoptr (Picture) made = canvas_blend (work->picture, result, i, hole->opaque);
  g_autoptr (GBytes) bytes = NULL;
  ReportResult told = { .file = name,
                        .rank = i + 1,
                        .variation = tessera_result_variation (result, i) + 1,
                        .seed = request->seed,
                        .rim_ratio = tessera_result_rim_ratio (result, i),
                        .log_likelihood = tessera_result_log_likelihood (result, i) };

  if (!made)
    {
      g_set_error_literal (error, FAILURE, FAILURE_NO_MEMORY, "The computer ran out of memory.");
      return FALSE;
    }
  bytes = picture_file_encode (made, tessera_result_recipe (result, i), error);
  if (!bytes || !picture_file_write (name, bytes, force, error))
    return FALSE;
  told.bytes = bytes;
  report_variation (work->report, &told);
  return TRUE;
}

/* Signals are still held: between two files is where a run may end. */
static gboolean
write_all (Work *work, const Options *options, const TesseraRequest *request,
           const TesseraResult *result, const HoleMask *hole, GPtrArray *names, GError **error)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *sentence =
          g_strdup_printf ("Stopped. %u of %u files were written.", i, names->len);

      if (work_stopped (work, sentence, error)
          || !write_rank (work, request, result, (int) i, hole, g_ptr_array_index (names, i),
                          options->force, error))
        return FALSE;
    }
  return TRUE;
}

/* "beach.png  3 variations  14.2 s  seed 81723  -> beach-1.png ..." */
static void
say_done (const Report *report, const TesseraRequest *request, const GPtrArray *names)
{
  const double seconds = (double) (g_get_monotonic_time () - report->begun) / G_USEC_PER_SEC;

  if (report->json || report->quiet)
    return;
  fprintf (stderr, "%s  %d variation%s  %.1f s  seed %" G_GUINT64_FORMAT "  ->", report->input,
           request->n_variations, request->n_variations == 1 ? "" : "s", seconds, request->seed);
  for (guint i = 0; i < names->len; i++)
    fprintf (stderr, " %s", (const char *) g_ptr_array_index (names, i));
  fputc ('\n', stderr);
}

static gboolean
run (Work *work, const Options *options, const TesseraRequest *request, const HoleMask *hole,
     GPtrArray *names, gsize bytes, GError **error)
{
  g_autofree char *title =
      g_strdup_printf ("%s  %d variation%s", work->report->input, request->n_variations,
                       request->n_variations == 1 ? "" : "s");
  g_autoptr (GError) cause = NULL;
  g_autoptr (TesseraResult) result = NULL;

  report_begin (work->report, title, bytes);
  result = tessera_complete (work->model, request, &cause);
  report_finish (work->report);
  if (!result)
    {
      g_propagate_error (error, work_failure (work, g_steal_pointer (&cause)));
      return FALSE;
    }
  if (!write_all (work, options, request, result, hole, names, error))
    return FALSE;
  say_done (work->report, request, names);
  return TRUE;
}

/* With the hole made: what it will cost, and then the run itself. */
static gboolean
plan_and_run (Work *work, const Options *options, TesseraRequest *request, const HoleMask *hole,
              GPtrArray *names, GError **error)
{
  g_autoptr (GError) cause = NULL;
  TesseraEstimate estimate;
  gboolean done;

  request->hole = hole->weights;
  request->labels = hole->labels;
  if (options->new_seed)
    request->seed = g_random_int () >> 1; /* 31 bits: GIMP's arguments are signed */
  if (!tessera_estimate (work->model, request, &estimate, NULL, &cause))
    {
      g_propagate_error (error, work_failure (work, g_steal_pointer (&cause)));
      return FALSE;
    }
  report_plan (work->report, &estimate, options->plan);
  if (options->plan)
    return TRUE;
  machine_hold_signals ();
  done = run (work, options, request, hole, names, estimate.bytes, error);
  machine_release_signals ();
  return done;
}

gboolean
cmd_complete (const Options *options, Report *report, GError **error)
{
  g_auto (Work) work = { 0 };
  g_autoptr (GPtrArray) names = NULL;
  TesseraRequest request;
  HoleMask hole;
  gboolean done;

  if (!check (options, error))
    return FALSE;
  names = output_names (options, error);
  if (!names || !work_begin (&work, options, report, &request, error))
    return FALSE;
  if (!tessera_model_info (work.model)->can_complete)
    {
      g_set_error (error, FAILURE, FAILURE_MODEL_CANNOT,
                   "The model \"%s\" cannot do this: it does not complete pictures.",
                   tessera_model_info (work.model)->name);
      return FALSE;
    }
  if (!hole_mask_make (options, work.picture, work.model, report, &hole, error))
    return FALSE;
  done = plan_and_run (&work, options, &request, &hole, names, error);
  hole_mask_clear (&hole);
  return done;
}
