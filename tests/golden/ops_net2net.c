/* Ops of a whole model: "condition.encode", "sample.window", "sample.logits", "sample.sequence"; and
 * "permuter". */
#include "ops.h"
#include "run/condition.h"
#include "run/token_grid.h"
#include "sample/choose.h"
#include "sample/permuter.h"
#include "sample/plan_window.h"
#include <string.h>

static gboolean
fault (GError **error, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, sentence);
  return FALSE;
}

/* ---- condition.encode ---------------------------------------------------------------------- */

static gboolean
encode_coordinates (Case *kase, JsonObject *step, const ConditionSchema *schema, GError **error)
{
  const int f = schema->down_factor;
  const int height = (int) op_number (step, "height", 0),
            width = (int) op_number (step, "width", 0);
  const CellBox whole = { 0, 0, height / f, width / f };
  const size_t n = (size_t) whole.rows * whole.cols;
  g_autofree int *tokens = g_new (int, n + 1);

  if (n == 0 || height % f != 0 || width % f != 0)
    return fault (error, "height and width must be whole cells");
  condition_coordinates (schema, whole.rows, whole.cols, whole, tokens);
  return case_compare_ints (kase, step, "tokens", tokens, n, error);
}

/* Labels or a depth map (H, W) through the condition's tokenizer. */
static gboolean
encode_map (Case *kase, JsonObject *step, const ConditionSchema *schema, const Vqgan *vqgan,
            Map *vectors, GError **error)
{
  const gboolean labels = schema->type == CONDITION_SEGMENTATION;
  const Tensor *tensor;
  size_t n;
  g_autofree double *numbers =
      case_argument (kase, step, labels ? "labels" : "depth", &tensor, &n, error);
  g_autofree guint8 *bytes = numbers ? g_new (guint8, n) : NULL;
  g_autofree float *raw = numbers ? g_new (float, n) : NULL;
  g_auto (Map) x = { 0 };

  if (!numbers)
    return FALSE;
  if (tensor->n_dims != 2)
    return fault (error, "the labels or the depth are no (H, W)");
  for (size_t i = 0; i < n; i++)
    {
      bytes[i] = (guint8) numbers[i];
      raw[i] = (float) numbers[i];
    }
  if (labels)
    return condition_encode_labels (kase->job, vqgan, schema, bytes, (int) tensor->shape[0],
                                    (int) tensor->shape[1], vectors, error);
  if (!map_init (&x, (int) tensor->shape[0], (int) tensor->shape[1], 1, error))
    return FALSE;
  condition_scale_depth (raw, n, x.data);
  return case_compare_floats (kase, step, "depth", x.data, n, error)
         && vqgan_encode (kase->job, vqgan, &x, vectors, error);
}

gboolean
op_condition (Case *kase, JsonObject *step, GError **error)
{
  const Schema *schema = kase->model ? &kase->model->schema : NULL;
  g_autoptr (Vqgan) vqgan = NULL;
  g_auto (Map) image = { 0 }, vectors = { 0 };
  g_autofree int *tokens = NULL;

  if (!schema || schema->kind != KIND_NET2NET)
    return fault (error, "the case has no model with a condition");
  if (schema->condition.type == CONDITION_COORD)
    return encode_coordinates (kase, step, &schema->condition, error);
  if (schema->condition.type > CONDITION_COORD)
    return fault (error, "this condition has nothing to encode");
  vqgan = vqgan_new_encoder (kase->model, &schema->condition.vqgan, "cond_stage_model.", error);
  if (!vqgan)
    return FALSE;
  if (schema->condition.type == CONDITION_PICTURE
          ? !op_map (kase, step, "image", &image, error)
                || !vqgan_encode (kase->job, vqgan, &image, &vectors, error)
          : !encode_map (kase, step, &schema->condition, vqgan, &vectors, error))
    return FALSE;
  tokens = g_new (int, map_cells (&vectors));
  return vqgan_quantise (kase->job, vqgan, vectors.data, map_cells (&vectors), tokens, error)
         && op_compare_map (kase, step, "prequant", &vectors, error)
         && case_compare_ints (kase, step, "tokens", tokens, map_cells (&vectors), error);
}

