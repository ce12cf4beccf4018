#include "json_add.h"
#include "columns.h"
#include "commands.h"
#include "failure.h"
#include "info_gimp.h"
#include "machine.h"
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *
what_it_can (const TesseraModelInfo *info)
{
  if (info->can_complete && info->can_paint)
    return "complete, extend, paint, reconstruct";
  if (info->can_complete)
    return "complete, extend, reconstruct";
  if (info->can_paint)
    return "paint, reconstruct";
  return info->can_reconstruct ? "reconstruct" : "-";
}

static void
print_labels (const TesseraModel *model)
{
  for (int i = 0; i < tessera_model_info (model)->n_labels; i++)
    printf ("%d\t%s\t#%06x\n", i, tessera_model_label (model, i),
            tessera_model_label_color (model, i));
}

/* "model      landscape (fill)": what it is about, in a column of its own. */
static void G_GNUC_PRINTF (2, 3) print_line (const char *about, const char *format, ...)
{
  enum { WIDTH = 15 }; /* the longest name in any language */
  g_autofree char *space = g_strnfill ((gsize) MAX (WIDTH - columns_of (about), 1), ' ');
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  printf ("%s%s%s\n", about, space, text);
}

static void
print_model (const TesseraModel *model, const char *path, gboolean verbose)
{
  const TesseraModelInfo *info = tessera_model_info (model);
  g_autofree char *size = failure_size (info->file_bytes);
  g_autofree char *weights = g_strdup_printf ("%" G_GUINT64_FORMAT, info->n_weights);

  print_line (C_ ("info", "model"), "%s (%s)", info->name, info->kind);
  if (verbose)
    print_line (C_ ("info", "file"), "%s", path);
  print_line (C_ ("info", "size"), _ ("%s, %s weights"), size, weights);
  print_line ("SHA-256", "%s", tessera_model_fingerprint (model));
  print_line (C_ ("info", "from"), "%s", *info->source ? info->source : _ ("unknown"));
  print_line (C_ ("info", "licence"), "%s", *info->licence ? info->licence : _ ("unknown"));
  if (info->factor)
    print_line (C_ ("info", "tokenizer"), _ ("cells of %d x %d pixels, %d codes"), info->factor,
                info->factor, info->n_codes);
  if (info->window)
    print_line (C_ ("info", "window"), _ ("%d x %d cells"), info->window, info->window);
  print_line (C_ ("info", "can"), "%s", what_it_can (info));
  print_line (C_ ("info", "is told"), "%s", tessera_condition_name (info->condition));
  print_line (C_ ("info", "labels"), "%d", info->n_labels);
  for (int i = 0; i < info->n_labels; i++)
    printf ("%9d  %s\n", i, tessera_model_label (model, i));
}

