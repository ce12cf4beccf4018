#include "sample/plan_window.h"
#include "base/buffer.h"
#include <glib/gi18n-lib.h>

/* ---- the frame ----------------------------------------------------------------------------- */

/* One side, in cells: all of them, or the hole's and a window's length on either side. */
static void
frame_side (int picture, int hole_at, int hole_size, int factor, int window, gboolean whole,
            int *at, int *size)
{
  const int n = MAX ((picture - 1) / factor + 1, window);
  const int first = hole_at / factor, last = (hole_at + hole_size - 1) / factor;
  int begin = whole ? 0 : MAX (first - window, 0);
  const int end = whole ? n : MIN (last + window + 1, n);

  begin = MIN (begin, MAX (end - window, 0));
  *at = begin * factor;
  *size = MAX (end - begin, window) * factor;
}

PlanFrame
plan_window_frame (int picture_width, int picture_height, PixelBox hole, int factor,
                   PlanShape shape, gboolean whole)
{
  PlanFrame frame = { .n_levels = 1 };

  g_assert (hole.width > 0 && hole.height > 0 && hole.x >= 0 && hole.y >= 0
            && hole.width <= picture_width - hole.x && hole.height <= picture_height - hole.y);
  frame_side (picture_width, hole.x, hole.width, factor, shape.cols, whole, &frame.box.x,
              &frame.box.width);
  frame_side (picture_height, hole.y, hole.height, factor, shape.rows, whole, &frame.box.y,
              &frame.box.height);
  return frame;
}

/* ---- windows ------------------------------------------------------------------------------- */

/* taming-transformers/scripts/sample_conditional.py: local_i = i, 8 or 16 - (h - i). */
CellBox
plan_window_centred (int grid_rows, int grid_cols, PlanShape shape, int row, int col)
{
  return (CellBox){ CLAMP (row - shape.rows / 2, 0, grid_rows - shape.rows),
                    CLAMP (col - shape.cols / 2, 0, grid_cols - shape.cols), shape.rows,
                    shape.cols };
}

/* The next window, which still has no cells; its cells begin where the last one's end. */
static PlanWindow *
begin_window (Plan *plan, CellBox box, int group)
{
  PlanWindow *last = plan->n_windows > 0 ? &plan->windows[plan->n_windows - 1] : NULL;
  PlanWindow *window = &plan->windows[plan->n_windows];

  *window = (PlanWindow){ .group = group,
                          .window = box,
                          .cells = last ? last->cells + last->n_cells : plan->cells };
  return window;
}

/* Cells that follow each other in raster order share a window while it stands still. */
static void
exact_windows (Plan *plan, PlanShape shape)
{
  const PlanLevel *level = &plan->levels[0];
  PlanWindow *window = NULL;

  for (int row = 0; row < level->rows; row++)
    for (int col = 0; col < level->cols; col++)
      {
        const int cell = row * level->cols + col;
        const CellBox box = plan_window_centred (level->rows, level->cols, shape, row, col);

        if (!level->hole[cell])
          continue;
        if (!window || window->window.row != box.row || window->window.col != box.col)
          {
            window = begin_window (plan, box, plan->n_windows);
            plan->n_windows++;
          }
        window->cells[window->n_cells++] = cell;
      }
}

/* The hole cells of a window inside `own`, in the order of its sequence. */
static void
add_window (Plan *plan, CellBox box, CellBox own, PlanShape shape, int group)
{
  const PlanLevel *level = &plan->levels[0];
  PlanWindow *window = begin_window (plan, box, group);

  for (int p = 0; p < shape.rows * shape.cols; p++)
    {
      const int place = shape.order ? shape.order[p] : p;
      const int row = box.row + place / shape.cols, col = box.col + place % shape.cols;

      if (row >= own.row && row < own.row + own.rows && col >= own.col && col < own.col + own.cols
          && level->hole[(size_t) row * level->cols + col])
        window->cells[window->n_cells++] = row * level->cols + col;
    }
  plan->n_windows += window->n_cells > 0;
}

/* How many windows half a window apart cover a side. */
static int
n_anchors (int grid, int window)
{
  const int stride = MAX (window / 2, 1);

  return 1 + (grid - window + stride - 1) / stride;
}

/* Anchor i's own cells on a side: the first has a whole window, each further one half a window or
 * what is left of the grid. */
static void
anchor (int grid, int window, int i, int *own_at, int *own_size)
{
  const int stride = MAX (window / 2, 1), begin = i == 0 ? 0 : window + (i - 1) * stride;

  *own_at = begin;
  *own_size = MIN (i == 0 ? window : stride, grid - begin);
}

/* Window (a, b) ends where its own cells end, so all else in it belongs to windows further up or to
 * the left. Windows with the same a + b have nothing to do with each other. */
