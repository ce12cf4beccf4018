/* vqgan: the tokenizer: pixels to vectors to tokens and back. */
#pragma once
#include "model/model.h"
#include "nn/map.h"
#include "base/job.h"

typedef struct Vqgan Vqgan;

/* Reads and packs the weights under `prefix` ("" or "first_stage_model."). The model may be closed
 * afterwards. */
Vqgan *vqgan_new (const Model *model, const char *prefix, GError **error);
void vqgan_free (Vqgan *vqgan); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Vqgan, vqgan_free)

const VqSchema *vqgan_schema (const Vqgan *vqgan);

/* picture: [height][width][in_channels] in -1..1, sides multiples of f. vectors, made here:
 * [height / f][width / f][embed_dim], the output of quant_conv. */
gboolean vqgan_encode (Job *job, const Vqgan *vqgan, const Map *picture, Map *vectors,
                       GError **error);

/* tokens[i] = the nearest code of vectors[i][embed_dim], the lowest of equals. */
gboolean vqgan_quantise (Job *job, const Vqgan *vqgan, const float *vectors, size_t n, int *tokens,
                         GError **error);

/* Code vector [embed_dim] of a token; borrowed. */
const float *vqgan_code (const Vqgan *vqgan, int token);

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
