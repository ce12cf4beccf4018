#include "canvas.h"
#include <math.h>
#include <string.h>

/* How many samples of a pixel are colour. */
static int
n_colours (const Picture *picture)
{
  return picture->channels >= 3 ? 3 : 1;
}

static gsize
pixel_at (const Picture *picture, int x, int y)
{
  return (gsize) y * (gsize) picture->width + (gsize) x;
}

float *
canvas_cut (const Picture *picture, TesseraBox box)
{
  const gsize channels = (gsize) picture->channels;
  const gsize step = n_colours (picture) == 3; /* from one colour to the next; 0 for gray */
  const float white = (float) picture_white (picture);
  float *pixels = g_try_new (float, 3 * (gsize) box.width * (gsize) box.height);
  float *to = pixels;

  for (int y = box.y; pixels && y < box.y + box.height; y++)
    for (int x = box.x; x < box.x + box.width; x++)
      for (gsize c = 0; c < 3; c++)
        *to++ =
            (float) picture_get (picture, channels * pixel_at (picture, x, y) + step * c) / white;
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

void
canvas_blend (Picture *picture, TesseraBox box, const float *from, gboolean opaque)
{
  for (int y = box.y; y < box.y + box.height; y++)
    for (int x = box.x; x < box.x + box.width; x++, from += 4)
      if (from[3] > 0)
        blend_pixel (picture, pixel_at (picture, x, y), from, MIN ((double) from[3], 1), opaque);
}

/* Copies the box out of the samples, or back. */
static void
copy_box (Picture *picture, TesseraBox box, guint8 *saved, gboolean back)
{
  const gsize pixel = (gsize) picture->channels * (gsize) (picture->depth / 8);
  const gsize row = (gsize) box.width * pixel;

  for (int y = box.y; y < box.y + box.height; y++, saved += row)
    {
      guint8 *place = (guint8 *) picture->samples + pixel_at (picture, box.x, y) * pixel;

      memcpy (back ? place : saved, back ? saved : place, row);
    }
}

guint8 *
canvas_save (const Picture *picture, TesseraBox box)
{
  const gsize pixel = (gsize) picture->channels * (gsize) (picture->depth / 8);
  guint8 *saved = g_try_malloc_n ((gsize) box.width * (gsize) box.height, pixel);

  if (saved)
    copy_box ((Picture *) picture, box, saved, FALSE);
  return saved;
}

void
canvas_restore (Picture *picture, TesseraBox box, const guint8 *saved)
{
  copy_box (picture, box, (guint8 *) saved, TRUE);
}

void
canvas_replace (Picture *picture, const float *pixels)
{
  const gsize n = (gsize) picture->width * (gsize) picture->height;

  for (gsize i = 0; i < n; i++)
    blend_pixel (picture, i, pixels + 3 * i, 1, FALSE);
}

double
canvas_psnr (const Picture *picture, const float *pixels)
{
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  const int colours = n_colours (picture);
  const double white = picture_white (picture);
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < colours; c++)
      {
        const double old = picture_get (picture, i * (gsize) picture->channels + (gsize) c);
        const double d = (double) lrint (colour_of (picture, pixels + 3 * i, c) * white) - old;

        sum += d * d;
      }
  return 10 * log10 (white * white * (double) n * (double) colours / sum);
}
