#include "json_add.h"
#include "commands.h"
#include "failure.h"
#include "machine.h"
#include <json-glib/json-glib.h>
#include <stdio.h>

static void
print_model (const TesseraModel *model, const char *path, gboolean verbose)
{
  const TesseraModelInfo *info = tessera_model_info (model);
  g_autofree char *size = failure_size (info->file_bytes);

  printf ("model      %s (%s)\n", info->name, info->kind);
  if (verbose)
    printf ("file       %s\n", path);
  printf ("size       %s, %" G_GUINT64_FORMAT " weights\n", size, info->n_weights);
  printf ("SHA-256    %s\n", tessera_model_fingerprint (model));
  printf ("from       %s\n", *info->source ? info->source : "unknown");
  printf ("licence    %s\n", *info->licence ? info->licence : "unknown");
  if (info->factor)
    printf ("tokenizer  cells of %d x %d pixels, %d codes\n", info->factor, info->factor,
            info->n_codes);
  if (info->window)
    printf ("window     %d x %d cells\n", info->window, info->window);
  printf ("can        %s%s%s\n", info->can_complete ? "complete" : "",
          info->can_complete && info->can_reconstruct ? ", " : "",
          info->can_reconstruct ? "reconstruct" : "");
  for (int i = 0; i < info->n_labels; i++)
    printf ("label %3d  %s\n", i, tessera_model_label (model, i));
}

static void
print_text (const TesseraModel *model, const char *path, gboolean verbose)
{
  g_autofree char *cpu = machine_cpu ();
  g_autofree char *available = failure_size (machine_free_memory ());
  g_autofree char *limit = failure_size (machine_memory_limit (0));

  printf ("Tessera    %s\n", tessera_version ());
  printf ("processor  %s, %u cores\n", cpu, g_get_num_processors ());
  printf ("memory     %s free, a run may use %s\n", available, limit);
  printf ("pictures   reads PNG, JPEG; writes PNG\n");
  print_model (model, path, verbose);
}

static void
add_bool (JsonBuilder *json, const char *key, gboolean value)
{
  json_builder_set_member_name (json, key);
  json_builder_add_boolean_value (json, value);
}

static void
add_model (JsonBuilder *json, const TesseraModel *model, const char *path, gboolean verbose)
{
  const TesseraModelInfo *info = tessera_model_info (model);

  json_builder_set_member_name (json, "model");
  json_builder_begin_object (json);
  json_add_text (json, "name", info->name);
  json_add_text (json, "kind", info->kind);
  if (verbose)
    json_add_text (json, "path", path);
  json_add_text (json, "sha256", tessera_model_fingerprint (model));
  json_add_text (json, "source", info->source);
  json_add_text (json, "licence", info->licence);
  json_add_int (json, "file_bytes", info->file_bytes);
  json_add_int (json, "parameters", info->n_weights);
  json_add_int (json, "f", (guint64) info->factor);
  json_add_int (json, "codes", (guint64) info->n_codes);
  json_add_int (json, "window", (guint64) info->window);
  add_bool (json, "can_complete", info->can_complete);
  add_bool (json, "can_reconstruct", info->can_reconstruct);
  json_builder_set_member_name (json, "labels");
  json_builder_begin_array (json);
  for (int i = 0; i < info->n_labels; i++)
    {
      json_builder_begin_object (json);
      json_add_int (json, "id", (guint64) i);
      json_add_text (json, "name", tessera_model_label (model, i));
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
}

static void
add_machine (JsonBuilder *json)
{
  g_autofree char *cpu = machine_cpu ();

  json_builder_set_member_name (json, "cpu");
  json_builder_begin_object (json);
  json_add_text (json, "name", cpu);
  json_add_int (json, "cores", g_get_num_processors ());
  json_builder_end_object (json);
  json_builder_set_member_name (json, "memory");
  json_builder_begin_object (json);
  json_add_int (json, "free", machine_free_memory ());
  json_add_int (json, "limit", machine_memory_limit (0));
  json_builder_end_object (json);
}

static void
add_formats (JsonBuilder *json)
{
  json_builder_set_member_name (json, "formats");
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "read");
  json_builder_begin_array (json);
  json_builder_add_string_value (json, "png");
  json_builder_add_string_value (json, "jpeg");
  json_builder_end_array (json);
  json_builder_set_member_name (json, "write");
  json_builder_begin_array (json);
  json_builder_add_string_value (json, "png");
  json_builder_end_array (json);
  json_builder_end_object (json);
}

/* One object in one line; no paths unless asked for: it is made to be pasted into reports. */
static void
print_json (const TesseraModel *model, const char *path, gboolean verbose)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (json);
  json_add_text (json, "version", tessera_version ());
  add_model (json, model, path, verbose);
  add_machine (json);
  add_formats (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  puts (text);
}

gboolean
cmd_info (const Options *options, Report *report, GError **error)
{
  const char *asked = options->input ? options->input : options->model;
  g_autofree char *path = NULL;
  g_autoptr (TesseraModel) model = NULL;
  g_autoptr (GError) cause = NULL;

  path = machine_model (asked, error);
  if (!path)
    return FALSE;
  model = tessera_model_open (path, &cause);
  if (!model)
    {
      g_propagate_error (error, failure_from_open (g_steal_pointer (&cause), path));
      return FALSE;
    }
  if (options->json)
    print_json (model, path, options->verbose);
  else
    print_text (model, path, options->verbose);
  report->json = FALSE; /* the object is all there is to say */
  return TRUE;
}
