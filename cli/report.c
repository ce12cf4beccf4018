#include "json_add.h"
#include "report.h"
#include "failure.h"
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>

enum { JSON_MICROSECONDS = 100000 };

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
  report->input = options->input;
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static JsonBuilder *
event (const Report *report, const char *name, gboolean with_input)
{
  JsonBuilder *json = json_builder_new ();

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "event");
  json_builder_add_string_value (json, name);
  if (with_input && report->input)
    {
      g_autofree char *shown = g_filename_display_name (report->input); /* valid UTF-8 */

      json_builder_set_member_name (json, "input");
      json_builder_add_string_value (json, shown);
    }
  return json;
}

/* JSON has no NaN and no infinity: null. */
static void
add_real (JsonBuilder *json, const char *key, double number)
{
  json_builder_set_member_name (json, key);
  if (isfinite (number))
    json_builder_add_double_value (json, number);
  else
    json_builder_add_null_value (json);
}

/* Ends the object, prints it as one line and frees the builder. */
static void
say (JsonBuilder *json)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;
  JsonNode *root;

  json_builder_end_object (json);
  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  puts (text);
  fflush (stdout);
  json_node_unref (root);
  g_object_unref (json);
}

static double
seconds_since (const Report *report)
{
  return (double) (g_get_monotonic_time () - report->begun) / G_USEC_PER_SEC;
}

/* ---- events -------------------------------------------------------------------------------- */

void
report_start (Report *report, const TesseraModel *model)
{
  const TesseraModelInfo *info = tessera_model_info (model);

  if (report->json)
    {
      JsonBuilder *json = event (report, "start", FALSE);

      json_add_text (json, "version", tessera_version ());
      json_add_text (json, "model", info->name);
      json_add_text (json, "fingerprint", tessera_model_fingerprint (model));
      say (json);
    }
  else if (report->verbose)
    fprintf (stderr, "model \"%s\" (%s), SHA-256 %s\n", info->name, info->kind,
             tessera_model_fingerprint (model));
}

void
report_plan (Report *report, const TesseraEstimate *estimate, gboolean always)
{
  report->n_cells = estimate->n_cells;
  if (report->json)
    {
      JsonBuilder *json = event (report, "plan", TRUE);

      json_add_int (json, "cells", estimate->n_cells);
      json_add_int (json, "windows", estimate->n_windows);
      json_add_int (json, "levels", estimate->n_levels);
      add_real (json, "flop", estimate->flop);
      add_real (json, "seconds", estimate->seconds);
      json_add_int (json, "bytes", (gint64) estimate->bytes);
      say (json);
    }
  else if (always || report->verbose)
    {
      g_autofree char *size = failure_size (estimate->bytes);

      fprintf (always ? stdout : stderr,
               "%d cells in %d windows on %d levels, %.3g GFLOP, about %.1f s, %s of memory\n",
               estimate->n_cells, estimate->n_windows, estimate->n_levels, estimate->flop / 1e9,
               estimate->seconds, size);
    }
}

void
report_begin (Report *report, const char *title, gsize bytes)
{
  g_autofree char *size = bytes ? failure_size (bytes) : NULL;
  g_autofree char *tail = size ? g_strconcat ("  ", size, NULL) : g_strdup ("");

  report->line_open = !report->json && !report->quiet;
  report->begun = g_get_monotonic_time ();
  if (report->line_open)
    progress_line_begin (&report->line, title, tail);
}

void
report_progress (Report *report, double done)
{
  const gint64 now = g_get_monotonic_time ();
  JsonBuilder *json;

  if (report->line_open)
    progress_line_update (&report->line, done);
  if (!report->json || (now - report->told < JSON_MICROSECONDS && done < 1))
    return;
  report->told = now;
  json = event (report, "progress", TRUE);
  add_real (json, "fraction", done);
  if (report->n_cells)
    {
      json_add_int (json, "done", (gint64) (done * report->n_cells));
      json_add_int (json, "total", report->n_cells);
    }
  if (progress_line_seconds_left (report->begun, done) >= 0)
    add_real (json, "seconds_left", progress_line_seconds_left (report->begun, done));
  say (json);
}

