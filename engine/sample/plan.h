/* plan: what will be computed, made before any number is: which part of the picture is looked at,
 * how far it is reduced, and which cells are sampled in which window in which order.
 *
 * Level 0 is the picture at its own size, level l is reduced by 2^l. Every hole cell of every level
 * is in exactly one window, and a level is complete before the next finer one begins. */
#pragma once
#include "base/box.h"
#include "base/status.h"

typedef struct {
  int n_levels;    /* 1..30 */
  PixelBox box;    /* the context, in pixels of the picture. width and height are multiples of
                   factor << (n_levels - 1); it may reach beyond the right and bottom edge, where
                   the picture's last column and row are repeated */
  gboolean cyclic; /* the box's left and right border are one: windows go round */
} PlanFrame;

/* As few levels as possible such that at the coarsest one the hole (its box, grown by a cell on
 * every side) spans at most 5/8 of a window, or the whole picture fits into one window. The box is
 * a window of the coarsest level, centred on the hole and moved inside the picture; where the
 * picture is smaller than that, it is the picture, rounded up to whole cells.
 * hole: its bounding box, not empty, inside the picture. factor: pixels per cell. window: cells. */
PlanFrame plan_frame (int picture_width, int picture_height, PixelBox hole, int factor, int window);

/* The same where the hole leaves no column of a picture whose left and right border are one: the
 * box has all columns, and so few levels that each has whole cells only. n_levels is 0 where the
 * width is no multiple of the factor. */
PlanFrame plan_frame_cyclic (int picture_width, int picture_height, PixelBox hole, int factor,
                             int window);

typedef struct {
  int level;
  int group;      /* windows of a group follow each other and are independent: a batch */
  CellBox window; /* in cells of the level, inside its grid, at most window_side on a side; of a
                     cyclic frame the columns count modulo the grid's, col is inside */
  int n_cells;
  int *cells; /* row * cols of the level + col, in sampling order; the plan owns them */
} PlanWindow;

typedef struct {
  int rows, cols;
  guint8 *hole; /* [rows][cols], 1 = hole cell */
  int n_hole;
} PlanLevel;

typedef struct {
  PlanFrame frame;
  int factor, window_side;
  PlanLevel *levels; /* [frame.n_levels], 0 = finest */
  int n_windows;
  PlanWindow *windows; /* in order of execution: coarsest level first */
  int *cells;          /* what all windows' cells point into */
} Plan;

/* hole: for each level an array [rows][cols] of the level, 1 = hole cell; copied.
 * The coarsest level is one window where the grid fits into it, or the hole into 5/8 of it; but not
 * of a cyclic frame, whose border would be no neighbour of itself inside one window.
 * Elsewhere the hole's box is cut into blocks of half a window, in raster order; a block's cells
 * are sampled in the window centred on it. EMPTY error where no level has a hole cell. */
Plan *plan_new (PlanFrame frame, int factor, int window, guint8 *const *hole, GError **error);
void plan_free (Plan *plan); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plan, plan_free)

/* Grid of a level, level in 0..n_levels-1. */
int plan_level_rows (PlanFrame frame, int factor, int level);
int plan_level_cols (PlanFrame frame, int factor, int level);

/* A table for people, in English: the frame, a line for each level, a line for each window. The
 * text is the caller's. */
char *plan_describe (const Plan *plan);
