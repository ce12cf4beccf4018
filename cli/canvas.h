/* canvas: between the samples of a file and the float pixels of the engine. What lies outside the
 * hole never makes the trip: it is copied. */
#pragma once
#include "picture.h"
#include "tessera.h"

/* [height][width][3] perceptual RGB 0..1; gray three times, alpha left out. The caller frees it;
 * NULL where the memory is out. */
float *canvas_pixels (const Picture *picture);

/* A copy of `picture` with rank i of the result in it. Samples of weight 0 are those of the
 * picture, bit for bit; alpha too, unless `opaque`: then it grows to 1 with the weight. NULL where
 * the memory is out. */
Picture *canvas_blend (const Picture *picture, const TesseraResult *result, int i, gboolean opaque);

/* A copy of `picture` with the colours of pixels [height][width][3], and its alpha. */
Picture *canvas_replace (const Picture *picture, const float *pixels);

/* Peak signal to noise ratio of the colours in dB; infinite where they are equal. */
double canvas_psnr (const Picture *a, const Picture *b);
