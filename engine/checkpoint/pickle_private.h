/* pickle_private: the stack machine of pickle.c and the opcodes of pickle_push.c. */
#pragma once
#include "checkpoint/value.h"

enum { MAX_STACK = 1 << 20, MAX_MEMO = 1 << 22 };

typedef struct {
  Arena *arena;
  Span bytes;
  size_t at;
  GPtrArray *stack, *memo; /* of Value *, borrowed from the arena; a memo place may be NULL */
  GPtrArray *storages;     /* of const Storage *; NULL = no list is wanted */
  gboolean stopped;
} Machine;

/* FALSE and a FORMAT error. */
gboolean machine_bad (GError **error, const char *sentence);

/* What follows in the pickle: n bytes, a little-endian number of 1 to 8 bytes, a line. */
gboolean machine_take (Machine *machine, guint64 n, Span *part, GError **error);
gboolean machine_take_number (Machine *machine, int size, guint64 *number, GError **error);
gboolean machine_take_line (Machine *machine, Span *line, GError **error);

/* push takes NULL as a failure whose error is set. */
gboolean machine_push (Machine *machine, Value *value, GError **error);
gboolean machine_push_new (Machine *machine, ValueType type, GError **error);
gboolean machine_push_int (Machine *machine, ValueType type, gint64 number, GError **error);

/* The n-th value from the top, 0 = the top; NULL and error where it is none or a mark. */
Value *machine_peek (Machine *machine, guint n, GError **error);
void machine_drop (Machine *machine, guint n);

/* Place of the first value above the topmost mark. */
gboolean machine_find_mark (Machine *machine, guint *first, GError **error);

/* Opcodes that push a constant, or pop. */
gboolean op_proto (Machine *machine, GError **error);
gboolean op_frame (Machine *machine, GError **error);
gboolean op_mark (Machine *machine, GError **error);
gboolean op_none (Machine *machine, GError **error);
gboolean op_true (Machine *machine, GError **error);
gboolean op_false (Machine *machine, GError **error);
gboolean op_empty_dict (Machine *machine, GError **error);
gboolean op_empty_list (Machine *machine, GError **error);
gboolean op_empty_tuple (Machine *machine, GError **error);
gboolean op_empty_set (Machine *machine, GError **error);
gboolean op_text1 (Machine *machine, GError **error);
gboolean op_text4 (Machine *machine, GError **error);
gboolean op_text8 (Machine *machine, GError **error);
gboolean op_binint (Machine *machine, GError **error);
gboolean op_binint1 (Machine *machine, GError **error);
gboolean op_binint2 (Machine *machine, GError **error);
gboolean op_long1 (Machine *machine, GError **error);
gboolean op_long4 (Machine *machine, GError **error);
gboolean op_int (Machine *machine, GError **error);
gboolean op_binfloat (Machine *machine, GError **error);
gboolean op_dup (Machine *machine, GError **error);
gboolean op_pop (Machine *machine, GError **error);
gboolean op_pop_mark (Machine *machine, GError **error);
