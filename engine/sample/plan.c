#include "sample/plan.h"
#include "base/buffer.h"
#include <glib/gi18n-lib.h>
#include <string.h>

/* ---- the frame ----------------------------------------------------------------------------- */

static gint64
divide_up (gint64 a, gint64 b)
{
  return (a + b - 1) / b;
}

/* Cells that n pixels can touch at worst, however they lie on the grid, and one more each side. */
static gint64
cells_at_worst (int n, gint64 unit)
{
  return divide_up (n - 1, unit) + 1 + 2;
}

/* One side of the context: a window's length, centred on the hole and moved inside the picture, or
 * all of a picture that is shorter. */
static void
frame_side (int picture, int hole_at, int hole_size, gint64 unit, int window, int *at, int *size)
{
  const gint64 length = unit * window;

  if (length >= picture)
    {
      *at = 0;
      *size = (int) (divide_up (picture, unit) * unit);
      return;
    }
  *at = (int) CLAMP (hole_at + (hole_size - length) / 2, 0, picture - length);
  *size = (int) length;
}

/* TRUE where cells of `unit` pixels are still too small for the coarsest level. */
static gboolean
too_fine (int picture_width, int picture_height, PixelBox hole, gint64 unit, int window)
{
  return (8 * cells_at_worst (hole.width, unit) > 5 * (gint64) window
          || 8 * cells_at_worst (hole.height, unit) > 5 * (gint64) window)
         && (unit * window < picture_width || unit * window < picture_height);
}

static void
check_hole (int picture_width, int picture_height, PixelBox hole, int factor, int window)
{
  g_assert (hole.width > 0 && hole.height > 0 && hole.x >= 0 && hole.y >= 0
            && hole.width <= picture_width - hole.x && hole.height <= picture_height - hole.y);
  g_assert (factor > 0 && window > 0);
}

PlanFrame
plan_frame (int picture_width, int picture_height, PixelBox hole, int factor, int window)
{
  PlanFrame frame = { .n_levels = 1 };
  gint64 unit = factor; /* pixels of the picture in a cell of the coarsest level */

  check_hole (picture_width, picture_height, hole, factor, window);
  for (; too_fine (picture_width, picture_height, hole, unit, window); unit *= 2)
    frame.n_levels++;
  frame_side (picture_width, hole.x, hole.width, unit, window, &frame.box.x, &frame.box.width);
  frame_side (picture_height, hole.y, hole.height, unit, window, &frame.box.y, &frame.box.height);
  return frame;
}

PlanFrame
plan_frame_cyclic (int picture_width, int picture_height, PixelBox hole, int factor, int window)
{
  PlanFrame frame = { .n_levels = 1, .cyclic = TRUE };
  gint64 unit = factor;

  check_hole (picture_width, picture_height, hole, factor, window);
  if (picture_width % factor != 0)
    return (PlanFrame){ .cyclic = TRUE };
  for (; too_fine (picture_width, picture_height, hole, unit, window)
         && picture_width % (2 * unit) == 0;
       unit *= 2)
    frame.n_levels++;
  frame.box.width = picture_width;
  frame_side (picture_height, hole.y, hole.height, unit, window, &frame.box.y, &frame.box.height);
  return frame;
}

int
plan_level_rows (PlanFrame frame, int factor, int level)
{
  return frame.box.height / (factor << level);
}

int
plan_level_cols (PlanFrame frame, int factor, int level)
{
  return frame.box.width / (factor << level);
}

/* ---- windows ------------------------------------------------------------------------------- */

/* The box of the hole cells inside `within`; FALSE where there is none. */
static gboolean
bounds (const PlanLevel *level, CellBox within, CellBox *box)
{
  int top = G_MAXINT, left = G_MAXINT, bottom = -1, right = -1;

  for (int row = within.row; row < within.row + within.rows; row++)
    for (int col = within.col; col < within.col + within.cols; col++)
      if (level->hole[(size_t) row * level->cols + col])
        {
          top = MIN (top, row);
          left = MIN (left, col);
          bottom = MAX (bottom, row);
          right = MAX (right, col);
        }
  *box = (CellBox){ top, left, bottom - top + 1, right - left + 1 };
  return bottom >= 0;
}

static CellBox
whole (const PlanLevel *level)
{
  return (CellBox){ 0, 0, level->rows, level->cols };
}

/* A window, or the whole side of a smaller grid, centred on `block` and moved into the grid. */
static CellBox
window_around (const Plan *plan, const PlanLevel *level, CellBox block)
{
  const int rows = MIN (plan->window_side, level->rows),
            cols = MIN (plan->window_side, level->cols);
  const int col = block.col + (block.cols - cols) / 2;

  return (CellBox){ CLAMP (block.row + (block.rows - rows) / 2, 0, level->rows - rows),
                    plan->frame.cyclic ? (col + level->cols) % level->cols
                                       : CLAMP (col, 0, level->cols - cols),
                    rows, cols };
}

/* The hole cells of the block, in raster order, into one window; none where there are none. */
static void
add_window (Plan *plan, int index, CellBox block, int *n_planned)
{
  const PlanLevel *level = &plan->levels[index];
  PlanWindow *window = &plan->windows[plan->n_windows];
  int n = 0;

  window->level = index;
  window->group = plan->n_windows;
  window->window = window_around (plan, level, block);
  window->cells = plan->cells + *n_planned;
  for (int row = block.row; row < block.row + block.rows; row++)
    for (int col = block.col; col < block.col + block.cols; col++)
      if (level->hole[(size_t) row * level->cols + col])
        window->cells[n++] = row * level->cols + col;
  window->n_cells = n;
  *n_planned += n;
  plan->n_windows += n > 0;
}

