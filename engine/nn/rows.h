/* rows: a matrix used where it lies in the model file, in the type it has there. */
#pragma once
#include "nn/row_kernels.h"
#include <glib.h>

typedef struct {
  RowType type;
  size_t n, k;          /* n rows of k numbers */
  const guint8 *data;   /* borrowed from the model, or `owned`; aligned to nothing */
  const guint8 *scales; /* ROWS_I8: binary16 [n][ceil (k / 32)], borrowed */
  float *owned;         /* binary32, where the file's type cannot be used in place; else NULL */
} Rows;

void rows_clear (Rows *rows);

static inline size_t
rows_stride (const Rows *rows)
{
  return rows->k * (rows->type == ROWS_F32 ? 4 : rows->type == ROWS_I8 ? 1 : 2);
}

/* Row i as binary32. */
void rows_read (const Rows *rows, size_t i, float *to);

/* FALSE where a number, or a scale of ROWS_I8, is infinite or none. One pass at the speed of memory. */
gboolean rows_finite (const Rows *rows);

/* ROWS_I8: FALSE where a scale is negative, or 0 although its group has other numbers than 0. */
gboolean rows_scales_fit (const Rows *rows);
