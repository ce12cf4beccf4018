/* conv_kernels: the inner loops of convolutions and norms; part of each table of kernels.h.
 *
 * A 3x3 convolution is done by Winograd's F(4x4, 3x3) (Lavin and Gray, arXiv 1509.09308): a tile of
 * 4 x 4 outputs comes from 6 x 6 inputs by way of 36 numbers, each a product over the channels
 * alone: 36 multiplications where the sum over the 9 taps takes 144. The points are 0, +-sqrt(1/2),
 * +-sqrt(2) and infinity, which err half as much as the usual 0, +-1, +-2.
 *
 * Layouts, for a block of n tiles with their inputs padded to `channels` (a multiple of LANES_MAX)
 * and a panel of PANEL_COLS outputs:
 *   inputs    V [WINO][n][channels]
 *   weights   U [WINO][channels][PANEL_COLS]
 *   products  M [WINO][n][PANEL_COLS] */
#pragma once
#include <stddef.h>

enum {
  WINO = 36,       /* numbers of a tile */
  WINO_IN = 6,     /* side of its inputs */
  WINO_OUT = 4,    /* side of its outputs */
  LANES_MAX = 16,  /* channels are padded to a multiple of it for Winograd */
  WINO_TILES = 24, /* no table wants more tiles in a block */
};

/* Where a run of tiles, side by side, lies. Strides are floats. */
typedef struct {
  size_t tiles;
  size_t row_stride; /* from one row of pixels to the next */
  size_t channels;   /* of a pixel: padded inputs, or the outputs of the whole map */
  size_t step;       /* from one of the WINO numbers to the next, in V or M */
} WinoRun;

/* The part of the outputs that exists; the last tiles of a map may reach beyond it. */
typedef struct {
  size_t rows, cols; /* 1..4, 1..4 * tiles */
  size_t channels;   /* 1..PANEL_COLS */
} WinoPart;

typedef struct {
  size_t tiles; /* a block that fills the registers of wino_product: best, not needed */

  /* w: [n_out][n_in][3][3], n_out <= PANEL_COLS; u: U, zero where there is no output or input. */
  void (*wino_weights) (size_t n_out, size_t n_in, size_t channels, const float *w, float *u);

  /* x: the upper left input of the first tile, [6][4 * tiles + 2][channels]; v: its place in V. */
  void (*wino_in) (const WinoRun *run, const float *x, float *v);

  /* M = V U for n <= WINO_TILES tiles, summed in the order of the channels. */
  void (*wino_product) (size_t n, size_t channels, const float *v, const float *u, float *m);

  /* y [rows][cols][channels] = the outputs of M + bias, or += where `add`. sums, [2][PANEL_COLS] or
   * NULL: the sum and the sum of squares of what now stands in y are added to it. */
  void (*wino_out) (const WinoRun *run, const WinoPart *part, const float *m, const float *bias,
                    int add, float *y, double *sums);

  /* y[i][c] = swish (x[i][c] * gain[c] + offset[c]), swish (v) = v / (1 + exp (-v)), for n pixels of
   * x[n][channels] and y[n][y_stride]. */
  void (*scale_swish) (size_t n, size_t channels, const float *x, const float *gain,
                       const float *offset, float *y, size_t y_stride);

  /* The same with a layer norm before it: mean 0, variance 1 - epsilon inside the root - over the
   * channels of a pixel, then scale and shift; swish only where it is asked for. */
  void (*layer_norm) (size_t n, size_t channels, const float *x, const float *scale,
                      const float *shift, float epsilon, int swish, float *y, size_t y_stride);

  /* sums [2][channels] += sum and sum of squares over n pixels of x[n][channels]. */
  void (*sum) (size_t n, size_t channels, const float *x, double *sums);
} ConvKernels;
