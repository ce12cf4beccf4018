#include "json_add.h"
#include "report.h"
#include "failure.h"
#include "machine.h"
#include <glib/gi18n-lib.h>
#include <stdio.h>

static double
seconds_since (const Report *report)
{
  return (double) (g_get_monotonic_time () - report->begun) / G_USEC_PER_SEC;
}

void
report_init (Report *report, gboolean json)
{
  *report = (Report){ .json = json, .begun = g_get_monotonic_time () };
  report->files = g_ptr_array_new_with_free_func (g_free);
}

void
report_clear (Report *report)
{
  g_ptr_array_unref (report->files);
}

void
report_options (Report *report, const Options *options)
{
  report->json = options->json;
  report->quiet = options->quiet;
  report->verbose = options->verbose;
  report->progress = options->progress;
  report->input = options_input (options);
}

/* ---- sentences ----------------------------------------------------------------------------- */

static void
say_plan (const TesseraEstimate *estimate, const char *text, gboolean always)
{
  g_autofree char *size = failure_size (estimate->bytes);
  FILE *to = always ? stdout : stderr;

  if (text && always)
    fprintf (to, "%s%s", text, g_str_has_suffix (text, "\n") ? "" : "\n");
  /* Translators: numbers of cells, windows and levels, each 1 or more */
  fprintf (to, _ ("%d cells in %d windows on %d levels, %.3g GFLOP, about %.1f s, %s of memory\n"),
           estimate->n_cells, estimate->n_windows, estimate->n_levels, estimate->flop / 1e9,
           estimate->seconds, size);
}

void
report_plan (Report *report, const TesseraEstimate *estimate, const char *text, gboolean always)
{
  report->n_cells = estimate->n_cells;
  if (report->json)
    {
      JsonBuilder *json = report_event (report, "plan");

      json_add_int (json, "cells", estimate->n_cells);
      json_add_int (json, "windows", estimate->n_windows);
      json_add_int (json, "levels", estimate->n_levels);
      json_add_real (json, "flop", estimate->flop);
      json_add_real (json, "seconds", estimate->seconds);
      json_add_int (json, "bytes", (gint64) estimate->bytes);
      report_say (report, json);
    }
  else if (always || report->verbose)
    say_plan (estimate, text, always);
}

static char *
title_of (const Report *report)
{
  const int n = report->n_variations;
  g_autofree char *count = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%d variation", "%d variations", (gulong) n), n);

  if (!n)
    return g_strdup (report->input ? report->input : "");
  return g_strdup_printf ("%s%s%s", report->input ? report->input : "", report->input ? "  " : "",
                          count);
}

void
report_begin (Report *report, int n_variations, gsize bytes)
{
  g_autofree char *size = bytes ? failure_size (bytes) : NULL;
  g_autofree char *tail = size ? g_strconcat ("  ", size, NULL) : g_strdup ("");
  g_autofree char *title = NULL;

  report->n_variations = n_variations;
  report->begun = g_get_monotonic_time ();
  report->n_before = report->files->len;
  report->line_open = !report->json && !report->quiet && report->progress != PROGRESS_NONE;
  title = title_of (report);
  if (report->line_open)
    progress_line_begin (&report->line, title, tail, report->progress == PROGRESS_BAR);
}

void
report_finish (Report *report)
{
  if (report->line_open)
    progress_line_end (&report->line);
  report->line_open = FALSE;
}

void
report_done (Report *report, int n_variations, guint64 seed)
{
  g_autofree char *title = NULL, *number = NULL;

  if (report->json || report->quiet)
    return;
  report->n_variations = n_variations;
  title = title_of (report);
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, seed);
  fprintf (stderr, _ ("%s  %.1f s  seed %s  ->"), title, seconds_since (report), number);
  for (guint i = report->n_before; i < report->files->len; i++)
    fprintf (stderr, " %s", (const char *) g_ptr_array_index (report->files, i));
  fputc ('\n', stderr);
}

/* ---- results ------------------------------------------------------------------------------- */

/* JSON has no bytes: base64. */
static void
add_png (JsonBuilder *json, GBytes *bytes)
{
  g_autofree char *text =
      g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  json_add_text (json, "png_base64", text);
}

static JsonBuilder *
result_event (Report *report, const char *name, const ReportResult *result)
{
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, result->bytes);
  JsonBuilder *json = report_event (report, name);

  if (result->file)
    {
      g_autofree char *shown = g_filename_display_name (result->file);

      json_add_text (json, "file", shown);
    }
  else
    add_png (json, result->bytes);
  json_add_text (json, "sha256", sum);
  json_add_real (json, "seconds", seconds_since (report));
  return json;
}

