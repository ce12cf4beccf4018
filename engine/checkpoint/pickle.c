#include "checkpoint/pickle.h"
#include "checkpoint/object.h"
#include "checkpoint/pickle_private.h"

typedef gboolean (*Opcode) (Machine *machine, GError **error);

/* ---- opcodes that build -------------------------------------------------------------------- */

/* The top n values become one tuple. */
static gboolean
make_tuple (Machine *machine, guint n, GError **error)
{
  Value *tuple = value_new (machine->arena, VALUE_TUPLE, error);

  for (guint i = n; tuple && i-- > 0;)
    {
      Value *item = machine_peek (machine, i, error);

      if (!item || !value_add (machine->arena, tuple, item, error))
        return FALSE;
    }
  if (!tuple)
    return FALSE;
  machine_drop (machine, n);
  return machine_push (machine, tuple, error);
}

static gboolean
op_tuple1 (Machine *machine, GError **error)
{
  return make_tuple (machine, 1, error);
}

static gboolean
op_tuple2 (Machine *machine, GError **error)
{
  return make_tuple (machine, 2, error);
}

static gboolean
op_tuple3 (Machine *machine, GError **error)
{
  return make_tuple (machine, 3, error);
}

static gboolean
op_tuple (Machine *machine, GError **error)
{
  guint first;

  if (!machine_find_mark (machine, &first, error)
      || !make_tuple (machine, machine->stack->len - first, error))
    return FALSE;
  g_ptr_array_remove_index (machine->stack, first - 1); /* the mark, below the tuple */
  return TRUE;
}

/* Adds the top n values to the container below them (and below a mark, if there is one). */
static gboolean
add_items (Machine *machine, ValueType type, guint n, gboolean mark, GError **error)
{
  Value *container = machine_peek (machine, n + mark, error);

  if (!container)
    return FALSE;
  if (container->type != type && container->type != VALUE_OPAQUE)
    return machine_bad (error, "items are put into something that holds none");
  if (type == VALUE_DICT && n % 2)
    return machine_bad (error, "a dictionary has a key without value");
  for (guint i = n; container->type == type && i-- > 0;)
    {
      Value *item = machine_peek (machine, i, error);

      if (!item || !value_add (machine->arena, container, item, error))
        return FALSE;
    }
  machine_drop (machine, n + mark);
  return TRUE;
}

static gboolean
add_marked (Machine *machine, ValueType type, GError **error)
{
  guint first;

  return machine_find_mark (machine, &first, error)
         && add_items (machine, type, machine->stack->len - first, TRUE, error);
}

static gboolean
op_append (Machine *machine, GError **error)
{
  return add_items (machine, VALUE_LIST, 1, FALSE, error);
}

static gboolean
op_appends (Machine *machine, GError **error)
{
  return add_marked (machine, VALUE_LIST, error);
}

static gboolean
op_setitem (Machine *machine, GError **error)
{
  return add_items (machine, VALUE_DICT, 2, FALSE, error);
}

static gboolean
op_setitems (Machine *machine, GError **error)
{
  return add_marked (machine, VALUE_DICT, error);
}

static gboolean
op_additems (Machine *machine, GError **error)
{
  return add_marked (machine, VALUE_OPAQUE, error);
}

static gboolean
op_frozenset (Machine *machine, GError **error)
{
  return op_pop_mark (machine, error) && machine_push_new (machine, VALUE_OPAQUE, error);
}

/* ---- memo ---------------------------------------------------------------------------------- */

static gboolean
put (Machine *machine, guint64 place, GError **error)
{
  Value *value = machine_peek (machine, 0, error);

  if (!value)
    return FALSE;
  if (place >= MAX_MEMO)
    return machine_bad (error, "its description remembers more than any checkpoint should");
  if (place >= machine->memo->len)
    g_ptr_array_set_size (machine->memo, (gint) place + 1);
  g_ptr_array_index (machine->memo, place) = value;
  return TRUE;
}

static gboolean
get (Machine *machine, guint64 place, GError **error)
{
  Value *value = place < machine->memo->len ? g_ptr_array_index (machine->memo, place) : NULL;

  if (!value)
    return machine_bad (error, "its description asks for what was never put there");
  return machine_push (machine, value, error);
}

