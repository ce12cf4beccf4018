/* vq_shape: the hyper-parameters of a tokenizer, from the shapes of its weights; and what of them a
 * model file needs. Names and shapes are those of the published system's state_dict. */
#pragma once
#include "checkpoint/part.h"
#include "model/schema.h"

typedef struct {
  int ch, n_levels, ch_mult[MAX_LEVELS], num_res_blocks;
  gboolean attention[MAX_LEVELS], mid_attn;
  int resolution, n_attn, attn_resolutions[MAX_LEVELS]; /* nominal: they only name levels */
  int in_channels, out_ch, z_channels, embed_dim, n_embed;
  int n_used;               /* entries in use of a remapped codebook; 0 = not remapped */
  const char *unknown_text; /* NULL, "random" or "extra" */
  int unknown_index;        /* where there is no text; -1 = neither */
  gboolean gumbel, decoder; /* decoder: FALSE where the file has none */
} VqShape;

/* Everything but the nominal sides follows from the shapes; those are as if the training pictures
 * had had 256 pixels. FORMAT error that names the tensor; UNSUPPORTED. */
gboolean vq_shape_derive (VqShape *vq, const Part *part, GError **error);

/* Compares with the config's params of this model (nothing is fine), and takes the nominal sides
 * from there. MISFIT error. */
gboolean vq_shape_agree (VqShape *vq, const Part *part, ConfigNode params, GError **error);

/* How many tokens its encoder can give. */
int vq_shape_n_tokens (const VqShape *vq);

/* Adds its tensors; a condition's tokenizer needs no decoder. */
gboolean vq_shape_needs (const VqShape *vq, gboolean decoder, Needs *needs, GError **error);

/* The object VQ of docs/model-file.md, as the next value of the builder. */
void vq_shape_json (const VqShape *vq, JsonBuilder *json);