void
report_variation (Report *report, const ReportResult *result)
{
  if (result->file)
    g_ptr_array_add (report->files, g_strdup (result->file));
  if (report->json)
    {
      JsonBuilder *json = result_event (report, "variation", result);

      json_add_int (json, "rank", result->rank);
      json_add_int (json, "variation", result->variation);
      json_add_int (json, "seed", (gint64) result->seed);
      json_add_real (json, "score_edge", result->score_edge);
      json_add_real (json, "log_likelihood", result->log_likelihood);
      report_say (report, json);
    }
  else if (report->verbose)
    fprintf (stderr, _ ("%s  variation %d, edge %.2f, log-likelihood %.3f\n"), result->file,
             result->variation, result->score_edge, result->log_likelihood);
}

void
report_reconstruction (Report *report, const ReportResult *result)
{
  if (result->file)
    g_ptr_array_add (report->files, g_strdup (result->file));
  if (report->json)
    {
      JsonBuilder *json = result_event (report, "reconstruction", result);

      json_add_real (json, "psnr", result->psnr);
      report_say (report, json);
    }
  else if (!report->quiet)
    fprintf (stderr, _ ("%s  PSNR %.2f dB  %.1f s  -> %s\n"), report->input ? report->input : "",
             result->psnr, seconds_since (report), result->file ? result->file : "-");
}

/* ---- what goes wrong, and the end ---------------------------------------------------------- */

void
report_model (Report *report, const char *file, const TesseraImported *imported)
{
  g_autofree char *shown = g_filename_display_name (file);
  g_autofree char *size = failure_size (imported->file_bytes);
  g_autofree char *weights = g_strdup_printf ("%" G_GUINT64_FORMAT, imported->n_weights);

  g_ptr_array_add (report->files, g_strdup (file));
  if (report->json)
    {
      JsonBuilder *json = report_event (report, "model");

      json_add_text (json, "file", shown);
      json_add_text (json, "kind", imported->kind);
      json_add_int (json, "bytes", (gint64) imported->file_bytes);
      json_add_int (json, "parameters", (gint64) imported->n_weights);
      json_add_real (json, "seconds", seconds_since (report));
      report_say (report, json);
    }
  else if (!report->quiet)
    fprintf (stderr, _ ("%s  %s, %s weights, %s  %.1f s  -> %s\n"), report->input, imported->kind,
             weights, size, seconds_since (report), shown);
}

void
report_warning (Report *report, const char *code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (report->json)
    {
      JsonBuilder *json = report_event (report, "warning");

      json_add_text (json, "code", code);
      json_add_text (json, "message", text);
      report_say (report, json);
    }
  if (!report->quiet && !report->id)
    fprintf (stderr, "tessera: %s: %s\n", code, text);
}

void
report_error (Report *report, const GError *error)
{
  report_finish (report);
  if (report->json)
    {
      JsonBuilder *json = report_event (report, "error");

      json_add_text (json, "code", failure_code (error));
      json_add_text (json, "message", error->message);
      report_say (report, json);
    }
  if (!report->id)
    fprintf (stderr, "tessera: %s: %s\n", failure_code (error), error->message);
}

static void
say_end (Report *report, gboolean ok, int status)
{
  JsonBuilder *json = report_event (report, "end");

  json_builder_set_member_name (json, "ok");
  json_builder_add_boolean_value (json, ok);
  json_add_int (json, "exit", status);
  json_add_real (json, "seconds", seconds_since (report));
  json_add_int (json, "peak_bytes", (gint64) machine_peak_memory ());
  json_builder_set_member_name (json, "files");
  json_builder_begin_array (json);
  for (guint i = 0; i < report->files->len; i++)
    {
      g_autofree char *shown = g_filename_display_name (g_ptr_array_index (report->files, i));

      json_builder_add_string_value (json, shown);
    }
  json_builder_end_array (json);
  report_say (report, json);
}

int
report_end (Report *report, const GError *error)
{
  const int status = error ? failure_exit (error) : 0;
  g_autofree char *peak = failure_size (machine_peak_memory ());

  report_finish (report);
  if (report->verbose && !report->json)
    fprintf (stderr, _ ("at most %s of memory were in use\n"), peak);
  if (error)
    report_error (report, error);
  if (report->json)
    say_end (report, !error, status);
  return status;
}
