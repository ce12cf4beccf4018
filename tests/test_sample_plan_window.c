/* Plans of models that read from left to right: the published window, and windows half a window
 * apart; and the orders in a window. */
#include "sample/permuter.h"
#include "sample/plan_window.h"
#include <string.h>

/* ---- the frame ----------------------------------------------------------------------------- */

static void
check_side (int picture, int at, int size, int hole_at, int hole_size, int factor, int window,
            gboolean whole)
{
  const int cells = MAX ((picture + factor - 1) / factor, window);
  const int first = hole_at / factor, last = (hole_at + hole_size - 1) / factor;
  const int begin = at / factor, end = (at + size) / factor;

  g_assert_cmpint (at % factor, ==, 0);
  g_assert_cmpint (size % factor, ==, 0);
  g_assert_cmpint (begin, >=, 0);
  g_assert_cmpint (end, <=, cells);
  g_assert_cmpint (end - begin, >=, window);
  if (whole)
    g_assert_true (begin == 0 && end == cells);
  /* Wherever a window with a hole cell lies, the frame shows it. */
  g_assert_cmpint (begin, <=, MAX (first - window + 1, 0));
  g_assert_cmpint (end, >=, MIN (last + window, cells));
}

static void
frames_show_every_window (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210625);

  for (int round = 0; round < 4000; round++)
    {
      const int width = g_rand_int_range (rand, 1, 900), height = g_rand_int_range (rand, 1, 900);
      const int w = g_rand_int_range (rand, 1, width + 1);
      const int h = g_rand_int_range (rand, 1, height + 1);
      const PixelBox hole = { g_rand_int_range (rand, 0, width - w + 1),
                              g_rand_int_range (rand, 0, height - h + 1), w, h };
      const int factor = 1 << g_rand_int_range (rand, 0, 5);
      const PlanShape shape = { g_rand_int_range (rand, 1, 20), g_rand_int_range (rand, 1, 20),
                                NULL };
      const gboolean whole = round % 3 == 0;
      const PixelBox box = plan_window_frame (width, height, hole, factor, shape, whole).box;

      check_side (width, box.x, box.width, hole.x, w, factor, shape.cols, whole);
      check_side (height, box.y, box.height, hole.y, h, factor, shape.rows, whole);
    }
}

/* ---- the windows --------------------------------------------------------------------------- */

/* What was sampled or known when the plan's turn came, cell by cell. */
typedef struct {
  int rows, cols;
  PlanShape shape;
  guint8 *hole, *final;
  int *turns; /* how many times a cell was sampled */
} Grid;

static void
grid_clear (Grid *grid)
{
  g_free (grid->hole);
  g_free (grid->final);
  g_free (grid->turns);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Grid, grid_clear)

static void
grid_init (Grid *grid, int rows, int cols, PlanShape shape, double share, GRand *rand)
{
  const size_t n = (size_t) rows * cols;

  *grid = (Grid){ rows, cols, shape, g_new0 (guint8, n), g_new0 (guint8, n), g_new0 (int, n) };
  for (size_t i = 0; i < n; i++)
    grid->hole[i] = g_rand_double (rand) < share;
  grid->hole[g_rand_int_range (rand, 0, (int) n)] = 1;
  for (size_t i = 0; i < n; i++)
    grid->final[i] = !grid->hole[i];
}

/* Walks through a window's sequence: whatever comes before the last cell that it samples must be
 * final before the window's group began, or be sampled by the window itself before. */
static void
check_window (const Grid *grid, const PlanWindow *window)
{
  const CellBox box = window->window;
  int next = 0;

  g_assert_true (box.rows == grid->shape.rows && box.cols == grid->shape.cols);
  g_assert_true (box.row >= 0 && box.row + box.rows <= grid->rows);
  g_assert_true (box.col >= 0 && box.col + box.cols <= grid->cols);
  g_assert_cmpint (window->n_cells, >, 0);
  for (int p = 0; next < window->n_cells; p++)
    {
      const int place = grid->shape.order ? grid->shape.order[p] : p;
      const int cell = (box.row + place / box.cols) * grid->cols + box.col + place % box.cols;

      g_assert_cmpint (p, <, box.rows * box.cols);
      if (cell == window->cells[next])
        {
          g_assert_true (grid->hole[cell]);
          grid->turns[cell]++;
          next++;
        }
      else
        g_assert_true (grid->final[cell]);
    }
}

static void
check_plan (const Grid *grid, const Plan *plan)
{
  int begin = 0;

  while (begin < plan->n_windows)
    {
      int end = begin;

      for (; end < plan->n_windows && plan->windows[end].group == plan->windows[begin].group; end++)
        check_window (grid, &plan->windows[end]);
      for (int i = begin; i < end; i++)
        for (int k = 0; k < plan->windows[i].n_cells; k++)
          grid->final[plan->windows[i].cells[k]] = 1;
      if (end < plan->n_windows)
        g_assert_cmpint (plan->windows[end].group, ==, plan->windows[begin].group + 1);
      begin = end;
    }
  for (int i = 0; i < grid->rows * grid->cols; i++)
    g_assert_cmpint (grid->turns[i], ==, grid->hole[i]);
}