/* ---- sampling ------------------------------------------------------------------------------ */

/* A grid of a case, and how its cells are chosen. */
typedef struct {
  Gpt gpt;
  TokenGrid grid;
  PlanShape shape;
  guint8 *hole;
  int *condition;
  ChooseOptions options;
  double *u; /* NULL = greedy */
  size_t n_u, n_used;
  float *scratch;
  float *logits; /* sample.logits: where they go */
} Sampling;

static void
sampling_clear (Sampling *sampling)
{
  gpt_clear (&sampling->gpt);
  g_free (sampling->grid.tokens);
  g_free (sampling->hole);
  g_free (sampling->condition);
  g_free (sampling->u);
  g_free (sampling->scratch);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sampling, sampling_clear)

/* The tokens of an argument; its last two sides. */
static int *
read_tokens (Case *kase, JsonObject *step, const char *name, int *rows, int *cols, GError **error)
{
  const Tensor *tensor;
  size_t n;
  g_autofree double *numbers = case_argument (kase, step, name, &tensor, &n, error);
  int *tokens;

  if (!numbers)
    return NULL;
  if (tensor->n_dims < 2
      || n != (size_t) (tensor->shape[tensor->n_dims - 2] * tensor->shape[tensor->n_dims - 1]))
    {
      fault (error, "tokens must be one grid of rows and columns");
      return NULL;
    }
  *rows = (int) tensor->shape[tensor->n_dims - 2];
  *cols = (int) tensor->shape[tensor->n_dims - 1];
  tokens = g_new (int, n + 1);
  for (size_t i = 0; i < n; i++)
    tokens[i] = (int) numbers[i];
  return tokens;
}

/* (h, w) as large as the picture's grid is a grid; what is not must be one row of tokens. */
static gboolean
read_condition (Case *kase, JsonObject *step, Sampling *sampling, GError **error)
{
  const Schema *schema = &kase->model->schema;
  int rows, cols;

  sampling->condition = read_tokens (kase, step, "condition", &rows, &cols, error);
  if (!sampling->condition)
    return FALSE;
  sampling->grid.condition = sampling->condition;
  if (!condition_is_grid (&schema->condition))
    {
      sampling->grid.n_condition = cols;
      return (rows == 1 && cols == schema->condition.n_tokens)
             || fault (error, "the model's condition has another number of tokens");
    }
  return (rows == sampling->grid.rows && cols == sampling->grid.cols)
         || fault (error, "condition and picture have different grids");
}

static gboolean
read_mode (Case *kase, JsonObject *step, Sampling *sampling, GError **error)
{
  const gboolean greedy = op_is_greedy (step);

  sampling->options =
      (ChooseOptions){ greedy ? 0 : op_number (step, "temperature", 1),
                       (int) op_number (step, "top_k", 0), op_number (step, "top_p", 1) };
  sampling->scratch = g_new (float, 2 * (size_t) sampling->gpt.schema.vocab_size);
  return greedy
         || (sampling->u = case_argument (kase, step, "u", NULL, &sampling->n_u, error)) != NULL;
}

/* The window of the step, or the whole grid as one sequence where it names none. */
static gboolean
read_shape (Case *kase, JsonObject *step, Sampling *sampling, GError **error)
{
  JsonArray *window = json_object_has_member (step, "window")
                          ? json_object_get_array_member (step, "window")
                          : NULL;
  const TokenGrid *grid = &sampling->grid;

  if (window && json_array_get_length (window) != 2)
    return fault (error, "window: two sides are wanted");
  sampling->shape.rows = window ? (int) json_array_get_int_element (window, 0) : grid->rows;
  sampling->shape.cols = window ? (int) json_array_get_int_element (window, 1) : grid->cols;
  if (strcmp (kase->model->schema.permuter.type, "identity") != 0)
    return fault (error, "the golden form has no window of a permuted model");
  return (sampling->shape.rows > 0 && sampling->shape.rows <= grid->rows && sampling->shape.cols > 0
          && sampling->shape.cols <= grid->cols)
         || fault (error, "window: it is larger than the grid");
}

