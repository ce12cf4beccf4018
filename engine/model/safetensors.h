/* safetensors: one file of named arrays, mapped and validated as a whole. Hostile until then: no
 * offset, shape or name of it is used before it has been checked against the file's size. */
#pragma once
#include "base/span.h"

typedef struct Safetensors Safetensors;

typedef enum {
  DTYPE_F16,
  DTYPE_F32,
  DTYPE_F64,
  DTYPE_I64,
  DTYPE_U8,
  DTYPE_BF16,
  DTYPE_I8,
} Dtype;

enum { MAX_DIMS = 8 };

typedef struct {
  Dtype dtype;
  int n_dims; /* 0 = one number */
  gint64 shape[MAX_DIMS];
  size_t n;  /* product of the shape */
  Span data; /* borrowed from the mapping; n * size of dtype bytes, aligned to nothing */
} Tensor;

/* FORMAT error that begins with the path where the file is no valid safetensors file: sizes that
 * do not fit, overlapping or duplicate tensors, unknown types; G_FILE_ERROR where it cannot be
 * read. */
Safetensors *safetensors_open (const char *path, GError **error);
void safetensors_close (Safetensors *file); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Safetensors, safetensors_close)

/* NULL where there is none of that name. */
const Tensor *safetensors_find (const Safetensors *file, const char *name);

/* Value of a "__metadata__" entry; NULL where there is none. */
const char *safetensors_metadata (const Safetensors *file, const char *key);

/* All names, sorted; NULL-terminated; the array is the caller's, the names are not (g_free). */
const char **safetensors_names (const Safetensors *file);

Span safetensors_bytes (const Safetensors *file);

/* Number i < n of a floating or integer tensor, widened. */
double tensor_number (const Tensor *tensor, size_t i);

/* All numbers as binary32 in a new buffer (buffer_free). FORMAT error naming `name` where one is
 * not finite. */
float *tensor_floats (const Tensor *tensor, const char *name, GError **error);
