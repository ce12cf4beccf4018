/* The numbers' way from the checkpoint into the model file, a block at a time: neither the largest
 * tensor nor the file ever stands in memory. */
#include "checkpoint/import_private.h"
#include "base/buffer.h"
#include "checkpoint/writer.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

enum {
  BLOCK = 1 << 18, /* numbers: 1 MiB of binary32 */
  GROUP = 32,      /* weights that share a scale (docs/model-file.md) */
};

typedef struct {
  const Import *import;
  Writer *writer;
  Written *written;   /* [n] in the order of the file */
  GHashTable *places; /* name -> const Written *, both borrowed */
  float *block;       /* [BLOCK] */
  guint8 *out;        /* [8 * BLOCK] */
  guint16 *scales;    /* [BLOCK / GROUP] */
  guint64 done, all;  /* numbers */
} Copy;

static gboolean
fail (GError **error, const char *name, const char *sentence)
{
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "tensor %s: %s", name, sentence);
  return FALSE;
}

static gboolean
quantised (const Import *import, const Need *need)
{
  return import->request->type == TESSERA_WEIGHTS_I8 && need->kind == NEED_LINEAR;
}

static Element
element_for (const Import *import, const Need *need)
{
  static const Element elements[] = { [TESSERA_WEIGHTS_F16] = ELEMENT_F16,
                                      [TESSERA_WEIGHTS_F32] = ELEMENT_F32,
                                      [TESSERA_WEIGHTS_BF16] = ELEMENT_BF16,
                                      [TESSERA_WEIGHTS_I8] = ELEMENT_F16 };

  if (need->kind == NEED_INDEX)
    return ELEMENT_I64;
  return quantised (import, need) ? ELEMENT_I8 : elements[import->request->type];
}

/* Groups of a row of n weights; the last one may be shorter. */
static gint64
n_groups (gint64 n)
{
  return (n + GROUP - 1) / GROUP;
}

static void
describe (const Import *import, GArray *list, GPtrArray *names)
{
  for (guint i = 0; i < import->needs.list->len; i++)
    {
      const Need *need = &g_array_index (import->needs.list, Need, i);
      Written tensor = { .name = need->name,
                         .element = element_for (import, need),
                         .n_dims = need->stored->n_dims };

      memcpy (tensor.shape, need->stored->shape, sizeof tensor.shape);
      tensor.bytes = need->stored->n * element_size (tensor.element);
      g_array_append_val (list, tensor);
      if (!quantised (import, need))
        continue;
      tensor.name = g_strconcat (need->name, ".scale", NULL);
      g_ptr_array_add (names, (gpointer) tensor.name);
      tensor.element = ELEMENT_F16;
      tensor.shape[1] = n_groups (tensor.shape[1]);
      tensor.bytes = (guint64) (tensor.shape[0] * tensor.shape[1]) * element_size (ELEMENT_F16);
      g_array_append_val (list, tensor);
    }
}

static gboolean
step (Copy *copy, size_t n, GError **error)
{
  const TesseraImport *request = copy->import->request;

  copy->done += n;
  if (!request->progress
      || request->progress ((double) copy->done / (double) copy->all * 0.99,
                            request->progress_data))
    return TRUE;
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED, "Stopped.");
  return FALSE;
}

/* The next numbers of a tensor, all finite. */
static gboolean
read_block (Copy *copy, const Need *need, size_t first, size_t n, GError **error)
{
  stored_read (need->stored, first, n, copy->block);
  for (size_t i = 0; i < n; i++)
    if (!isfinite (copy->block[i]))
      return fail (error, need->name, "it holds a number that is not finite");
  return TRUE;
}

static gboolean
copy_floats (Copy *copy, const Need *need, const Written *to, GError **error)
{
  const size_t size = element_size (to->element);

  for (size_t first = 0, n; first < need->stored->n; first += n)
    {
      n = MIN (BLOCK, need->stored->n - first);
      if (!read_block (copy, need, first, n, error))
        return FALSE;
      for (size_t i = 0; to->element == ELEMENT_F16 && i < n; i++)
        if (fabsf (copy->block[i]) >= 65520)
          return fail (error, need->name,
                       "it holds a number too large for F16; pass --type f32 or bf16");
      element_narrow (to->element, copy->block, copy->out, n);
      if (!writer_put (copy->writer, to->offset + first * size, copy->out, n * size, error)
          || !step (copy, n, error))
        return FALSE;
    }
  return TRUE;
}

/* Up to GROUP weights: w = scale * q with q from -127 to 127. The scale is rounded up to binary16,
 * so that no q is cut off. */
static guint16
quantise (const float *weights, size_t n, gint8 *q)
{
  float largest = 0, scale;
  guint16 half;

  for (size_t i = 0; i < n; i++)
    largest = fmaxf (largest, fabsf (weights[i]));
  half = half_from_float (largest / 127);
  while (float_from_half (half) * 127 < largest)
    half++; /* the next larger binary16: its bits are in the order of its values */
  scale = float_from_half (half);
  for (size_t i = 0; i < n; i++)
    q[i] = scale > 0 ? (gint8) lrintf (weights[i] / scale) : 0;
  return half;
}

