#include "image/grain.h"
#include "base/buffer.h"
#include "base/philox.h"
#include <math.h>
#include <stdlib.h>

enum {
  BLOCK = 8,
  MIN_BLOCKS = 8,
  GRAIN_LEVEL = 1 << 21, /* its place in the random numbers: no plan has such a level */
};

static const float LEAST = 4e-7f; /* mean square of three channels: 1/10 of an 8-bit step each */

typedef struct {
  gboolean counts;        /* lies wholly in the known part, or in the hole */
  float uneven;           /* mean square of the differences between its quarters' means */
  float covariance[3][3]; /* of its noise */
} Block;

typedef struct {
  int rows, cols;
  Block *blocks;    /* [rows][cols] */
  float *amount;    /* [rows][cols] of the noise to be added, 0..1 */
  float even;       /* at most so uneven are the evenest quarter of the known blocks */
  float root[3][3]; /* lower triangle L: L n has the noise's covariance */
} Grain;

static void
grain_clear (Grain *grain)
{
  buffer_free (grain->blocks);
  buffer_free (grain->amount);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Grain, grain_clear)

/* Immerkaer's mask at a pixel: 0 on every plane, as strong as the noise itself for white noise. */
static void
noise_at (const float *pixels, int width, int x, int y, float noise[3])
{
  static const float mask[3] = { 1, -2, 1 };

  noise[0] = noise[1] = noise[2] = 0;
  for (int v = 0; v < 3; v++)
    for (int u = 0; u < 3; u++)
      {
        const float *pixel = pixels + 3 * ((size_t) (y + v - 1) * width + x + u - 1);

        for (int c = 0; c < 3; c++)
          noise[c] += mask[v] * mask[u] / 6 * pixel[c];
      }
}

/* How much the means of the four quarters differ. */
static float
unevenness (const float *pixels, int width, int left, int top)
{
  float sums[2][2][3] = { { { 0 } } }, result = 0;

  for (int y = 0; y < BLOCK; y++)
    for (int x = 0; x < BLOCK; x++)
      for (int c = 0; c < 3; c++)
        sums[y / (BLOCK / 2)][x / (BLOCK / 2)][c] +=
            pixels[3 * ((size_t) (top + y) * width + left + x) + c];
  for (int c = 0; c < 3; c++)
    {
      const float mean = (sums[0][0][c] + sums[0][1][c] + sums[1][0][c] + sums[1][1][c]) / 4;

      for (int i = 0; i < 4; i++)
        result += (sums[i / 2][i % 2][c] - mean) * (sums[i / 2][i % 2][c] - mean);
    }
  return result / (4 * (BLOCK * BLOCK / 4) * (BLOCK * BLOCK / 4));
}

/* A block of the known part and its ring of one pixel, or one that has pixels of the hole: only
 * these then count. */
static void
look_at (const float *pixels, const guint8 *hole, int width, int left, int top, gboolean in_hole,
         Block *block)
{
  int n = 0;

  for (int y = top - 1; y <= top + BLOCK; y++)
    for (int x = left - 1; x <= left + BLOCK; x++)
      if (!in_hole && hole[(size_t) y * width + x])
        return;
  for (int y = top; y < top + BLOCK; y++)
    for (int x = left; x < left + BLOCK; x++)
      {
        float noise[3];

        if (in_hole && !hole[(size_t) y * width + x])
          continue;
        noise_at (pixels, width, x, y, noise);
        for (int c = 0; c < 9; c++)
          block->covariance[c / 3][c % 3] += noise[c / 3] * noise[c % 3];
        n++;
      }
  block->counts = n > 0;
  block->uneven = unevenness (pixels, width, left, top);
  for (int c = 0; c < 9 && n > 0; c++)
    block->covariance[c / 3][c % 3] /= (float) n;
}

static gboolean
look_around (Job *job, Grain *grain, const float *pixels, const guint8 *hole, int width,
             gboolean in_hole, GError **error)
{
  for (int row = 0; row < grain->rows; row++)
    {
      for (int col = 0; col < grain->cols; col++)
        {
          Block *block = &grain->blocks[(size_t) row * grain->cols + col];

          *block = (Block){ 0 };
          look_at (pixels, hole, width, 1 + col * BLOCK, 1 + row * BLOCK, in_hole, block);
        }
      if (!job_advance (job, 0, error))
        return FALSE;
    }
  return TRUE;
}

static int
by_unevenness (const void *a, const void *b)
{
  const float p = *(const float *) a, q = *(const float *) b;

  return (p > q) - (p < q);
}

/* Cholesky; a channel without noise of its own gets none. */
static void
find_root (const double covariance[3][3], float root[3][3])
{
  double l[3][3] = { { 0 } };

  for (int i = 0; i < 3; i++)
    for (int j = 0; j <= i; j++)
      {
        double sum = covariance[i][j];

        for (int k = 0; k < j; k++)
          sum -= l[i][k] * l[j][k];
        l[i][j] = i == j ? sqrt (MAX (sum, 0)) : l[j][j] > 1e-9 ? sum / l[j][j] : 0;
        root[i][j] = (float) l[i][j];
      }
}

