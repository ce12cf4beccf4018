#include "ops.h"
#include "gpt/gpt.h"
#include "sample/choose.h"
#include "vqgan/vqgan.h"
#include <string.h>

/* (1, C, H, W) as a map, and back. */
static gboolean
map_of (Case *kase, JsonObject *step, const char *name, Map *map, GError **error)
{
  const Tensor *tensor;
  size_t n;
  g_autofree double *numbers = case_argument (kase, step, name, &tensor, &n, error);

  if (!numbers)
    return FALSE;
  if (tensor->n_dims != 4)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "%s is no (1, C, H, W)", name);
      return FALSE;
    }
  if (!map_init (map, (int) tensor->shape[2], (int) tensor->shape[3], (int) tensor->shape[1],
                 error))
    return FALSE;
  for (size_t c = 0; c < (size_t) map->channels; c++)
    for (size_t i = 0; i < map_cells (map); i++)
      map->data[i * map->channels + c] = (float) numbers[c * map_cells (map) + i];
  return TRUE;
}

static gboolean
compare_map (Case *kase, JsonObject *step, const char *role, const Map *map, GError **error)
{
  const size_t n = map_cells (map);
  g_autofree float *planes = g_new (float, n * map->channels);

  for (size_t c = 0; c < (size_t) map->channels; c++)
    for (size_t i = 0; i < n; i++)
      planes[c * n + i] = map->data[i * map->channels + c];
  return case_compare_floats (kase, step, role, planes, n * map->channels, error);
}

static Vqgan *
first_stage (Case *kase, GError **error)
{
  const char *prefix =
      kase->model && kase->model->schema.kind == KIND_VQGAN ? "" : "first_stage_model.";

  if (kase->model)
    return vqgan_new (kase->model, prefix, error);
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "the case has no model");
  return NULL;
}

static gboolean
vectors_of_tokens (const Vqgan *vqgan, const double *tokens, int rows, int cols, Map *vectors,
                   GError **error)
{
  const int width = vqgan_schema (vqgan)->embed_dim;

  if (!map_init (vectors, rows, cols, width, error))
    return FALSE;
  for (size_t i = 0; i < map_cells (vectors); i++)
    memcpy (vectors->data + i * width, vqgan_code (vqgan, (int) tokens[i]), width * sizeof (float));
  return TRUE;
}

static gboolean
op_encode (Case *kase, JsonObject *step, GError **error)
{
  g_autoptr (Vqgan) vqgan = first_stage (kase, error);
  g_auto (Map) image = { 0 }, vectors = { 0 }, quant = { 0 };
  g_autofree int *tokens = NULL;
  g_autofree double *numbers = NULL;
  size_t n;

  if (!vqgan || !map_of (kase, step, "image", &image, error)
      || !vqgan_encode (kase->job, vqgan, &image, &vectors, error))
    return FALSE;
  n = map_cells (&vectors);
  tokens = g_new (int, n);
  numbers = g_new (double, n);
  if (!vqgan_quantise (kase->job, vqgan, vectors.data, n, tokens, error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    numbers[i] = tokens[i];
  return vectors_of_tokens (vqgan, numbers, vectors.height, vectors.width, &quant, error)
         && compare_map (kase, step, "prequant", &vectors, error)
         && compare_map (kase, step, "quant", &quant, error)
         && case_compare_ints (kase, step, "tokens", tokens, n, error);
}

static gboolean
op_decode (Case *kase, JsonObject *step, GError **error)
{
  g_autoptr (Vqgan) vqgan = first_stage (kase, error);
  g_auto (Map) vectors = { 0 }, image = { 0 };
  const Tensor *tensor;
  size_t n;
  g_autofree double *tokens =
      vqgan ? case_argument (kase, step, "tokens", &tensor, &n, error) : NULL;

  return tokens
         && vectors_of_tokens (vqgan, tokens, (int) tensor->shape[1], (int) tensor->shape[2],
                               &vectors, error)
         && vqgan_decode (kase->job, vqgan, &vectors, NULL, &image, error)
         && compare_map (kase, step, "image", &image, error);
}

/* The picture with the hole set to 0, and the known mask behind it. */
static gboolean
seam_of (Case *kase, JsonObject *step, Map *seam, GError **error)
{
  g_auto (Map) image = { 0 };
  size_t n;
  g_autofree double *known = case_argument (kase, step, "known", NULL, &n, error);

  if (!known || !map_of (kase, step, "image", &image, error)
      || !map_init (seam, image.height, image.width, image.channels + 1, error))
    return FALSE;
  for (size_t i = 0; i < map_cells (seam); i++)
    {
      float *pixel = seam->data + i * seam->channels;

      for (int c = 0; c < image.channels; c++)
        pixel[c] = known[i] != 0 ? image.data[i * image.channels + c] : 0;
      pixel[image.channels] = known[i] != 0;
    }
  return TRUE;
}

static gboolean
op_decode_mixed (Case *kase, JsonObject *step, GError **error)
{
  g_autoptr (Vqgan) vqgan = first_stage (kase, error);
  g_auto (Map) vectors = { 0 }, seam = { 0 }, image = { 0 };

  return vqgan && map_of (kase, step, "vectors", &vectors, error)
         && seam_of (kase, step, &seam, error)
         && vqgan_decode (kase->job, vqgan, &vectors, &seam, &image, error)
         && compare_map (kase, step, "image", &image, error);
}

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

  if (!numbers || !gpt_init (&gpt, kase->model, "", error))
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
    { "vqgan.encode", op_encode },
    { "vqgan.decode", op_decode },
    { "vqgan.decode_mixed", op_decode_mixed },
    { "gpt.logits", op_gpt_logits },
    { "sampler.filter", op_filter },
    { "fill.window", op_fill_window },
  };
  const char *name = json_text (step, "op", "");

  for (size_t i = 0; i < G_N_ELEMENTS (ops); i++)
    if (strcmp (name, ops[i].name) == 0)
      return ops[i].run (kase, step, error);
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED, "this op is unknown");
  return FALSE;
}
