#include "checkpoint/value.h"
#include <string.h>

enum { BLOCK = 1 << 16, ALIGN = 16 };

struct Arena {
  GPtrArray *blocks;
  guint8 *at; /* free bytes of the last block */
  size_t left, taken, limit;
};

Arena *
arena_new (size_t limit)
{
  Arena *arena = g_new0 (Arena, 1);

  arena->blocks = g_ptr_array_new_with_free_func (g_free);
  arena->limit = limit;
  return arena;
}

void
arena_free (Arena *arena)
{
  if (!arena)
    return;
  g_ptr_array_unref (arena->blocks);
  g_free (arena);
}

void *
arena_take (Arena *arena, size_t bytes, GError **error)
{
  void *place;

  bytes = (MAX (bytes, 1) + ALIGN - 1) / ALIGN * ALIGN;
  if (bytes > arena->left)
    {
      const size_t size = MAX (bytes, BLOCK);
      guint8 *block = size <= arena->limit - arena->taken ? g_try_malloc0 (size) : NULL;

      if (!block)
        {
          g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                               "its description needs more memory than any checkpoint should");
          return NULL;
        }
      g_ptr_array_add (arena->blocks, block);
      arena->taken += size;
      arena->at = block;
      arena->left = size;
    }
  place = arena->at;
  arena->at += bytes;
  arena->left -= bytes;
  return place;
}

Value *
value_new (Arena *arena, ValueType type, GError **error)
{
  Value *value = arena_take (arena, sizeof *value, error);

  if (value)
    value->type = type;
  return value;
}

gboolean
value_add (Arena *arena, Value *value, Value *item, GError **error)
{
  if (value->n == value->room)
    {
      const guint room = value->room ? 2 * value->room : 4;
      Value **items = arena_take (arena, room * sizeof *items, error);

      if (!items)
        return FALSE;
      if (value->n)
        memcpy (items, value->items, value->n * sizeof *items);
      value->items = items;
      value->room = room;
    }
  value->items[value->n++] = item;
  return TRUE;
}

Value *
value_item (const Value *value, guint i, ValueType type)
{
  const gboolean list = value->type == VALUE_TUPLE || value->type == VALUE_LIST;

  return list && i < value->n && value->items[i]->type == type ? value->items[i] : NULL;
}

gboolean
span_is (Span span, const char *text)
{
  return span.size == strlen (text) && memcmp (span.data, text, span.size) == 0;
}

gboolean
value_is_text (const Value *value, const char *text)
{
  return value->type == VALUE_TEXT && span_is (value->text, text);
}

Value *
value_find (const Value *dict, const char *key)
{
  for (guint i = dict->type == VALUE_DICT ? dict->n : 0; i >= 2; i -= 2)
    if (value_is_text (dict->items[i - 2], key))
      return dict->items[i - 1];
  return NULL;
}

char *
span_text (Span span)
{
  return g_strndup ((const char *) span.data, span.size);
}

char *
span_shown (Span span)
{
  enum { SHOWN = 100 };
  const size_t n = MIN (span.size, SHOWN);
  g_autofree char *text = g_strndup ((const char *) span.data, n);

  for (size_t i = 0; i < n; i++)
    if (!g_ascii_isprint (span.data[i]))
      text[i] = '?';
  return g_strconcat (text, span.size > n ? "..." : NULL, NULL);
}
