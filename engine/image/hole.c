#include "image/hole.h"
#include <string.h>

gboolean
hole_bounds (const float *hole, int width, int height, PixelBox *box)
{
  int left = G_MAXINT, top = G_MAXINT, right = -1, bottom = -1;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      if (hole[(size_t) y * width + x] > 0)
        {
          left = MIN (left, x);
          top = MIN (top, y);
          right = MAX (right, x);
          bottom = y;
        }
  if (right < 0)
    return FALSE;
  *box = (PixelBox){ left, top, right - left + 1, bottom - top + 1 };
  return TRUE;
}

static gboolean
touches (const guint8 *hole, int width, int factor, int row, int col)
{
  const guint8 *cell = hole + (size_t) row * factor * width + (size_t) col * factor;

  for (int y = 0; y < factor; y++)
    for (int x = 0; x < factor; x++)
      if (cell[(size_t) y * width + x])
        return TRUE;
  return FALSE;
}

void
hole_cells (const guint8 *hole, int width, int height, int factor, gboolean cyclic, guint8 *cells)
{
  const int rows = height / factor, cols = width / factor;

  memset (cells, 0, (size_t) rows * cols);
  for (int row = 0; row < rows; row++)
    for (int col = 0; col < cols; col++)
      if (touches (hole, width, factor, row, col))
        for (int r = MAX (row - 1, 0); r <= MIN (row + 1, rows - 1); r++)
          for (int c = col - 1; c <= col + 1; c++)
            if (cyclic || (c >= 0 && c < cols))
              cells[(size_t) r * cols + (c + cols) % cols] = 1;
}
