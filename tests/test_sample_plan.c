#include "sample/plan.h"
#include <string.h>

/* ---- the frame ----------------------------------------------------------------------------- */

/* The rule, word for word, for every side on its own. */
static int
worst_cells (int size, int unit)
{
  int most = 0;

  for (int offset = 0; offset < unit; offset++)
    most = MAX (most, (offset + size - 1) / unit + 1);
  return most + 2;
}

static gboolean
level_will_do (int width, int height, PixelBox hole, int unit, int window)
{
  const int limit = window * 5 / 8;

  return (worst_cells (hole.width, unit) <= limit && worst_cells (hole.height, unit) <= limit)
         || ((width + unit - 1) / unit <= window && (height + unit - 1) / unit <= window);
}

static void
check_side (int picture, int at, int size, int hole_at, int hole_size, int unit, int window)
{
  if (unit * window >= picture)
    {
      g_assert_cmpint (at, ==, 0);
      g_assert_cmpint (size, ==, (picture + unit - 1) / unit * unit);
      return;
    }
  g_assert_cmpint (size, ==, unit * window);
  g_assert_cmpint (at, >=, 0);
  g_assert_cmpint (at + size, <=, picture);
  if (at > 0 && at + size < picture) /* free to be centred */
    g_assert_cmpint (ABS ((2 * at + size) - (2 * hole_at + hole_size)), <=, 1);
  else if (at == 0) /* pushed to an edge: only as far as needed */
    g_assert_cmpint (2 * hole_at + hole_size, <=, size + 1);
  else
    g_assert_cmpint (2 * hole_at + hole_size, >=, 2 * picture - size - 1);
}

static void
check_frame (int width, int height, PixelBox hole, int factor, int window)
{
  const PlanFrame frame = plan_frame (width, height, hole, factor, window);
  const PixelBox box = frame.box;
  const int unit = factor << (frame.n_levels - 1);

  for (int level = 0; level < frame.n_levels - 1; level++)
    g_assert_false (level_will_do (width, height, hole, factor << level, window));
  g_assert_true (level_will_do (width, height, hole, unit, window));
  check_side (width, box.x, box.width, hole.x, hole.width, unit, window);
  check_side (height, box.y, box.height, hole.y, hole.height, unit, window);
  g_assert_cmpint (box.x, <=, hole.x);
  g_assert_cmpint (box.y, <=, hole.y);
  g_assert_cmpint (hole.x + hole.width, <=, box.x + box.width);
  g_assert_cmpint (hole.y + hole.height, <=, box.y + box.height);
}

static void
frames_by_the_rule (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);

  for (int round = 0; round < 3000; round++)
    {
      const int width = g_rand_int_range (rand, 1, 900), height = g_rand_int_range (rand, 1, 900);
      const int w = g_rand_int_range (rand, 1, width + 1);
      const int h = g_rand_int_range (rand, 1, height + 1);
      const PixelBox hole = { g_rand_int_range (rand, 0, width - w + 1),
                              g_rand_int_range (rand, 0, height - h + 1), w, h };

      check_frame (width, height, hole, 1 << g_rand_int_range (rand, 0, 5),
                   g_rand_int_range (rand, 1, 33));
    }
}

static void
frames_known_cases (void)
{
  PlanFrame frame = plan_frame (1000, 700, (PixelBox){ 500, 300, 50, 40 }, 8, 16);

  g_assert_cmpint (frame.n_levels, ==, 1); /* 49 px, so 8 cells, and 2: 10 of 16 */
  g_assert_true (memcmp (&frame.box, &(PixelBox){ 461, 256, 128, 128 }, sizeof frame.box) == 0);
  frame = plan_frame (1000, 700, (PixelBox){ 500, 300, 58, 40 }, 8, 16);
  g_assert_cmpint (frame.n_levels, ==, 2); /* one cell more */
  frame = plan_frame (1000, 700, (PixelBox){ 0, 0, 1000, 700 }, 8, 16);
  g_assert_cmpint (frame.n_levels, ==, 4); /* 64 px a cell: 16 x 11 */
  g_assert_true (memcmp (&frame.box, &(PixelBox){ 0, 0, 1024, 704 }, sizeof frame.box) == 0);
  frame = plan_frame (1000, 700, (PixelBox){ 999, 699, 1, 1 }, 8, 16);
  g_assert_true (memcmp (&frame.box, &(PixelBox){ 872, 572, 128, 128 }, sizeof frame.box) == 0);
}