/* The noise of the evenest quarter of the known blocks; FALSE where there is none to speak of. */
static gboolean
find_noise (Grain *grain, float *uneven)
{
  const size_t n = (size_t) grain->rows * grain->cols;
  double covariance[3][3] = { { 0 } };
  size_t n_known = 0, n_even = 0;

  for (size_t i = 0; i < n; i++)
    if (grain->blocks[i].counts)
      uneven[n_known++] = grain->blocks[i].uneven;
  if (n_known < MIN_BLOCKS)
    return FALSE;
  qsort (uneven, n_known, sizeof *uneven, by_unevenness);
  grain->even = uneven[n_known / 4];
  for (size_t i = 0; i < n; i++)
    if (grain->blocks[i].counts && grain->blocks[i].uneven <= grain->even)
      {
        n_even++;
        for (int c = 0; c < 9; c++)
          covariance[c / 3][c % 3] += (double) grain->blocks[i].covariance[c / 3][c % 3];
      }
  for (int c = 0; c < 9; c++)
    covariance[c / 3][c % 3] /= (double) n_even;
  find_root (covariance, grain->root);
  return covariance[0][0] + covariance[1][1] + covariance[2][2] > (double) LEAST;
}

/* How much each block of the hole lacks; less where it is less even. */
static void
find_amounts (Grain *grain)
{
  float wanted = 0;

  for (int c = 0; c < 9; c++)
    wanted += grain->root[c / 3][c % 3] * grain->root[c / 3][c % 3];
  for (size_t i = 0; i < (size_t) grain->rows * grain->cols; i++)
    {
      const Block *block = &grain->blocks[i];
      const float there =
          block->covariance[0][0] + block->covariance[1][1] + block->covariance[2][2];
      const float even =
          block->counts ? CLAMP (2 - block->uneven / (grain->even + LEAST), 0, 1) : 0;

      grain->amount[i] = sqrtf (even * MAX (1 - there / wanted, 0));
    }
}

/* Bilinear between the middles of blocks. */
static float
amount_at (const Grain *grain, int x, int y)
{
  const float u = CLAMP (((float) x - 0.5f) / BLOCK - 0.5f, 0, (float) (grain->cols - 1));
  const float v = CLAMP (((float) y - 0.5f) / BLOCK - 0.5f, 0, (float) (grain->rows - 1));
  const int left = MIN ((int) u, MAX (grain->cols - 2, 0));
  const int top = MIN ((int) v, MAX (grain->rows - 2, 0));
  const int right = MIN (left + 1, grain->cols - 1), bottom = MIN (top + 1, grain->rows - 1);
  const float a = u - (float) left, b = v - (float) top;
  const float *upper = grain->amount + (size_t) top * grain->cols;
  const float *lower = grain->amount + (size_t) bottom * grain->cols;

  return (1 - b) * ((1 - a) * upper[left] + a * upper[right])
         + b * ((1 - a) * lower[left] + a * lower[right]);
}

/* Three independent normal numbers (Box-Muller) of a pixel. */
static void
draw_normal (guint64 seed, int x, int y, float normal[3])
{
  for (int i = 0; i < 3; i++)
    {
      const guint32 place = 2 * (guint32) i;
      const double u = philox_uniform (seed, place, GRAIN_LEVEL, (guint32) y, (guint32) x);
      const double v = philox_uniform (seed, place + 1, GRAIN_LEVEL, (guint32) y, (guint32) x);

      normal[i] = (float) (sqrt (-2 * log (1 - u)) * cos (2 * G_PI * v));
    }
}

static void
add_noise (const Grain *grain, float *pixel, int x, int y, guint64 seed)
{
  const float amount = amount_at (grain, x, y);
  float normal[3];

  if (!(amount > 0))
    return;
  draw_normal (seed, x, y, normal);
  for (int c = 0; c < 3; c++)
    for (int d = 0; d <= c; d++)
      pixel[c] += amount * grain->root[c][d] * normal[d];
}

/* What the threads share when noise is added. */
typedef struct {
  const Grain *grain;
  float *filling;
  const guint8 *hole;
  int width;
  guint64 seed;
} Adding;

static void
add_to_row (gpointer data, size_t y)
{
  const Adding *adding = data;

  for (int x = 0; x < adding->width; x++)
    {
      const size_t at = y * adding->width + x;

      if (adding->hole[at])
        add_noise (adding->grain, adding->filling + 3 * at, x, (int) y, adding->seed);
    }
}

gboolean
match_grain (Job *job, float *filling, const float *picture, const guint8 *hole, int width,
             int height, guint64 seed, GError **error)
{
  g_auto (Grain) grain = { MAX ((height - 2) / BLOCK, 0), MAX ((width - 2) / BLOCK, 0) };
  const size_t n = (size_t) grain.rows * grain.cols, n_pixels = (size_t) width * height;
  Adding adding = { &grain, filling, hole, width, seed };
  buffer_auto float *whole = NULL;

  if (n < MIN_BLOCKS)
    return TRUE;
  grain.blocks = buffer_new (n, sizeof (Block), "matching grain", error);
  if (!grain.blocks || !(grain.amount = buffer_new (n, sizeof (float), "matching grain", error))
      || !(whole = buffer_new (n_pixels, 3 * sizeof (float), "matching grain", error)))
    return FALSE;
  for (size_t i = 0; i < 3 * n_pixels; i++)
    whole[i] = hole[i / 3] ? filling[i] : picture[i];
  if (!look_around (job, &grain, whole, hole, width, FALSE, error))
    return FALSE;
  if (!find_noise (&grain, grain.amount))
    return TRUE;
  if (!look_around (job, &grain, whole, hole, width, TRUE, error))
    return FALSE;
  find_amounts (&grain);
  return job_run (job, height, 0, add_to_row, &adding, error);
}