static gboolean
sampling_init (Case *kase, Sampling *sampling, GError **error)
{
  *sampling = (Sampling){ .grid = { .n_variations = 1 } };
  if (!kase->model || kase->model->schema.kind != KIND_NET2NET)
    return fault (error, "the case has no model with a condition");
  return gpt_init (&sampling->gpt, kase->model, "transformer.", error);
}

static int
choose (gpointer data, int variation G_GNUC_UNUSED, int cell, const float *logits, GError **error)
{
  Sampling *sampling = data;
  const int n = sampling->gpt.schema.vocab_size;
  int token;

  if (sampling->logits)
    {
      memcpy (sampling->logits, logits, n * sizeof (float));
      return sampling->grid.tokens[cell];
    }
  if (sampling->u && sampling->n_used == sampling->n_u)
    {
      fault (error, "there are fewer random numbers than cells");
      return -1;
    }
  token = choose_token (logits, n, &sampling->options,
                        sampling->u ? sampling->u[sampling->n_used++] : 0, NULL, sampling->scratch,
                        NULL);
  if (token < 0)
    fault (error, "logits are not numbers");
  return token;
}

static gboolean
run (Case *kase, JsonObject *step, Sampling *sampling, GError **error)
{
  const PlanFrame frame = { 1, { 0, 0, sampling->grid.cols, sampling->grid.rows } };
  const size_t n = (size_t) sampling->grid.rows * sampling->grid.cols;
  g_autoptr (Plan) plan = NULL;

  if (!memchr (sampling->hole, 1, n)) /* nothing to sample: the start must come out */
    return case_compare_ints (kase, step, "tokens", sampling->grid.tokens, n, error);
  plan = plan_window_new (frame, 1, sampling->shape, PLAN_EXACT, sampling->hole, error);
  if (!plan)
    return FALSE;
  sampling->grid.hole = sampling->hole;
  for (int i = 0; i < plan->n_windows; i++)
    if (!token_grid_sample (kase->job, &sampling->gpt, &sampling->grid, &plan->windows[i], 1,
                            choose, sampling, error))
      return FALSE;
  if (sampling->u && sampling->n_used != sampling->n_u)
    return fault (error, "there are more random numbers than cells");
  return case_compare_ints (kase, step, "tokens", sampling->grid.tokens, n, error);
}

gboolean
op_sample_window (Case *kase, JsonObject *step, GError **error)
{
  g_auto (Sampling) sampling = { 0 };
  TokenGrid *grid = &sampling.grid;
  size_t n;

  if (!sampling_init (kase, &sampling, error)
      || !(grid->tokens = read_tokens (kase, step, "start", &grid->rows, &grid->cols, error))
      || !read_condition (kase, step, &sampling, error)
      || !read_shape (kase, step, &sampling, error) || !read_mode (kase, step, &sampling, error))
    return FALSE;

  g_autofree double *mask = case_argument (kase, step, "mask", NULL, &n, error);

  if (!mask)
    return FALSE;
  if (n != (size_t) grid->rows * grid->cols)
    return fault (error, "mask: it has another size than the grid");
  sampling.hole = g_new (guint8, n);
  for (size_t i = 0; i < n; i++)
    sampling.hole[i] = mask[i] != 0;
  return run (kase, step, &sampling, error);
}