static void
print_text (const TesseraModel *model, const char *path, gboolean verbose)
{
  g_autofree char *cpu = machine_cpu ();
  g_autofree char *available = failure_size (machine_free_memory ());
  g_autofree char *limit = failure_size (machine_memory_limit (0));
  const guint cores = g_get_num_processors ();

  print_line ("Tessera", "%s", tessera_version ());
  print_line (C_ ("info", "processor"),
              g_dngettext (GETTEXT_PACKAGE, "%s, %u core, %s", "%s, %u cores, %s", cores), cpu,
              cores, tessera_isa ());
  print_line (C_ ("info", "memory"), _ ("%s free, a run may use %s"), available, limit);
  print_line (C_ ("info", "pictures"), _ ("reads %s; writes %s"), PICTURE_READABLE,
              PICTURE_WRITABLE);
  print_model (model, path, verbose);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void
add_model (JsonBuilder *json, const TesseraModel *model, const char *path)
{
  g_autofree char *text = tessera_model_json (model, path);

  json_builder_set_member_name (json, "model");
  json_builder_add_value (json, json_from_string (text, NULL));
}

static void
add_machine (JsonBuilder *json)
{
  g_autofree char *cpu = machine_cpu ();

  json_builder_set_member_name (json, "cpu");
  json_builder_begin_object (json);
  json_add_text (json, "name", cpu);
  json_add_text (json, "isa", tessera_isa ());
  json_add_int (json, "cores", g_get_num_processors ());
  json_builder_end_object (json);
  json_builder_set_member_name (json, "memory");
  json_builder_begin_object (json);
  json_add_int (json, "free", (gint64) machine_free_memory ());
  json_add_int (json, "limit", (gint64) machine_memory_limit (0));
  json_builder_end_object (json);
}

/* A list of words with commas between them as an array of small letters. */
static void
add_words (JsonBuilder *json, const char *key, const char *words)
{
  g_autofree char *small = g_ascii_strdown (words, -1);
  g_auto (GStrv) list = g_strsplit (small, ", ", -1);

  json_builder_set_member_name (json, key);
  json_builder_begin_array (json);
  for (gsize i = 0; list[i]; i++)
    json_builder_add_string_value (json, list[i]);
  json_builder_end_array (json);
}

void
info_add (JsonBuilder *json, const TesseraModel *model, const char *path)
{
  json_add_text (json, "version", tessera_version ());
  add_model (json, model, path);
  add_machine (json);
  json_builder_set_member_name (json, "formats");
  json_builder_begin_object (json);
  add_words (json, "read", PICTURE_READABLE);
  add_words (json, "write", PICTURE_WRITABLE);
  json_builder_end_object (json);
}

/* One object in one line; no paths unless asked for: it is made to be pasted into reports. */
static void
print_json (const TesseraModel *model, const char *path)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (json);
  info_add (json, model, path);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, FALSE);
  puts (text);
}

/* ---- check --------------------------------------------------------------------------------- */

/* Every byte is read for the fingerprint; and weights that are no numbers show in a picture. */
static gboolean
check_model (const TesseraModel *model, const char *path, GError **error)
{
  enum { SIDE = 64 };
  const TesseraModelInfo *info = tessera_model_info (model);
  g_autofree float *pixels = g_new (float, 3 * SIDE * SIDE);
  g_autoptr (GError) cause = NULL;
  TesseraRequest request;

  tessera_request_init (&request);
  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    pixels[i] = (float) (i % 97) / 96;
  request.picture = (TesseraPicture){ SIDE, SIDE, pixels };
  if (info->can_reconstruct && !tessera_reconstruct (model, &request, pixels, &cause))
    {
      g_propagate_error (error, failure_from_run (g_steal_pointer (&cause)));
      return FALSE;
    }
  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    if (!isfinite (pixels[i]))
      {
        g_set_error (error, FAILURE, FAILURE_BAD_MODEL,
                     _ ("The model file \"%s\" is damaged: it makes pictures that are no numbers. "
                        "Reinstall Tessera, or choose another file."),
                     path);
        return FALSE;
      }
  printf (_ ("%s: all is well, SHA-256 %s\n"), info->name, tessera_model_fingerprint (model));
  return TRUE;
}

gboolean
cmd_info (const Options *options, Report *report, GError **error)
{
  const char *asked = options->inputs->len ? options_input (options) : options->model;
  g_autofree char *path = NULL;
  g_autoptr (TesseraModel) model = NULL;
  g_autoptr (GError) cause = NULL;

  if (options->gimp)
    {
      info_gimp_print ();
      return TRUE;
    }
  path = machine_model (asked, error);
  if (!path)
    return FALSE;
  model = tessera_model_open (path, &cause);
  if (!model)
    {
      g_propagate_error (error, failure_from_open (g_steal_pointer (&cause), path));
      return FALSE;
    }
  if (options->check)
    return check_model (model, path, error);
  if (options->list_labels)
    print_labels (model);
  else if (options->json)
    print_json (model, options->verbose ? path : NULL);
  else
    print_text (model, path, options->verbose);
  report->json = FALSE; /* the object is all there is to say */
  return TRUE;
}
