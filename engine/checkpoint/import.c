#include "checkpoint/import_private.h"
#include <string.h>

enum { MAX_LABELS_BYTES = 1 << 20 };

static gboolean
fail (GError **error, int code, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, code, sentence);
  return FALSE;
}

/* Which networks there are, and where. */
static gboolean
find_parts (Import *import, GError **error)
{
  const Part bare = { import->checkpoint, "" };
  const Checkpoint *tokenizer = import->first_stage ? import->first_stage : import->checkpoint;
  const Part alone = { tokenizer, "" }, inside = { tokenizer, "first_stage_model." };
  const gboolean whole = part_has (&bare, "transformer.");

  import->top = bare;
  import->transformer = (Part){ import->checkpoint, whole ? "transformer." : "" };
  import->vqgan = part_has (&alone, "encoder.") ? alone : inside;
  if (whole || part_find (&bare, "tok_emb.weight"))
    import->kind = whole || import->first_stage ? IMPORT_NET2NET : IMPORT_GPT;
  else if (part_has (&import->vqgan, "encoder."))
    import->kind = IMPORT_VQGAN;
  else
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "%s: it holds neither a tokenizer (encoder...) nor a transformer "
                   "(transformer...) of the published system",
                   checkpoint_path (tokenizer));
      return FALSE;
    }
  if (import->kind != IMPORT_GPT && !part_has (&import->vqgan, ""))
    return fail (error, TESSERA_ERROR_QUESTION,
                 "Where is the tokenizer? The checkpoint has no first_stage_model. Pass the file "
                 "that has it with --first-stage.");
  return TRUE;
}

/* A tokenizer's settings stand alone in its own yaml file, or below first_stage_config. */
static ConfigNode
tokenizer_params (ConfigNode params)
{
  const ConfigNode inner = config_at (params, "first_stage_config.params");

  return config_is (inner) || config_is (config_at (params, "transformer_config")) ? inner : params;
}

static gboolean
derive (Import *import, ConfigNode params, GError **error)
{
  const ConfigNode gpt = config_at (params, "transformer_config.params");
  ConditionSource source = { .checkpoint = import->checkpoint,
                             .params = params,
                             .first = &import->vqgan,
                             .vq = &import->vq,
                             .gpt = &import->gpt,
                             .told = import->request->condition,
                             .label_shift = import->request->label_shift };

  if (import->kind != IMPORT_GPT
      && (!vq_shape_derive (&import->vq, &import->vqgan, error)
          || !vq_shape_agree (&import->vq, &import->vqgan, tokenizer_params (params), error)))
    return FALSE;
  if (import->kind == IMPORT_VQGAN)
    return TRUE;
  if (!gpt_shape_derive (&import->gpt, &import->transformer,
                         import->kind == IMPORT_GPT && !config_is (gpt) ? params : gpt,
                         import->request->n_heads, error))
    return FALSE;
  if (import->kind == IMPORT_GPT)
    return TRUE;
  if (import->vq.n_used && import->gpt.vocab_size == import->vq.n_used + 1)
    import->vq.unknown_text = "extra"; /* the one way to give one token more */
  if (vq_shape_n_tokens (&import->vq) > import->gpt.vocab_size)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MISFIT,
                   "the tokenizer gives %d tokens, the transformer knows %d",
                   vq_shape_n_tokens (&import->vq), import->gpt.vocab_size);
      return FALSE;
    }
  return condition_derive (&import->condition, &source, error)
         && permuter_derive (&import->permuter, &import->top, params, error);
}

/* The tensors, and whether they are no more than the files hold: views may repeat a storage, and a
 * file of a few bytes must not become one of many gigabytes. */
static gboolean
list_needs (Import *import, GError **error)
{
  Needs *needs = &import->needs;
  const gboolean whole = import->kind == IMPORT_NET2NET;
  guint64 bytes = 0, held = checkpoint_bytes (import->checkpoint);

  needs->part = &import->vqgan;
  needs->prefix = whole ? "first_stage_model." : "";
  if (import->kind != IMPORT_GPT && !vq_shape_needs (&import->vq, TRUE, needs, error))
    return FALSE;
  needs->part = &import->condition.part;
  needs->prefix = "cond_stage_model.";
  if (whole && condition_has_vq (&import->condition)
      && !vq_shape_needs (&import->condition.vq, FALSE, needs, error))
    return FALSE;
  needs->part = &import->transformer;
  needs->prefix = whole ? "transformer." : "";
  if (import->kind != IMPORT_VQGAN && !gpt_shape_needs (&import->gpt, needs, error))
    return FALSE;
  needs->part = &import->top;
  needs->prefix = "";
  if (whole && !permuter_needs (&import->permuter, needs, error))
    return FALSE;
  for (guint i = 0; i < needs->list->len; i++)
    {
      const Stored *stored = g_array_index (needs->list, Need, i).stored;

      bytes += stored->n * element_size (stored->element);
    }
  if (import->first_stage)
    held += checkpoint_bytes (import->first_stage);
  return bytes <= 4 * held
         || fail (error, TESSERA_ERROR_FORMAT, "its tensors repeat each other's numbers");
}

