#include "image/smooth.h"
#include "base/buffer.h"
#include <math.h>
#include <string.h>

/* A Gaussian in two steps, a row a chunk. */
typedef struct {
  const Colour *from;
  Colour *to;
  int width, height, radius;
  float weights[SMOOTH_MAX_RADIUS + 1];
} Blur;

static void
blur_across (gpointer data, size_t y)
{
  const Blur *blur = data;
  const Colour *from = blur->from + y * blur->width;
  Colour *to = blur->to + y * blur->width;

  for (int x = 0; x < blur->width; x++)
    {
      Colour sum = { 0 };

      for (int u = MAX (x - blur->radius, 0); u <= MIN (x + blur->radius, blur->width - 1); u++)
        sum += blur->weights[ABS (u - x)] * from[u];
      to[x] = sum;
    }
}

static void
blur_down (gpointer data, size_t chunk)
{
  const Blur *blur = data;
  const int y = (int) chunk;
  Colour *to = blur->to + chunk * blur->width;

  memset (to, 0, blur->width * sizeof *to);
  for (int v = MAX (y - blur->radius, 0); v <= MIN (y + blur->radius, blur->height - 1); v++)
    {
      const Colour *from = blur->from + (size_t) v * blur->width;
      const float weight = blur->weights[ABS (v - y)];

      for (int x = 0; x < blur->width; x++)
        to[x] += weight * from[x];
    }
}

gboolean
smooth_colours (Job *job, Colour *pixels, int width, int height, double sigma, GError **error)
{
  const size_t n = (size_t) width * height;
  buffer_auto Colour *between = buffer_new (n, sizeof (Colour), "smoothing", error);
  const int radius = MIN ((int) ceil (2.5 * sigma), SMOOTH_MAX_RADIUS);
  Blur across = { pixels, between, width, height, radius }, down;

  if (!between)
    return FALSE;
  for (int i = 0; i <= radius; i++)
    across.weights[i] = (float) exp (-0.5 * i * i / (sigma * sigma));
  down = across;
  down.from = between;
  down.to = pixels;
  if (!job_run (job, height, 0, blur_across, &across, error)
      || !job_run (job, height, 0, blur_down, &down, error))
    return FALSE;
  for (size_t i = 0; i < n; i++)
    {
      pixels[i] = pixels[i][3] > 0 ? pixels[i] / pixels[i][3] : (Colour){ 0 };
      pixels[i][3] = 0;
    }
  return TRUE;
}
