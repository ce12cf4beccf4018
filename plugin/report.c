#include "report.h"
#include <json-glib/json-glib.h>
#include <string.h>

void
report_begin (Report *report)
{
  *report = (Report){ .start = g_get_monotonic_time (),
                      .warnings = g_ptr_array_new_with_free_func (g_free) };
  report->mark = report->start;
}

void
report_clear (Report *report)
{
  g_clear_pointer (&report->warnings, g_ptr_array_unref);
}

void
report_lap (Report *report, double *sum)
{
  const gint64 now = g_get_monotonic_time ();

  *sum += (now - report->mark) / 1e6;
  report->mark = now;
}

void
report_warn (Report *report, const char *code, const char *sentence, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, sentence);
  text = g_strdup_vprintf (sentence, arguments);
  va_end (arguments);
  g_ptr_array_add (report->warnings, g_strdup_printf ("%s: %s", code, text));
}

static void
add_seconds (JsonBuilder *json, const char *name, double seconds)
{
  json_builder_set_member_name (json, name);
  json_builder_add_double_value (json, seconds);
}

static void
add_times (JsonBuilder *json, const Report *report)
{
  json_builder_set_member_name (json, "seconds");
  json_builder_begin_object (json);
  add_seconds (json, "reading", report->reading);
  add_seconds (json, "loading", report->loading);
  add_seconds (json, "encoding", report->engine.encode);
  add_seconds (json, "sampling", report->engine.sample);
  add_seconds (json, "decoding", report->engine.decode);
  add_seconds (json, "pixels", report->engine.pixels);
  add_seconds (json, "writing", report->writing);
  add_seconds (json, "total", (g_get_monotonic_time () - report->start) / 1e6);
  json_builder_end_object (json);
}

static void
add_count (JsonBuilder *json, const char *name, gsize count)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, (gint64) count);
}

static void
add_labels (JsonBuilder *json, const TesseraLabelCount *labels)
{
  json_builder_set_member_name (json, "labels");
  json_builder_begin_object (json);
  add_count (json, "painted", labels->n_painted);
  add_count (json, "snapped", labels->n_near);
  add_count (json, "unknown", labels->n_unknown);
  json_builder_end_object (json);
}

static void
add_text (JsonBuilder *json, const char *name, const char *text)
{
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, text);
}

static void
add_warnings (JsonBuilder *json, const GPtrArray *warnings)
{
  json_builder_set_member_name (json, "warnings");
  json_builder_begin_array (json);
  for (guint i = 0; i < warnings->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (warnings->pdata[i], ": ", 2);

      json_builder_begin_object (json);
      add_text (json, "code", parts[0]);
      add_text (json, "sentence", parts[1]);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

/* Largest resident size of this process, bytes; 0 where the system does not say. Not getrusage: on
 * Linux that begins with what GIMP had when it started the plug-in. */
static gsize
peak_memory (void)
{
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 0;
  line = strstr (status, "VmHWM:");
  return line ? (gsize) g_ascii_strtoull (line + strlen ("VmHWM:"), NULL, 10) * 1024 : 0;
}

char *
report_json (const Report *report)
{
  g_autoptr (JsonBuilder) json = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  add_times (json, report);
  add_count (json, "peak_bytes", peak_memory ());
  if (report->has_labels)
    add_labels (json, &report->labels);
  if (report->sameness)
    add_text (json, "repetition", report->sameness);
  add_warnings (json, report->warnings);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, FALSE);
}

char *
report_sentences (const Report *report)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < report->warnings->len; i++)
    {
      const char *sentence = strstr (report->warnings->pdata[i], ": ") + 2;

      g_string_append_printf (text, "%s%s", i ? "\n" : "", sentence);
    }
  return g_string_free (text, text->len == 0);
}
