/* The state_dict: which tensors it has, and where their numbers lie in the file. */
#include "checkpoint/checkpoint_private.h"

static gboolean
bad (const char *name, const char *sentence, GError **error)
{
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "tensor %s: %s", name, sentence);
  return FALSE;
}

/* The bytes of the storage that a view looks into. */
static gboolean
find_storage (const Storages *storages, const Storage *storage, const char *name, Span *bytes,
              GError **error)
{
  g_autofree char *key = span_text (storage->key), *shown = span_shown (storage->key);
  g_autofree char *entry = g_strconcat ("data/", key, NULL);
  const Span *place = storages->zip ? NULL : g_hash_table_lookup (storages->places, key);

  if (place)
    *bytes = *place;
  if (place || (storages->zip && zip_find (storages->zip, entry, bytes)))
    return TRUE;
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
               "tensor %s: its storage \"%s\" is not in the file", name, shown);
  return FALSE;
}

/* The number of its elements, and of the last place that it touches. */
static gboolean
measure (const View *view, Stored *stored, guint64 *last)
{
  guint64 span, n = 1;

  *last = view->offset;
  stored->n_dims = view->n_dims;
  for (int i = 0; i < view->n_dims; i++)
    {
      if (view->shape[i] > G_MAXINT64 || view->stride[i] > G_MAXINT64
          || __builtin_mul_overflow (n, view->shape[i], &n))
        return FALSE;
      stored->shape[i] = (gint64) view->shape[i];
      stored->stride[i] = (gint64) view->stride[i];
    }
  for (int i = 0; n > 0 && i < view->n_dims; i++)
    if (__builtin_mul_overflow (view->shape[i] - 1, view->stride[i], &span)
        || __builtin_add_overflow (*last, span, last))
      return FALSE;
  stored->n = n;
  return TRUE;
}

static gboolean
is_side_by_side (const Stored *stored)
{
  gint64 stride = 1;

  for (int i = stored->n_dims; i-- > 0;)
    {
      if (stored->shape[i] != 1 && stored->stride[i] != stride)
        return FALSE;
      stride *= stored->shape[i]; /* measure () has seen that the product fits */
    }
  return TRUE;
}

static gboolean
place_view (const Storages *storages, const View *view, const char *name, Stored *stored,
            GError **error)
{
  const Storage *storage = view->storage;
  const size_t size = element_size (storage->element);
  Span bytes;
  guint64 last;

  stored->element = storage->element;
  if (!element_readable (storage->element))
    return bad (name, "its type of numbers is unknown", error);
  if (!measure (view, stored, &last))
    return bad (name, "its shape is too large", error);
  if (!find_storage (storages, storage, name, &bytes, error))
    return FALSE;
  if (storage->first > bytes.size / size || storage->n > bytes.size / size - storage->first)
    return bad (name, "its storage is shorter than it should be", error);
  if (stored->n == 0)
    return TRUE;
  if (last >= storage->n)
    return bad (name, "it reaches beyond its storage", error);
  if (stored->n > storage->n)
    return bad (name, "it repeats numbers of its storage", error);
  stored->data = (Span){ bytes.data + (storage->first + view->offset) * size,
                         (size_t) (last - view->offset + 1) * size };
  stored->side_by_side = is_side_by_side (stored);
  return TRUE;
}

/* The state_dict itself: the value of that name, or a dictionary that holds a tensor. */
static const Value *
find_state (const Value *root, GError **error)
{
  const Value *state = value_find (root, "state_dict");

  if (state && state->type == VALUE_DICT)
    return state;
  for (guint i = 1; root->type == VALUE_DICT && i < root->n; i += 2)
    if (root->items[i]->type == VALUE_TENSOR)
      return root;
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                       "it holds no state_dict, hence no weights");
  return NULL;
}

gboolean
state_read (Checkpoint *checkpoint, const Value *root, const Storages *storages, GError **error)
{
  const Value *state = find_state (root, error);

  for (guint i = 0; state && i + 1 < state->n; i += 2)
    {
      const Value *key = state->items[i], *value = state->items[i + 1];
      g_autofree char *name = key->type == VALUE_TEXT ? span_text (key->text) : NULL;
      g_autofree char *shown = name ? span_shown (key->text) : NULL;
      g_autofree Stored *stored = g_new0 (Stored, 1);

      if (!name)
        return bad ("without a name", "the state_dict's keys must be texts", error);
      if (value->type != VALUE_TENSOR)
        return bad (shown, "the state_dict holds something there that is no tensor", error);
      if (!place_view (storages, value->view, shown, stored, error))
        return FALSE;
      if (!g_hash_table_insert (checkpoint->tensors, g_steal_pointer (&name),
                                g_steal_pointer (&stored)))
        return bad (shown, "it is there twice", error);
    }
  return state != NULL;
}
