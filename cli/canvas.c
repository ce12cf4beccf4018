#include "canvas.h"
#include <math.h>

/* How many samples of a pixel are colour. */
static int
n_colours (const Picture *picture)
{
  return picture->channels >= 3 ? 3 : 1;
}

float *
canvas_pixels (const Picture *picture)
{
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  const gsize channels = (gsize) picture->channels;
  const gsize step = n_colours (picture) == 3; /* from one colour to the next; 0 for gray */
  const float white = (float) picture_white (picture);
  float *pixels = g_try_new (float, 3 * n);

  for (gsize i = 0; pixels && i < n; i++)
    for (gsize c = 0; c < 3; c++)
      pixels[3 * i + c] = (float) picture_get (picture, channels * i + step * c) / white;
  return pixels;
}

/* Colour c of an RGB pixel; of a gray picture its luma, with the weights of Rec. 709. */
static double
colour_of (const Picture *picture, const float *rgb, int c)
{
  const double value =
      n_colours (picture) == 3
          ? (double) rgb[c]
          : 0.2126 * (double) rgb[0] + 0.7152 * (double) rgb[1] + 0.0722 * (double) rgb[2];

  return value > 0 ? MIN (value, 1) : 0; /* NaN too becomes 0 */
}

/* weight 0..1, above 0 */
static void
blend_pixel (Picture *picture, gsize pixel, const float *rgb, double weight, gboolean opaque)
{
  const double white = picture_white (picture);
  const gsize first = pixel * (gsize) picture->channels;
  const gsize alpha = first + (gsize) n_colours (picture);

  for (int c = 0; c < n_colours (picture); c++)
    {
      const double old = picture_get (picture, first + (gsize) c);
      const double new = old + weight *(colour_of (picture, rgb, c) * white - old);

      picture_set (picture, first + (gsize) c, (guint) lrint (new));
    }
  if (opaque && picture_has_alpha (picture))
    {
      const double old = picture_get (picture, alpha);

      picture_set (picture, alpha, (guint) lrint (MIN (white, old + weight * white)));
    }
}

Picture *
canvas_blend (const Picture *picture, const TesseraResult *result, int i, gboolean opaque)
{
  const TesseraBox box = tessera_result_box (result);
  const float *from = tessera_result_pixels (result, i);
  Picture *copy = picture_copy (picture);

  for (int y = 0; copy && y < box.height; y++)
    for (int x = 0; x < box.width; x++, from += 4)
      if (from[3] > 0)
        blend_pixel (copy, (gsize) (box.y + y) * (gsize) picture->width + (gsize) (box.x + x), from,
                     MIN ((double) from[3], 1), opaque);
  return copy;
}

Picture *
canvas_replace (const Picture *picture, const float *pixels)
{
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  Picture *copy = picture_copy (picture);

  for (gsize i = 0; copy && i < n; i++)
    blend_pixel (copy, i, pixels + 3 * i, 1, FALSE);
  return copy;
}

double
canvas_psnr (const Picture *a, const Picture *b)
{
  const gsize n = (gsize) a->width * (gsize) a->height, colours = (gsize) n_colours (a);
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < colours; c++)
      {
        const gsize at = i * (gsize) a->channels + c;
        const double d = (double) picture_get (a, at) - (double) picture_get (b, at);

        sum += d * d;
      }
  return 10
         * log10 ((double) picture_white (a) * picture_white (a) * (double) n * (double) colours
                  / sum);
}