static gboolean
op_binput (Machine *machine, GError **error)
{
  guint64 place;

  return machine_take_number (machine, 1, &place, error) && put (machine, place, error);
}

static gboolean
op_long_binput (Machine *machine, GError **error)
{
  guint64 place;

  return machine_take_number (machine, 4, &place, error) && put (machine, place, error);
}

static gboolean
op_memoize (Machine *machine, GError **error)
{
  return put (machine, machine->memo->len, error);
}

static gboolean
op_binget (Machine *machine, GError **error)
{
  guint64 place;

  return machine_take_number (machine, 1, &place, error) && get (machine, place, error);
}

static gboolean
op_long_binget (Machine *machine, GError **error)
{
  guint64 place;

  return machine_take_number (machine, 4, &place, error) && get (machine, place, error);
}

/* ---- objects ------------------------------------------------------------------------------- */

static gboolean
op_global (Machine *machine, GError **error)
{
  Span module, name;

  return machine_take_line (machine, &module, error) && machine_take_line (machine, &name, error)
         && machine_push (machine, object_global (machine->arena, module, name, error), error);
}

/* Replaces the top n values by one. */
static gboolean
replace (Machine *machine, guint n, Value *value, GError **error)
{
  if (!value)
    return FALSE;
  machine_drop (machine, n);
  return machine_push (machine, value, error);
}

static gboolean
op_stack_global (Machine *machine, GError **error)
{
  Value *name = machine_peek (machine, 0, error),
        *module = name ? machine_peek (machine, 1, error) : NULL;

  if (!module)
    return FALSE;
  if (name->type != VALUE_TEXT || module->type != VALUE_TEXT)
    return machine_bad (error, "a name in its description is no text");
  return replace (machine, 2, object_global (machine->arena, module->text, name->text, error),
                  error);
}

static gboolean
op_reduce (Machine *machine, GError **error)
{
  Value *arguments = machine_peek (machine, 0, error);
  Value *callee = arguments ? machine_peek (machine, 1, error) : NULL;

  return callee
         && replace (machine, 2, object_call (machine->arena, callee, arguments, error), error);
}

static gboolean
op_newobj (Machine *machine, GError **error)
{
  Value *class = machine_peek (machine, 1, error);

  return class && machine_peek (machine, 0, error)
         && replace (machine, 2, object_instance (machine->arena, class, error), error);
}

static gboolean
op_newobj_ex (Machine *machine, GError **error)
{
  Value *class = machine_peek (machine, 2, error);

  return class && machine_peek (machine, 1, error) && machine_peek (machine, 0, error)
         && replace (machine, 3, object_instance (machine->arena, class, error), error);
}

/* The state of an object: nobody needs it. Of an OrderedDict it is PyTorch's "_metadata". */
static gboolean
op_build (Machine *machine, GError **error)
{
  if (!machine_peek (machine, 0, error) || !machine_peek (machine, 1, error))
    return FALSE;
  machine_drop (machine, 1);
  return TRUE;
}

static gboolean
op_binpersid (Machine *machine, GError **error)
{
  Value *id = machine_peek (machine, 0, error);
  Value *storage = id ? object_storage (machine->arena, id, error) : NULL;

  if (storage && machine->storages)
    g_ptr_array_add (machine->storages, (gpointer) storage->storage);
  return replace (machine, 1, storage, error);
}

static gboolean
op_stop (Machine *machine, GError **error)
{
  machine->stopped = TRUE;
  return machine->stack->len == 1 ? machine_peek (machine, 0, error) != NULL
                                  : machine_bad (error, "its description does not make one value");
}

