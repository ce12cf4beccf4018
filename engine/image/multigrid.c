#include "image/multigrid.h"
#include "base/buffer.h"
#include <math.h>
#include <string.h>

enum {
  MAX_LEVELS = 32,
  COARSEST = 4,      /* cells a side at which halving stops */
  BOTTOM_SWEEPS = 6, /* pairs, on the coarsest level: its 16 cells are solved by then */
  MAX_ROUNDS = 500,  /* ten are usual; the ragged masks of the tests take below thirty */
};

typedef enum { LEFT, RIGHT, TOP, BOTTOM } Side;

/* One resolution. Planes are [rows + 2][stride] with a ring of ghost cells; pointers are to cell
 * (0, 0). Both sides are rounded up to even: cells that do not exist are like known ones. */
typedef struct {
  int cols, rows, stride;
  float *right, *down; /* conductance to the neighbour on the right, below */
  float *wall;         /* conductance to known pixels, whose value is 0 */
  float *inverse;      /* 1 / the sum of all five; 0 = not unknown */
  float *u, *f, *r;    /* correction, right-hand side, residual */
  float open[4];       /* by Side: 1 = the picture ends here, nothing flows; 0 = known pixels */
} Level;

struct Multigrid {
  Level levels[MAX_LEVELS];
  int n_levels;
  float *x, *p; /* of level 0: solution, search direction */
  float *planes[MAX_LEVELS + 1];
};

/* ---- building ------------------------------------------------------------------------------ */

static gboolean
level_allocate (Multigrid *grid, int cols, int rows, GError **error)
{
  Level *level = &grid->levels[grid->n_levels];
  float **const planes[] = { &level->right, &level->down, &level->wall, &level->inverse, &level->u,
                             &level->f,     &level->r,    &grid->x,     &grid->p };
  const int n = grid->n_levels == 0 ? 9 : 7;
  size_t size;

  level->cols = (cols + 1) & ~1;
  level->rows = (rows + 1) & ~1;
  level->stride = level->cols + 2;
  size = (size_t) level->stride * (level->rows + 2);
  grid->planes[grid->n_levels] = buffer_new (size, n * sizeof (float), "underpainting", error);
  if (!grid->planes[grid->n_levels])
    return FALSE;
  for (int i = 0; i < n; i++)
    *planes[i] = grid->planes[grid->n_levels] + i * size + level->stride + 1;
  grid->n_levels++;
  return TRUE;
}

/* From conductances to the inverse of their sum. */
static void
level_finish (Level *level)
{
  for (int y = 0; y < level->rows; y++)
    for (int x = 0; x < level->cols; x++)
      {
        const ptrdiff_t i = (ptrdiff_t) y * level->stride + x;
        const float sum = level->right[i] + level->right[i - 1] + level->down[i]
                          + level->down[i - level->stride] + level->wall[i];

        level->inverse[i] = sum > 0 ? 1 / sum : 0;
      }
}

static void
build_finest (Level *level, const guint8 *hole, int width, int height, PixelBox box)
{
  level->open[LEFT] = box.x == 0;
  level->open[RIGHT] = box.x + box.width == width;
  level->open[TOP] = box.y == 0;
  level->open[BOTTOM] = box.y + box.height == height;
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      {
        const guint8 *at = hole + (size_t) (box.y + y) * width + box.x + x;
        const size_t i = (size_t) y * level->stride + x;

        if (!*at)
          continue;
        if (box.x + x > 0)
          level->wall[i] += !at[-1];
        if (box.y + y > 0)
          level->wall[i] += !at[-width];
        if (box.x + x + 1 < width)
          *(at[1] ? &level->right[i] : &level->wall[i]) += 1;
        if (box.y + y + 1 < height)
          *(at[width] ? &level->down[i] : &level->wall[i]) += 1;
      }
  level_finish (level);
}

/* Two fine cells in a row conduct half as well as one, and a coarse side has two fine ones: so a
 * plain interior stays 1. A wall comes half a cell closer for each cell, in cells of its level. */
static void
build_coarser (const Level *fine, Level *coarse)
{
  memcpy (coarse->open, fine->open, sizeof coarse->open);
  for (int y = 0; y < fine->rows; y++)
    for (int x = 0; x < fine->cols; x++)
      {
        const size_t i = (size_t) y * fine->stride + x;
        const size_t j = (size_t) (y / 2) * coarse->stride + x / 2;

        if (x % 2)
          coarse->right[j] += 0.5f * fine->right[i];
        if (y % 2)
          coarse->down[j] += 0.5f * fine->down[i];
        coarse->wall[j] += 2 * fine->wall[i] / (2 + fine->wall[i]);
      }
  level_finish (coarse);
}