static gboolean
read_labels (Import *import, GError **error)
{
  const char *path = import->request->labels_file;
  g_autofree char *text = NULL;
  gsize size;
  guint n;
  int wanted = 0; /* channel 0 of shifted labels is for what has none */

  if (!path)
    return TRUE;
  if (!g_file_get_contents (path, &text, &size, error))
    return FALSE;
  if (size > MAX_LABELS_BYTES || !g_utf8_validate_len (text, size, NULL))
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "%s: this is no list of names in UTF-8", path);
      return FALSE;
    }
  import->labels = g_strsplit (g_strchomp (text), "\n", -1);
  for (n = 0; import->labels[n]; n++)
    g_strstrip (import->labels[n]);
  if (import->kind == IMPORT_NET2NET && import->condition.type == CONDITION_SEGMENTATION)
    wanted = import->condition.vq.in_channels - import->condition.label_shift;
  if (n > 0 && (int) n == wanted)
    return TRUE;
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MISFIT,
               "%s: it has %u names, the model has %d labels", path, n, wanted);
  return FALSE;
}

gboolean
import_plan (Import *import, GError **error)
{
  const TesseraImport *request = import->request;
  ConfigNode params = { 0 };

  needs_init (&import->needs);
  import->checkpoint = checkpoint_open (request->checkpoint, error);
  if (!import->checkpoint)
    return FALSE;
  if (request->first_stage
      && !(import->first_stage = checkpoint_open (request->first_stage, error)))
    return FALSE;
  if (request->config)
    {
      import->config = config_open (request->config, error);
      if (!import->config)
        return FALSE;
      params = config_at (config_root (import->config), "model.params");
      if (!config_is (params))
        {
          g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                       "%s: it has no model.params, so it is no configuration of a model",
                       request->config);
          return FALSE;
        }
    }
  return find_parts (import, error) && derive (import, params, error) && list_needs (import, error)
         && read_labels (import, error);
}

void
import_clear (Import *import)
{
  needs_clear (&import->needs);
  g_clear_pointer (&import->labels, g_strfreev);
  g_clear_pointer (&import->config, config_close);
  g_clear_pointer (&import->first_stage, checkpoint_close);
  g_clear_pointer (&import->checkpoint, checkpoint_close);
}

static void
add_text (JsonBuilder *json, const char *name, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, valid);
}

static void
add_labels (JsonBuilder *json, char **labels)
{
  json_builder_set_member_name (json, "labels");
  json_builder_begin_array (json);
  for (; *labels; labels++)
    json_builder_add_string_value (json, *labels);
  json_builder_end_array (json);
}

/* "landscapes" of "models/landscapes.safetensors". */
static char *
name_of (const TesseraImport *request)
{
  char *name = g_path_get_basename (request->output), *dot = strrchr (name, '.');

  if (dot && dot != name)
    *dot = 0;
  return name;
}

const char *
import_kind (const Import *import)
{
  static const char *const kinds[] = { "vqgan", "gpt", "net2net" };

  return kinds[import->kind];
}

char *
import_about (const Import *import)
{
  g_autofree char *name =
      import->request->name ? g_strdup (import->request->name) : name_of (import->request);
  g_autofree char *file = g_path_get_basename (import->request->checkpoint);
  g_autofree char *source = g_strconcat ("imported from ", file, NULL);
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "version");
  json_builder_add_int_value (json, 1);
  add_text (json, "kind", import_kind (import));
  add_text (json, "name", name);
  add_text (json, "source", source);
  if (import->kind != IMPORT_GPT)
    {
      json_builder_set_member_name (json, "vqgan");
      vq_shape_json (&import->vq, json);
    }
  if (import->kind != IMPORT_VQGAN)
    {
      json_builder_set_member_name (json, "transformer");
      gpt_shape_json (&import->gpt, json);
    }
  if (import->kind == IMPORT_NET2NET)
    {
      json_builder_set_member_name (json, "condition");
      condition_json (&import->condition, json);
      json_builder_set_member_name (json, "permuter");
      permuter_json (&import->permuter, json);
    }
  if (import->labels)
    add_labels (json, import->labels);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

/* Which file an error is about, where it does not say so itself. */
static void
name_file (const TesseraImport *request, GError **error)
{
  const char *const paths[] = { request->checkpoint, request->config, request->first_stage,
                                request->labels_file };

  if (!error || (*error)->domain != TESSERA_ERROR || (*error)->code > TESSERA_ERROR_UNSUPPORTED)
    return;
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    if (paths[i] && g_str_has_prefix ((*error)->message, paths[i]))
      return;
  g_prefix_error (error, "%s: ", request->checkpoint);
}

gboolean
import_run (const TesseraImport *request, TesseraImported *imported, GError **error)
{
  Import import = { .request = request };
  TesseraImported ours;
  const gboolean done = import_plan (&import, error) && import_copy (&import, &ours, error);

  import_clear (&import);
  if (!done)
    name_file (request, error);
  else if (imported)
    *imported = ours;
  return done;
}
