#include "model/safetensors.h"
#include "base/buffer.h"
#include "model/json.h"
#include "nn/rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAX_HEADER = 64 << 20, /* the published 1.4 billion weight model has a header of 0.1 MB */
  LENGTH_BYTES = 8,
};

struct Safetensors {
  GMappedFile *mapping; /* owns every byte that the tensors borrow */
  Span bytes;
  GHashTable *tensors;  /* name -> Tensor, both owned */
  GHashTable *metadata; /* key -> value, both owned */
};

static const struct {
  const char *name;
  size_t size;
} dtypes[] = {
  [DTYPE_F16] = { "F16", 2 }, [DTYPE_F32] = { "F32", 4 }, [DTYPE_F64] = { "F64", 8 },
  [DTYPE_I64] = { "I64", 8 }, [DTYPE_U8] = { "U8", 1 },   [DTYPE_BF16] = { "BF16", 2 },
  [DTYPE_I8] = { "I8", 1 },
};

static gboolean
bad (GError **error, const char *name, const char *sentence)
{
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "tensor %s: %s", name, sentence);
  return FALSE;
}

static gboolean
read_dtype (JsonObject *entry, const char *name, Dtype *dtype, GError **error)
{
  const char *text = json_text (entry, "dtype", "");

  for (size_t i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (text, dtypes[i].name) == 0)
      {
        *dtype = (Dtype) i;
        return TRUE;
      }
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
               "tensor %s: its type \"%.16s\" is unknown", name, text);
  return FALSE;
}

/* A list of whole numbers that are not negative. */
static gboolean
read_list (JsonObject *entry, const char *member, const char *name, gint64 *values, int max_n,
           int *n, GError **error)
{
  JsonNode *node = json_object_get_member (entry, member);
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (!array || json_array_get_length (array) > (guint) max_n)
    return bad (error, name, "its shape or place is missing or too long");
  *n = (int) json_array_get_length (array);
  for (int i = 0; i < *n; i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_INT64
          || json_node_get_int (element) < 0)
        return bad (error, name, "its shape or place holds something else than whole numbers");
      values[i] = json_node_get_int (element);
    }
  return TRUE;
}

static gboolean
read_tensor (JsonObject *entry, const char *name, Span data, Tensor *tensor, GError **error)
{
  gint64 offsets[2];
  int n_offsets;
  size_t bytes;

  if (!read_dtype (entry, name, &tensor->dtype, error)
      || !read_list (entry, "shape", name, tensor->shape, MAX_DIMS, &tensor->n_dims, error)
      || !read_list (entry, "data_offsets", name, offsets, 2, &n_offsets, error))
    return FALSE;
  if (n_offsets != 2)
    return bad (error, name, "its place needs two numbers");
  tensor->n = 1;
  for (int i = 0; i < tensor->n_dims; i++)
    if (__builtin_mul_overflow (tensor->n, (size_t) tensor->shape[i], &tensor->n))
      return bad (error, name, "its shape is too large");
  if (__builtin_mul_overflow (tensor->n, dtypes[tensor->dtype].size, &bytes))
    return bad (error, name, "its shape is too large");
  if (!span_part (data, offsets[0], offsets[1], name, &tensor->data, error))
    return FALSE;
  if (tensor->data.size != bytes)
    return bad (error, name, "its shape and its number of bytes do not agree");
  return TRUE;
}

static gboolean
read_metadata (Safetensors *file, JsonNode *node, GError **error)
{
  g_autoptr (GList) keys = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return bad (error, "__metadata__", "it must be an object of texts");
  object = json_node_get_object (node);
  keys = json_object_get_members (object);
  for (GList *key = keys; key; key = key->next)
    {
      const char *text = json_text (object, key->data, NULL);

      if (!text)
        return bad (error, "__metadata__", "it must be an object of texts");
      g_hash_table_insert (file->metadata, g_strdup (key->data), g_strdup (text));
    }
  return TRUE;
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  const Tensor *one = a, *other = b;

  return (one->data.data > other->data.data) - (one->data.data < other->data.data);
}

static gboolean
disjoint (const Safetensors *file, GError **error)
{
  g_autoptr (GList) all = g_list_sort (g_hash_table_get_values (file->tensors), by_place);

  for (GList *item = all; item && item->next; item = item->next)
    {
      const Tensor *tensor = item->data, *next = item->next->data;

      if (tensor->data.data + tensor->data.size > next->data.data)
        {
          g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "two tensors overlap");
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
read_header (Safetensors *file, Span text, Span data, GError **error)
{
  g_autoptr (JsonNode) root =
      json_parse_object ((const char *) text.data, text.size, "header", error);
  g_autoptr (GList) names = NULL;

  if (!root)
    return FALSE;
  names = json_object_get_members (json_node_get_object (root));
  for (GList *item = names; item; item = item->next)
    {
      const char *name = item->data;
      JsonNode *node = json_object_get_member (json_node_get_object (root), name);
      g_autofree Tensor *tensor = g_new0 (Tensor, 1);

      if (strcmp (name, "__metadata__") == 0)
        {
          if (!read_metadata (file, node, error))
            return FALSE;
          continue;
        }
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return bad (error, name, "its description is missing");
      if (!read_tensor (json_node_get_object (node), name, data, tensor, error))
        return FALSE;
      g_hash_table_insert (file->tensors, g_strdup (name), g_steal_pointer (&tensor));
    }
  return disjoint (file, error);
}

static gboolean
read_file (Safetensors *file, GError **error)
{
  uint64_t length;
  Span header, data;

  if (!span_u64 (file->bytes, 0, "header length", &length, error))
    return FALSE;
  if (length > MAX_HEADER)
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                           "this is not a model file (its header length is impossible)");
      return FALSE;
    }
  return span_part (file->bytes, LENGTH_BYTES, LENGTH_BYTES + length, "header", &header, error)
         && span_part (file->bytes, LENGTH_BYTES + length, file->bytes.size, "data", &data, error)
         && read_header (file, header, data, error);
}