Multigrid *
multigrid_new (const guint8 *hole, int width, int height, PixelBox box, GError **error)
{
  g_autoptr (Multigrid) grid = g_new0 (Multigrid, 1);
  int cols = box.width, rows = box.height;

  if (!level_allocate (grid, cols, rows, error))
    return NULL;
  build_finest (&grid->levels[0], hole, width, height, box);
  while (MAX (cols, rows) > COARSEST)
    {
      cols = (cols + 1) / 2;
      rows = (rows + 1) / 2;
      if (!level_allocate (grid, cols, rows, error))
        return NULL;
      build_coarser (&grid->levels[grid->n_levels - 2], &grid->levels[grid->n_levels - 1]);
    }
  return g_steal_pointer (&grid);
}

void
multigrid_free (Multigrid *grid)
{
  if (!grid)
    return;
  for (int i = 0; i < grid->n_levels; i++)
    buffer_free (grid->planes[i]);
  g_free (grid);
}

float *
multigrid_source (Multigrid *grid, int y)
{
  return grid->levels[0].f + (size_t) y * grid->levels[0].stride;
}

const float *
multigrid_solution (const Multigrid *grid, int y)
{
  return grid->x + (size_t) y * grid->levels[0].stride;
}

/* ---- the V-cycle --------------------------------------------------------------------------- */

/* Gauss-Seidel on the cells of one colour of the chess board; 0 has cell (0, 0). */
static void
sweep (const Level *level, int colour)
{
  const ptrdiff_t stride = level->stride;

  for (int y = 0; y < level->rows; y++)
    {
      const float *right = level->right + y * stride, *down = level->down + y * stride;
      const float *inverse = level->inverse + y * stride, *f = level->f + y * stride;
      float *u = level->u + y * stride;

      for (ptrdiff_t x = (y + colour) % 2; x < level->cols; x += 2)
        u[x] = inverse[x]
               * (f[x] + (right[x] * u[x + 1] + right[x - 1] * u[x - 1])
                  + (down[x] * u[x + stride] + down[x - stride] * u[x - stride]));
    }
}

/* r = f - A u; 0 where nothing is unknown. f NULL: r = A u. */
static void
apply (const Level *level, const float *f_plane, const float *u_plane, float *r_plane)
{
  const ptrdiff_t stride = level->stride;

  for (int y = 0; y < level->rows; y++)
    {
      const float *right = level->right + y * stride, *down = level->down + y * stride;
      const float *wall = level->wall + y * stride, *u = u_plane + y * stride;
      float *restrict r = r_plane + y * stride;

      for (ptrdiff_t x = 0; x < level->cols; x++)
        r[x] = wall[x] * u[x] + (right[x] * (u[x] - u[x + 1]) + right[x - 1] * (u[x] - u[x - 1]))
               + (down[x] * (u[x] - u[x + stride]) + down[x - stride] * (u[x] - u[x - stride]));
      if (f_plane)
        for (ptrdiff_t x = 0; x < level->cols; x++)
          r[x] = f_plane[y * stride + x] - r[x];
    }
}

/* Ghost cells at `cols` and `rows`: mirrored where the picture ends, 0 at known pixels. */
static void
mirror (const Level *level, float *plane, int cols, int rows)
{
  const ptrdiff_t stride = level->stride;

  for (int y = 0; y < rows; y++)
    {
      plane[y * stride - 1] = level->open[LEFT] * plane[y * stride];
      plane[y * stride + cols] = level->open[RIGHT] * plane[y * stride + cols - 1];
    }
  for (ptrdiff_t x = -1; x <= cols; x++)
    {
      plane[x - stride] = level->open[TOP] * plane[x];
      plane[rows * stride + x] = level->open[BOTTOM] * plane[(rows - 1) * stride + x];
    }
}

/* coarse f = the transpose of `prolong` applied to fine r. Weights 1 3 3 1 over 4, both ways. */
static void
restrict_residual (const Level *fine, const Level *coarse)
{
  const ptrdiff_t stride = fine->stride;

  mirror (fine, fine->r, fine->cols, fine->rows);
  for (int y = 0; y < fine->rows / 2; y++)
    {
      const float *r = fine->r + 2 * y * stride;
      float *restrict f = coarse->f + (ptrdiff_t) y * coarse->stride;

      for (ptrdiff_t x = 0; x < fine->cols / 2; x++)
        {
          float column[4];

          for (int i = 0; i < 4; i++)
            {
              const float *at = r + 2 * x - 1 + i;

              column[i] = (at[-stride] + at[2 * stride]) + 3 * (at[0] + at[stride]);
            }
          f[x] = 0.0625f * ((column[0] + column[3]) + 3 * (column[1] + column[2]));
        }
    }
}

