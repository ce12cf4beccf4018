#include "checkpoint/object.h"
#include <string.h>

/* Modules whose names no checkpoint needs, and through which Python reaches the system, the network
 * or its own machinery; with everything below them ("os.path"). */
static const char *const forbidden[] = {
  "os",           "posix",
  "posixpath",    "nt",
  "ntpath",       "subprocess",
  "commands",     "sys",
  "shutil",       "socket",
  "socketserver", "ssl",
  "select",       "selectors",
  "asyncio",      "multiprocessing",
  "threading",    "_thread",
  "concurrent",   "signal",
  "ctypes",       "cffi",
  "_ctypes",      "importlib",
  "imp",          "pkgutil",
  "zipimport",    "runpy",
  "site",         "code",
  "codeop",       "types",
  "operator",     "_operator",
  "functools",    "_functools",
  "itertools",    "inspect",
  "gc",           "io",
  "_io",          "mmap",
  "fcntl",        "pty",
  "tty",          "pdb",
  "bdb",          "timeit",
  "profile",      "cProfile",
  "trace",        "tempfile",
  "glob",         "fileinput",
  "pickle",       "_pickle",
  "cPickle",      "pickletools",
  "marshal",      "shelve",
  "dbm",          "dill",
  "cloudpickle",  "joblib",
  "urllib",       "urllib2",
  "http",         "httplib",
  "ftplib",       "smtplib",
  "telnetlib",    "xmlrpc",
  "requests",     "webbrowser",
  "platform",     "pip",
  "setuptools",   "distutils",
  "ensurepip",    "venv",
  "atexit",       "logging.config",
  "sqlite3",      "builtin",
  "nturl2path",   "doctest",
  "unittest",     "test",
  "idlelib",      "lib2to3",
  "antigravity",
};

/* Of the modules __builtin__ and builtins these are types of values; all others are refused. */
static const char *const plain_types[] = {
  "set",    "frozenset", "dict",  "list",   "tuple",    "int",      "long",
  "float",  "complex",   "bool",  "str",    "unicode",  "bytes",    "bytearray",
  "object", "slice",     "range", "xrange", "NoneType", "Ellipsis",
};

/* Calls that real checkpoints hold and whose results nobody needs. "*" = every name of the module
 * and of what is below it: classes of the training code, and the values of its settings. */
static const struct {
  const char *module, *name;
} harmless[] = {
  { "_codecs", "encode" },
  { "copyreg", "_reconstructor" },
  { "copy_reg", "_reconstructor" },
  { "collections", "Counter" },
  { "collections", "deque" },
  { "numpy", "dtype" },
  { "numpy", "ndarray" },
  { "numpy.core.multiarray", "scalar" },
  { "numpy.core.multiarray", "_reconstruct" },
  { "numpy._core.multiarray", "scalar" },
  { "numpy._core.multiarray", "_reconstruct" },
  { "torch", "Size" },
  { "torch", "device" },
  { "torch.serialization", "_get_layout" },
  { "torch._utils", "_rebuild_sparse_tensor" },
  { "torch._utils", "_rebuild_qtensor" },
  { "torch._utils", "_rebuild_device_tensor_from_numpy" },
  { "pathlib", "*" },
  { "datetime", "*" },
  { "argparse", "*" },
  { "enum", "*" },
  { "typing", "*" },
  { "uuid", "*" },
  { "decimal", "*" },
  { "omegaconf", "*" },
  { "pytorch_lightning", "*" },
  { "lightning", "*" },
  { "lightning_fabric", "*" },
  { "lightning_utilities", "*" },
  { "taming", "*" },
  { "ldm", "*" },
};

static const struct {
  const char *name;
  Element element;
} storages[] = {
  { "FloatStorage", ELEMENT_F32 },        { "HalfStorage", ELEMENT_F16 },
  { "BFloat16Storage", ELEMENT_BF16 },    { "DoubleStorage", ELEMENT_F64 },
  { "LongStorage", ELEMENT_I64 },         { "IntStorage", ELEMENT_I32 },
  { "ShortStorage", ELEMENT_I16 },        { "CharStorage", ELEMENT_I8 },
  { "ByteStorage", ELEMENT_U8 },          { "BoolStorage", ELEMENT_BOOL },
  { "ComplexFloatStorage", ELEMENT_C64 }, { "ComplexDoubleStorage", ELEMENT_C128 },
  { "QUInt8Storage", ELEMENT_U8 },        { "QInt8Storage", ELEMENT_I8 },
  { "QInt32Storage", ELEMENT_I32 },       { "UntypedStorage", ELEMENT_U8 },
};

/* Types as torch._utils._rebuild_tensor_v3 names them. */
static const struct {
  const char *name;
  Element element;
} dtypes[] = {
  { "float32", ELEMENT_F32 }, { "float16", ELEMENT_F16 }, { "bfloat16", ELEMENT_BF16 },
  { "float64", ELEMENT_F64 }, { "int64", ELEMENT_I64 },   { "int32", ELEMENT_I32 },
  { "int16", ELEMENT_I16 },   { "int8", ELEMENT_I8 },     { "uint8", ELEMENT_U8 },
  { "bool", ELEMENT_BOOL },
};

