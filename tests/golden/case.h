/* case: one folder of golden vectors (tests/golden/README.md): what to compute, from what, and
 * what must come out. */
#pragma once
#include "base/job.h"
#include "model/model.h"

typedef struct {
  char *folder;
  JsonNode *root; /* case.json */
  JsonObject *object;
  Model *model;                  /* NULL where the case needs none */
  Safetensors *input, *expected; /* input may be NULL */
  GHashTable *compared;          /* names and rows ("kept", "kept[3]") that have agreed */
  GHashTable *roles;             /* "ADDRESS ROLE" of each step's outputs that have agreed */
  Job *job;
} Case;

Case *case_open (const char *folder, Job *job, GError **error);
void case_close (Case *kase);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Case, case_close)

/* Argument `name` of a step as numbers: "in:X", "out:X", or with a row, "in:X[3]". *tensor gives
 * the shape of the whole array (may be NULL). NULL and error where it is missing. */
double *case_argument (Case *kase, JsonObject *step, const char *name, const Tensor **tensor,
                       size_t *n, GError **error);

/* Compares n numbers with the expected array that output `role` of the step names: exactly where
 * the case lists it as exact, else within its atol. FALSE and error where they differ, where the
 * array has another size, or has no tolerance. */
gboolean case_compare (Case *kase, JsonObject *step, const char *role, const double *got, size_t n,
                       GError **error);
gboolean case_compare_floats (Case *kase, JsonObject *step, const char *role, const float *got,
                              size_t n, GError **error);
gboolean case_compare_ints (Case *kase, JsonObject *step, const char *role, const int *got,
                            size_t n, GError **error);

/* Every array of expected.safetensors, and every output of every step, has been compared. */
gboolean case_complete (Case *kase, GError **error);
