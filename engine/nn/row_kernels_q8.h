/* The 8-bit part of row_kernels_x86.h, which includes it. */

enum {
  SCALES_BLOCK = 32,    /* groups whose scales are combined at once */
  Q8_AHEAD = 16 * 1024, /* bytes of weights that are fetched early */
  WIDE_ROWS = 4,        /* a tile with inputs of 16 bits: this many rows at most */
  WIDE_OUT = 2,         /* and so many outputs */
  WIDE_GROUPS = 256,    /* and no longer: 64 KiB on the stack */
};

/* Scales of weights times scales of inputs, of up to SCALES_BLOCK groups. */
typedef struct {
  float of[WIDE_ROWS][TILE_OUT][SCALES_BLOCK];
} Q8Scales;

INLINE void
q8_scales (size_t rows, size_t outs, size_t n, const uint8_t *w_scales, size_t w_stride,
           const float *x_scales, size_t x_stride, Q8Scales *scales)
{
  size_t g = 0;

  for (; g + LANES <= n; g += LANES)
    for (size_t o = 0; o < outs; o++)
      {
        const __m256 weights = load (ROWS_F16, w_scales + o * w_stride, g);

        for (size_t r = 0; r < rows; r++)
          _mm256_storeu_ps (&scales->of[r][o][g],
                            _mm256_mul_ps (weights, _mm256_loadu_ps (x_scales + r * x_stride + g)));
      }
  for (size_t o = 0; o < outs && g < n; o++)
    {
      float weights[LANES];

      _mm256_storeu_ps (weights, load_tail (ROWS_F16, w_scales + o * w_stride, g, n - g));
      for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < n - g; i++)
          scales->of[r][o][g + i] = weights[i] * x_scales[r * x_stride + g + i];
    }
}

/* For each lane the sum over its four products. Inputs may come in 16 bits, the even ones of a group
 * before the odd ones (`wide`, else NULL; the same at every call from a place): then what is done to
 * the weights serves all rows, and a row takes two products and a sum instead of three steps that
 * share two units. With AVX2 four rows take 0.8 of the time. */
INLINE __m256
q8_lanes (__m256i weights, const int8_t *x, const int16_t *wide)
{
  const __m256i *halves = (const __m256i *) (const void *) wide;
  __m256i even, odd, inputs;

  if (wide)
    {
      even = _mm256_srai_epi16 (_mm256_slli_epi16 (weights, 8), 8);
      odd = _mm256_srai_epi16 (weights, 8);
      return _mm256_cvtepi32_ps (
          _mm256_add_epi32 (_mm256_madd_epi16 (even, _mm256_loadu_si256 (halves)),
                            _mm256_madd_epi16 (odd, _mm256_loadu_si256 (halves + 1))));
    }
  inputs = _mm256_loadu_si256 ((const __m256i *) (const void *) x);
  return _mm256_cvtepi32_ps (
      DOT_I8 (_mm256_abs_epi8 (weights), _mm256_sign_epi8 (inputs, weights)));
}

INLINE void
q8_groups (size_t rows, size_t outs, size_t n, const int8_t *w, size_t w_stride, const int8_t *x,
           const int16_t *wide, size_t x_stride, const Q8Scales *scales, size_t first, bool ahead,
           __m256 sums[WIDE_ROWS][TILE_OUT])
{
  for (size_t g = 0; g < n; g++)
    for (size_t o = 0; o < outs; o++)
      {
        const __m256i weights =
            _mm256_loadu_si256 ((const __m256i *) (const void *) (w + o * w_stride + g * Q8_GROUP));

        if (g % 2 == 0 && ahead)
          _mm_prefetch ((const char *) w + o * w_stride + g * Q8_GROUP + Q8_AHEAD, _MM_HINT_T1);
        for (size_t r = 0; r < rows; r++)
          {
            const size_t at = r * x_stride + g * Q8_GROUP;
            const __m256 scale = _mm256_broadcast_ss (&scales->of[r][o][first + g]);

            sums[r][o] = _mm256_fmadd_ps (q8_lanes (weights, x + at, wide ? wide + at : NULL),
                                          scale, sums[r][o]);
          }
      }
}

