#include "json_add.h"
#include "report.h"
#include "canvas.h"
#include "picture_encode.h"
#include <errno.h>
#include <unistd.h>
#include <string.h>

enum { JSON_MICROSECONDS = 100000 };

/* All of it, in one piece as far as others that write here are concerned. */
static gboolean
write_whole (int fd, const char *text, gsize size)
{
  while (size)
    {
      const gssize n = write (fd, text, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      text += n;
      size -= (gsize) n;
    }
  return TRUE;
}

void
report_line (ReportOut *out, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  if (!out)
    {
      write_whole (STDOUT_FILENO, line, strlen (line));
      return;
    }
  g_mutex_lock (&out->mutex);
  if (!out->broken)
    out->broken = !write_whole (out->fd, line, strlen (line));
  g_mutex_unlock (&out->mutex);
}

gboolean
report_is_broken (const Report *report)
{
  gboolean broken = FALSE;

  if (!report->out)
    return FALSE;
  g_mutex_lock (&report->out->mutex);
  broken = report->out->broken;
  g_mutex_unlock (&report->out->mutex);
  return broken;
}

JsonBuilder *
report_event (const Report *report, const char *name)
{
  JsonBuilder *json = json_builder_new ();

  json_builder_begin_object (json);
  if (report->id)
    {
      json_builder_set_member_name (json, "id");
      json_builder_add_value (json, json_from_string (report->id, NULL));
    }
  json_add_text (json, "event", name);
  if (report->input)
    {
      g_autofree char *shown = g_filename_display_name (report->input); /* valid UTF-8 */

      json_add_text (json, "input", shown);
    }
  return json;
}

void
report_say (const Report *report, JsonBuilder *json)
{
  g_autofree char *text = NULL;
  JsonNode *root;

  json_builder_end_object (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, FALSE);
  report_line (report->out, text);
  json_node_unref (root);
  g_object_unref (json);
}

void
report_start (Report *report, const TesseraModel *model, int n_threads)
{
  const TesseraModelInfo *info = tessera_model_info (model);
  JsonBuilder *json;

  if (!report->json)
    return;
  json = report_event (report, "start");
  json_add_text (json, "version", tessera_version ());
  json_add_text (json, "model", info->name);
  json_add_text (json, "isa", tessera_isa ());
  json_add_int (json, "threads", n_threads ? n_threads : (int) g_get_num_processors ());
  report_say (report, json);
}

void
report_progress (Report *report, double done)
{
  const gint64 now = g_get_monotonic_time ();
  const double left = progress_line_seconds_left (report->begun, done);
  JsonBuilder *json;

  if (report->line_open)
    progress_line_update (&report->line, done);
  if (!report->json || (now - report->told < JSON_MICROSECONDS && done < 1))
    return;
  report->told = now;
  json = report_event (report, "progress");
  json_builder_set_member_name (json, "variations");
  json_builder_begin_array (json);
  for (int i = 1; i <= report->n_variations; i++)
    json_builder_add_int_value (json, i);
  json_builder_end_array (json);
  json_add_int (json, "finished", done >= 1 ? report->n_variations : 0); /* all grow together */
  json_add_real (json, "fraction", done);
  if (report->n_cells)
    {
      json_add_int (json, "done", (gint64) (done * report->n_cells));
      json_add_int (json, "total", report->n_cells);
    }
  if (left >= 0)
    json_add_real (json, "seconds_left", left);
  report_say (report, json);
}

void
report_row (Report *report, int k, TesseraBox box, const float *pixels)
{
  const gsize n = (gsize) box.width * (gsize) box.height;
  g_autoptr (Picture) picture = picture_new (box.width, box.height, 3, 8);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  JsonBuilder *json;

  if (!picture || !n)
    return;
  canvas_replace (picture, pixels);
  bytes = picture_encode_png (picture, NULL, NULL);
  if (!bytes)
    return;
  text = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  json = report_event (report, "row");
  json_add_int (json, "variation", k);
  json_add_int (json, "x", box.x);
  json_add_int (json, "y", box.y);
  json_add_int (json, "width", box.width);
  json_add_int (json, "height", box.height);
  json_add_text (json, "png_base64", text);
  report_say (report, json);
}
