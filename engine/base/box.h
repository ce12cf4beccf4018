/* box: rectangles of pixels and of cells. They may reach beyond what they lie in; who takes one
 * says what that means. */
#pragma once

typedef struct {
  int x, y, width, height; /* pixels */
} PixelBox;

typedef struct {
  int row, col, rows, cols; /* cells */
} CellBox;
