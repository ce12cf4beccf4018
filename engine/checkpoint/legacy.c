/* The form of torch.save before 1.6: five pickles in a row (magic number, version, system, the
 * object, the keys of the storages), then for each key its count and its numbers. */
#include "checkpoint/checkpoint_private.h"
#include "checkpoint/pickle.h"

static gboolean
bad (GError **error, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, sentence);
  return FALSE;
}

static gboolean
check_system (const Value *version, const Value *system, GError **error)
{
  const Value *little = value_find (system, "little_endian");

  if (version->type != VALUE_INT || version->whole != 1001)
    return bad (error, "its form is another than the 1001 that PyTorch has used");
  if (!little || little->type != VALUE_BOOL || !little->whole)
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
                           "it was written on a big-endian machine");
      return FALSE;
    }
  return TRUE;
}

/* What kind of numbers each key holds: only the tensors say so. */
static GHashTable *
kinds_of (const GPtrArray *storages, GError **error)
{
  g_autoptr (GHashTable) kinds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < storages->len; i++)
    {
      const Storage *storage = g_ptr_array_index (storages, i), *before;
      g_autofree char *key = span_text (storage->key);

      before = g_hash_table_lookup (kinds, key);
      if (before && before->element != storage->element)
        {
          bad (error, "one of its storages has two types");
          return NULL;
        }
      g_hash_table_insert (kinds, g_steal_pointer (&key), (gpointer) storage);
    }
  return g_steal_pointer (&kinds);
}

/* One storage: the count of its numbers, then these. */
static gboolean
take_storage (Span *rest, Span key, GHashTable *kinds, GHashTable *places, GError **error)
{
  g_autofree char *text = span_text (key), *shown = span_shown (key);
  const Storage *storage = g_hash_table_lookup (kinds, text);
  const size_t size = storage ? element_size (storage->element) : 0;
  g_autofree char *what = g_strconcat ("storage ", shown, NULL);
  uint64_t n;
  Span data, *place;

  if (size == 0)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "%s: its type is unknown", what);
      return FALSE;
    }
  if (!span_u64 (*rest, 0, what, &n, error))
    return FALSE;
  if (n > (rest->size - 8) / size)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "%s: %" G_GUINT64_FORMAT " numbers do not fit into the file", what, n);
      return FALSE;
    }
  data = (Span){ rest->data + 8, n * size };
  *rest = (Span){ data.data + data.size, rest->size - 8 - data.size };
  place = g_new (Span, 1);
  *place = data;
  if (g_hash_table_insert (places, g_steal_pointer (&text), place))
    return TRUE;
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "%s: it is there twice", what);
  return FALSE;
}

Value *
legacy_read (Span file, Arena *arena, GHashTable *places, GError **error)
{
  enum { MAGIC, VERSION, SYSTEM, OBJECT, KEYS, N };
  g_autoptr (GPtrArray) storages = g_ptr_array_new ();
  g_autoptr (GHashTable) kinds = NULL;
  Value *parts[N];
  Span rest = file;

  for (int i = 0; i < N; i++)
    {
      const Span bytes = { rest.data, MIN (rest.size, MAX_PICKLE) };
      size_t used;

      parts[i] = pickle_read (arena, bytes, storages, &used, error);
      if (!parts[i] || (i == SYSTEM && !check_system (parts[VERSION], parts[SYSTEM], error)))
        return NULL;
      rest = (Span){ rest.data + used, rest.size - used };
    }
  kinds = kinds_of (storages, error);
  if (!kinds)
    return NULL;
  for (guint i = 0; i < parts[KEYS]->n; i++)
    {
      const Value *key = value_item (parts[KEYS], i, VALUE_TEXT);

      if (!key)
        {
          bad (error, "its list of storages is none");
          return NULL;
        }
      if (!take_storage (&rest, key->text, kinds, places, error))
        return NULL;
    }
  return parts[OBJECT];
}
