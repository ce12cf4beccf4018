/* conv: 1x1 and 3x3 convolutions on maps, with what stands around them in the net done on the way:
 * norm and swish of the input, nearest enlargement, bias, residual, and the sums that the next
 * GroupNorm needs. 3x3 ones by Winograd (nn/conv_kernels.h), the rest as products with panels of
 * weights. The split into tasks depends on the sizes alone, so the results do not depend on the
 * number of threads. */
#pragma once
#include "nn/norm.h"
#include "nn/rows.h"

typedef enum {
  CONV_SAME, /* stride 1, zero border of 1 for 3x3: PyTorch's padding = kernel / 2 */
  CONV_DOWN, /* stride 2, zeros on the right and below only: the published Downsample */
  CONV_UP,   /* each pixel doubled (nearest), then as CONV_SAME: the published Upsample */
} ConvKind;

typedef struct {
  ConvKind kind;
  int kernel; /* 1 or 3; CONV_DOWN and CONV_UP: 3 */
  int n_in, n_out;
  Rows weight; /* [n_out][n_in][kernel][kernel], PyTorch's order; not ROWS_I8 */
  float *bias; /* [n_out rounded up to PANEL_COLS], owned */
} Conv;

/* weight moves in, on failure too; bias [n_out] stays the caller's. */
gboolean conv_init (Conv *conv, ConvKind kind, int kernel, int n_in, int n_out, Rows weight,
                    const float *bias, GError **error);
void conv_clear (Conv *conv);

/* Memory that convolutions use one after another; starts as { 0 }. */
typedef struct {
  void *memory;
  size_t bytes;
} Scratch;

void scratch_clear (Scratch *scratch);

typedef enum {
  CONV_ADD = 1,  /* out, which must have its size, += the convolution; else out = */
  CONV_SUMS = 2, /* out->sums become known */
} ConvFlags;

/* norm: before the convolution, with the swish behind it; NULL = none; 3x3 only. in->channels must
 * be n_in and conv_out_side of its sides at least 1. in and out are two maps. After an error out
 * holds anything. */
gboolean conv_run (Job *job, const Conv *conv, const Norm *norm, ConvFlags flags, Scratch *scratch,
                   const Map *in, Map *out, GError **error);

/* The same for an input of zeros with a 1 in channel labels[y * width + x] < n_in of each pixel: a
 * table look-up. CONV_SAME, kernel 3. */
gboolean conv_run_labels (Job *job, const Conv *conv, ConvFlags flags, Scratch *scratch,
                          const guint8 *labels, int height, int width, Map *out, GError **error);

/* Width and height of the output for an input side. */
int conv_out_side (const Conv *conv, int side);

/* Work as a direct convolution would do it. */
double conv_flop (const Conv *conv, int height, int width);

/* Scratch memory for an input of this size. */
gsize conv_bytes (const Conv *conv, int n_threads, int height, int width);