/* ---- the windows --------------------------------------------------------------------------- */

typedef struct {
  PlanFrame frame;
  guint8 *cells[30];
} Holes;

static void
holes_clear (Holes *holes)
{
  for (int l = 0; l < holes->frame.n_levels; l++)
    g_free (holes->cells[l]);
}

/* Rectangles of hole cells on the finest level, halved for the others. */
static Holes
random_holes (GRand *rand, int n_levels, int rows, int cols, int n_boxes)
{
  Holes holes = { { n_levels, { 3, 5, cols << (n_levels + 2), rows << (n_levels + 2) } } };

  for (int l = 0; l < n_levels; l++)
    holes.cells[l] =
        g_new0 (guint8, plan_level_rows (holes.frame, 8, l) * plan_level_cols (holes.frame, 8, l));
  rows = plan_level_rows (holes.frame, 8, 0);
  cols = plan_level_cols (holes.frame, 8, 0);
  for (int i = 0; i < n_boxes; i++)
    {
      const int h = g_rand_int_range (rand, 1, MIN (rows, 20) + 1);
      const int w = g_rand_int_range (rand, 1, MIN (cols, 20) + 1);
      const int top = g_rand_int_range (rand, 0, rows - h + 1);
      const int left = g_rand_int_range (rand, 0, cols - w + 1);

      for (int row = top; row < top + h; row++)
        for (int col = left; col < left + w; col++)
          for (int l = 0; l < n_levels; l++)
            holes.cells[l][(row >> l) * (cols >> l) + (col >> l)] = 1;
    }
  return holes;
}

static void
check_window (const Plan *plan, const PlanWindow *window, int *seen)
{
  const PlanLevel *level = &plan->levels[window->level];
  const CellBox box = window->window;

  g_assert_cmpint (box.rows, ==, MIN (plan->window_side, level->rows));
  g_assert_cmpint (box.cols, ==, MIN (plan->window_side, level->cols));
  g_assert_true (box.row >= 0 && box.row + box.rows <= level->rows);
  g_assert_true (box.col >= 0 && box.col < level->cols);
  g_assert_true (plan->frame.cyclic || box.col + box.cols <= level->cols);
  g_assert_cmpint (window->n_cells, >, 0);
  for (int i = 0; i < window->n_cells; i++)
    {
      const int row = window->cells[i] / level->cols, col = window->cells[i] % level->cols;

      g_assert_true (row >= box.row && row < box.row + box.rows);
      g_assert_cmpint ((col - box.col + level->cols) % level->cols, <, box.cols);
      g_assert_true (i == 0 || window->cells[i] > window->cells[i - 1]); /* raster order */
      seen[window->cells[i]]++;
    }
}

/* A block of half a window, and the window centred on it as far as the grid lets it be. */
static void
check_block (const Plan *plan, const PlanWindow *window)
{
  const PlanLevel *level = &plan->levels[window->level];
  const int side = MAX (plan->window_side / 2, 1);
  int top = G_MAXINT, left = G_MAXINT, bottom = 0, right = 0;

  for (int i = 0; i < window->n_cells; i++)
    {
      const int row = window->cells[i] / level->cols, col = window->cells[i] % level->cols;

      top = MIN (top, row);
      bottom = MAX (bottom, row);
      left = MIN (left, col);
      right = MAX (right, col);
    }
  g_assert_cmpint (bottom - top, <, side);
  g_assert_cmpint (right - left, <, side);
  /* A quarter of the window (rounded down) lies on every side of the block, or the grid ends. */
  g_assert_true (top - window->window.row >= plan->window_side / 4 || window->window.row == 0
                 || window->window.row + window->window.rows == level->rows);
  if (plan->frame.cyclic)
    g_assert_cmpint ((left - window->window.col + level->cols) % level->cols, >=,
                     (window->window.cols - (right - left + 1)) / 4);
  else
    g_assert_true (left - window->window.col >= plan->window_side / 4 || window->window.col == 0
                   || window->window.col + window->window.cols == level->cols);
}

