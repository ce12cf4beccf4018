/* conv: 1x1 and 3x3 convolutions on maps, as panel products over a bordered copy of the input.
 *
 * With channels innermost, the 3 * channels inputs of one kernel row lie in one run, and the next
 * output pixel begins `channels` further: a 3x3 convolution is three segments of a matrix product
 * and needs no im2col. */
#pragma once
#include "nn/linear.h"
#include "nn/map.h"

typedef enum {
  CONV_SAME, /* stride 1, zero border of 1 for 3x3: PyTorch's padding = kernel / 2 */
  CONV_DOWN, /* stride 2, zeros on the right and below only: the published Downsample */
  CONV_UP,   /* each pixel doubled (nearest), then as CONV_SAME: the published Upsample */
} ConvKind;

typedef struct {
  ConvKind kind;
  int kernel;    /* 1 or 3; CONV_DOWN and CONV_UP: 3 */
  Linear linear; /* n_in = kernel * kernel * channels in the order (ky, kx, channel) */
} Conv;

/* weight: [out][in][kernel][kernel], PyTorch's order; bias [out]. Both stay the caller's. */
gboolean conv_init (Conv *conv, ConvKind kind, int kernel, int n_in, int n_out, const float *weight,
                    const float *bias, GError **error);
void conv_clear (Conv *conv);

/* Makes `out`, which must be empty; the caller clears it. in->channels must be n_in. */
gboolean conv_run (Job *job, const Conv *conv, const Map *in, Map *out, GError **error);

/* The same for an input of zeros with a 1 in channel labels[y * width + x] < n_in of each pixel: a
 * table look-up. CONV_SAME, kernel 3. */
gboolean conv_run_labels (Job *job, const Conv *conv, const guint8 *labels, int height, int width,
                          Map *out, GError **error);

/* Width and height of the output for an input side. */
int conv_out_side (const Conv *conv, int side);

double conv_flop (const Conv *conv, int height, int width);
