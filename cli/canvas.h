/* canvas: between the samples of a file and the float pixels of the engine. What lies outside the
 * hole never makes the trip. */
#pragma once
#include "picture.h"
#include "tessera.h"

/* The box as [height][width][3] perceptual RGB 0..1; gray three times, alpha left out. The caller
 * frees it; NULL where the memory is out. */
float *canvas_cut (const Picture *picture, TesseraBox box);

/* Blends from [height][width][4], perceptual RGB and weight, into the box. Samples of weight 0 keep
 * every bit; alpha too, unless `opaque`: then it grows to 1 with the weight. */
void canvas_blend (Picture *picture, TesseraBox box, const float *from, gboolean opaque);

/* The samples of the box, to put back what a blend has changed. The caller's; NULL where the memory
 * is out. */
guint8 *canvas_save (const Picture *picture, TesseraBox box);
void canvas_restore (Picture *picture, TesseraBox box, const guint8 *saved);

/* Sets all colours to pixels [height][width][3] and leaves alpha alone. */
void canvas_replace (Picture *picture, const float *pixels);

/* Peak signal to noise ratio in dB of the colours that canvas_replace would set; infinite where
 * they are those that are there. */
double canvas_psnr (const Picture *picture, const float *pixels);
