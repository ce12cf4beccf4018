/* coder: one half of a VQGAN, encoder or decoder, as a list of stages in the order they run. The
 * two differ in the list alone. */
#pragma once
#include "vqgan/blocks.h"

typedef enum {
  STAGE_CONV,   /* a convolution, also those that change the size */
  STAGE_RES,    /* a ResnetBlock */
  STAGE_ATTN,   /* an AttnBlock */
  STAGE_FINISH, /* norm, swish, convolution */
  STAGE_SEAM,   /* adds a convolution of what is known of the picture (docs/model-file.md) */
} StageKind;

typedef struct {
  StageKind kind;
  int level; /* STAGE_SEAM: the side is the nominal one >> level */
  Conv conv;
  Norm norm;
  ResBlock res;
  AttnBlock attn;
} Stage;

typedef struct {
  GArray *stages; /* of Stage; owned */
  gboolean layer_norm;
} Coder;

/* Weights under `weights`: conv_in, down.* / up.*, mid.*, norm_out, conv_out, seam.*; then
 * quant_conv behind the encoder and post_quant_conv before the decoder, under `root`. */
gboolean encoder_init (Coder *coder, const VqSchema *schema, const Weights *root, GError **error);
gboolean decoder_init (Coder *coder, const VqSchema *schema, const Weights *root, GError **error);
void coder_clear (Coder *coder);

/* x is transformed in place seam: [n_levels] maps, level l averaged over 2^l x 2^l; NULL where
 * the coder has no STAGE_SEAM. */
gboolean coder_run (Job *job, const Coder *coder, Map *x, const Map *seam, GError **error);

/* All stages, the first as conv_run_labels. x, which must be empty, is made here. */
gboolean coder_run_labels (Job *job, const Coder *coder, const guint8 *labels, int height,
                           int width, Map *x, GError **error);

/* Most bytes at once for an input of this size, the input among them. */
gsize coder_bytes (const Coder *coder, int n_threads, int height, int width);

double coder_flop (const Coder *coder, int height, int width);