static void
check_rule (PlanRule rule, int rows, int cols, PlanShape shape, double share, GRand *rand)
{
  g_auto (Grid) grid = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Plan) plan = NULL;
  g_autofree char *text = NULL;

  grid_init (&grid, rows, cols, shape, share, rand);
  plan = plan_window_new ((PlanFrame){ .n_levels = 1, .box = { 0, 0, cols * 4, rows * 4 } }, 4,
                          shape, rule, grid.hole, &error);
  g_assert_no_error (error);
  g_assert_true (plan->levels[0].rows == rows && plan->levels[0].cols == cols);
  check_plan (&grid, plan);
  text = plan_window_describe (plan, rule);
  g_assert_nonnull (strstr (text, rule == PLAN_EXACT ? "exact" : "anchored"));
}

static void
every_hole_cell_once (void)
{
  static const double shares[] = { 0, 0.02, 0.3, 0.9, 1 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (int round = 0; round < 400; round++)
    {
      const PlanShape shape = { g_rand_int_range (rand, 1, 9), g_rand_int_range (rand, 1, 9),
                                NULL };
      const int rows = shape.rows + g_rand_int_range (rand, 0, 25);
      const int cols = shape.cols + g_rand_int_range (rand, 0, 25);

      check_rule (round % 2 ? PLAN_EXACT : PLAN_ANCHORED, rows, cols, shape, shares[round % 5],
                  rand);
    }
}

static void
every_order (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (PermuterType type = PERMUTER_SUBSAMPLE; type <= PERMUTER_RANDOM; type++)
    for (int round = 0; round < 12; round++)
      {
        int order[64];
        const PlanShape shape = { 8, 8, order };

        permuter_forward (type, 8, 8, order);
        check_rule (PLAN_ANCHORED, 8 + 3 * round, 8 + 5 * (round % 4), shape, round % 2 ? 1 : 0.4,
                    rand);
        check_rule (PLAN_EXACT, 8, 8, shape, 0.5, rand);
      }
}

/* scripts/sample_conditional.py of the published code, line by line. */
static int
published_local (int i, int n)
{
  if (i <= 8)
    return i;
  if (n - i < 8)
    return 16 - (n - i);
  return 8;
}

static void
windows_as_published (void)
{
  const PlanShape shape = { 16, 16, NULL };

  for (int rows = 16; rows < 50; rows += 3)
    for (int row = 0; row < rows; row++)
      for (int col = 0; col < 37; col++)
        {
          const CellBox box = plan_window_centred (rows, 37, shape, row, col);

          g_assert_cmpint (box.row, ==, row - published_local (row, rows));
          g_assert_cmpint (box.col, ==, col - published_local (col, 37));
        }
}

/* 1280 x 832 pixels of 16: 54 windows in 14 steps. One window stands still on 16 x 16 cells. */
static void
known_plans (void)
{
  const PlanShape shape = { 16, 16, NULL };
  g_autofree guint8 *hole = g_malloc (80 * 52);
  g_autoptr (Plan) large = NULL, exact = NULL, small = NULL;

  memset (hole, 1, 80 * 52);
  large = plan_window_new ((PlanFrame){ .n_levels = 1, .box = { 0, 0, 1280, 832 } }, 16, shape,
                           PLAN_ANCHORED, hole, NULL);
  g_assert_cmpint (large->n_windows, ==, 54);
  g_assert_cmpint (large->windows[53].group, ==, 13);
  g_assert_cmpint (large->windows[0].n_cells, ==, 256);
  g_assert_cmpint (large->windows[53].n_cells, ==, 32); /* 52 = 16 + 4 * 8 + 4 rows */
  exact = plan_window_new ((PlanFrame){ .n_levels = 1, .box = { 0, 0, 1280, 832 } }, 16, shape,
                           PLAN_EXACT, hole, NULL);
  /* a window for each place of the window in a row */
  g_assert_cmpint (exact->n_windows, ==, 52 * (80 - 16 + 1));
  small = plan_window_new ((PlanFrame){ .n_levels = 1, .box = { 0, 0, 256, 256 } }, 16, shape,
                           PLAN_EXACT, hole, NULL);
  g_assert_cmpint (small->n_windows, ==, 1);
}

static void
nothing_to_fill (void)
{
  static const guint8 hole[64];
  g_autoptr (GError) error = NULL;

  g_assert_null (plan_window_new ((PlanFrame){ .n_levels = 1, .box = { 0, 0, 8, 8 } }, 1,
                                  (PlanShape){ 4, 4, NULL }, PLAN_ANCHORED, hole, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY);
}

static void
no_order (void)
{
  static const int twice[] = { 0, 2, 2 }, outside[] = { 0, 1, 3 }, good[] = { 2, 0, 1 };
  int backward[3];

  g_assert_false (permuter_backward (twice, 3, backward));
  g_assert_false (permuter_backward (outside, 3, backward));
  g_assert_true (permuter_backward (good, 3, backward));
  g_assert_true (backward[0] == 1 && backward[1] == 2 && backward[2] == 0);
  g_assert_false (permuter_fits (PERMUTER_Z_CURVE, 12, 12));
  g_assert_false (permuter_fits (PERMUTER_SPIRAL_IN, 7, 7));
  g_assert_false (permuter_fits (PERMUTER_SUBSAMPLE, 8, 4));
  g_assert_true (permuter_fits (PERMUTER_ALTERNATE, 3, 5));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan_window/frames_show_every_window", frames_show_every_window);
  g_test_add_func ("/plan_window/every_hole_cell_once", every_hole_cell_once);
  g_test_add_func ("/plan_window/every_order", every_order);
  g_test_add_func ("/plan_window/windows_as_published", windows_as_published);
  g_test_add_func ("/plan_window/known_plans", known_plans);
  g_test_add_func ("/plan_window/nothing_to_fill", nothing_to_fill);
  g_test_add_func ("/plan_window/no_order", no_order);
  return g_test_run ();
}
