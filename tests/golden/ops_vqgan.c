/* Ops of the tokenizer: pictures to tokens and back. */
#include "ops.h"
#include "vqgan/vqgan.h"
#include <string.h>

static gboolean
fault (GError **error, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED, sentence);
  return FALSE;
}

gboolean
op_map (Case *kase, JsonObject *step, const char *name, Map *map, GError **error)
{
  const Tensor *tensor;
  size_t n;
  g_autofree double *numbers = case_argument (kase, step, name, &tensor, &n, error);

  if (!numbers)
    return FALSE;
  if (tensor->n_dims != 4 || tensor->shape[0] != 1)
    return fault (error, "a picture is no (1, C, H, W)");
  if (!map_init (map, (int) tensor->shape[2], (int) tensor->shape[3], (int) tensor->shape[1],
                 error))
    return FALSE;
  for (size_t c = 0; c < (size_t) map->channels; c++)
    for (size_t i = 0; i < map_cells (map); i++)
      map->data[i * map->channels + c] = (float) numbers[c * map_cells (map) + i];
  return TRUE;
}

gboolean
op_compare_map (Case *kase, JsonObject *step, const char *role, const Map *map, GError **error)
{
  const size_t n = map_cells (map);
  g_autofree float *planes = g_new (float, n * map->channels);

  for (size_t c = 0; c < (size_t) map->channels; c++)
    for (size_t i = 0; i < n; i++)
      planes[c * n + i] = map->data[i * map->channels + c];
  return case_compare_floats (kase, step, role, planes, n * map->channels, error);
}

/* The upper left height x width of a map, or what lies beyond it as its nearest pixel. */
static gboolean
fit (const Map *from, int height, int width, Map *to, GError **error)
{
  if (!map_init (to, height, width, from->channels, error))
    return FALSE;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const size_t row = MIN (y, from->height - 1), col = MIN (x, from->width - 1);

        memcpy (to->data + ((size_t) y * width + x) * to->channels,
                from->data + (row * from->width + col) * to->channels,
                to->channels * sizeof (float));
      }
  return TRUE;
}

gboolean
op_pad (Case *kase, JsonObject *step, GError **error)
{
  g_auto (Map) image = { 0 }, padded = { 0 };
  int multiple;

  if (strcmp (json_text (step, "mode", ""), "edge") != 0)
    return fault (error, "only mode edge is known");
  return json_int (step, "multiple", 1, 1 << 14, &multiple, error)
         && op_map (kase, step, "image", &image, error)
         && fit (&image, (image.height + multiple - 1) / multiple * multiple,
                 (image.width + multiple - 1) / multiple * multiple, &padded, error)
         && op_compare_map (kase, step, "image", &padded, error);
}

gboolean
op_crop (Case *kase, JsonObject *step, GError **error)
{
  g_auto (Map) image = { 0 }, cropped = { 0 };
  int height, width;

  return op_map (kase, step, "image", &image, error)
         && json_int (step, "height", 1, image.height, &height, error)
         && json_int (step, "width", 1, image.width, &width, error)
         && fit (&image, height, width, &cropped, error)
         && op_compare_map (kase, step, "image", &cropped, error);
}

static Vqgan *
first_stage (Case *kase, JsonObject *step, GError **error)
{
  const char *prefix =
      kase->model && kase->model->schema.kind == KIND_VQGAN ? "" : "first_stage_model.";

  if (kase->model && strcmp (json_text (step, "part", "first_stage"), "first_stage") == 0)
    return vqgan_new (kase->model, prefix, error);
  fault (error, kase->model ? "only the part first_stage is known" : "the case has no model");
  return NULL;
}

/* logits (1, n_embed, h, w) of the Gumbel quantiser. */
static gboolean
compare_logits (Case *kase, JsonObject *step, const Vqgan *vqgan, const Map *vectors,
                GError **error)
{
  g_auto (Map) logits = { 0 };

  if (!vqgan_schema (vqgan)->gumbel)
    return TRUE;
  return map_init (&logits, vectors->height, vectors->width, vqgan_schema (vqgan)->n_embed, error)
         && vqgan_scores (kase->job, vqgan, vectors->data, map_cells (vectors), logits.data, error)
         && op_compare_map (kase, step, "logits", &logits, error);
}

