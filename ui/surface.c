#include "surface.h"
#include <math.h>
#include <string.h>

static inline guint32
byte (float value)
{
  return (guint32) (CLAMP (value, 0, 1) * 255 + 0.5f);
}

static void
draw_checks (guint32 *row, int width, int y)
{
  for (int x = 0; x < width; x++)
    row[x] = ((x / 8) ^ (y / 8)) & 1 ? 0xff999999 : 0xff666666;
}

/* Pixels of a side that is reduced. */
static int
less (int side, int by)
{
  return (side + by - 1) / by;
}

/* Mean of the n x n values of `channels` that are looked at in the block at (x, y) of the reduced
 * picture; a fourth channel is a weight of the others. */
static void
block_mean (const float *from, int width, int height, int by, int channels, int x, int y,
            float *mean)
{
  const int n = MIN (by, 3);
  int count = 0;

  memset (mean, 0, (gsize) channels * sizeof *mean);
  for (int i = 0; i < n * n; i++)
    {
      const int px = x * by + (2 * (i % n) + 1) * by / (2 * n);
      const int py = y * by + (2 * (i / n) + 1) * by / (2 * n);
      const float *at = from + channels * ((gsize) py * width + px);
      float weight;

      if (px >= width || py >= height)
        continue;
      weight = channels == 4 ? CLAMP (at[3], 0, 1) : 1;
      count++;
      for (int c = 0; c < channels; c++)
        mean[c] += c == 3 ? weight : weight * CLAMP (at[c], 0, 1);
    }
  for (int c = 0; c < channels; c++)
    mean[c] /= (float) MAX (count, 1);
}

