/* import_private: what has been found out about a checkpoint, and how its tensors are copied. */
#pragma once
#include "checkpoint/condition.h"
#include "checkpoint/import.h"

typedef enum { IMPORT_VQGAN, IMPORT_GPT, IMPORT_NET2NET } ImportKind;

typedef struct {
  const TesseraImport *request;
  Checkpoint *checkpoint, *first_stage; /* first_stage: NULL = none of its own */
  Config *config;                       /* NULL = none */
  char **labels;                        /* NULL = none */
  ImportKind kind;
  Part vqgan, transformer, top;
  VqShape vq;
  GptSchema gpt;
  Condition condition;
  Permuter permuter;
  Needs needs;
} Import;

/* Everything but the copying: opens the files, finds all hyper-parameters, lists the tensors. */
gboolean import_plan (Import *import, GError **error);
void import_clear (Import *import);

const char *import_kind (const Import *import); /* as model files call it */

/* The JSON text of the model file. The caller frees it. */
char *import_about (const Import *import);

/* Writes the model file. */
gboolean import_copy (const Import *import, TesseraImported *imported, GError **error);
