#include "nn/rows.h"
#include "base/buffer.h"
#include "nn/kernels.h"
#include <string.h>

void
rows_clear (Rows *rows)
{
  g_clear_pointer (&rows->owned, buffer_free);
  rows->data = NULL;
}

void
rows_read (const Rows *rows, size_t i, float *to)
{
  const RowKernels *kernels = &kernels_best ()->rows;
  const guint8 *from = rows->data + i * rows_stride (rows);
  const size_t groups = (rows->k + Q8_GROUP - 1) / Q8_GROUP;
  float scale = 0;

  if (rows->type != ROWS_I8)
    {
      kernels->widen (rows->type, rows->k, from, to);
      return;
    }
  for (size_t j = 0; j < rows->k; j++)
    {
      if (j % Q8_GROUP == 0)
        kernels->widen (ROWS_F16, 1, rows->scales + 2 * (i * groups + j / Q8_GROUP), &scale);
      to[j] = scale * (gint8) from[j];
    }
}

enum { BLOCK = 4096 }; /* numbers; a constant, so that the compiler makes vectors of the loops */

/* An exponent of all ones is an infinity or none. */
static gboolean
block_finite (RowType type, const guint8 *data)
{
  guint32 words[BLOCK];
  guint16 halves[BLOCK];
  guint32 bad = 0;
  const guint16 mask = type == ROWS_F16 ? 0x7c00 : 0x7f80;

  if (type == ROWS_F32)
    {
      memcpy (words, data, sizeof words);
      for (int i = 0; i < BLOCK; i++)
        bad |= (words[i] & 0x7f800000) == 0x7f800000;
      return !bad;
    }
  memcpy (halves, data, sizeof halves);
  for (int i = 0; i < BLOCK; i++)
    bad |= (halves[i] & mask) == mask;
  return !bad;
}

static gboolean
all_finite (RowType type, size_t n, const guint8 *data)
{
  const size_t size = type == ROWS_F32 ? 4 : 2;
  guint8 last[BLOCK * 4] = { 0 };
  size_t i = 0;

  for (; i + BLOCK <= n; i += BLOCK)
    if (!block_finite (type, data + i * size))
      return FALSE;
  memcpy (last, data + i * size, (n - i) * size);
  return block_finite (type, last);
}

gboolean
rows_finite (const Rows *rows)
{
  if (rows->type == ROWS_I8)
    return all_finite (ROWS_F16, rows->n * ((rows->k + Q8_GROUP - 1) / Q8_GROUP), rows->scales);
  return all_finite (rows->type, rows->n * rows->k, rows->data);
}

gboolean
rows_scales_fit (const Rows *rows)
{
  static const gint8 zeros[Q8_GROUP];
  const size_t groups = (rows->k + Q8_GROUP - 1) / Q8_GROUP;

  for (size_t i = 0; i < rows->n; i++)
    for (size_t g = 0; g < groups; g++)
      {
        const size_t n = MIN (Q8_GROUP, rows->k - g * Q8_GROUP);
        guint16 half;

        memcpy (&half, rows->scales + 2 * (i * groups + g), sizeof half);
        if (half > 0x8000
            || ((half & 0x7fff) == 0
                && memcmp (rows->data + i * rows->k + g * Q8_GROUP, zeros, n) != 0))
          return FALSE;
      }
  return TRUE;
}