/* Whole rows at a time, as many as fit into a block. */
static gboolean
copy_quantised (Copy *copy, const Need *need, const Written *to, GError **error)
{
  g_autofree char *name = g_strconcat (need->name, ".scale", NULL);
  const Written *scales = g_hash_table_lookup (copy->places, name);
  const size_t width = (size_t) need->stored->shape[1], n_rows = (size_t) need->stored->shape[0];
  const size_t groups = (size_t) n_groups ((gint64) width), rows = MAX (BLOCK / width, 1);

  if (width > BLOCK)
    return fail (error, need->name, "its rows are too long");
  for (size_t row = 0, n; row < n_rows; row += n)
    {
      n = MIN (rows, n_rows - row);
      if (!read_block (copy, need, row * width, n * width, error))
        return FALSE;
      for (size_t r = 0; r < n; r++)
        for (size_t g = 0; g < groups; g++)
          {
            const size_t at = r * width + g * GROUP, m = MIN (GROUP, width - g * GROUP);
            const guint16 scale = quantise (copy->block + at, m, (gint8 *) copy->out + at);

            copy->scales[r * groups + g] = GUINT16_TO_LE (scale);
            if (scale >= 0x7c00)
              return fail (error, need->name, "it holds a number too large for 8 bits");
          }
      if (!writer_put (copy->writer, to->offset + row * width, copy->out, n * width, error)
          || !writer_put (copy->writer, scales->offset + 2 * row * groups, copy->scales,
                          2 * n * groups, error)
          || !step (copy, n * width, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
copy_index (Copy *copy, const Need *need, const Written *to, GError **error)
{
  for (size_t first = 0, n; first < need->stored->n; first += n)
    {
      n = MIN (BLOCK, need->stored->n - first);
      for (size_t i = 0; i < n; i++)
        {
          const double number = stored_number (need->stored, first + i);
          const gint64 whole = number >= 0 && number <= 1 << 20 ? (gint64) number : -1;
          const gint64 little = GINT64_TO_LE (whole);

          if ((double) whole != number)
            return fail (error, need->name, "it holds something else than numbers of entries");
          memcpy (copy->out + 8 * i, &little, 8);
        }
      if (!writer_put (copy->writer, to->offset + 8 * first, copy->out, 8 * n, error)
          || !step (copy, n, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
copy_all (Copy *copy, GError **error)
{
  for (guint i = 0; i < copy->import->needs.list->len; i++)
    {
      const Need *need = &g_array_index (copy->import->needs.list, Need, i);
      const Written *to = g_hash_table_lookup (copy->places, need->name);
      const gboolean done = need->kind == NEED_INDEX ? copy_index (copy, need, to, error)
                            : quantised (copy->import, need)
                                ? copy_quantised (copy, need, to, error)
                                : copy_floats (copy, need, to, error);

      if (!done)
        return FALSE;
    }
  return TRUE;
}

/* What comes out can be opened: nobody finds out later that it cannot. */
static gboolean
check_file (const Writer *writer, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (Model) model = model_open (writer_path (writer), &cause);
  const char *reason = cause ? cause->message : "";

  if (model)
    return TRUE;
  if (g_str_has_prefix (reason, writer_path (writer)))
    reason += strlen (writer_path (writer)) + strlen (": ");
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
               "no model that Tessera knows comes out of it: %s", reason);
  return FALSE;
}

static gboolean
write_file (Copy *copy, TesseraImported *imported, GError **error)
{
  const TesseraImport *request = copy->import->request;
  g_autofree char *about = import_about (copy->import);
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Written));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (Writer) writer = writer_new (request->output, request->overwrite, error);

  describe (copy->import, list, names);
  copy->writer = writer;
  copy->places = places;
  if (!writer || !writer_begin (writer, about, (Written *) list->data, list->len, error))
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      Written *tensor = &g_array_index (list, Written, i);

      g_hash_table_insert (places, (gpointer) tensor->name, tensor);
    }
  for (guint i = 0; i < copy->import->needs.list->len; i++)
    copy->all += g_array_index (copy->import->needs.list, Need, i).stored->n;
  *imported = (TesseraImported){ import_kind (copy->import), copy->all, writer_bytes (writer) };
  return copy_all (copy, error) && check_file (writer, error) && writer_finish (writer, error);
}

gboolean
import_copy (const Import *import, TesseraImported *imported, GError **error)
{
  buffer_auto float *block = buffer_new (BLOCK, sizeof *block, "a block of weights", error);
  buffer_auto guint8 *out = block ? buffer_new (BLOCK, 8, "a block of weights", error) : NULL;
  buffer_auto guint16 *scales =
      out ? buffer_new (BLOCK, sizeof *scales, "a block of scales", error) : NULL;
  Copy copy = { .import = import, .block = block, .out = out, .scales = scales };

  return scales && write_file (&copy, imported, error);
}