/* What guides a window is done: all cells of the coarser levels. (Cells of its own level are looked
 * at only where they are known or have been sampled, and none is sampled twice.) */
static void
check_final (const Plan *plan, const Holes *holes, int level, int *const *seen)
{
  for (int l = level + 1; l < plan->frame.n_levels; l++)
    for (int i = 0; i < plan->levels[l].rows * plan->levels[l].cols; i++)
      g_assert_cmpint (seen[l][i], ==, holes->cells[l][i]);
}

static void
check_plan (const Plan *plan, const Holes *holes)
{
  int *seen[30], before = plan->frame.n_levels - 1;

  for (int l = 0; l < plan->frame.n_levels; l++)
    seen[l] = g_new0 (int, plan->levels[l].rows * plan->levels[l].cols);
  for (int i = 0; i < plan->n_windows; i++)
    {
      const PlanWindow *window = &plan->windows[i];

      g_assert_cmpint (window->level, <=, before); /* a coarser level never comes back */
      before = window->level;
      check_final (plan, holes, window->level, seen);
      check_window (plan, window, seen[window->level]);
      if (window->level < plan->frame.n_levels - 1)
        check_block (plan, window);
    }
  for (int l = 0; l < plan->frame.n_levels; l++)
    {
      int n_hole = 0;

      for (int i = 0; i < plan->levels[l].rows * plan->levels[l].cols; i++)
        {
          g_assert_cmpint (seen[l][i], ==, holes->cells[l][i]);
          g_assert_cmpint (plan->levels[l].hole[i], ==, holes->cells[l][i]);
          n_hole += holes->cells[l][i];
        }
      g_assert_cmpint (plan->levels[l].n_hole, ==, n_hole);
      g_free (seen[l]);
    }
}

static void
samples_each_hole_cell_once (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);

  for (int round = 0; round < 500; round++)
    {
      Holes holes =
          random_holes (rand, g_rand_int_range (rand, 1, 5), g_rand_int_range (rand, 1, 20),
                        g_rand_int_range (rand, 1, 20), g_rand_int_range (rand, 1, 8));
      g_autoptr (Plan) plan = NULL;

      holes.frame.cyclic = round % 2;
      plan = plan_new (holes.frame, 8, g_rand_int_range (rand, 1, 21), holes.cells, NULL);
      g_assert_nonnull (plan);
      check_plan (plan, &holes);
      holes_clear (&holes);
    }
}

static void
plans_one_coarse_window (void)
{
  guint8 cells[30 * 30] = { 0 };
  guint8 *hole[] = { cells };
  g_autoptr (Plan) plan = NULL;

  for (int row = 12; row < 22; row++) /* 10 of 16 rows: 5/8 */
    cells[row * 30 + 27] = cells[row * 30 + 29] = 1;
  plan = plan_new ((PlanFrame){ 1, { 0, 0, 240, 240 } }, 8, 16, hole, NULL);
  g_assert_cmpint (plan->n_windows, ==, 1);
  g_assert_cmpint (plan->windows[0].n_cells, ==, 20);
  g_assert_cmpint (plan->windows[0].window.row, ==, 9);
  g_assert_cmpint (plan->windows[0].window.col, ==, 14);
  plan_free (g_steal_pointer (&plan));
  cells[22 * 30 + 28] = 1; /* one row more: blocks of 8 x 8 */
  plan = plan_new ((PlanFrame){ 1, { 0, 0, 240, 240 } }, 8, 16, hole, NULL);
  g_assert_cmpint (plan->n_windows, ==, 2);
  g_assert_cmpint (plan->windows[0].window.row, ==, 8);  /* block 12..19 */
  g_assert_cmpint (plan->windows[1].window.row, ==, 14); /* block 20..22: 13.5, at most 14 */
}

