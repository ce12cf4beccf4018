/* model: an opened model file: its hyper-parameters and its weights by name. Validated once, then
 * constant and safe from any thread. */
#pragma once
#include "model/safetensors.h"
#include "model/schema.h"
#include "nn/rows.h"

typedef struct {
  Safetensors *file;
  Schema schema;
} Model;

/* The path stands in every message. */
Model *model_open (const char *path, GError **error);
void model_close (Model *model); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Model, model_close)

/* Weights under a common prefix of names, the way layers read them. */
typedef struct {
  const Model *model;
  char name[256]; /* "first_stage_model.encoder.mid." */
} Weights;

Weights weights_root (const Model *model, const char *prefix);

/* The same with `format` put behind the prefix; a name that does not fit is cut, hence not found. */
Weights weights_at (const Weights *weights, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Tensor prefix + leaf, borrowed; NULL where there is none. */
const Tensor *weights_find (const Weights *weights, const char *leaf);

/* Weight prefix + leaf as binary32 in a new buffer (buffer_free). FORMAT error naming the tensor
 * where it is missing, has another shape than n_dims numbers say, or is not finite. */
float *weights_read (const Weights *weights, const char *leaf, int n_dims, const int *shape,
                     GError **error);

/* The same weight as a matrix that is used where it lies: F32, F16, BF16, or I8 with a tensor
 * `leaf`.scale, F16 [rows][ceil (columns / 32)], beside it; the last of the dimensions is the
 * columns. The model must outlive it; rows_clear. Same errors. */
gboolean weights_rows (const Weights *weights, const char *leaf, int n_dims, const int *shape,
                       Rows *rows, GError **error);
