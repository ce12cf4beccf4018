#include "ops.h"
#include "gpt/gpt.h"
#include "sample/choose.h"
#include <string.h>

static gboolean
op_gpt_logits (Case *kase, JsonObject *step, GError **error)
{
  g_auto (Gpt) gpt = { 0 };
  g_auto (Cache) cache = { 0 };
  size_t n;
  g_autofree double *numbers = case_argument (kase, step, "tokens", NULL, &n, error);
  g_autofree int *tokens = g_new (int, numbers ? n : 1);
  g_autofree float *hidden = NULL, *logits = NULL;
  int width, n_new;

  if (!numbers)
    return FALSE;
  if (!kase->model || kase->model->schema.kind == KIND_VQGAN
      || kase->model->schema.kind == KIND_FILL)
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "the case has no GPT");
      return FALSE;
    }
  if (!gpt_init (&gpt, kase->model, kase->model->schema.kind == KIND_GPT ? "" : "transformer.",
                 error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    tokens[i] = (int) numbers[i];
  width = gpt.schema.n_embd;
  hidden = g_new (float, n *width);
  logits = g_new (float, n *gpt.schema.vocab_size);
  n_new = (int) n;
  return gpt_blocks_cache (&gpt.blocks, &cache, 1, n_new, error)
         && gpt_run (kase->job, &gpt, &cache, &n_new, tokens, hidden, error)
         && gpt_logits (kase->job, &gpt, &cache, n, NULL, hidden, logits, error)
         && case_compare_floats (kase, step, "logits", logits, n * gpt.schema.vocab_size, error);
}

gboolean
op_is_greedy (JsonObject *step)
{
  return strcmp (json_text (step, "mode", "uniform"), "greedy") == 0;
}

double
op_number (JsonObject *step, const char *name, double otherwise)
{
  JsonNode *node = json_object_get_member (step, name);

  return node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : otherwise;
}

static gboolean
op_filter (Case *kase, JsonObject *step, GError **error)
{
  const ChooseOptions options = { op_number (step, "temperature", 1),
                                  (int) op_number (step, "top_k", 0),
                                  op_number (step, "top_p", 1) };
  const size_t row = (size_t) op_number (step, "row", 0);
  const Tensor *tensor;
  size_t n, n_u, width;
  g_autofree double *all = case_argument (kase, step, "logits", &tensor, &n, error);
  g_autofree double *u = all ? case_argument (kase, step, "u", NULL, &n_u, error) : NULL;
  g_autofree float *logits = NULL, *scratch = NULL;
  g_autofree guint8 *kept = NULL;
  g_autofree int *whole = NULL;
  int token;

  if (!u)
    return FALSE;
  width = tensor->shape[tensor->n_dims - 1];
  logits = g_new (float, width);
  scratch = g_new (float, 2 * width);
  kept = g_new0 (guint8, width);
  whole = g_new0 (int, width);
  for (size_t i = 0; i < width; i++)
    logits[i] = (float) all[(tensor->n_dims > 1 ? row * width : 0) + i];
  token = choose_token (logits, (int) width, &options, u[0], kept, scratch, NULL);
  for (size_t i = 0; i < width; i++)
    whole[i] = kept[i];
  return case_compare_ints (kase, step, "kept", whole, width, error)
         && case_compare_ints (kase, step, "token", &token, 1, error);
}

gboolean
op_run (Case *kase, JsonObject *step, GError **error)
{
  static const struct {
    const char *name;
    gboolean (*run) (Case *kase, JsonObject *step, GError **error);
  } ops[] = {
    { "pad", op_pad },
    { "crop", op_crop },
    { "vqgan.encode", op_encode },
    { "vqgan.decode", op_decode },
    { "vqgan.decode_mixed", op_decode_mixed },
    { "gpt.logits", op_gpt_logits },
    { "sampler.filter", op_filter },
    { "fill.window", op_fill_window },
    { "condition.encode", op_condition },
    { "sample.window", op_sample_window },
    { "sample.logits", op_sample_logits },
    { "sample.sequence", op_sample_sequence },
    { "permuter", op_permuter },
  };
  const char *name = json_text (step, "op", "");

  for (size_t i = 0; i < G_N_ELEMENTS (ops); i++)
    if (strcmp (name, ops[i].name) == 0)
      return ops[i].run (kase, step, error);
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED, "this op is unknown");
  return FALSE;
}