void
report_finish (Report *report)
{
  if (report->line_open)
    progress_line_end (&report->line);
  report->line_open = FALSE;
}

static JsonBuilder *
result_event (Report *report, const char *name, const ReportResult *result)
{
  g_autofree char *shown = g_filename_display_name (result->file);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, result->bytes);
  JsonBuilder *json = event (report, name, TRUE);

  json_add_text (json, "file", shown);
  json_add_text (json, "sha256", sum);
  add_real (json, "seconds", seconds_since (report));
  return json;
}

void
report_variation (Report *report, const ReportResult *result)
{
  g_ptr_array_add (report->files, g_strdup (result->file));
  if (report->json)
    {
      JsonBuilder *json = result_event (report, "variation", result);

      json_add_int (json, "rank", result->rank);
      json_add_int (json, "variation", result->variation);
      json_add_int (json, "seed", (gint64) result->seed);
      add_real (json, "rim_ratio", result->rim_ratio);
      add_real (json, "log_likelihood", result->log_likelihood);
      say (json);
    }
  else if (report->verbose)
    fprintf (stderr, "%s  variation %d, rim ratio %.2f, log-likelihood %.3f\n", result->file,
             result->variation, result->rim_ratio, result->log_likelihood);
}

void
report_reconstruction (Report *report, const ReportResult *result)
{
  g_ptr_array_add (report->files, g_strdup (result->file));
  if (report->json)
    {
      JsonBuilder *json = result_event (report, "reconstruction", result);

      add_real (json, "psnr", result->psnr);
      say (json);
    }
  else if (!report->quiet)
    fprintf (stderr, "%s  PSNR %.2f dB  %.1f s  -> %s\n", report->input, result->psnr,
             seconds_since (report), result->file);
}

void
report_model (Report *report, const char *file, const TesseraImported *imported)
{
  g_autofree char *shown = g_filename_display_name (file);
  g_autofree char *size = failure_size (imported->file_bytes);

  g_ptr_array_add (report->files, g_strdup (file));
  if (report->json)
    {
      JsonBuilder *json = event (report, "model", TRUE);

      json_add_text (json, "file", shown);
      json_add_text (json, "kind", imported->kind);
      json_add_int (json, "bytes", (gint64) imported->file_bytes);
      json_add_int (json, "parameters", (gint64) imported->n_weights);
      add_real (json, "seconds", seconds_since (report));
      say (json);
    }
  else if (!report->quiet)
    fprintf (stderr, "%s  %s, %" G_GUINT64_FORMAT " weights, %s  %.1f s  -> %s\n", report->input,
             imported->kind, imported->n_weights, size, seconds_since (report), shown);
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
      JsonBuilder *json = event (report, "warning", FALSE);

      json_add_text (json, "code", code);
      json_add_text (json, "message", text);
      say (json);
    }
  if (!report->quiet)
    fprintf (stderr, "tessera: %s: %s\n", code, text);
}

static void
say_error (const Report *report, const GError *error)
{
  JsonBuilder *json = event (report, "error", TRUE);

  json_add_text (json, "code", failure_code (error));
  json_add_text (json, "message", error->message);
  say (json);
}

int
report_end (Report *report, const GError *error)
{
  const int status = error ? failure_exit (error) : 0;

  report_finish (report);
  if (report->json && error)
    say_error (report, error);
  if (report->json)
    {
      JsonBuilder *json = event (report, "end", FALSE);

      json_builder_set_member_name (json, "ok");
      json_builder_add_boolean_value (json, !error);
      json_add_int (json, "exit", status);
      add_real (json, "seconds", seconds_since (report));
      json_builder_set_member_name (json, "files");
      json_builder_begin_array (json);
      for (guint i = 0; i < report->files->len; i++)
        {
          g_autofree char *shown = g_filename_display_name (g_ptr_array_index (report->files, i));

          json_builder_add_string_value (json, shown);
        }
      json_builder_end_array (json);
      say (json);
    }
  if (error)
    fprintf (stderr, "tessera: %s: %s\n", failure_code (error), error->message);
  return status;
}
