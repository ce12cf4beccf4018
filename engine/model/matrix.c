#include "base/buffer.h"
#include "model/model.h"

static gboolean
damaged (const char *name, const char *sentence, GError **error)
{
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "tensor %s: %s", name, sentence);
  return FALSE;
}

static gboolean
has_shape (const Tensor *tensor, int n_dims, const int *shape)
{
  gboolean fits = tensor->n_dims == n_dims;

  for (int i = 0; fits && i < n_dims; i++)
    fits = tensor->shape[i] == shape[i];
  return fits;
}

static gboolean
find_scales (const Weights *weights, const char *leaf, Rows *rows, GError **error)
{
  g_autofree char *name = g_strconcat (leaf, ".scale", NULL);
  const Weights full = weights_at (weights, "%s", name);
  const Tensor *tensor = weights_find (weights, name);
  const int shape[] = { (int) rows->n, (int) ((rows->k + Q8_GROUP - 1) / Q8_GROUP) };

  if (!tensor)
    return damaged (full.name, "the scales of an 8-bit tensor are missing", error);
  if (tensor->dtype != DTYPE_F16)
    return damaged (full.name, "the scales of an 8-bit tensor must be F16", error);
  if (!has_shape (tensor, 2, shape))
    return damaged (full.name, "it must have one scale for every 32 inputs of a row", error);
  rows->scales = tensor->data.data;
  rows->type = ROWS_I8;
  if (!rows_finite (rows))
    return damaged (full.name, "it holds a number that is not finite", error);
  return rows_scales_fit (rows)
         || damaged (full.name, "a scale is negative, or 0 for numbers that are not 0", error);
}

/* Where the type of the file cannot be used in place. */
static gboolean
widen (const Tensor *tensor, const char *name, Rows *rows, GError **error)
{
  rows->type = ROWS_F32;
  rows->owned = tensor_floats (tensor, name, error);
  rows->data = (const guint8 *) rows->owned;
  return rows->owned != NULL;
}

gboolean
weights_rows (const Weights *weights, const char *leaf, int n_dims, const int *shape, Rows *rows,
              GError **error)
{
  static const RowType types[] = {
    [DTYPE_F32] = ROWS_F32, [DTYPE_F16] = ROWS_F16, [DTYPE_BF16] = ROWS_BF16, [DTYPE_I8] = ROWS_I8
  };
  const Weights full = weights_at (weights, "%s", leaf);
  const Tensor *tensor = weights_find (weights, leaf);

  *rows = (Rows){ .k = shape[n_dims - 1] };
  if (!tensor || !has_shape (tensor, n_dims, shape)) /* which says so */
    return (rows->owned = weights_read (weights, leaf, n_dims, shape, error)) != NULL;
  rows->n = tensor->n / rows->k;
  rows->data = tensor->data.data;
  switch (tensor->dtype)
    {
    case DTYPE_I8:
      return find_scales (weights, leaf, rows, error);
    case DTYPE_F16:
    case DTYPE_F32:
    case DTYPE_BF16:
      break;
    default:
      return widen (tensor, full.name, rows, error);
    }
  rows->type = types[tensor->dtype];
  return rows_finite (rows) || damaged (full.name, "it holds a number that is not finite", error);
}