/* fine u += the coarse correction, bilinear between centres of cells. */
static void
prolong (const Level *fine, const Level *coarse)
{
  const ptrdiff_t stride = coarse->stride;

  mirror (coarse, coarse->u, fine->cols / 2, fine->rows / 2);
  for (int y = 0; y < fine->rows; y++)
    {
      const float *near = coarse->u + (y / 2) * stride;
      const float *far = near + (y % 2 ? stride : -stride);
      const float *inverse = fine->inverse + (ptrdiff_t) y * fine->stride;
      float *restrict u = fine->u + (ptrdiff_t) y * fine->stride;

      for (ptrdiff_t x = 0; x < fine->cols / 2; x++)
        {
          const float left = 3 * near[x - 1] + far[x - 1], here = 3 * near[x] + far[x];
          const float right = 3 * near[x + 1] + far[x + 1];

          u[2 * x] += inverse[2 * x] > 0 ? 0.0625f * (3 * here + left) : 0;
          u[2 * x + 1] += inverse[2 * x + 1] > 0 ? 0.0625f * (3 * here + right) : 0;
        }
    }
}

/* u = about A^-1 f, from u = 0. Symmetric, as conjugate gradients need it: what is done going down
 * is done the other way round going up. */
static void
cycle (Multigrid *grid, int index)
{
  Level *level = &grid->levels[index];
  const gboolean bottom = index == grid->n_levels - 1;

  memset (level->u - level->stride - 1, 0,
          sizeof (float) * level->stride * ((size_t) level->rows + 2));
  sweep (level, 0);
  sweep (level, 1);
  if (bottom)
    for (int i = 1; i < BOTTOM_SWEEPS; i++)
      {
        sweep (level, 1);
        sweep (level, 0);
        sweep (level, 0);
        sweep (level, 1);
      }
  else
    {
      apply (level, level->f, level->u, level->r);
      restrict_residual (level, &grid->levels[index + 1]);
      cycle (grid, index + 1);
      prolong (level, &grid->levels[index + 1]);
    }
  sweep (level, 1);
  sweep (level, 0);
}

/* ---- conjugate gradients ------------------------------------------------------------------- */

enum { LANES = 8 };

static double
dot (const Level *level, const float *a, const float *b)
{
  double sums[LANES] = { 0 }, sum = 0;

  for (int y = 0; y < level->rows; y++, a += level->stride, b += level->stride)
    {
      int x = 0;

      for (; x + LANES <= level->cols; x += LANES)
        for (int i = 0; i < LANES; i++)
          sums[i] += (double) a[x + i] * (double) b[x + i];
      for (; x < level->cols; x++)
        sums[0] += (double) a[x] * (double) b[x];
    }
  for (int i = 0; i < LANES; i++)
    sum += sums[i];
  return sum;
}

static float
largest (const Level *level, const float *a)
{
  float most = 0;

  for (int y = 0; y < level->rows; y++, a += level->stride)
    for (int x = 0; x < level->cols; x++)
      most = MAX (most, fabsf (a[x]));
  return most;
}

/* y = scale * y + step * x. */
static void
combine (const Level *level, float scale, float *y, float step, const float *x)
{
  for (int row = 0; row < level->rows; row++, y += level->stride, x += level->stride)
    {
      float *restrict to = y;

      for (int i = 0; i < level->cols; i++)
        to[i] = scale * to[i] + step * x[i];
    }
}

int
multigrid_solve (Job *job, Multigrid *grid, double tolerance, GError **error)
{
  const Level *level = &grid->levels[0];
  double before = 0;

  for (int y = 0; y < level->rows; y++)
    for (int x = 0; x < level->cols; x++)
      {
        const size_t i = (size_t) y * level->stride + x;

        grid->x[i] = grid->p[i] = 0;
        level->f[i] = level->inverse[i] > 0 ? level->f[i] : 0;
      }
  for (int round = 0; round < MAX_ROUNDS; round++)
    {
      double now, step;

      if (!job_advance (job, 0, error))
        return 0;
      /* f is the residual; u becomes about the error: the measure of what is left */
      cycle (grid, 0);
      if (!(largest (level, level->u) > tolerance))
        {
          combine (level, 1, grid->x, 1, level->u);
          return round + 1;
        }
      now = dot (level, level->f, level->u);
      combine (level, before > 0 ? (float) (now / before) : 0, grid->p, 1, level->u);
      apply (level, NULL, grid->p, level->r);
      step = now / dot (level, grid->p, level->r);
      combine (level, 1, grid->x, (float) step, grid->p);
      combine (level, 1, level->f, (float) -step, level->r);
      before = now;
    }
  return MAX_ROUNDS;
}