/* wide: the inputs of these rows, or NULL. */
INLINE void
q8_tile (size_t rows, size_t outs, const DotsQ8 *dots, size_t row, size_t out, const int16_t *wide)
{
  const size_t groups = (dots->k + Q8_GROUP - 1) / Q8_GROUP, whole = dots->k / Q8_GROUP;
  const int8_t *w = dots->w + out * dots->k, *x = dots->x + row * groups * Q8_GROUP;
  float *y = dots->y + row * dots->y_stride + out;
  __m256 sums[WIDE_ROWS][TILE_OUT];
  Q8Scales scales;

  for (size_t r = 0; r < rows; r++)
    for (size_t o = 0; o < TILE_OUT; o++)
      sums[r][o] = _mm256_setzero_ps ();
  for (size_t g = 0; g < groups; g += SCALES_BLOCK)
    {
      const size_t n = groups - g < SCALES_BLOCK ? groups - g : SCALES_BLOCK;

      q8_scales (rows, outs, n, dots->w_scales + 2 * (out * groups + g), 2 * groups,
                 dots->x_scales + row * groups + g, groups, &scales);
      q8_groups (rows, outs, whole - g < n ? whole - g : n, w + g * Q8_GROUP, dots->k,
                 x + g * Q8_GROUP, wide ? wide + g * Q8_GROUP : NULL, groups * Q8_GROUP, &scales, 0,
                 row == 0, sums);
    }
  if (whole < groups)
    {
      int8_t padded[TILE_OUT][Q8_GROUP] = { 0 };

      for (size_t o = 0; o < outs; o++)
        memcpy (padded[o], w + o * dots->k + whole * Q8_GROUP, dots->k - whole * Q8_GROUP);
      q8_groups (rows, outs, 1, padded[0], Q8_GROUP, x + whole * Q8_GROUP,
                 wide ? wide + whole * Q8_GROUP : NULL, groups * Q8_GROUP, &scales,
                 whole % SCALES_BLOCK, false, sums);
    }
  for (size_t r = 0; r < rows; r++, y += dots->y_stride)
    {
      float folded[TILE_OUT];

      _mm_storeu_ps (folded, fold4 (sums[r][0], sums[r][1], sums[r][2], sums[r][3]));
      for (size_t o = 0; o < outs; o++)
        y[o] += folded[o];
    }
}

/* `outs` outputs of the rows from r on: the weights are read once. */
INLINE void
q8_outs (size_t outs, const DotsQ8 *dots, size_t r, size_t o)
{
  for (size_t rows; r < dots->n_rows; r += rows)
    switch (rows = tile_rows (dots->n_rows - r))
      {
      case 1:
        q8_tile (1, outs, dots, r, o, NULL);
        break;
      case 2:
        q8_tile (2, outs, dots, r, o, NULL);
        break;
#if TILE_ROWS > 3
      case 3:
        q8_tile (3, outs, dots, r, o, NULL);
        break;
#endif
      default:
        q8_tile (TILE_ROWS, outs, dots, r, o, NULL);
      }
}

