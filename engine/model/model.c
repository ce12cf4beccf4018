#include "model/model.h"
#include <stdarg.h>
#include <string.h>

static gboolean
read_schema (Model *model, GError **error)
{
  const char *format = safetensors_metadata (model->file, "format");
  const char *text = safetensors_metadata (model->file, "tessera");

  if (g_strcmp0 (format, "tessera") != 0 || !text)
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                           "this is a safetensors file, but not a Tessera model (its metadata do "
                           "not say \"format\": \"tessera\")");
      return FALSE;
    }
  return schema_read (&model->schema, text, error);
}

Model *
model_open (const char *path, GError **error)
{
  g_autoptr (Model) model = g_new0 (Model, 1);

  model->file = safetensors_open (path, error);
  if (!model->file)
    return NULL;
  if (!read_schema (model, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return g_steal_pointer (&model);
}

void
model_close (Model *model)
{
  if (!model)
    return;
  g_clear_pointer (&model->file, safetensors_close);
  schema_clear (&model->schema);
  g_free (model);
}

Weights
weights_root (const Model *model, const char *prefix)
{
  Weights weights = { .model = model };

  g_strlcpy (weights.name, prefix, sizeof weights.name);
  return weights;
}

Weights
weights_at (const Weights *weights, const char *format, ...)
{
  Weights inner = *weights;
  const size_t length = strlen (inner.name);
  va_list arguments;

  va_start (arguments, format);
  g_vsnprintf (inner.name + length, sizeof inner.name - length, format, arguments);
  va_end (arguments);
  return inner;
}

const Tensor *
weights_find (const Weights *weights, const char *leaf)
{
  const Weights full = weights_at (weights, "%s", leaf);

  return safetensors_find (weights->model->file, full.name);
}

float *
weights_read (const Weights *weights, const char *leaf, int n_dims, const int *shape,
              GError **error)
{
  const Weights full = weights_at (weights, "%s", leaf);
  const Tensor *tensor = safetensors_find (weights->model->file, full.name);
  gboolean fits = tensor && tensor->n_dims == n_dims;

  for (int i = 0; fits && i < n_dims; i++)
    fits = tensor->shape[i] == shape[i];
  if (fits)
    return tensor_floats (tensor, full.name, error);

  g_autoptr (GString) wanted = g_string_new (NULL);

  for (int i = 0; i < n_dims; i++)
    g_string_append_printf (wanted, "%s%d", i ? ", " : "", shape[i]);
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "tensor %s of shape [%s] %s", full.name,
               wanted->str, tensor ? "has another shape in the file" : "is missing");
  return NULL;
}
