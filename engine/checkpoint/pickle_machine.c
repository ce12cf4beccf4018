#include "checkpoint/pickle_private.h"
#include <string.h>

gboolean
machine_bad (GError **error, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, sentence);
  return FALSE;
}

/* ---- bytes --------------------------------------------------------------------------------- */

gboolean
machine_take (Machine *machine, guint64 n, Span *part, GError **error)
{
  if (n > machine->bytes.size - machine->at)
    return machine_bad (error, "its description ends too early");
  *part = (Span){ machine->bytes.data + machine->at, (size_t) n };
  machine->at += (size_t) n;
  return TRUE;
}

gboolean
machine_take_number (Machine *machine, int size, guint64 *number, GError **error)
{
  Span part;

  if (!machine_take (machine, (guint64) size, &part, error))
    return FALSE;
  *number = 0;
  for (int i = size; i-- > 0;)
    *number = *number << 8 | part.data[i];
  return TRUE;
}

gboolean
machine_take_line (Machine *machine, Span *line, GError **error)
{
  const guint8 *begin = machine->bytes.data + machine->at;
  const guint8 *end = memchr (begin, '\n', machine->bytes.size - machine->at);

  if (!end)
    return machine_bad (error, "its description ends too early");
  *line = (Span){ begin, (size_t) (end - begin) };
  machine->at += line->size + 1;
  return TRUE;
}

/* ---- stack --------------------------------------------------------------------------------- */

gboolean
machine_push (Machine *machine, Value *value, GError **error)
{
  if (!value)
    return FALSE;
  if (machine->stack->len >= MAX_STACK)
    return machine_bad (error, "its description is nested too deep");
  g_ptr_array_add (machine->stack, value);
  return TRUE;
}

gboolean
machine_push_new (Machine *machine, ValueType type, GError **error)
{
  return machine_push (machine, value_new (machine->arena, type, error), error);
}

gboolean
machine_push_int (Machine *machine, ValueType type, gint64 number, GError **error)
{
  Value *value = value_new (machine->arena, type, error);

  if (!value)
    return FALSE;
  value->whole = number;
  return machine_push (machine, value, error);
}

Value *
machine_peek (Machine *machine, guint n, GError **error)
{
  Value *value = n < machine->stack->len
                     ? g_ptr_array_index (machine->stack, machine->stack->len - 1 - n)
                     : NULL;

  if (value && value->type != VALUE_MARK)
    return value;
  machine_bad (error, "its description takes more than was put there");
  return NULL;
}

void
machine_drop (Machine *machine, guint n)
{
  g_ptr_array_set_size (machine->stack, (gint) (machine->stack->len - n));
}

gboolean
machine_find_mark (Machine *machine, guint *first, GError **error)
{
  for (guint i = machine->stack->len; i-- > 0;)
    if (((const Value *) g_ptr_array_index (machine->stack, i))->type == VALUE_MARK)
      {
        *first = i + 1;
        return TRUE;
      }
  return machine_bad (error, "a mark is missing in its description");
}
