#include "tessera.h"
#include "image/blend.h"
#include "image/label_colors.h"
#include "nn/kernels.h"
#include "run/complete.h"
#include "run/estimate.h"
#include "run/recipe.h"
#include "run/reconstruct.h"
#include <glib/gi18n-lib.h>
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

const char *
tessera_isa (void)
{
  return kernels_best ()->isa;
}

static TesseraCondition
condition_of (const Schema *schema)
{
  static const TesseraCondition conditions[] = {
    [CONDITION_SEGMENTATION] = TESSERA_CONDITION_SEGMENTATION,
    [CONDITION_DEPTH] = TESSERA_CONDITION_DEPTH,
    [CONDITION_PICTURE] = TESSERA_CONDITION_PICTURE,
    [CONDITION_COORD] = TESSERA_CONDITION_COORDINATES,
    [CONDITION_CLASS] = TESSERA_CONDITION_CLASS,
    [CONDITION_SOS] = TESSERA_CONDITION_NONE,
    [CONDITION_PREFIX] = TESSERA_CONDITION_PREFIX,
  };

  if (schema->kind == KIND_NET2NET)
    return conditions[schema->condition.type];
  return schema->n_labels > 0 ? TESSERA_CONDITION_LABELS : TESSERA_CONDITION_NONE;
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
    .file_bytes = safetensors_bytes (nets->model->file).size,
    .factor = nets->vqgan ? vq_factor (&schema->vqgan) : 0,
    .n_codes = nets->vqgan ? schema->vqgan.n_embed : 0,
    .window = nets_is_net2net (nets) ? MAX (nets->shape.rows, nets->shape.cols) : nets->fill.window,
    .n_labels = schema->n_labels,
    .needs_all_labels =
        nets_is_net2net (nets) && schema->n_labels > 0 && schema->condition.label_shift == 0,
    .n_classes = schema->condition.n_classes,
    .n_prefix = schema->condition.type == CONDITION_PREFIX ? schema->condition.n_tokens : 0,
    .condition = condition_of (schema),
    .can_reconstruct = nets->vqgan && schema->vqgan.in_channels == 3 && schema->vqgan.out_ch == 3,
  };
  model->info.can_complete = model->info.can_reconstruct && schema->kind >= KIND_NET2NET;
  model->info.can_paint =
      model->info.can_complete
      && (schema->kind == KIND_NET2NET || schema->n_labels > 0 || schema->paints);
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
tessera_model_fingerprint (const TesseraModel *model)
{
  return nets_fingerprint (model->nets);
}

const char *
tessera_model_label (const TesseraModel *model, int i)
{
  g_return_val_if_fail (i >= 0 && i < model->info.n_labels, NULL);
  return model->nets->model->schema.labels[i];
}

guint32
tessera_model_label_color (const TesseraModel *model, int i)
{
  g_return_val_if_fail (i >= 0 && i < model->info.n_labels, 0);
  return model->nets->model->schema.label_colors[i];
}

gboolean
tessera_labels_from_colors (const TesseraModel *model, const guint8 *rgba, int width, int height,
                            guint8 *labels, TesseraLabelCount *count, GError **error)
{
  LabelCount found;

  g_return_val_if_fail (width > 0 && height > 0, FALSE);
  if (!label_colors_snap (rgba, width, height, model->nets->model->schema.label_colors,
                          model->info.n_labels, labels, &found, error))
    return FALSE;
  *count = (TesseraLabelCount){ found.n_painted, found.n_near, found.n_unknown };
  return TRUE;
}

void
tessera_request_init (TesseraRequest *request)
{
  *request = (TesseraRequest){ .class_number = -1,
                               .n_variations = 4,
                               .temperature = 1,
                               .top_k = 100,
                               .top_p = 1,
                               .label_strength = 4,
                               .amount = -1,
                               .match_rim = TRUE,
                               .texture = 100,
                               .grain = TRUE };
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
  if (!(request->label_strength >= 0 && request->label_strength <= TESSERA_MAX_LABEL_STRENGTH))
    return unfit (error, "The label strength must be between 0 and 20.");
  if (!(request->texture >= 0 && request->texture <= 100))
    return unfit (error, "The borrowed texture must be between 0 and 100 per cent.");
  if (request->first_variation < 0 || request->similar_variation < 0)
    return unfit (error, "The number of a variation must not be negative.");
  if (!(request->soften >= 0 && request->soften <= 256))
    return unfit (error, "Softening must be between 0 and 256 pixels.");
  if (!(request->amount <= 1))
    return unfit (error, "The share of cells to choose anew must be between 0 and 1.");
  if (request->n_threads < 0 || request->n_threads > 1024)
    return unfit (error, "The number of threads must be between 0 (all cores) and 1024.");
  return TRUE;
}

/* Each kind covers large holes in its own way. */
static gboolean
check_strategy (const TesseraModel *model, TesseraStrategy strategy, GError **error)
{
  static const char *const names[] = { "auto", "pyramid", "anchored", "exact" };
  const gboolean pyramid = model->nets->model->schema.kind == KIND_FILL;

  if ((int) strategy < 0 || strategy > TESSERA_STRATEGY_EXACT)
    return unfit (error, "The strategy is none that is known.");
  if (strategy == TESSERA_STRATEGY_AUTO || (strategy == TESSERA_STRATEGY_PYRAMID) == pyramid)
    return TRUE;
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
               _ ("The model \"%s\" (kind %s) does not know the strategy \"%s\", but %s."),
               model->info.name, model->info.kind, names[strategy],
               pyramid ? "\"pyramid\"" : "\"anchored\", \"exact\"");
  return FALSE;
}

