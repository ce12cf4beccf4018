#include "image/wrap.h"
#include <string.h>

int
columns_gap (const guint8 *hole, int width, int *begin)
{
  int longest = 0, run = 0;

  for (int i = 0; i < 2 * width; i++) /* twice around: a run may begin before the border */
    {
      run = hole[i % width] ? 0 : MIN (run + 1, width);
      if (run > longest)
        {
          longest = run;
          *begin = (i - run + 1 + width) % width;
        }
    }
  return longest;
}

void
picture_unroll (const void *src, int width, int height, size_t size, int margin, void *dst)
{
  const char *from = src;
  char *to = dst;

  for (int y = 0; y < height; y++, from += width * size)
    for (int x = -margin; x < width + margin; x++, to += size)
      memcpy (to, from + (size_t) ((x % width + width) % width) * size, size);
}

void
picture_close (const float *src, const guint8 *hole, int width, int height, int channels,
               int margin, float *dst)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const size_t row = (size_t) y * (width + 2 * margin) + margin + x;
        const float *own = src + row * channels;
        const float *other = x < margin ? own + (size_t) width * channels : own;
        const float share = x < margin ? ((float) x + 0.5f) / (float) margin : 1;

        if (hole[(size_t) y * width + x])
          for (int c = 0; c < channels; c++)
            dst[((size_t) y * width + x) * channels + c] = other[c] + share * (own[c] - other[c]);
      }
}
