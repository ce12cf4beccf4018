/* nets: a model file opened for work: its nets, packed. Constant afterwards; jobs share it. */
#pragma once
#include "gpt/fill.h"
#include "gpt/gpt.h"
#include "sample/plan_window.h"
#include "vqgan/vqgan.h"

typedef struct {
  Model *model;
  Vqgan *vqgan;      /* NULL where the file has no tokenizer */
  Fill fill;         /* empty (window 0) where the kind is not fill */
  Gpt gpt;           /* net2net */
  Vqgan *condition;  /* net2net: tokenizer of its condition; NULL where that has none */
  PlanShape shape;   /* net2net: its window; all 0 for other kinds */
  int *order;        /* what shape.order points to */
  GMutex lock;       /* of the fingerprint */
  char *fingerprint; /* NULL until somebody asks */
} Nets;

static inline gboolean
nets_is_net2net (const Nets *nets)
{
  return nets->model->schema.kind == KIND_NET2NET;
}

/* Every weight that the kind needs is read, so a file that opens is a file that works. */
Nets *nets_open (const char *path, GError **error);
void nets_close (Nets *nets); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Nets, nets_close)

/* SHA-256 of the file, 64 hex digits, computed at the first call: hashing a large file takes longer
 * than opening it. */
const char *nets_fingerprint (const Nets *nets);