gboolean
op_sample_sequence (Case *kase, JsonObject *step, GError **error)
{
  g_auto (Sampling) sampling = { 0 };
  TokenGrid *grid = &sampling.grid;
  JsonArray *sides =
      json_object_has_member (step, "grid") ? json_object_get_array_member (step, "grid") : NULL;
  size_t n;

  if (!sampling_init (kase, &sampling, error))
    return FALSE;
  if (!sides || json_array_get_length (sides) != 2)
    return fault (error, "grid: two sides are wanted");
  grid->rows = (int) json_array_get_int_element (sides, 0);
  grid->cols = (int) json_array_get_int_element (sides, 1);
  if (grid->rows < 1 || grid->cols < 1 || grid->rows > 4096 || grid->cols > 4096)
    return fault (error, "grid: a side is out of range");
  n = (size_t) grid->rows * grid->cols;
  grid->tokens = g_new0 (int, n);
  sampling.hole = g_malloc (n);
  memset (sampling.hole, 1, n);
  return read_condition (kase, step, &sampling, error) && read_shape (kase, step, &sampling, error)
         && read_mode (kase, step, &sampling, error) && run (kase, step, &sampling, error);
}

/* The logits of single cells of a finished grid, each in its own window. */
static gboolean
probe (Case *kase, Sampling *sampling, JsonArray *cells, float *logits, GError **error)
{
  TokenGrid *grid = &sampling->grid;
  const int vocabulary = sampling->gpt.schema.vocab_size;

  for (guint i = 0; i < json_array_get_length (cells); i++)
    {
      JsonArray *at = json_array_get_array_element (cells, i);
      const int row = (int) json_array_get_int_element (at, 0);
      const int col = (int) json_array_get_int_element (at, 1);
      int cell = row * grid->cols + col;
      PlanWindow window = { .n_cells = 1, .cells = &cell };

      if (row < 0 || row >= grid->rows || col < 0 || col >= grid->cols)
        return fault (error, "cells: one lies outside the grid");
      window.window = plan_window_centred (grid->rows, grid->cols, sampling->shape, row, col);
      sampling->logits = logits + (size_t) i * vocabulary;
      if (!token_grid_sample (kase->job, &sampling->gpt, grid, &window, 1, choose, sampling, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
op_sample_logits (Case *kase, JsonObject *step, GError **error)
{
  g_auto (Sampling) sampling = { 0 };
  TokenGrid *grid = &sampling.grid;
  JsonArray *cells =
      json_object_has_member (step, "cells") ? json_object_get_array_member (step, "cells") : NULL;
  g_autofree float *logits = NULL;
  size_t n;

  if (!cells)
    return fault (error, "cells: the list is missing");
  if (!sampling_init (kase, &sampling, error)
      || !(grid->tokens = read_tokens (kase, step, "tokens", &grid->rows, &grid->cols, error))
      || !read_condition (kase, step, &sampling, error)
      || !read_shape (kase, step, &sampling, error))
    return FALSE;
  sampling.hole = g_new0 (guint8, (size_t) grid->rows * grid->cols);
  grid->hole = sampling.hole;
  n = (size_t) json_array_get_length (cells) * sampling.gpt.schema.vocab_size;
  logits = g_new (float, n + 1);
  return probe (kase, &sampling, cells, logits, error)
         && case_compare_floats (kase, step, "logits", logits, n, error);
}

/* ---- permuter ------------------------------------------------------------------------------ */

gboolean
op_permuter (Case *kase, JsonObject *step, GError **error)
{
  const int rows = (int) op_number (step, "H", 0), cols = (int) op_number (step, "W", 0);
  const size_t n = (size_t) MAX (rows, 0) * MAX (cols, 0);
  g_autofree int *forward = NULL, *backward = NULL;
  PermuterType type;

  if (!permuter_type (json_text (step, "type", ""), &type))
    return fault (error, "type: there is no such permuter");
  if (rows < 1 || cols < 1 || rows > 4096 || cols > 4096 || !permuter_fits (type, rows, cols))
    return fault (error, "H, W: the permuter does not fit");
  forward = g_new (int, n);
  backward = g_new (int, n);
  permuter_forward (type, rows, cols, forward);
  return (permuter_backward (forward, (int) n, backward) || fault (error, "this is no order"))
         && case_compare_ints (kase, step, "forward", forward, n, error)
         && case_compare_ints (kase, step, "backward", backward, n, error);
}