static void
plans_whole_picture (void)
{
  guint8 fine[32 * 32], coarse[16 * 16];
  guint8 *hole[] = { fine, coarse };
  Holes holes = { { 2, { 0, 0, 256, 256 } }, { fine, coarse } };
  g_autoptr (Plan) plan = NULL;

  memset (fine, 1, sizeof fine);
  memset (coarse, 1, sizeof coarse);
  plan = plan_new (holes.frame, 8, 16, hole, NULL);
  check_plan (plan, &holes);
  g_assert_cmpint (plan->n_windows, ==, 1 + 16);
  g_assert_cmpint (plan->windows[0].n_cells, ==, 256);
  g_assert_cmpint (plan->windows[1].n_cells, ==, 64);
  g_assert_cmpint (plan->windows[2].cells[0], ==, 8); /* blocks in raster order */
}

/* Of a circle every block sees cells on both sides of it, and the last one both neighbours of what is
 * left: nowhere a border. */
static void
plans_a_circle (void)
{
  const PlanFrame frame = plan_frame_cyclic (1536, 600, (PixelBox){ 0, 0, 1536, 200 }, 8, 16);
  guint8 cells[12 * 2];
  guint8 *hole[] = { cells };
  g_autoptr (Plan) plan = NULL;

  g_assert_true (frame.cyclic);
  g_assert_cmpint (frame.n_levels, ==, 5); /* 128 px a cell: 12 of 16 around */
  g_assert_true (memcmp (&frame.box, &(PixelBox){ 0, 0, 1536, 640 }, sizeof frame.box) == 0);
  g_assert_cmpint (plan_frame_cyclic (1544, 600, (PixelBox){ 0, 0, 1544, 200 }, 8, 16).n_levels, ==,
                   1);
  g_assert_cmpint (plan_frame_cyclic (1540, 600, (PixelBox){ 0, 0, 1540, 200 }, 8, 16).n_levels, ==,
                   0);
  memset (cells, 1, sizeof cells);
  plan = plan_new ((PlanFrame){ 1, { 0, 0, 96, 16 }, TRUE }, 8, 16, hole, NULL);
  g_assert_cmpint (plan->n_windows, ==, 2); /* halves of a circle smaller than a window */
  g_assert_cmpint (plan->windows[0].window.col, ==, 9);
  g_assert_cmpint (plan->windows[1].window.col, ==, 3);
  g_assert_cmpint (plan->windows[1].window.cols, ==, 12);
}

static void
refuses_an_empty_hole (void)
{
  guint8 cells[16] = { 0 };
  guint8 *hole[] = { cells };
  g_autoptr (GError) error = NULL;

  g_assert_null (plan_new ((PlanFrame){ 1, { 0, 0, 32, 32 } }, 8, 16, hole, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY);
}

static void
describes_itself (void)
{
  guint8 cells[16] = { 0, 0, 0, 0, 0, 1 };
  guint8 *hole[] = { cells };
  g_autoptr (Plan) plan = plan_new ((PlanFrame){ 1, { 3, 4, 32, 32 } }, 8, 16, hole, NULL);
  g_autofree char *text = plan_describe (plan);

  g_assert_cmpstr (text, ==,
                   "context 32 x 32 px at 3, 4; cells of 8 px; windows of 16 cells\n"
                   "level  reduced     grid  hole cells\n"
                   "    0  1 : 1       4 x 4           1\n"
                   "window  level     rows     cols  hole cells\n"
                   "     1      0    0..3      0..3             1\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/frames-by-the-rule", frames_by_the_rule);
  g_test_add_func ("/plan/frames-known-cases", frames_known_cases);
  g_test_add_func ("/plan/samples-each-hole-cell-once", samples_each_hole_cell_once);
  g_test_add_func ("/plan/plans-one-coarse-window", plans_one_coarse_window);
  g_test_add_func ("/plan/plans-whole-picture", plans_whole_picture);
  g_test_add_func ("/plan/plans-a-circle", plans_a_circle);
  g_test_add_func ("/plan/refuses-an-empty-hole", refuses_an_empty_hole);
  g_test_add_func ("/plan/describes-itself", describes_itself);
  return g_test_run ();
}
