/* pixels: between pictures (perceptual RGB, 0..1) and the tokenizer (-1..1). */
#pragma once
#include "base/box.h"
#include "vqgan/vqgan.h"

/* picture: [height][width][3], sides multiples of the factor. cyclic: its left and right border are
 * one. */
gboolean pixels_encode (Job *job, const Vqgan *vqgan, const float *picture, int height, int width,
                        gboolean cyclic, Map *vectors, GError **error);

/* Decodes the cells of `box` out of vectors [rows][cols][embed_dim] and puts the pixels into the
 * same place of `out` [height][width][3], not clamped. What the decoder may see of the picture is
 * what hole (1 = hole; NULL = all is hole) leaves of it. cyclic: the left and right border are one;
 * the box has all columns. */
gboolean pixels_decode (Job *job, const Vqgan *vqgan, const float *vectors, int cols, CellBox box,
                        const float *picture, const guint8 *hole, int width, gboolean cyclic,
                        float *out, GError **error);