static void
anchored_windows (Plan *plan, PlanShape shape)
{
  const PlanLevel *level = &plan->levels[0];
  const int down = n_anchors (level->rows, shape.rows),
            across = n_anchors (level->cols, shape.cols);
  int group = 0;

  for (int diagonal = 0; diagonal < down + across - 1; diagonal++)
    {
      const int before = plan->n_windows;

      for (int a = MAX (diagonal - across + 1, 0); a <= MIN (diagonal, down - 1); a++)
        {
          CellBox own;

          anchor (level->rows, shape.rows, a, &own.row, &own.rows);
          anchor (level->cols, shape.cols, diagonal - a, &own.col, &own.cols);
          add_window (plan,
                      (CellBox){ own.row + own.rows - shape.rows, own.col + own.cols - shape.cols,
                                 shape.rows, shape.cols },
                      own, shape, group);
        }
      group += plan->n_windows > before;
    }
}

/* ---- the plan ------------------------------------------------------------------------------ */

static gboolean
copy_level (Plan *plan, const guint8 *hole, GError **error)
{
  PlanLevel *level = &plan->levels[0];
  const size_t n = (size_t) level->rows * level->cols;

  level->hole = buffer_new (n, 1, "the hole cells", error);
  if (!level->hole)
    return FALSE;
  for (size_t i = 0; i < n; i++)
    level->n_hole += level->hole[i] = hole[i] != 0;
  if (level->n_hole > 0)
    return TRUE;
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY, _ ("There is nothing to fill."));
  return FALSE;
}

Plan *
plan_window_new (PlanFrame frame, int factor, PlanShape shape, PlanRule rule, const guint8 *hole,
                 GError **error)
{
  g_autoptr (Plan) plan = g_new0 (Plan, 1);
  PlanLevel *level = plan->levels = g_new0 (PlanLevel, 1);
  size_t most;

  *plan = (Plan){
    .frame = frame, .factor = factor, .window_side = MAX (shape.rows, shape.cols), .levels = level
  };
  level->rows = plan_level_rows (frame, factor, 0);
  level->cols = plan_level_cols (frame, factor, 0);
  g_assert (level->rows >= shape.rows && level->cols >= shape.cols);
  g_assert (rule == PLAN_ANCHORED || !shape.order
            || (level->rows == shape.rows && level->cols == shape.cols));
  if (!copy_level (plan, hole, error))
    return NULL;
  most = rule == PLAN_ANCHORED || shape.order
             ? (size_t) n_anchors (level->rows, shape.rows) * n_anchors (level->cols, shape.cols)
             : (size_t) level->n_hole;
  plan->cells = buffer_new (level->n_hole, sizeof *plan->cells, "the list of cells", error);
  if (!plan->cells) /* one more window: the place in which one without cells is tried */
    return NULL;
  plan->windows = buffer_new (most + 1, sizeof *plan->windows, "the list of windows", error);
  if (!plan->windows)
    return NULL;
  if (rule == PLAN_ANCHORED || shape.order)
    anchored_windows (plan, shape);
  else
    exact_windows (plan, shape);
  return g_steal_pointer (&plan);
}

/* ---- for people ---------------------------------------------------------------------------- */

/* What a line of the table sums up. */
static int
line_of (const Plan *plan, PlanRule rule, const PlanWindow *window)
{
  return rule == PLAN_ANCHORED ? window->group : window->cells[0] / plan->levels[0].cols;
}

static void
describe_lines (const Plan *plan, PlanRule rule, GString *text)
{
  int i = 0;

  g_string_append (text, rule == PLAN_ANCHORED ? "  step  windows  hole cells\n"
                                               : "   row  windows  hole cells\n");
  while (i < plan->n_windows)
    {
      const int line = line_of (plan, rule, &plan->windows[i]);
      int n_windows = 0, n_cells = 0;

      for (; i < plan->n_windows && line_of (plan, rule, &plan->windows[i]) == line; i++)
        {
          n_windows++;
          n_cells += plan->windows[i].n_cells;
        }
      g_string_append_printf (text, "%6d  %7d  %10d\n", line + (rule == PLAN_ANCHORED), n_windows,
                              n_cells);
    }
}

char *
plan_window_describe (const Plan *plan, PlanRule rule)
{
  const PixelBox box = plan->frame.box;
  const PlanLevel *level = &plan->levels[0];
  const CellBox window = plan->windows[0].window;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "context %d x %d px at %d, %d; cells of %d px\n", box.width,
                          box.height, box.x, box.y, plan->factor);
  g_string_append_printf (text, "grid %d x %d cells, of which %d are sampled\n", level->cols,
                          level->rows, level->n_hole);
  g_string_append_printf (text, "%s: %d windows of %d x %d cells\n",
                          rule == PLAN_ANCHORED ? "anchored, half a window apart"
                                                : "exact, centred on each cell",
                          plan->n_windows, window.cols, window.rows);
  describe_lines (plan, rule, text);
  return g_string_free (text, FALSE);
}
