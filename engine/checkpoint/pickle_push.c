#include "checkpoint/pickle_private.h"
#include <string.h>

gboolean
op_proto (Machine *machine, GError **error)
{
  guint64 version;

  if (!machine_take_number (machine, 1, &version, error))
    return FALSE;
  return version <= 5 || machine_bad (error, "its pickle protocol is newer than 5");
}

gboolean
op_frame (Machine *machine, GError **error)
{
  guint64 size;

  return machine_take_number (machine, 8, &size, error);
}

gboolean
op_mark (Machine *machine, GError **error)
{
  return machine_push_new (machine, VALUE_MARK, error);
}

gboolean
op_none (Machine *machine, GError **error)
{
  return machine_push_new (machine, VALUE_NONE, error);
}

gboolean
op_true (Machine *machine, GError **error)
{
  return machine_push_int (machine, VALUE_BOOL, TRUE, error);
}

gboolean
op_false (Machine *machine, GError **error)
{
  return machine_push_int (machine, VALUE_BOOL, FALSE, error);
}

gboolean
op_empty_dict (Machine *machine, GError **error)
{
  return machine_push_new (machine, VALUE_DICT, error);
}

gboolean
op_empty_list (Machine *machine, GError **error)
{
  return machine_push_new (machine, VALUE_LIST, error);
}

gboolean
op_empty_tuple (Machine *machine, GError **error)
{
  return machine_push_new (machine, VALUE_TUPLE, error);
}

gboolean
op_empty_set (Machine *machine, GError **error)
{
  return machine_push_new (machine, VALUE_OPAQUE, error);
}

static gboolean
push_text (Machine *machine, int length_bytes, GError **error)
{
  Value *value = value_new (machine->arena, VALUE_TEXT, error);
  guint64 length;

  return value && machine_take_number (machine, length_bytes, &length, error)
         && machine_take (machine, length, &value->text, error)
         && machine_push (machine, value, error);
}

gboolean
op_text1 (Machine *machine, GError **error)
{
  return push_text (machine, 1, error);
}

gboolean
op_text4 (Machine *machine, GError **error)
{
  return push_text (machine, 4, error);
}

gboolean
op_text8 (Machine *machine, GError **error)
{
  return push_text (machine, 8, error);
}

gboolean
op_binint (Machine *machine, GError **error)
{
  guint64 number;

  return machine_take_number (machine, 4, &number, error)
         && machine_push_int (machine, VALUE_INT, (gint32) (guint32) number, error);
}

gboolean
op_binint1 (Machine *machine, GError **error)
{
  guint64 number;

  return machine_take_number (machine, 1, &number, error)
         && machine_push_int (machine, VALUE_INT, (gint64) number, error);
}

gboolean
op_binint2 (Machine *machine, GError **error)
{
  guint64 number;

  return machine_take_number (machine, 2, &number, error)
         && machine_push_int (machine, VALUE_INT, (gint64) number, error);
}

/* Two's complement of any length; one of more than 8 bytes is no size and no count. */
static gboolean
push_long (Machine *machine, int length_bytes, GError **error)
{
  guint64 length, number = 0;
  Span part;

  if (!machine_take_number (machine, length_bytes, &length, error)
      || !machine_take (machine, length, &part, error))
    return FALSE;
  if (length > 8)
    return machine_push_new (machine, VALUE_OPAQUE, error);
  if (length && part.data[length - 1] & 0x80)
    number = G_MAXUINT64;
  for (size_t i = (size_t) length; i-- > 0;)
    number = number << 8 | part.data[i];
  return machine_push_int (machine, VALUE_INT, (gint64) number, error);
}

gboolean
op_long1 (Machine *machine, GError **error)
{
  return push_long (machine, 1, error);
}

gboolean
op_long4 (Machine *machine, GError **error)
{
  return push_long (machine, 4, error);
}

/* A line of digits; INT writes FALSE and TRUE as 00 and 01, LONG ends with an L. */
gboolean
op_int (Machine *machine, GError **error)
{
  Span line;
  char digits[24] = "";
  gint64 number;

  if (!machine_take_line (machine, &line, error))
    return FALSE;
  if (span_is (line, "00") || span_is (line, "01"))
    return machine_push_int (machine, VALUE_BOOL, line.data[1] == '1', error);
  line.size -= line.size && line.data[line.size - 1] == 'L';
  if (line.size >= sizeof digits)
    return machine_push_new (machine, VALUE_OPAQUE, error);
  memcpy (digits, line.data, line.size);
  if (!g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return machine_bad (error, "a number in its description is none");
  return machine_push_int (machine, VALUE_INT, number, error);
}

gboolean
op_binfloat (Machine *machine, GError **error)
{
  Value *value = value_new (machine->arena, VALUE_REAL, error);
  guint64 bits;

  if (!value || !machine_take_number (machine, 8, &bits, error))
    return FALSE;
  bits = GUINT64_SWAP_LE_BE (bits); /* the one number in a pickle that is big-endian */
  memcpy (&value->real, &bits, sizeof bits);
  return machine_push (machine, value, error);
}

gboolean
op_dup (Machine *machine, GError **error)
{
  return machine_push (machine, machine_peek (machine, 0, error), error);
}

gboolean
op_pop (Machine *machine, GError **error)
{
  if (machine->stack->len == 0)
    return machine_bad (error, "its description takes more than was put there");
  machine_drop (machine, 1);
  return TRUE;
}

gboolean
op_pop_mark (Machine *machine, GError **error)
{
  guint first;

  if (!machine_find_mark (machine, &first, error))
    return FALSE;
  g_ptr_array_set_size (machine->stack, (gint) first - 1);
  return TRUE;
}