/* "torch" holds for "torch" and "torch.nn", not for "torchvision". */
static gboolean
module_below (Span module, const char *top)
{
  const size_t n = strlen (top);

  return module.size >= n && memcmp (module.data, top, n) == 0
         && (module.size == n || module.data[n] == '.');
}

static gboolean
listed (Span name, const char *const *list, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (span_is (name, list[i]))
      return TRUE;
  return FALSE;
}

static Value *
refuse (const char *what, Span module, Span name, GError **error)
{
  g_autofree char *in = span_shown (module), *called = span_shown (name);

  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
               "it %s \"%s.%s\", which no checkpoint needs; nothing of it was run", what, in,
               called);
  return NULL;
}

static gboolean
may_be_named (Span module, Span name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (forbidden); i++)
    if (module_below (module, forbidden[i]))
      return FALSE;
  if (module_below (module, "__builtin__") || module_below (module, "builtins"))
    return listed (name, plain_types, G_N_ELEMENTS (plain_types));
  return !memchr (name.data, '.', name.size); /* "hub.load" walks on from the module */
}

Value *
object_global (Arena *arena, Span module, Span name, GError **error)
{
  Global *global;
  Value *value;

  if (module.size == 0 || name.size == 0 || !may_be_named (module, name))
    return refuse ("names", module, name, error);
  global = arena_take (arena, sizeof *global, error);
  value = global ? value_new (arena, VALUE_GLOBAL, error) : NULL;
  if (!value)
    return NULL;
  *global = (Global){ module, name };
  value->global = global;
  return value;
}

static gboolean
global_is (const Value *value, const char *module, const char *name)
{
  return value->type == VALUE_GLOBAL && span_is (value->global->module, module)
         && span_is (value->global->name, name);
}

static gboolean
may_be_called (const Global *global)
{
  if (module_below (global->module, "__builtin__") || module_below (global->module, "builtins"))
    return TRUE; /* object_global has let nothing but types pass */
  for (size_t i = 0; i < G_N_ELEMENTS (harmless); i++)
    if (strcmp (harmless[i].name, "*") == 0 ? module_below (global->module, harmless[i].module)
                                            : span_is (global->module, harmless[i].module)
                                                  && span_is (global->name, harmless[i].name))
      return TRUE;
  return FALSE;
}

static Value *
bad (const char *sentence, GError **error)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, sentence);
  return NULL;
}

/* A tuple of sizes, strides or a torch.Size of them. */
static int
read_counts (const Value *value, guint64 *counts)
{
  if (value->type != VALUE_TUPLE && value->type != VALUE_LIST)
    return -1;
  if (value->n > MAX_VIEW_DIMS)
    return -1;
  for (guint i = 0; i < value->n; i++)
    {
      const Value *item = value_item (value, i, VALUE_INT);

      if (!item || item->whole < 0)
        return -1;
      counts[i] = (guint64) item->whole;
    }
  return (int) value->n;
}