static gboolean
check_completion (const TesseraModel *model, const TesseraRequest *request, GError **error)
{
  if (model->info.can_complete)
    return check_request (request, error) && check_strategy (model, request->strategy, error);
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
               _ ("The model \"%s\" (kind %s) cannot complete pictures."), model->info.name,
               model->info.kind);
  return FALSE;
}

/* The plan and its price. */
static char *
describe_plan (const TesseraModel *model, const Scene *scene, const TesseraEstimate *estimate)
{
  g_autofree char *table = nets_is_net2net (model->nets)
                               ? plan_window_describe (scene->plan, scene->rule)
                               : plan_describe (scene->plan);

  return g_strdup_printf ("%s%.4g GFLOP, about %.3g s, %.0f MiB of memory beyond the model\n",
                          table, estimate->flop / 1e9, estimate->seconds,
                          (double) estimate->bytes / (1 << 20));
}

gboolean
tessera_estimate (const TesseraModel *model, const TesseraRequest *request,
                  TesseraEstimate *estimate, char **plan_text, GError **error)
{
  g_autoptr (Scene) scene = NULL;
  Job job = { 0 }; /* its parts that take long are not needed for this */

  if (!check_completion (model, request, error)
      || !(scene = scene_new (&job, model->nets, request, error)))
    return FALSE;
  estimate_completion (model->nets, scene, request, estimate);
  if (plan_text)
    *plan_text = describe_plan (model, scene, estimate);
  return TRUE;
}

TesseraBox
tessera_context_box (const TesseraModel *model, int picture_width, int picture_height,
                     TesseraBox bounds)
{
  const PixelBox hole = { bounds.x, bounds.y, bounds.width, bounds.height };
  PixelBox box = { 0, 0, picture_width, picture_height };

  if (model->info.condition == TESSERA_CONDITION_COORDINATES /* which are those of all of it */
      || model->info.condition == TESSERA_CONDITION_DEPTH)   /* the nearest may be anywhere */
    ;
  else if (nets_is_net2net (model->nets))
    box = plan_window_frame (picture_width, picture_height, hole, model->info.factor,
                             model->nets->shape, FALSE)
              .box;
  else if (model->nets->fill.window > 0)
    box = plan_frame (picture_width, picture_height, hole, model->info.factor, model->info.window)
              .box;
  return (TesseraBox){ box.x, box.y, MIN (box.width, picture_width - box.x),
                       MIN (box.height, picture_height - box.y) };
}

TesseraResult *
tessera_complete (const TesseraModel *model, const TesseraRequest *request, GError **error)
{
  if (!check_completion (model, request, error))
    return NULL;

  TesseraResult *result = complete_run (model->nets, request, error);

  if (result && request->progress)
    request->progress (1, request->progress_data); /* too late to stop */
  return result;
}

static gboolean
check_tokenizer (const TesseraModel *model, const TesseraRequest *request, GError **error)
{
  if (model->info.can_reconstruct)
    return check_request (request, error);
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
               _ ("The model \"%s\" (kind %s) has no tokenizer for RGB pictures."),
               model->info.name, model->info.kind);
  return FALSE;
}

/* Any of the two steps: tokens out, pixels out, tokens in. */
static gboolean
run_tokenizer (const TesseraModel *model, const TesseraRequest *request, const int *given,
               int *tokens, float *pixels, GError **error)
{
  if (!check_tokenizer (model, request, error)
      || !reconstruct_run (model->nets, request, given, tokens, pixels, error))
    return FALSE;
  if (request->progress)
    request->progress (1, request->progress_data);
  return TRUE;
}

gboolean
tessera_encode (const TesseraModel *model, const TesseraRequest *request, int *tokens,
                GError **error)
{
  g_return_val_if_fail (request->picture.pixels && tokens, FALSE);
  return run_tokenizer (model, request, NULL, tokens, NULL, error);
}

gboolean
tessera_decode (const TesseraModel *model, const TesseraRequest *request, const int *tokens,
                float *pixels, GError **error)
{
  g_return_val_if_fail (tokens && pixels, FALSE);
  return run_tokenizer (model, request, tokens, NULL, pixels, error);
}

gboolean
tessera_reconstruct (const TesseraModel *model, const TesseraRequest *request, float *pixels,
                     GError **error)
{
  g_return_val_if_fail (request->picture.pixels && pixels, FALSE);
  return run_tokenizer (model, request, NULL, NULL, pixels, error);
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
tessera_result_recipe (const TesseraResult *result, int i)
{
  g_return_val_if_fail (i >= 0 && i < result->n, NULL);
  return result->completed[i].recipe;
}

TesseraTimes
tessera_result_times (const TesseraResult *result)
{
  return result->times;
}

gboolean
tessera_recipe_read (const char *recipe, TesseraRequest *request, GError **error)
{
  return recipe_read (recipe, request, error);
}

int
tessera_cells (const TesseraModel *model, int side)
{
  g_return_val_if_fail (model->info.factor > 0 && side > 0, 0);
  return (side + model->info.factor - 1) / model->info.factor;
}
