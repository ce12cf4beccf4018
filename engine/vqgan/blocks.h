/* blocks: what encoder and decoder are made of (taming/modules/diffusionmodules/model.py). A block
 * reads its weights by the published names and transforms a map in place. */
#pragma once
#include "model/model.h"
#include "nn/conv.h"

/* What the blocks of a net use one after another. Two maps, x and h, are all that a residual block
 * needs: its norms and activations are read through, its sum is added in place. */
typedef struct {
  Map h;
  Scratch scratch;
} Workspace;

void workspace_clear (Workspace *workspace);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Workspace, workspace_clear)

/* Borrows `leaf`.weight [out][in][kernel][kernel], reads `leaf`.bias. */
gboolean block_conv (Conv *conv, const Weights *weights, const char *leaf, ConvKind kind,
                     int kernel, int n_in, int n_out, GError **error);

/* Reads `leaf`.weight and `leaf`.bias, each [channels]; epsilon 1e-6, as in Normalize there. */
gboolean block_norm (Norm *norm, const Weights *weights, const char *leaf, gboolean layer_norm,
                     int channels, GError **error);

/* x += conv2 (swish (norm2 (conv1 (swish (norm1 (x)))))), with a 1x1 shortcut where the width
 * changes. */
typedef struct {
  Norm norm1, norm2;
  Conv conv1, conv2, shortcut;
  gboolean has_shortcut;
} ResBlock;

gboolean res_block_init (ResBlock *block, const Weights *weights, gboolean layer_norm, int n_in,
                         int n_out, GError **error);
void res_block_clear (ResBlock *block);
gboolean res_block_run (Job *job, const ResBlock *block, Workspace *workspace, Map *x,
                        GError **error);
double res_block_flop (const ResBlock *block, int height, int width);

/* x += proj_out (attention of one head over all positions of norm (x)). */
typedef struct {
  Norm norm;
  Conv q, k, v, proj_out;
} AttnBlock;

gboolean attn_block_init (AttnBlock *block, const Weights *weights, gboolean layer_norm,
                          int channels, GError **error);
void attn_block_clear (AttnBlock *block);
gboolean attn_block_run (Job *job, const AttnBlock *block, Workspace *workspace, Map *x,
                         GError **error);
double attn_block_flop (const AttnBlock *block, int height, int width);
