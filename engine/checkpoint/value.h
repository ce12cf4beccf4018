/* value: what a pickle builds, and the bounded memory it lives in. Nothing here can run anything:
 * objects of classes that nobody needs are "opaque", which means nothing at all. */
#pragma once
#include "base/span.h"
#include "checkpoint/element.h"

enum { MAX_VIEW_DIMS = 8 };

typedef enum {
  VALUE_NONE,
  VALUE_BOOL,
  VALUE_INT,
  VALUE_REAL,
  VALUE_TEXT, /* bytes too */
  VALUE_TUPLE,
  VALUE_LIST,
  VALUE_DICT,
  VALUE_GLOBAL,
  VALUE_STORAGE,
  VALUE_TENSOR,
  VALUE_OPAQUE,
  VALUE_MARK, /* on the stack alone */
} ValueType;

typedef struct Value Value;

/* A name that Python would import. Both borrow from the pickle. */
typedef struct {
  Span module, name;
} Global;

/* A run of numbers in the file, found by its key. */
typedef struct {
  Element element;
  Span key;
  guint64 n, first; /* elements; the first of them inside the file's storage */
} Storage;

/* A tensor as PyTorch writes it: places inside a storage. Unchecked; checkpoint.c does that. */
typedef struct {
  const Storage *storage;
  guint64 offset; /* elements */
  int n_dims;
  guint64 shape[MAX_VIEW_DIMS], stride[MAX_VIEW_DIMS];
} View;

struct Value {
  ValueType type;
  guint n, room; /* of items; DICT: keys and values in turn */
  union {
    gint64 whole; /* INT, BOOL */
    double real;
    Span text; /* borrowed from the pickle */
    Value **items;
    const Global *global;
    const Storage *storage;
    const View *view;
  };
};

/* Memory for the values of one file; all of it goes at once. */
typedef struct Arena Arena;

Arena *arena_new (size_t limit); /* bytes */
void arena_free (Arena *arena);  /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Arena, arena_free)

/* Zeroed; FORMAT error where the file wants more than the limit. */
void *arena_take (Arena *arena, size_t bytes, GError **error);

Value *value_new (Arena *arena, ValueType type, GError **error);

/* Puts an item behind the others of a TUPLE, LIST or DICT. */
gboolean value_add (Arena *arena, Value *value, Value *item, GError **error);

/* Item i of a TUPLE or LIST of the given type; NULL where there is none such. */
Value *value_item (const Value *value, guint i, ValueType type);

/* The value of the last such key of a DICT; NULL where there is none. */
Value *value_find (const Value *dict, const char *key);

gboolean value_is_text (const Value *value, const char *text);
char *span_text (Span span); /* the caller frees it */
gboolean span_is (Span span, const char *text);

/* The text for a message: printable ASCII of bounded length, cut where it is longer. The caller
 * frees it. */
char *span_shown (Span span);
