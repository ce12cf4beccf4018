#include "checkpoint/checkpoint_private.h"
#include "checkpoint/pickle.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static gboolean
bad (GError **error, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, sentence);
  return FALSE;
}

static gboolean
read_zip (Checkpoint *checkpoint, GError **error)
{
  g_autoptr (Zip) zip = zip_open (checkpoint->bytes, error);
  g_autoptr (Arena) arena = arena_new (MAX_VALUES);
  Span pickle = { 0 }, order;
  size_t used;
  Value *root;

  if (!zip)
    return FALSE;
  if (zip_find (zip, "byteorder", &order) && !span_is (order, "little"))
    return bad (error, "it was written on a big-endian machine");
  if (!zip_find (zip, "data.pkl", &pickle) || pickle.size > MAX_PICKLE)
    return bad (error, "its description is longer than any checkpoint's should be");
  root = pickle_read (arena, pickle, NULL, &used, error);
  return root && state_read (checkpoint, root, &(Storages){ .zip = zip }, error);
}

static gboolean
read_legacy (Checkpoint *checkpoint, GError **error)
{
  g_autoptr (Arena) arena = arena_new (MAX_VALUES);
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Value *root = legacy_read (checkpoint->bytes, arena, places, error);

  return root && state_read (checkpoint, root, &(Storages){ .places = places }, error);
}

static gboolean
adopt (Checkpoint *checkpoint, const char *name, const Tensor *tensor, GError **error)
{
  static const Element elements[] = {
    [DTYPE_F16] = ELEMENT_F16, [DTYPE_F32] = ELEMENT_F32, [DTYPE_F64] = ELEMENT_F64,
    [DTYPE_I64] = ELEMENT_I64, [DTYPE_U8] = ELEMENT_U8,   [DTYPE_BF16] = ELEMENT_BF16,
    [DTYPE_I8] = ELEMENT_I8,
  };
  g_autofree Stored *stored = g_new0 (Stored, 1);
  gint64 stride = 1;

  if ((size_t) tensor->dtype >= G_N_ELEMENTS (elements) || tensor->n_dims > CHECKPOINT_MAX_DIMS)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
                   "tensor %s: its type is not read here", name);
      return FALSE;
    }
  *stored = (Stored){ .element = elements[tensor->dtype],
                      .n_dims = tensor->n_dims,
                      .n = tensor->n,
                      .data = tensor->data,
                      .side_by_side = TRUE };
  for (int i = tensor->n_dims; i-- > 0; stride *= tensor->n ? tensor->shape[i] : 0)
    {
      stored->shape[i] = tensor->shape[i];
      stored->stride[i] = stride;
    }
  g_hash_table_insert (checkpoint->tensors, g_strdup (name), g_steal_pointer (&stored));
  return TRUE;
}

static gboolean
read_safetensors (Checkpoint *checkpoint, GError **error)
{
  g_autofree const char **names = NULL;

  g_clear_pointer (&checkpoint->mapping, g_mapped_file_unref);
  checkpoint->safetensors = safetensors_open (checkpoint->path, error);
  if (!checkpoint->safetensors)
    return FALSE;
  checkpoint->bytes = safetensors_bytes (checkpoint->safetensors);
  names = safetensors_names (checkpoint->safetensors);
  for (size_t i = 0; names[i]; i++)
    if (!adopt (checkpoint, names[i], safetensors_find (checkpoint->safetensors, names[i]), error))
      return FALSE;
  return TRUE;
}

/* The first bytes tell the container: a zip file's local header; the magic number's pickle; or the
 * length of a header that begins with a brace. */
static gboolean
read_file (Checkpoint *checkpoint, GError **error)
{
  static const guint8 magic[] = { 0x80, 2,    0x8a, 10,   0x6c, 0xfc, 0x9c,
                                  0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19 };
  const Span file = checkpoint->bytes;

  if (file.size >= 4 && memcmp (file.data, "PK\3\4", 4) == 0)
    return read_zip (checkpoint, error);
  if (file.size >= sizeof magic && memcmp (file.data, magic, sizeof magic) == 0)
    return read_legacy (checkpoint, error);
  if (file.size >= 9 && file.data[8] == '{')
    return read_safetensors (checkpoint, error);
  return bad (error, "it is no checkpoint that PyTorch has written, and no safetensors file");
}

Checkpoint *
checkpoint_open (const char *path, GError **error)
{
  g_autoptr (Checkpoint) checkpoint = g_new0 (Checkpoint, 1);

  checkpoint->path = g_strdup (path);
  checkpoint->tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  checkpoint->mapping = g_mapped_file_new (path, FALSE, error);
  if (!checkpoint->mapping)
    return NULL;
  checkpoint->bytes = (Span){ (const guint8 *) g_mapped_file_get_contents (checkpoint->mapping),
                              g_mapped_file_get_length (checkpoint->mapping) };
  if (read_file (checkpoint, error))
    return g_steal_pointer (&checkpoint);
  if (error && !g_str_has_prefix ((*error)->message, path))
    g_prefix_error (error, "%s: ", path);
  return NULL;
}

void
checkpoint_close (Checkpoint *checkpoint)
{
  if (!checkpoint)
    return;
  g_clear_pointer (&checkpoint->tensors, g_hash_table_unref);
  g_clear_pointer (&checkpoint->safetensors, safetensors_close);
  g_clear_pointer (&checkpoint->mapping, g_mapped_file_unref);
  g_free (checkpoint->path);
  g_free (checkpoint);
}

const char *
checkpoint_path (const Checkpoint *checkpoint)
{
  return checkpoint->path;
}

size_t
checkpoint_bytes (const Checkpoint *checkpoint)
{
  return checkpoint->bytes.size;
}

const Stored *
checkpoint_find (const Checkpoint *checkpoint, const char *name)
{
  return g_hash_table_lookup (checkpoint->tensors, name);
}

gboolean
checkpoint_has (const Checkpoint *checkpoint, const char *prefix)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, checkpoint->tensors);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (g_str_has_prefix (name, prefix))
      return TRUE;
  return FALSE;
}

/* Place of number i in elements from the first one. */
static size_t
place_of (const Stored *stored, size_t i)
{
  size_t place = 0;

  for (int d = stored->n_dims; d-- > 0; i /= (size_t) stored->shape[d])
    place += i % (size_t) stored->shape[d] * (size_t) stored->stride[d];
  return place;
}

double
stored_number (const Stored *stored, size_t i)
{
  return element_read (stored->element,
                       stored->data.data + place_of (stored, i) * element_size (stored->element));
}

/* Pages of a file mapping that are dropped come back from the file when they are touched again. */
static void
release (const guint8 *from, const guint8 *to)
{
  const guintptr page = (guintptr) sysconf (_SC_PAGESIZE);
  const guintptr begin = (guintptr) from / page * page, end = (guintptr) to / page * page;

  if (end > begin)
    madvise ((void *) begin, end - begin, MADV_DONTNEED);
}

void
stored_read (const Stored *stored, size_t first, size_t n, float *to)
{
  const size_t size = element_size (stored->element);
  const guint8 *from = stored->data.data + first * size;

  if (stored->side_by_side)
    {
      element_widen (stored->element, from, to, n);
      release (from, from + n * size);
      return;
    }
  for (size_t i = 0; i < n; i++)
    to[i] = (float) stored_number (stored, first + i);
  if (first + n == stored->n)
    release (stored->data.data, stored->data.data + stored->data.size);
}