static gboolean
choose_entries (Case *kase, JsonObject *step, const Vqgan *vqgan, const Map *vectors, int *entries,
                GError **error)
{
  const gboolean drawn = json_object_has_member (step, "gumbel_exponential");
  const size_t n = map_cells (vectors);
  g_auto (Map) exponential = { 0 };

  if (drawn && !op_map (kase, step, "gumbel_exponential", &exponential, error))
    return FALSE;
  if (drawn
      && (!vqgan_schema (vqgan)->gumbel || map_cells (&exponential) != n
          || exponential.channels != vqgan_schema (vqgan)->n_embed))
    return fault (error, "gumbel_exponential does not fit the model or the picture");
  return vqgan_entries (kase->job, vqgan, vectors->data, n, exponential.data, entries, error);
}

gboolean
op_encode (Case *kase, JsonObject *step, GError **error)
{
  g_autoptr (Vqgan) vqgan = first_stage (kase, step, error);
  g_auto (Map) image = { 0 }, vectors = { 0 }, quant = { 0 };
  g_autofree int *entries = NULL, *tokens = NULL;
  size_t n;

  if (!vqgan || !op_map (kase, step, "image", &image, error)
      || !vqgan_encode (kase->job, vqgan, &image, &vectors, error))
    return FALSE;
  n = map_cells (&vectors);
  entries = g_new (int, n);
  tokens = g_new (int, n);
  if (!map_init (&quant, vectors.height, vectors.width, vectors.channels, error)
      || !choose_entries (kase, step, vqgan, &vectors, entries, error))
    return FALSE;
  vqgan_tokens (vqgan, entries, n, tokens);
  for (size_t i = 0; i < n; i++)
    memcpy (quant.data + i * quant.channels, vqgan_entry (vqgan, entries[i]),
            quant.channels * sizeof (float));
  return op_compare_map (kase, step, "prequant", &vectors, error)
         && compare_logits (kase, step, vqgan, &vectors, error)
         && op_compare_map (kase, step, "quant", &quant, error)
         && case_compare_ints (kase, step, "codes", entries, n, error)
         && case_compare_ints (kase, step, "tokens", tokens, n, error);
}

gboolean
op_decode (Case *kase, JsonObject *step, GError **error)
{
  g_autoptr (Vqgan) vqgan = first_stage (kase, step, error);
  g_auto (Map) vectors = { 0 }, image = { 0 };
  const Tensor *grid;
  size_t n;
  g_autofree double *tokens = vqgan ? case_argument (kase, step, "tokens", &grid, &n, error) : NULL;
  const size_t width = vqgan ? vqgan_schema (vqgan)->embed_dim : 0;

  if (!tokens)
    return FALSE;
  if (grid->n_dims != 3
      || !map_init (&vectors, (int) grid->shape[1], (int) grid->shape[2], (int) width, error))
    return fault (error, "tokens are no (1, h, w)");
  for (size_t i = 0; i < n; i++)
    {
      if (!(tokens[i] >= 0 && tokens[i] < vqgan_n_tokens (vqgan)))
        return fault (error, "a token is not one of the model's");
      memcpy (vectors.data + i * width, vqgan_code (vqgan, (int) tokens[i]),
              width * sizeof (float));
    }
  return vqgan_decode (kase->job, vqgan, &vectors, NULL, &image, error)
         && op_compare_map (kase, step, "image", &image, error);
}

/* The picture with the hole set to 0, and the known mask behind it. */
static gboolean
seam_of (Case *kase, JsonObject *step, Map *seam, GError **error)
{
  g_auto (Map) image = { 0 };
  size_t n;
  g_autofree double *known = case_argument (kase, step, "known", NULL, &n, error);

  if (!known || !op_map (kase, step, "image", &image, error)
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

gboolean
op_decode_mixed (Case *kase, JsonObject *step, GError **error)
{
  g_autoptr (Vqgan) vqgan = first_stage (kase, step, error);
  g_auto (Map) vectors = { 0 }, seam = { 0 }, image = { 0 };

  return vqgan && op_map (kase, step, "vectors", &vectors, error)
         && seam_of (kase, step, &seam, error)
         && vqgan_decode (kase->job, vqgan, &vectors, &seam, &image, error)
         && op_compare_map (kase, step, "image", &image, error);
}