/* Name and meaning; those without meaning are refused by their names. */
static const struct {
  const char *name;
  Opcode run;
} opcodes[256] = {
  ['('] = { "MARK", op_mark },
  ['.'] = { "STOP", op_stop },
  ['0'] = { "POP", op_pop },
  ['1'] = { "POP_MARK", op_pop_mark },
  ['2'] = { "DUP", op_dup },
  ['B'] = { "BINBYTES", op_text4 },
  ['C'] = { "SHORT_BINBYTES", op_text1 },
  ['F'] = { "FLOAT", NULL },
  ['G'] = { "BINFLOAT", op_binfloat },
  ['I'] = { "INT", op_int },
  ['J'] = { "BININT", op_binint },
  ['K'] = { "BININT1", op_binint1 },
  ['L'] = { "LONG", op_int },
  ['M'] = { "BININT2", op_binint2 },
  ['N'] = { "NONE", op_none },
  ['P'] = { "PERSID", NULL },
  ['Q'] = { "BINPERSID", op_binpersid },
  ['R'] = { "REDUCE", op_reduce },
  ['S'] = { "STRING", NULL },
  ['T'] = { "BINSTRING", op_text4 },
  ['U'] = { "SHORT_BINSTRING", op_text1 },
  ['V'] = { "UNICODE", NULL },
  ['X'] = { "BINUNICODE", op_text4 },
  ['a'] = { "APPEND", op_append },
  ['b'] = { "BUILD", op_build },
  ['c'] = { "GLOBAL", op_global },
  ['d'] = { "DICT", NULL },
  ['e'] = { "APPENDS", op_appends },
  ['g'] = { "GET", NULL },
  ['h'] = { "BINGET", op_binget },
  ['i'] = { "INST", NULL },
  ['j'] = { "LONG_BINGET", op_long_binget },
  ['l'] = { "LIST", NULL },
  ['o'] = { "OBJ", NULL },
  ['p'] = { "PUT", NULL },
  ['q'] = { "BINPUT", op_binput },
  ['r'] = { "LONG_BINPUT", op_long_binput },
  ['s'] = { "SETITEM", op_setitem },
  ['t'] = { "TUPLE", op_tuple },
  ['u'] = { "SETITEMS", op_setitems },
  [')'] = { "EMPTY_TUPLE", op_empty_tuple },
  [']'] = { "EMPTY_LIST", op_empty_list },
  ['}'] = { "EMPTY_DICT", op_empty_dict },
  [0x80] = { "PROTO", op_proto },
  [0x81] = { "NEWOBJ", op_newobj },
  [0x82] = { "EXT1", NULL },
  [0x83] = { "EXT2", NULL },
  [0x84] = { "EXT4", NULL },
  [0x85] = { "TUPLE1", op_tuple1 },
  [0x86] = { "TUPLE2", op_tuple2 },
  [0x87] = { "TUPLE3", op_tuple3 },
  [0x88] = { "NEWTRUE", op_true },
  [0x89] = { "NEWFALSE", op_false },
  [0x8a] = { "LONG1", op_long1 },
  [0x8b] = { "LONG4", op_long4 },
  [0x8c] = { "SHORT_BINUNICODE", op_text1 },
  [0x8d] = { "BINUNICODE8", op_text8 },
  [0x8e] = { "BINBYTES8", op_text8 },
  [0x8f] = { "EMPTY_SET", op_empty_set },
  [0x90] = { "ADDITEMS", op_additems },
  [0x91] = { "FROZENSET", op_frozenset },
  [0x92] = { "NEWOBJ_EX", op_newobj_ex },
  [0x93] = { "STACK_GLOBAL", op_stack_global },
  [0x94] = { "MEMOIZE", op_memoize },
  [0x95] = { "FRAME", op_frame },
  [0x96] = { "BYTEARRAY8", op_text8 },
  [0x97] = { "NEXT_BUFFER", NULL },
  [0x98] = { "READONLY_BUFFER", NULL },
};

static gboolean
step (Machine *machine, GError **error)
{
  guint64 code;

  if (!machine_take_number (machine, 1, &code, error))
    return FALSE;
  if (opcodes[code].run)
    return opcodes[code].run (machine, error);
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
               "its description uses the pickle opcode %s (0x%02x), which no checkpoint needs",
               opcodes[code].name ? opcodes[code].name : "without a name", (guint) code);
  return FALSE;
}

Value *
pickle_read (Arena *arena, Span bytes, GPtrArray *storages, size_t *used, GError **error)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new (), memo = g_ptr_array_new ();
  Machine machine = {
    .arena = arena, .bytes = bytes, .stack = stack, .memo = memo, .storages = storages
  };

  while (!machine.stopped)
    if (!step (&machine, error))
      return NULL;
  *used = machine.at;
  return machine_peek (&machine, 0, error);
}