cairo_surface_t *
surface_from_rgb (const float *pixels, int width, int height, int by)
{
  const int cols = less (width, by), rows = less (height, by);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, cols, rows);
  guint8 *data = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);

  for (int y = 0; data && y < rows; y++)
    {
      guint32 *row = (guint32 *) (void *) (data + (gsize) y * stride);

      if (!pixels)
        draw_checks (row, cols, y);
      for (int x = 0; pixels && x < cols; x++)
        {
          float rgb[3];

          block_mean (pixels, width, height, by, 3, x, y, rgb);
          row[x] = 0xff000000 | byte (rgb[0]) << 16 | byte (rgb[1]) << 8 | byte (rgb[2]);
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

/* The middle of a block, inside the picture. */
static gsize
middle (int x, int y, int by, int width, int height)
{
  return (gsize) MIN (y * by + by / 2, height - 1) * width + MIN (x * by + by / 2, width - 1);
}

void
surface_hide (cairo_surface_t *surface, const float *hole, int width, int height, int by)
{
  const int cols = less (width, by), rows = less (height, by);
  const int stride = cairo_image_surface_get_stride (surface);
  guint8 *data = cairo_image_surface_get_data (surface);
  g_autofree guint32 *checks = g_new (guint32, cols);

  cairo_surface_flush (surface);
  for (int y = 0; data && y < rows; y++)
    {
      guint32 *row = (guint32 *) (void *) (data + (gsize) y * stride);

      draw_checks (checks, cols, y);
      for (int x = 0; x < cols; x++)
        if (hole[middle (x, y, by, width, height)] > 0.5f)
          row[x] = checks[x];
    }
  cairo_surface_mark_dirty (surface);
}

gboolean
surface_pattern (int i, int x, int y)
{
  switch (i % 8)
    {
    case 0:
      return FALSE;
    case 1: /* level stripes */
      return y % 8 == 0;
    case 2: /* upright stripes */
      return x % 8 == 0;
    case 3: /* rising */
      return (x + y) % 8 == 0;
    case 4: /* falling */
      return (x - y + 8 * (y / 8 + 1)) % 8 == 0;
    case 5: /* dots, closer or wider */
      return x % 4 == 0 && y % 4 == 0;
    case 6:
      return x % 8 < 2 && y % 8 < 2;
    default: /* a grid */
      return x % 8 == 0 || y % 8 == 0;
    }
}

/* A third of it on gray. */
static guint32
faint (const float *pixel)
{
  guint32 color = 0xff000000;

  for (int c = 0; c < 3; c++)
    color |= byte (0.33f + 0.33f * CLAMP (pixel[c], 0, 1)) << (16 - 8 * c);
  return color;
}

cairo_surface_t *
surface_from_labels (const guint8 *labels, const float *pixels, const guint32 *colors, int n,
                     int width, int height, int by)
{
  const int cols = less (width, by), rows = less (height, by);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, cols, rows);
  guint8 *data = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);

  for (int y = 0; data && y < rows; y++)
    {
      guint32 *row = (guint32 *) (void *) (data + (gsize) y * stride);

      draw_checks (row, cols, y);
      for (int x = 0; x < cols; x++)
        {
          const gsize place = middle (x, y, by, width, height);
          const int label = labels ? labels[place] : TESSERA_FREE;

          if (label >= n && pixels)
            row[x] = faint (pixels + 3 * place);
          else if (label < n) /* a mark is a quarter darker */
            row[x] =
                0xff000000
                | (surface_pattern (label, x, y) ? colors[label] - (colors[label] >> 2 & 0x3f3f3f)
                                                 : colors[label]);
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

cairo_surface_t *
surface_from_rgba (const float *rgba, int width, int height, int by)
{
  const int cols = less (width, by), rows = less (height, by);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, cols, rows);
  guint8 *data = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);

  for (int y = 0; data && y < rows; y++)
    {
      guint32 *row = (guint32 *) (void *) (data + (gsize) y * stride);

      for (int x = 0; x < cols; x++)
        {
          float mean[4]; /* premultiplied */

          block_mean (rgba, width, height, by, 4, x, y, mean);
          row[x] =
              byte (mean[3]) << 24 | byte (mean[0]) << 16 | byte (mean[1]) << 8 | byte (mean[2]);
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

/* A third of the hole's side around it, inside what there is of the picture. */
static TesseraBox
surroundings (TesseraBox part, TesseraBox box)
{
  const int margin = MAX (box.width, box.height) / 3 + 8;
  const int left = MAX (box.x - margin, MIN (part.x, box.x));
  const int top = MAX (box.y - margin, MIN (part.y, box.y));
  const int right = MIN (box.x + box.width + margin, MAX (part.x + part.width, box.x + box.width));
  const int bottom =
      MIN (box.y + box.height + margin, MAX (part.y + part.height, box.y + box.height));

  return (TesseraBox){ left, top, right - left, bottom - top };
}

/* Mean of the picture's pixels that fall into one pixel of the thumbnail, at most 4 x 4 looked at. */
static void
sample (const float *pixels, TesseraBox part, const float *rgba, TesseraBox box, double x, double y,
        double step, float *rgb)
{
  const int n = CLAMP ((int) step, 1, 4);
  float sum[3] = { 0 };

  for (int i = 0; i < n * n; i++)
    {
      const int px = (int) (x + step * (i % n + 0.5) / n),
                py = (int) (y + step * (i / n + 0.5) / n);
      const int qx = px - part.x, qy = py - part.y, bx = px - box.x, by = py - box.y;
      float color[3] = { 0.5f, 0.5f, 0.5f };

      if (pixels && qx >= 0 && qy >= 0 && qx < part.width && qy < part.height)
        for (int c = 0; c < 3; c++)
          color[c] = pixels[3 * ((gsize) qy * part.width + qx) + c];
      if (bx >= 0 && by >= 0 && bx < box.width && by < box.height)
        {
          const float *over = rgba + 4 * ((gsize) by * box.width + bx);

          for (int c = 0; c < 3; c++)
            color[c] += (over[c] - color[c]) * over[3];
        }
      for (int c = 0; c < 3; c++)
        sum[c] += color[c] / (float) (n * n);
    }
  for (int c = 0; c < 3; c++)
    rgb[c] = sum[c];
}

cairo_surface_t *
surface_thumbnail (const float *pixels, TesseraBox part, const float *rgba, TesseraBox box,
                   int height)
{
  const TesseraBox view = pixels ? surroundings (part, box) : box;
  const double step = (double) view.height / height;
  const int width = CLAMP ((int) lrint (view.width / step), height / 3, 3 * height);
  const double step_x = (double) view.width / width;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  guint8 *data = cairo_image_surface_get_data (surface);

  for (int y = 0; data && y < height; y++)
    {
      guint32 *row =
          (guint32 *) (void *) (data + (gsize) y * cairo_image_surface_get_stride (surface));

      for (int x = 0; x < width; x++)
        {
          float rgb[3];

          sample (pixels, part, rgba, box, view.x + x * step_x, view.y + y * step,
                  MAX (step, step_x), rgb);
          row[x] = 0xff000000 | byte (rgb[0]) << 16 | byte (rgb[1]) << 8 | byte (rgb[2]);
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}