Safetensors *
safetensors_open (const char *path, GError **error)
{
  g_autoptr (Safetensors) file = g_new0 (Safetensors, 1);

  file->tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  file->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  file->mapping = g_mapped_file_new (path, FALSE, error);
  if (!file->mapping)
    return NULL;
  file->bytes = (Span){ (const uint8_t *) g_mapped_file_get_contents (file->mapping),
                        g_mapped_file_get_length (file->mapping) };
  if (!read_file (file, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return g_steal_pointer (&file);
}

void
safetensors_close (Safetensors *file)
{
  if (!file)
    return;
  g_clear_pointer (&file->tensors, g_hash_table_unref);
  g_clear_pointer (&file->metadata, g_hash_table_unref);
  g_clear_pointer (&file->mapping, g_mapped_file_unref);
  g_free (file);
}

const Tensor *
safetensors_find (const Safetensors *file, const char *name)
{
  return g_hash_table_lookup (file->tensors, name);
}

const char *
safetensors_metadata (const Safetensors *file, const char *key)
{
  return g_hash_table_lookup (file->metadata, key);
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char **
safetensors_names (const Safetensors *file)
{
  guint n;
  const char **names = (const char **) g_hash_table_get_keys_as_array (file->tensors, &n);

  qsort (names, n, sizeof *names, by_name);
  return names;
}

Span
safetensors_bytes (const Safetensors *file)
{
  return file->bytes;
}

/* IEEE binary16: sign, 5 bits of exponent, 10 of mantissa. */
static float
from_half (guint16 half)
{
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  const float sign = half >> 15 ? -1.0f : 1.0f;

  if (exponent == 31)
    return mantissa ? NAN : sign * INFINITY;
  if (exponent == 0)
    return sign * ldexpf ((float) mantissa, -24);
  return sign * ldexpf ((float) (mantissa + 1024), exponent - 25);
}

double
tensor_number (const Tensor *tensor, size_t i)
{
  const guint8 *place = tensor->data.data + i * dtypes[tensor->dtype].size;
  guint16 half;
  guint32 bits;
  float single;
  double number;
  gint64 whole;

  switch (tensor->dtype)
    {
    case DTYPE_U8:
      return *place;
    case DTYPE_I8:
      return (gint8) *place;
    case DTYPE_BF16: /* the upper half of a binary32 */
      memcpy (&half, place, sizeof half);
      bits = (guint32) GUINT16_FROM_LE (half) << 16;
      memcpy (&single, &bits, sizeof single);
      return single;
    case DTYPE_F16:
      memcpy (&half, place, sizeof half);
      return from_half (GUINT16_FROM_LE (half));
    case DTYPE_F32:
      memcpy (&single, place, sizeof single);
      return single;
    case DTYPE_F64:
      memcpy (&number, place, sizeof number);
      return number;
    default:
      memcpy (&whole, place, sizeof whole);
      return (double) whole;
    }
}

/* The types that kernels know, at their speed. */
static gboolean
as_rows (const Tensor *tensor, Rows *rows)
{
  static const RowType types[] = {
    [DTYPE_F32] = ROWS_F32, [DTYPE_F16] = ROWS_F16, [DTYPE_BF16] = ROWS_BF16
  };
  const gboolean known =
      tensor->dtype == DTYPE_F32 || tensor->dtype == DTYPE_F16 || tensor->dtype == DTYPE_BF16;

  *rows = (Rows){ .n = 1, .k = tensor->n, .data = tensor->data.data };
  rows->type = known ? types[tensor->dtype] : ROWS_F32;
  return known;
}

float *
tensor_floats (const Tensor *tensor, const char *name, GError **error)
{
  buffer_auto float *numbers = NULL;
  gboolean finite = TRUE;
  Rows rows;

  if (tensor->dtype == DTYPE_I8)
    {
      bad (error, name, "8-bit numbers are not known here");
      return NULL;
    }
  if (!(numbers = buffer_new_unset (tensor->n, sizeof (float), name, error)))
    return NULL;
  if (as_rows (tensor, &rows))
    {
      finite = rows_finite (&rows);
      rows_read (&rows, 0, numbers);
    }
  else
    for (size_t i = 0; i < tensor->n; i++)
      {
        numbers[i] = (float) tensor_number (tensor, i);
        finite = finite && isfinite (numbers[i]);
      }
  if (finite)
    return g_steal_pointer (&numbers);
  bad (error, name, "it holds a number that is not finite");
  return NULL;
}