/* (storage, offset, size, stride, ...); version 3 has the type of the numbers at place 6. */
static Value *
rebuild_tensor (Arena *arena, const Value *arguments, gboolean typed, GError **error)
{
  const Value *storage = value_item (arguments, 0, VALUE_STORAGE);
  const Value *offset = value_item (arguments, 1, VALUE_INT);
  const Value *dtype = typed ? value_item (arguments, 6, VALUE_GLOBAL) : NULL;
  View *view = arena_take (arena, sizeof *view, error);
  Value *tensor = view ? value_new (arena, VALUE_TENSOR, error) : NULL;
  Storage *own;

  if (!tensor)
    return NULL;
  if (arguments->n < 4 || !storage || !offset || offset->whole < 0 || (typed && !dtype))
    return bad ("a tensor is described in a way that PyTorch does not use", error);
  view->offset = (guint64) offset->whole;
  view->n_dims = read_counts (arguments->items[2], view->shape);
  if (view->n_dims < 0 || read_counts (arguments->items[3], view->stride) != view->n_dims)
    return bad ("a tensor's shape or strides are impossible", error);
  view->storage = storage->storage;
  tensor->view = view;
  if (!typed)
    return tensor;
  own = arena_take (arena, sizeof *own, error);
  if (!own)
    return NULL;
  *own = *storage->storage;
  own->element = ELEMENT_UNKNOWN;
  for (size_t i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (global_is (dtype, "torch", dtypes[i].name))
      own->element = dtypes[i].element;
  if (element_size (own->element))
    own->n /= element_size (own->element); /* an untyped storage counts bytes */
  view->storage = own;
  return tensor;
}

/* OrderedDict () or OrderedDict ([[key, value], ...]) as Python 2 wrote it. */
static Value *
build_dict (Arena *arena, const Value *arguments, GError **error)
{
  const Value *pairs = value_item (arguments, 0, VALUE_LIST);
  Value *dict = value_new (arena, VALUE_DICT, error);

  for (guint i = 0; dict && pairs && i < pairs->n; i++)
    {
      const Value *pair = pairs->items[i];

      if ((pair->type != VALUE_LIST && pair->type != VALUE_TUPLE) || pair->n != 2)
        return bad ("a dictionary is made of something else than pairs", error);
      if (!value_add (arena, dict, pair->items[0], error)
          || !value_add (arena, dict, pair->items[1], error))
        return NULL;
    }
  return dict;
}

/* The calls of which tensors are made; *known is FALSE for all others. */
static Value *
call_known (Arena *arena, const Value *callee, const Value *arguments, gboolean *known,
            GError **error)
{
  Value *tensor;

  *known = TRUE;
  if (global_is (callee, "torch._utils", "_rebuild_tensor_v2")
      || global_is (callee, "torch._utils", "_rebuild_tensor"))
    return rebuild_tensor (arena, arguments, FALSE, error);
  if (global_is (callee, "torch._utils", "_rebuild_tensor_v3"))
    return rebuild_tensor (arena, arguments, TRUE, error);
  if (global_is (callee, "torch._utils", "_rebuild_parameter")
      || global_is (callee, "torch._utils", "_rebuild_parameter_with_state"))
    {
      tensor = value_item (arguments, 0, VALUE_TENSOR);
      return tensor ? tensor : bad ("a parameter is made of something else than a tensor", error);
    }
  if (global_is (callee, "collections", "OrderedDict")
      || global_is (callee, "collections", "defaultdict"))
    return build_dict (arena, arguments, error);
  *known = FALSE;
  return NULL;
}

Value *
object_call (Arena *arena, const Value *callee, const Value *arguments, GError **error)
{
  gboolean known;
  Value *result;

  if (callee->type != VALUE_GLOBAL)
    return bad ("it calls something that is no named function; nothing of it was run", error);
  if (arguments->type != VALUE_TUPLE)
    return bad ("a call's arguments are no tuple", error);
  /* (function, type, arguments, state) of tensors with attributes; once, so that none can nest */
  if (global_is (callee, "torch._tensor", "_rebuild_from_type_v2"))
    {
      callee = value_item (arguments, 0, VALUE_GLOBAL);
      arguments = value_item (arguments, 2, VALUE_TUPLE);
      if (!callee || !arguments)
        return bad ("a tensor is described in a way that PyTorch does not use", error);
    }
  result = call_known (arena, callee, arguments, &known, error);
  if (known)
    return result;
  if (may_be_called (callee->global))
    return value_new (arena, VALUE_OPAQUE, error);
  return refuse ("calls", callee->global->module, callee->global->name, error);
}

Value *
object_instance (Arena *arena, const Value *class, GError **error)
{
  if (class->type != VALUE_GLOBAL)
    return bad ("it makes an object of something that is no class", error);
  return value_new (
      arena, global_is (class, "collections", "OrderedDict") ? VALUE_DICT : VALUE_OPAQUE, error);
}

static Element
element_of (const Global *class)
{
  if (!module_below (class->module, "torch"))
    return ELEMENT_UNKNOWN;
  for (size_t i = 0; i < G_N_ELEMENTS (storages); i++)
    if (span_is (class->name, storages[i].name))
      return storages[i].element;
  return ELEMENT_UNKNOWN;
}

/* (key of the view, first element, number of elements): old files cut storages into views. */
static gboolean
cut_view (Storage *storage, const Value *view)
{
  const Value *first = value_item (view, 1, VALUE_INT), *n = value_item (view, 2, VALUE_INT);

  if (view->type == VALUE_NONE)
    return TRUE;
  if (!first || !n || first->whole < 0 || n->whole < 0 || (guint64) first->whole > storage->n
      || (guint64) n->whole > storage->n - (guint64) first->whole)
    return FALSE;
  storage->first = (guint64) first->whole;
  storage->n = (guint64) n->whole;
  return TRUE;
}

Value *
object_storage (Arena *arena, const Value *id, GError **error)
{
  const Value *kind = value_item (id, 0, VALUE_TEXT), *class = value_item (id, 1, VALUE_GLOBAL);
  const Value *key = value_item (id, 2, VALUE_TEXT), *n = value_item (id, 4, VALUE_INT);
  Storage *storage = arena_take (arena, sizeof *storage, error);
  Value *value = storage ? value_new (arena, VALUE_STORAGE, error) : NULL;

  if (!value)
    return NULL;
  if (!kind || !value_is_text (kind, "storage") || !class || !key || !n || n->whole < 0)
    return bad ("a storage is described in a way that PyTorch does not use", error);
  *storage = (Storage){ element_of (class->global), key->text, (guint64) n->whole, 0 };
  if (id->n > 5 && !cut_view (storage, id->items[5]))
    return bad ("a view of a storage lies outside of it", error);
  value->storage = storage;
  return value;
}
