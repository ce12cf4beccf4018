#include "image/resample.h"
#include <string.h>

void
picture_crop (const float *src, int width, int height, int channels, PixelBox box, float *dst)
{
  for (int y = 0; y < box.height; y++)
    {
      const float *row = src + (size_t) CLAMP (box.y + y, 0, height - 1) * width * channels;

      for (int x = 0; x < box.width; x++, dst += channels)
        memcpy (dst, row + (size_t) CLAMP (box.x + x, 0, width - 1) * channels,
                sizeof (float) * channels);
    }
}

void
picture_halve (const float *src, int width, int height, int channels, float *dst)
{
  const size_t stride = (size_t) width * channels;

  for (int y = 0; y < height / 2; y++)
    for (int x = 0; x < width / 2; x++)
      {
        const float *p = src + 2 * y * stride + 2 * (size_t) x * channels;

        for (int c = 0; c < channels; c++)
          *dst++ = 0.25f * ((p[c] + p[c + channels]) + (p[stride + c] + p[stride + c + channels]));
      }
}

/* The two source places and the weight of the second one for place i of 2 n. */
static void
between (int i, int n, int *first, int *second, float *weight)
{
  *first = i == 0 ? 0 : (i - 1) / 2;
  *second = MIN (*first + 1, n - 1);
  *weight = i == 0 ? 0 : i % 2 ? 0.25f : 0.75f;
}

void
picture_double (const float *src, int width, int height, int channels, float *dst)
{
  for (int y = 0; y < 2 * height; y++)
    {
      int top, bottom, left, right;
      float down, across;

      between (y, height, &top, &bottom, &down);
      for (int x = 0; x < 2 * width; x++)
        {
          const float *upper = src + (size_t) top * width * channels;
          const float *lower = src + (size_t) bottom * width * channels;

          between (x, width, &left, &right, &across);
          for (int c = 0; c < channels; c++)
            {
              const size_t l = (size_t) left * channels + c, r = (size_t) right * channels + c;
              const float a = upper[l] * (1 - across) + upper[r] * across;
              const float b = lower[l] * (1 - across) + lower[r] * across;

              *dst++ = a * (1 - down) + b * down;
            }
        }
    }
}

void
mask_halve (const guint8 *src, int width, int height, guint8 *dst)
{
  for (int y = 0; y < height / 2; y++)
    for (int x = 0; x < width / 2; x++)
      {
        const guint8 *p = src + 2 * (size_t) y * width + 2 * (size_t) x;

        *dst++ = p[0] || p[1] || p[width] || p[width + 1];
      }
}