#if Q8_WIDE
/* All outputs of four rows, or of the last three. */
static void
q8_wide (const DotsQ8 *dots, size_t row, size_t rows)
{
  const size_t n = rows * ((dots->k + Q8_GROUP - 1) / Q8_GROUP);
  const int8_t *x = dots->x + row * (n / rows) * Q8_GROUP;
  int16_t wide[WIDE_ROWS * WIDE_GROUPS * Q8_GROUP];
  size_t o = 0;

  for (size_t g = 0; g < n; g++)
    {
      const __m256i bytes =
          _mm256_loadu_si256 ((const __m256i *) (const void *) (x + g * Q8_GROUP));
      __m256i *to = (__m256i *) (void *) (wide + g * Q8_GROUP);

      _mm256_storeu_si256 (to, _mm256_srai_epi16 (_mm256_slli_epi16 (bytes, 8), 8));
      _mm256_storeu_si256 (to + 1, _mm256_srai_epi16 (bytes, 8));
    }
  for (; rows == WIDE_ROWS && o + WIDE_OUT <= dots->n_out; o += WIDE_OUT)
    q8_tile (WIDE_ROWS, WIDE_OUT, dots, row, o, wide);
  for (; rows < WIDE_ROWS && o + WIDE_OUT <= dots->n_out; o += WIDE_OUT)
    q8_tile (WIDE_ROWS - 1, WIDE_OUT, dots, row, o, wide);
  for (; o < dots->n_out; o++)
    rows == WIDE_ROWS ? q8_tile (WIDE_ROWS, 1, dots, row, o, wide)
                      : q8_tile (WIDE_ROWS - 1, 1, dots, row, o, wide);
}

/* How many rows have been done: all but two at most, if a row is not too long. */
static size_t
q8_wide_rows (const DotsQ8 *dots)
{
  size_t r = 0;

  if (dots->k > WIDE_GROUPS * Q8_GROUP)
    return 0;
  for (; r + WIDE_ROWS <= dots->n_rows; r += WIDE_ROWS)
    q8_wide (dots, r, WIDE_ROWS);
  if (r + WIDE_ROWS - 1 != dots->n_rows)
    return r;
  q8_wide (dots, r, WIDE_ROWS - 1);
  return dots->n_rows;
}
#else
static size_t
q8_wide_rows (const DotsQ8 *dots)
{
  (void) dots;
  return 0;
}
#endif

static void
dots_q8_x86 (const DotsQ8 *dots)
{
  const size_t r = q8_wide_rows (dots);
  size_t o = 0;

  for (; o + TILE_OUT <= dots->n_out; o += TILE_OUT)
    q8_outs (TILE_OUT, dots, r, o);
  for (; o < dots->n_out; o++)
    q8_outs (1, dots, r, o);
}

/* One group from 32 numbers; the packing works within halves of a register, hence the permutation. */
INLINE void
quantise_group (const float *x, int8_t *q, float *scale)
{
  const __m256 sign = _mm256_set1_ps (-0.0f);
  __m256 v[4], top = _mm256_setzero_ps ();
  __m256i n[4], packed;

  for (int i = 0; i < 4; i++)
    {
      v[i] = _mm256_loadu_ps (x + i * LANES);
      top = _mm256_max_ps (top, _mm256_andnot_ps (sign, v[i]));
    }

  const float largest = largest_lane (top);
  const __m256 gain = _mm256_set1_ps (largest > Q8_SMALLEST ? 127 / largest : 0);

  *scale = largest / 127;
  for (int i = 0; i < 4; i++)
    n[i] = _mm256_cvtps_epi32 (_mm256_mul_ps (v[i], gain));
  packed = _mm256_packs_epi16 (_mm256_packs_epi32 (n[0], n[1]), _mm256_packs_epi32 (n[2], n[3]));
  packed = _mm256_permutevar8x32_epi32 (packed, _mm256_setr_epi32 (0, 4, 1, 5, 2, 6, 3, 7));
  _mm256_storeu_si256 ((__m256i *) (void *) q, packed);
}

static void
quantise_x86 (size_t k, const float *x, int8_t *q, float *scales)
{
  float padded[Q8_GROUP] = { 0 };
  size_t i = 0;

  for (; i + Q8_GROUP <= k; i += Q8_GROUP)
    quantise_group (x + i, q + i, scales + i / Q8_GROUP);
  if (i == k)
    return;
  memcpy (padded, x + i, (k - i) * sizeof (float));
  quantise_group (padded, q + i, scales + i / Q8_GROUP);
}
