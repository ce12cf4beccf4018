/* vqgan: the tokenizer: pixels to vectors to tokens and back. */
#pragma once
#include "model/model.h"
#include "nn/map.h"
#include "base/job.h"

typedef struct Vqgan Vqgan;

/* The net under `prefix` ("" or "first_stage_model."). Its weights stay in the model's file: the
 * model must outlive it. */
Vqgan *vqgan_new (const Model *model, const char *prefix, GError **error);

/* The tokenizer of a condition: the file needs neither decoder nor post_quant_conv. */
Vqgan *vqgan_new_encoder (const Model *model, const VqSchema *schema, const char *prefix,
                          GError **error);
void vqgan_free (Vqgan *vqgan); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Vqgan, vqgan_free)

const VqSchema *vqgan_schema (const Vqgan *vqgan);

/* picture: [height][width][in_channels] in -1..1. vectors, made here: [height / f][width / f]
 * [embed_dim], rounded down, the output of quant_conv. What stands beyond the last whole cell is
 * still seen by the first levels (the published network's floor). FORMAT error for a picture
 * smaller than a cell. */
gboolean vqgan_encode (Job *job, const Vqgan *vqgan, const Map *picture, Map *vectors,
                       GError **error);

/* The same for labels [height][width], each the number of the one channel that is 1 of in_channels
 * zeros; that picture never exists. FORMAT error naming a label that has no channel. */
gboolean vqgan_encode_labels (Job *job, const Vqgan *vqgan, const guint8 *labels, int height,
                              int width, Map *vectors, GError **error);

/* tokens[i] of vectors[i][embed_dim], a picture in raster order: vqgan_entries, then vqgan_tokens. */
gboolean vqgan_quantise (Job *job, const Vqgan *vqgan, const float *vectors, size_t n, int *tokens,
                         GError **error);

/* Row of the codebook for each vector: the nearest, with the Gumbel quantiser the largest logit;
 * the lowest of equals. exponential: NULL, or [n][n_embed] numbers of the exponential distribution,
 * which draw as the Gumbel quantiser does (published; by policy nobody draws). */
gboolean vqgan_entries (Job *job, const Vqgan *vqgan, const float *vectors, size_t n,
                        const float *exponential, int *entries, GError **error);

/* scores [n][n_embed], the largest of which is the entry: for the Gumbel quantiser its logits. */
gboolean vqgan_scores (Job *job, const Vqgan *vqgan, const float *vectors, size_t n, float *scores,
                       GError **error);

/* Entries of a picture as tokens, which differ where the codebook is remapped; may be the same
 * array. */
void vqgan_tokens (const Vqgan *vqgan, const int *entries, size_t n, int *tokens);

/* Tokens are 0 .. this - 1. */
int vqgan_n_tokens (const Vqgan *vqgan);

/* Code vector [embed_dim] of a token, of an entry; borrowed. */
const float *vqgan_code (const Vqgan *vqgan, int token);
const float *vqgan_entry (const Vqgan *vqgan, int entry);

/* vectors: [rows][cols][embed_dim] as they enter post_quant_conv. seam: what is known of the
 * picture, [rows * f][cols * f][in_channels + 1]: x in -1..1 or 0 in the hole, then 1 = known;
 * NULL where the schema says no seam. picture, made here: [rows * f][cols * f][out_ch], not
 * clamped. */
gboolean vqgan_decode (Job *job, const Vqgan *vqgan, const Map *vectors, const Map *seam,
                       Map *picture, GError **error);

/* Work for a picture of this size. */
double vqgan_encode_flop (const Vqgan *vqgan, int height, int width);
double vqgan_decode_flop (const Vqgan *vqgan, int height, int width);

/* Most bytes that encoding or decoding a picture of this size holds at once beyond the weights. */
gsize vqgan_bytes (const Vqgan *vqgan, int height, int width);
