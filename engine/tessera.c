#include "tessera.h"
#include "image/blend.h"
#include "run/complete.h"
#include "run/estimate.h"
#include "run/reconstruct.h"
#include <math.h>

enum { MAX_SIDE = 1 << 19 }; /* GIMP's own limit for a side is 2^19 too */

struct TesseraModel {
  Nets *nets;
  TesseraModelInfo info;
};

const char *
tessera_version (void)
{
  return TESSERA_VERSION;
}

static void
describe (TesseraModel *model)
{
  static const char *const kinds[] = { "vqgan", "gpt", "net2net", "fill" };
  const Nets *nets = model->nets;
  const Schema *schema = &nets->model->schema;
  g_autofree const char **names = safetensors_names (nets->model->file);

  model->info = (TesseraModelInfo){
    .kind = kinds[schema->kind],
    .name = schema->name,
    .source = schema->source,
    .licence = schema->licence,
    .fingerprint = nets->fingerprint,
    .file_bytes = safetensors_bytes (nets->model->file).size,
    .factor = nets->vqgan ? vq_factor (&schema->vqgan) : 0,
    .n_codes = nets->vqgan ? schema->vqgan.n_embed : 0,
    .window = nets->fill.window,
    .n_labels = schema->n_labels,
    .can_complete =
        schema->kind == KIND_FILL && schema->vqgan.in_channels == 3 && schema->vqgan.out_ch == 3,
    .can_reconstruct = nets->vqgan && schema->vqgan.in_channels == 3 && schema->vqgan.out_ch == 3,
  };
  for (size_t i = 0; names[i]; i++)
    model->info.n_weights += safetensors_find (nets->model->file, names[i])->n;
}

TesseraModel *
tessera_model_open (const char *path, GError **error)
{
  g_autoptr (TesseraModel) model = NULL;

  g_return_val_if_fail (path, NULL);
  model = g_new0 (TesseraModel, 1);
  model->nets = nets_open (path, error);
  if (!model->nets)
    return NULL;
  describe (model);
  return g_steal_pointer (&model);
}

void
tessera_model_close (TesseraModel *model)
{
  if (!model)
    return;
  nets_close (model->nets);
  g_free (model);
}

const TesseraModelInfo *
tessera_model_info (const TesseraModel *model)
{
  return &model->info;
}

const char *
tessera_model_label (const TesseraModel *model, int i)
{
  g_return_val_if_fail (i >= 0 && i < model->info.n_labels, NULL);
  return model->nets->model->schema.labels[i];
}

void
tessera_request_init (TesseraRequest *request)
{
  *request = (TesseraRequest){
    .n_variations = 4, .temperature = 1, .top_k = 100, .top_p = 1, .match_rim = TRUE, .texture = 100
  };
}

static gboolean
unfit (GError **error, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, sentence);
  return FALSE;
}

static gboolean
check_request (const TesseraRequest *request, GError **error)
{
  if (request->picture.width < 1 || request->picture.height < 1 || request->picture.width > MAX_SIDE
      || request->picture.height > MAX_SIDE)
    return unfit (error, "The picture's width and height must be between 1 and 524288 pixels.");
  if (request->n_variations < 1 || request->n_variations > TESSERA_MAX_VARIATIONS)
    return unfit (error, "The number of variations must be between 1 and 16.");
  if (!(request->temperature >= 0 && request->temperature <= 10))
    return unfit (error, "The temperature must be between 0 and 10.");
  if (request->top_k < 0)
    return unfit (error, "top-k must be 0 (off) or more.");
  if (!(request->top_p > 0 && request->top_p <= 1))
    return unfit (error, "top-p must be above 0 and at most 1.");
  if (!(request->texture >= 0 && request->texture <= 100))
    return unfit (error, "The borrowed texture must be between 0 and 100 per cent.");
  if (request->n_threads < 0 || request->n_threads > 1024)
    return unfit (error, "The number of threads must be between 0 (all cores) and 1024.");
  return TRUE;
}

static gboolean
check_completion (const TesseraModel *model, const TesseraRequest *request, GError **error)
{
  if (model->info.can_complete)
    return check_request (request, error);
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
               "The model \"%s\" (kind %s) cannot complete pictures.", model->info.name,
               model->info.kind);
  return FALSE;
}

gboolean
tessera_estimate (const TesseraModel *model, const TesseraRequest *request,
                  TesseraEstimate *estimate, GError **error)
{
  g_autoptr (Scene) scene = NULL;

  g_return_val_if_fail (request->picture.pixels && request->hole, FALSE);
  if (!check_completion (model, request, error)
      || !(scene = scene_new (model->nets, request, error)))
    return FALSE;
  estimate_completion (model->nets, scene, request, estimate);
  return TRUE;
}

TesseraResult *
tessera_complete (const TesseraModel *model, const TesseraRequest *request, GError **error)
{
  g_return_val_if_fail (request->picture.pixels && request->hole, NULL);
  if (!check_completion (model, request, error))
    return NULL;

  TesseraResult *result = complete_run (model->nets, request, error);

  if (result && request->progress)
    request->progress (1, request->progress_data); /* too late to stop */
  return result;
}

gboolean
tessera_reconstruct (const TesseraModel *model, const TesseraRequest *request, float *pixels,
                     GError **error)
{
  g_return_val_if_fail (request->picture.pixels && pixels, FALSE);
  if (!model->info.can_reconstruct)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
                   "The model \"%s\" (kind %s) has no tokenizer for RGB pictures.",
                   model->info.name, model->info.kind);
      return FALSE;
    }
  if (!check_request (request, error) || !reconstruct_run (model->nets, request, pixels, error))
    return FALSE;
  if (request->progress)
    request->progress (1, request->progress_data);
  return TRUE;
}

int
tessera_result_n_variations (const TesseraResult *result)
{
  return result->n;
}

TesseraBox
tessera_result_box (const TesseraResult *result)
{
  return (TesseraBox){ result->bounds.x, result->bounds.y, result->bounds.width,
                       result->bounds.height };
}

const float *
tessera_result_pixels (const TesseraResult *result, int i)
{
  g_return_val_if_fail (i >= 0 && i < result->n, NULL);
  return result->completed[i].rgba;
}

int
tessera_result_variation (const TesseraResult *result, int i)
{
  g_return_val_if_fail (i >= 0 && i < result->n, -1);
  return result->completed[i].variation;
}

double
tessera_result_log_likelihood (const TesseraResult *result, int i)
{
  g_return_val_if_fail (i >= 0 && i < result->n, NAN);
  return result->completed[i].log_likelihood;
}

double
tessera_result_rim_ratio (const TesseraResult *result, int i)
{
  g_return_val_if_fail (i >= 0 && i < result->n, NAN);
  return result->completed[i].rim_ratio;
}

void
tessera_result_apply (const TesseraResult *result, int i, float *pixels, int width)
{
  g_return_if_fail (i >= 0 && i < result->n);
  blend_pixels (pixels, width, result->bounds, result->completed[i].rgba);
}

const char *
tessera_result_recipe (const TesseraResult *result)
{
  return result->recipe;
}
