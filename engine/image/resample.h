/* resample: cut out, halve, double. Pictures are [height][width][channels]; source and target do
 * not overlap. */
#pragma once
#include "base/box.h"
#include <glib.h>

/* dst: [box.height][box.width][channels]. Outside the picture its nearest edge pixel is repeated. */
void picture_crop (const float *src, int width, int height, int channels, PixelBox box, float *dst);

/* dst: [height / 2][width / 2][channels], the mean of 2 x 2 pixels. Both sides are even. */
void picture_halve (const float *src, int width, int height, int channels, float *dst);

/* dst: [2 height][2 width][channels], bilinear with half-pixel centres and clamped edges: PyTorch's
 * interpolate (scale_factor=2, mode='bilinear', align_corners=False). */
void picture_double (const float *src, int width, int height, int channels, float *dst);

/* dst: [height / 2][width / 2], 1 where any of 2 x 2 pixels is not 0. Both sides are even. */
void mask_halve (const guint8 *src, int width, int height, guint8 *dst);
