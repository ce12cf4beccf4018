/* tessera-info: what there is, as JSON for scripts and as a few lines for people. */
#include "message.h"
#include "models.h"
#include "procedure.h"
#include "procedures.h"
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

enum { TEST_SIDE = 64 }; /* pixels of the picture that the self-test completes */

static void
add_text (JsonBuilder *json, const char *name, const char *text)
{
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, text);
}

static void
add_int (JsonBuilder *json, const char *name, gint64 number)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, number);
}

static void
add_truth (JsonBuilder *json, const char *name, gboolean truth)
{
  json_builder_set_member_name (json, name);
  json_builder_add_boolean_value (json, truth);
}

static void
add_model (JsonBuilder *json, const TesseraModel *model)
{
  g_autofree char *text = tessera_model_json (model, NULL);

  json_builder_set_member_name (json, "model");
  json_builder_add_value (json, json_from_string (text, NULL));
}

/* Names of the files, without their folders: the text is made to be pasted into reports. */
static void
add_models (JsonBuilder *json)
{
  g_autoptr (GPtrArray) paths = models_list ();

  json_builder_set_member_name (json, "models");
  json_builder_begin_array (json);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *name = g_path_get_basename (paths->pdata[i]);

      json_builder_add_string_value (json, name);
    }
  json_builder_end_array (json);
}

/* Completes the middle of a made-up picture; NULL and error where that fails. */
static TesseraResult *
complete_test (const TesseraModel *model, float *pixels, float *hole, int n_threads, GError **error)
{
  TesseraRequest request;

  for (int i = 0; i < TEST_SIDE * TEST_SIDE; i++)
    {
      const int x = i % TEST_SIDE, y = i / TEST_SIDE;

      for (int c = 0; c < 3; c++)
        pixels[3 * i + c] = (float) ((x * (c + 1) + y * 3) % 97) / 97;
      hole[i] = x >= 24 && x < 40 && y >= 24 && y < 40;
    }
  tessera_request_init (&request);
  request.picture = (TesseraPicture){ TEST_SIDE, TEST_SIDE, pixels };
  request.hole = hole;
  request.n_variations = 1;
  request.n_threads = n_threads;
  return tessera_complete (model, &request, error);
}

/* Completes a small picture twice, with one thread and with all: the bytes must be the same. */
static void
add_self_test (JsonBuilder *json, const TesseraModel *model)
{
  g_autofree float *pixels = g_new (float, 3 * TEST_SIDE * TEST_SIDE);
  g_autofree float *hole = g_new (float, TEST_SIDE *TEST_SIDE);
  g_autoptr (GError) error = NULL;
  g_autoptr (TesseraResult) one = complete_test (model, pixels, hole, 1, &error);
  const gint64 since = g_get_monotonic_time ();
  g_autoptr (TesseraResult) all = one ? complete_test (model, pixels, hole, 0, &error) : NULL;
  const double seconds = (double) (g_get_monotonic_time () - since) / 1e6;
  gboolean same = FALSE;

  if (all)
    {
      const TesseraBox box = tessera_result_box (one);
      const gsize size = (gsize) box.width * box.height * 4 * sizeof (float);

      same = memcmp (tessera_result_pixels (one, 0), tessera_result_pixels (all, 0), size) == 0;
    }
  json_builder_set_member_name (json, "self_test");
  json_builder_begin_object (json);
  add_truth (json, "ok", same);
  if (all)
    {
      json_builder_set_member_name (json, "seconds");
      json_builder_add_double_value (json, seconds);
    }
  else
    add_text (json, "error", error->message);
  json_builder_end_object (json);
}

static char *
info_json (const TesseraModel *model, gboolean self_test)
{
  g_autoptr (JsonBuilder) json = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  add_text (json, "version", tessera_version ());
  add_model (json, model);
  add_models (json);
  json_builder_set_member_name (json, "cpu");
  json_builder_begin_object (json);
  add_text (json, "isa", tessera_isa ());
  add_int (json, "cores", g_get_num_processors ());
  json_builder_end_object (json);
  if (self_test)
    add_self_test (json, model);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, FALSE);
}

static void
tell (const TesseraModel *model)
{
  const TesseraModelInfo *info = tessera_model_info (model);
  g_autofree char *text = g_strdup_printf (
      _ ("Tessera %s completes pictures. It works on this computer only; nothing is sent "
         "anywhere.\nModel: %s (%s), %d labels"),
      tessera_version (), info->name, info->kind, info->n_labels);

  gimp_message (text);
}

static GimpValueArray *
run (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer data)
{
  g_autofree char *wanted = arguments_text (config, "model");
  g_autoptr (TesseraModel) model = NULL;
  GimpRunMode mode;
  GimpValueArray *values;
  GError *error = NULL;
  gboolean self_test;

  (void) data;
  g_object_get (config, "run-mode", &mode, "self-test", &self_test, NULL);
  model = models_open (wanted, NULL, &error);
  if (!model)
    return procedure_refuse (procedure, mode, error);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    tell (model);
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_TAKE_STRING (values, 1, info_json (model, self_test));
  return values;
}

GimpProcedure *
info_create (GimpPlugIn *plug_in, const char *name)
{
  GimpProcedure *procedure =
      gimp_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  gimp_procedure_set_menu_label (procedure, _ ("_About Tessera…"));
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Tessera");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_ALWAYS);
  gimp_procedure_set_documentation (
      procedure, _ ("Show the model, its labels, this computer's speed and the version"),
      _ ("Returns JSON: the version, the model and its labels, the model files that were found, "
         "the processor, and on request a self-test."),
      name);
  gimp_procedure_set_attribution (procedure, "The Tessera authors", "The Tessera authors", "2026");
  gimp_procedure_add_enum_argument (procedure, "run-mode", _ ("Run mode"), _ ("The run mode"),
                                    GIMP_TYPE_RUN_MODE, GIMP_RUN_NONINTERACTIVE, G_PARAM_READWRITE);
  arguments_register_model (procedure);
  gimp_procedure_add_boolean_argument (procedure, "self-test", _ ("Self-test"),
                                       _ ("Complete a small picture twice and compare"), FALSE,
                                       G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (procedure, "info", _ ("Information"), _ ("JSON"), NULL,
                                          G_PARAM_READWRITE);
  return procedure;
}
