/* part: one network inside a checkpoint (all names begin with its prefix), and the list of what a
 * model file takes from it. */
#pragma once
#include "checkpoint/checkpoint.h"
#include "checkpoint/config.h"

typedef struct {
  const Checkpoint *checkpoint;
  const char *prefix; /* "first_stage_model."; "" in a file of its own */
} Part;

/* Tensor prefix + name, NULL where there is none. */
const Stored *part_find (const Part *part, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The same with n_dims dimensions, all from 1 to 2^20; FORMAT error that names the tensor. */
const Stored *part_need (const Part *part, const char *name, int n_dims, GError **error);

gboolean part_has (const Part *part, const char *prefix);

/* A config's number against the one that follows from the shapes; MISFIT where they differ. */
gboolean part_agree (const Part *part, ConfigNode params, const char *key, int derived,
                     GError **error);

/* ---- what is taken ------------------------------------------------------------------------- */

typedef enum {
  NEED_WEIGHT, /* floats */
  NEED_LINEAR, /* floats [out][in] of one of the transformer's large products */
  NEED_INDEX,  /* whole numbers */
} NeedKind;

typedef struct {
  char *name; /* in the model file */
  const Stored *stored;
  NeedKind kind;
} Need;

typedef struct {
  GArray *list; /* of Need */
  const Part *part;
  const char *prefix; /* of names in the model file */
} Needs;

void needs_init (Needs *needs);
void needs_clear (Needs *needs);

/* Adds tensor `name` of needs->part, after a look at its shape: at most 4 numbers, ended by 0.
 * FORMAT error that names the tensor and both shapes. */
gboolean needs_add (Needs *needs, NeedKind kind, const int shape[5], GError **error,
                    const char *format, ...) G_GNUC_PRINTF (5, 6);
