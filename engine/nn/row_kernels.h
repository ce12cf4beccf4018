/* row_kernels: the inner loops of the transformer, on rows as they lie in a model file. A part of
 * the kernel tables (nn/kernels.h); plain C is the specification here as well.
 *
 * A product is a sum over inputs in a fixed order: eight lanes, lane l adding up the inputs i with
 * i % 8 = l, folded as ((0+1)+(2+3))+((4+5)+(6+7)) and added to y after every DOTS_BLOCK inputs.
 * So it does not matter how many rows are asked for at once, and batches change nothing. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
  DOTS_BLOCK = 1024, /* three rows of x and four of w stay in L1 */
  Q8_GROUP = 32,     /* inputs that share a scale */
};

/* A group whose largest number is no larger counts as zero: 127 / top must stay finite. */
#define Q8_SMALLEST 1e-30f

typedef enum {
  ROWS_F32,
  ROWS_F16,  /* IEEE binary16 */
  ROWS_BF16, /* the upper half of a binary32 */
  ROWS_I8,   /* with a binary16 scale for every group of Q8_GROUP inputs */
} RowType;

typedef struct {
  size_t n_rows, n_out, k;
  const void *w;   /* [n_out] rows of k numbers, little-endian, aligned to nothing */
  size_t w_stride; /* bytes */
  const float *x;  /* [n_rows][x_stride], k of each used */
  size_t x_stride;
  float *y; /* [n_rows][y_stride], n_out of each used; overlaps nothing */
  size_t y_stride;
} Dots;

/* k and x are padded to whole groups: x with zeros, w not at all. */
typedef struct {
  size_t n_rows, n_out, k;
  const int8_t *w;         /* [n_out][k] */
  const uint8_t *w_scales; /* binary16 [n_out][ceil (k / 32)] */
  const int8_t *x;         /* [n_rows][groups * 32], -127..127 */
  const float *x_scales;   /* [n_rows][groups] */
  float *y;
  size_t y_stride;
} DotsQ8;

typedef struct {
  size_t n_rows, n, width;
  const float *p; /* [n_rows][p_stride], n of each used */
  size_t p_stride;
  const void *v; /* [n] rows of width numbers, v_stride numbers apart */
  size_t v_stride;
  float *y; /* [n_rows][y_stride], width of each used */
  size_t y_stride;
} Mix;

typedef struct {
  /* y[r][o] += sum over i of w[o][i] * x[r][i]; type is not ROWS_I8. */
  void (*dots) (RowType type, const Dots *dots);

  /* The same for ROWS_I8: for every group and lane l the exact integer sum over the four inputs
   * 4 l .. of the group, times w_scale * x_scale, added up over the groups, fused. All
   * tables give the same bits. */
  void (*dots_q8) (const DotsQ8 *dots);

  /* x[k] as x_scales[g] * q, q rounded to the nearest even, x_scales[g] = max |x| / 127; q padded to
   * whole groups. The same bits in all tables. */
  void (*quantise) (size_t k, const float *x, int8_t *q, float *scales);

  /* to[i] = from[i] as binary32, exactly; type is not ROWS_I8. */
  void (*widen) (RowType type, size_t n, const void *from, float *to);

  /* y[i] = (x[i] - mean) / sqrt (biased variance + epsilon) * scale[i] + shift[i]; y may be x. */
  void (*norm) (size_t n, const float *x, const float *scale, const float *shift, float epsilon,
                float *y);

  /* x = x / 2 * (1 + erf (x / sqrt 2)), the exact form, within 4e-7. */
  void (*gelu) (size_t n, float *x);

  /* One block of a running softmax: top becomes the maximum of itself and the scores; *shrink =
   * exp (old top - new top); scores become exp (score - top), whose sum is returned. scores must
   * have room for n rounded up to 8. n is at least 1. */
  float (*soften) (size_t n, float *scores, float *top, float *shrink);

  /* y[r][i] += sum over j of p[r][j] * v[j][i], in the order of j; type is ROWS_F32 or ROWS_F16. */
  void (*mix_rows) (RowType type, const Mix *mix);

  /* to[i] = from[i] as binary16, rounded to the nearest even, at most +-65504. */
  void (*narrow) (size_t n, const float *from, void *to);
} RowKernels;
