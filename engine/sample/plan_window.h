/* plan_window: the plan of a model that reads from left to right (kind net2net): windows of its size
 * over one level, in each of which a cell sees only what stands before it in the window's sequence.
 *
 * Both rules sample every hole cell once, and every other cell of a window that stands before one
 * in the sequence is known, or sampled, before the window's turn. */
#pragma once
#include "sample/plan.h"

typedef enum {
  PLAN_EXACT,    /* the published rule: the window is centred on every cell, as far as the grid
                    goes; cells in raster order */
  PLAN_ANCHORED, /* windows half a window apart, each samples what those before it left */
} PlanRule;

/* A window of the model and the order in it: the place (row * cols + col) that stands at each
 * position of its sequence, [rows * cols], or NULL for raster order. Borrowed. */
typedef struct {
  int rows, cols;
  const int *order;
} PlanShape;

/* One level. The box is at least a window large, and begins at a whole cell of the picture. `whole`:
 * it is the picture; else the hole and a window's length around it, as far as the picture goes,
 * which is all that any window with a hole cell can see.
 * hole: its bounding box, not empty, inside the picture. factor: pixels per cell. */
PlanFrame plan_window_frame (int picture_width, int picture_height, PixelBox hole, int factor,
                             PlanShape shape, gboolean whole);

/* hole: [rows][cols] of the frame, 1 = hole cell; copied. PLAN_EXACT takes another order than raster
 * only where the grid is one window, since a window that moves would show cells that are not there
 * yet. EMPTY error where there is no hole cell; MEMORY. */
Plan *plan_window_new (PlanFrame frame, int factor, PlanShape shape, PlanRule rule,
                       const guint8 *hole, GError **error);

/* The window in which PLAN_EXACT samples a cell of a grid. */
CellBox plan_window_centred (int grid_rows, int grid_cols, PlanShape shape, int row, int col);

/* As plan_describe: a line for each group of windows (anchored) or row of cells (exact). */
char *plan_window_describe (const Plan *plan, PlanRule rule);