static int
block_rows (const Plan *plan)
{
  return MAX (plan->window_side / 2, 1);
}

/* Half a window; half of a circle that is smaller, so that the second half sees both ends of the
 * first. */
static int
block_cols (const Plan *plan, const PlanLevel *level)
{
  const int cols = MAX (plan->window_side / 2, 1);

  return plan->frame.cyclic ? MIN (cols, (level->cols + 1) / 2) : cols;
}

static gboolean
fits_one_window (const Plan *plan, const PlanLevel *level, CellBox hole)
{
  if (plan->frame.cyclic)
    return FALSE;
  return (level->rows <= plan->window_side && level->cols <= plan->window_side)
         || (8 * hole.rows <= 5 * plan->window_side && 8 * hole.cols <= 5 * plan->window_side);
}

static void
add_level (Plan *plan, int index, int *n_planned)
{
  const PlanLevel *level = &plan->levels[index];
  const int rows = block_rows (plan), cols = block_cols (plan, level);
  CellBox hole;

  if (!bounds (level, whole (level), &hole))
    return;
  if (index == plan->frame.n_levels - 1 && fits_one_window (plan, level, hole))
    {
      add_window (plan, index, hole, n_planned);
      return;
    }
  for (int row = 0; row < hole.rows; row += rows)
    for (int col = 0; col < hole.cols; col += cols)
      {
        const CellBox block = { hole.row + row, hole.col + col, MIN (rows, hole.rows - row),
                                MIN (cols, hole.cols - col) };

        add_window (plan, index, block, n_planned);
      }
}

/* How many blocks there can be, and one: the place in which a block without hole cells is tried. */
static size_t
most_windows (const Plan *plan)
{
  size_t n = 1;

  for (int l = 0; l < plan->frame.n_levels; l++)
    n += (size_t) divide_up (plan->levels[l].rows, block_rows (plan))
         * divide_up (plan->levels[l].cols, block_cols (plan, &plan->levels[l]));
  return n;
}

/* ---- the plan ------------------------------------------------------------------------------ */

static gboolean
copy_levels (Plan *plan, guint8 *const *hole, GError **error)
{
  for (int l = 0; l < plan->frame.n_levels; l++)
    {
      PlanLevel *level = &plan->levels[l];

      level->rows = plan_level_rows (plan->frame, plan->factor, l);
      level->cols = plan_level_cols (plan->frame, plan->factor, l);
      level->hole = buffer_new (level->rows, level->cols, "the hole cells of a level", error);
      if (!level->hole)
        return FALSE;
      for (size_t i = 0; i < (size_t) level->rows * level->cols; i++)
        level->n_hole += level->hole[i] = hole[l][i] != 0;
    }
  return TRUE;
}

Plan *
plan_new (PlanFrame frame, int factor, int window, guint8 *const *hole, GError **error)
{
  g_autoptr (Plan) plan = g_new0 (Plan, 1);
  size_t n_cells = 0;
  int n_planned = 0;

  *plan = (Plan){ .frame = frame, .factor = factor, .window_side = window };
  plan->levels = g_new0 (PlanLevel, frame.n_levels);
  if (!copy_levels (plan, hole, error))
    return NULL;
  for (int l = 0; l < frame.n_levels; l++)
    n_cells += plan->levels[l].n_hole;
  if (n_cells == 0)
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY,
                           _ ("There is nothing to fill."));
      return NULL;
    }
  plan->cells = buffer_new (n_cells, sizeof *plan->cells, "the list of cells", error);
  if (!plan->cells)
    return NULL;
  plan->windows =
      buffer_new (most_windows (plan), sizeof *plan->windows, "the list of windows", error);
  if (!plan->windows)
    return NULL;
  for (int l = frame.n_levels - 1; l >= 0; l--)
    add_level (plan, l, &n_planned);
  return g_steal_pointer (&plan);
}

void
plan_free (Plan *plan)
{
  if (!plan)
    return;
  for (int l = 0; l < plan->frame.n_levels; l++)
    buffer_free (plan->levels[l].hole);
  g_free (plan->levels);
  buffer_free (plan->cells);
  buffer_free (plan->windows);
  g_free (plan);
}

char *
plan_describe (const Plan *plan)
{
  const PixelBox box = plan->frame.box;
  GString *text = g_string_new (NULL);

  g_string_append_printf (
      text, "context %d x %d px at %d, %d%s; cells of %d px; windows of %d cells\n", box.width,
      box.height, box.x, box.y, plan->frame.cyclic ? ", left and right joined" : "", plan->factor,
      plan->window_side);
  g_string_append (text, "level  reduced     grid  hole cells\n");
  for (int l = plan->frame.n_levels - 1; l >= 0; l--)
    g_string_append_printf (text, "%5d  1 : %-3d %5d x %-5d %7d\n", l, 1 << l, plan->levels[l].cols,
                            plan->levels[l].rows, plan->levels[l].n_hole);
  g_string_append (text, "window  level     rows     cols  hole cells\n");
  for (int i = 0; i < plan->n_windows; i++)
    {
      const PlanWindow *w = &plan->windows[i];
      const CellBox at = w->window;

      g_string_append_printf (text, "%6d  %5d  %3d..%-3d  %3d..%-3d  %10d\n", i + 1, w->level,
                              at.row, at.row + at.rows - 1, at.col,
                              (at.col + at.cols - 1) % plan->levels[w->level].cols, w->n_cells);
    }
  return g_string_free (text, FALSE);
}
