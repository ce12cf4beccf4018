/* checkpoint: the tensors of a file that PyTorch has written, or of a .safetensors file, by name.
 *
 * Two containers (PyTorch's zip form since 1.6, and the older one), three ways to lie in it (a
 * dictionary with "state_dict", a bare state_dict, safetensors). The file is mapped and hostile:
 * every tensor of the state_dict is checked against the file before anybody sees it. Optimizer
 * states and whatever else stands beside the state_dict is not even looked at. */
#pragma once
#include "base/span.h"
#include "checkpoint/element.h"

enum { CHECKPOINT_MAX_DIMS = 8 };

typedef struct {
  Element element;
  int n_dims; /* 0 = one number */
  gint64 shape[CHECKPOINT_MAX_DIMS];
  gint64 stride[CHECKPOINT_MAX_DIMS]; /* elements */
  size_t n;                           /* product of the shape */
  Span data;                          /* from its first element on; borrowed from the mapping */
  gboolean side_by_side;              /* in the order of its shape, without gaps */
} Stored;

typedef struct Checkpoint Checkpoint;

/* The path stands in every message. G_FILE_ERROR, FORMAT, UNSUPPORTED. */
Checkpoint *checkpoint_open (const char *path, GError **error);
void checkpoint_close (Checkpoint *checkpoint); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Checkpoint, checkpoint_close)

const char *checkpoint_path (const Checkpoint *checkpoint);
size_t checkpoint_bytes (const Checkpoint *checkpoint);

/* NULL where there is none of that name. */
const Stored *checkpoint_find (const Checkpoint *checkpoint, const char *name);

/* TRUE where some name begins with the prefix. */
gboolean checkpoint_has (const Checkpoint *checkpoint, const char *prefix);

/* The numbers first .. first + n - 1, in the order of the shape, as binary32. The pages that were
 * read go back to the system, so that a large file passes through little memory. */
void stored_read (const Stored *stored, size_t first, size_t n, float *to);

/* One number; for whole numbers beyond 2^24 too. */
double stored_number (const Stored *stored, size_t i);
