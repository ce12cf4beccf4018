#include "run/nets.h"
#include "sample/permuter.h"

static gboolean unfit (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
unfit (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error)
    *error = g_error_new_valist (TESSERA_ERROR, TESSERA_ERROR_FORMAT, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* ---- net2net ------------------------------------------------------------------------------- */

/* The published samplers always take 16 x 16 cells; a model with fewer positions has less. The last
 * cell is never an input; half the room is the condition's where that is a grid as well. */
enum { PUBLISHED_SIDE = 16 };

static int
window_side (const Schema *schema)
{
  const ConditionSchema *condition = &schema->condition;
  const int room = schema->transformer.block_size + 1;
  const int cells = condition_is_grid (condition) ? room / 2 : room - condition->n_tokens;
  int side = 0;

  while (side < PUBLISHED_SIDE && (side + 1) * (side + 1) <= cells)
    side++;
  return side;
}

static gboolean
check_window (const Nets *nets, GError **error)
{
  const Schema *schema = &nets->model->schema;
  const int cells = nets->shape.rows * nets->shape.cols;
  const int before = condition_is_grid (&schema->condition) ? cells : schema->condition.n_tokens;

  if (cells == 0 || before + cells - 1 > schema->transformer.block_size)
    return unfit (error, "block_size: %d positions are too few for the condition and a window",
                  schema->transformer.block_size);
  if (schema->transformer.n_unmasked > before)
    return unfit (error, "n_unmasked: %d positions are more than the %d of the condition",
                  schema->transformer.n_unmasked, before);
  return TRUE;
}

/* permuter.forward_shuffle_idx, which a file needs where the order was made by chance. */
static gboolean
read_order (Nets *nets, int n, GError **error)
{
  static const char *const name = "permuter.forward_shuffle_idx";
  const Tensor *tensor = safetensors_find (nets->model->file, name);
  g_autofree int *backward = g_new (int, n);

  if (!tensor || tensor->dtype != DTYPE_I64 || tensor->n_dims != 1 || tensor->n != (size_t) n)
    return unfit (error, "tensor %s of shape [%d] and type I64 is missing", name, n);
  for (int i = 0; i < n; i++)
    nets->order[i] = (int) CLAMP (tensor_number (tensor, i), -1, n);
  return permuter_backward (nets->order, n, backward)
         || unfit (error, "tensor %s is no order of %d cells", name, n);
}

static gboolean
init_shape (Nets *nets, GError **error)
{
  const Schema *schema = &nets->model->schema;
  const PermuterSchema *permuter = &schema->permuter;
  PermuterType type;

  if (!permuter_type (permuter->type, &type))
    return unfit (error, "permuter: the type \"%s\" is unknown", permuter->type);
  if (type == PERMUTER_IDENTITY)
    {
      const int side = window_side (schema);

      nets->shape = (PlanShape){ side, side, NULL };
      return check_window (nets, error);
    }
  if (!permuter_fits (type, permuter->rows, permuter->cols))
    return unfit (error, "permuter: %s does not fit %d x %d cells", permuter->type, permuter->rows,
                  permuter->cols);
  nets->order = g_new (int, permuter->rows * permuter->cols);
  nets->shape = (PlanShape){ permuter->rows, permuter->cols, nets->order };
  if (type == PERMUTER_RANDOM)
    return check_window (nets, error) && read_order (nets, permuter->rows * permuter->cols, error);
  permuter_forward (type, permuter->rows, permuter->cols, nets->order);
  return check_window (nets, error);
}

static gboolean
check_tokens (const char *what, const Vqgan *vqgan, const Gpt *gpt, GError **error)
{
  return vqgan_n_tokens (vqgan) <= gpt->schema.vocab_size
         || unfit (error, "vocab_size: %d, but the %s has %d tokens", gpt->schema.vocab_size, what,
                   vqgan_n_tokens (vqgan));
}

static gboolean
open_net2net (Nets *nets, GError **error)
{
  const ConditionSchema *condition = &nets->model->schema.condition;

  if (!init_shape (nets, error) || !gpt_init (&nets->gpt, nets->model, "transformer.", error))
    return FALSE;
  nets->vqgan = vqgan_new (nets->model, "first_stage_model.", error);
  if (!nets->vqgan || !check_tokens ("tokenizer", nets->vqgan, &nets->gpt, error))
    return FALSE;
  if (condition->type > CONDITION_PICTURE)
    return TRUE;
  nets->condition = vqgan_new_encoder (nets->model, &condition->vqgan, "cond_stage_model.", error);
  return nets->condition
         && check_tokens ("condition's tokenizer", nets->condition, &nets->gpt, error);
}

/* ---- all kinds ----------------------------------------------------------------------------- */

/* A transformer alone cannot be run, but is read once, so that `info` tells the truth. */
static gboolean
open_kind (Nets *nets, GError **error)
{
  const ModelKind kind = nets->model->schema.kind;
  g_auto (Gpt) gpt = { 0 };

  if (kind == KIND_NET2NET)
    return open_net2net (nets, error);
  if (kind == KIND_GPT)
    return gpt_init (&gpt, nets->model, "", error);
  if (kind == KIND_FILL && !fill_init (&nets->fill, nets->model, error))
    return FALSE;
  nets->vqgan = vqgan_new (nets->model, kind == KIND_VQGAN ? "" : "first_stage_model.", error);
  return nets->vqgan != NULL;
}

Nets *
nets_open (const char *path, GError **error)
{
  g_autoptr (Nets) nets = g_new0 (Nets, 1);

  nets->model = model_open (path, error);
  if (!nets->model)
    return NULL;
  if (!open_kind (nets, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return g_steal_pointer (&nets);
}

void
nets_close (Nets *nets)
{
  if (!nets)
    return;
  g_clear_pointer (&nets->vqgan, vqgan_free);
  g_clear_pointer (&nets->condition, vqgan_free);
  fill_clear (&nets->fill);
  gpt_clear (&nets->gpt);
  g_free (nets->order);
  g_clear_pointer (&nets->model, model_close);
  g_free (nets->fingerprint);
  g_free (nets);
}

const char *
nets_fingerprint (const Nets *nets)
{
  Nets *self = (Nets *) nets; /* constant but for what the lock guards */
  const Span bytes = safetensors_bytes (nets->model->file);

  g_mutex_lock (&self->lock);
  if (!self->fingerprint)
    self->fingerprint = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes.data, bytes.size);
  g_mutex_unlock (&self->lock);
  return self->fingerprint;
}
