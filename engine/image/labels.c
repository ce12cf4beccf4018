#include "image/labels.h"
#include <string.h>

void
labels_coverage (const guint8 *labels, int width, int height, int cell, int n_labels,
                 float *coverage)
{
  for (int row = 0; row < height / cell; row++)
    for (int col = 0; col < width / cell; col++)
      {
        int counts[G_MAXUINT8 + 2] = { 0 }; /* counted exactly, divided once */

        for (int y = row * cell; y < (row + 1) * cell; y++)
          for (int x = col * cell; x < (col + 1) * cell; x++)
            counts[MIN (labels[(size_t) y * width + x], n_labels)]++;
        for (int label = 0; label <= n_labels; label++)
          *coverage++ = (float) counts[label] / (float) (cell * cell);
      }
}
