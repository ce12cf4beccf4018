/* Fills a hole in a picture, with nothing but Tessera's public header.
 *
 *     example MODEL PICTURE.ppm HOLE.pgm RESULT.ppm
 *
 * Pictures are binary PPM (P6), the hole a binary PGM (P5) of the same size, 255 = fill, 0 = keep,
 * both with 8 bits. Built by meson as build/tests/example; by hand:
 *
 *     cc -Iengine docs/example.c build/engine/libtessera.a build/engine/nn/lib*.a \
 *       $(pkg-config --cflags --libs glib-2.0 json-glib-1.0) -lm -pthread -o example */
#include "tessera.h"
#include <stdio.h>
#include <string.h>

/* An 8-bit PPM or PGM as numbers from 0 to 1: [height][width][channels], g_free. NULL where the file
 * is none; the reason has been printed. */
static float *
read_pnm (const char *path, const char *magic, int channels, int *width, int *height)
{
  FILE *file = fopen (path, "rb");
  char found[3] = "";
  int white = 0;
  float *pixels = NULL;

  if (file && fscanf (file, "%2s %d %d %d", found, width, height, &white) == 4
      && strcmp (found, magic) == 0 && white == 255 && *width > 0 && *height > 0 && *width < 32768
      && *height < 32768 && fgetc (file) != EOF)
    {
      const size_t n = (size_t) *width * *height * channels;
      g_autofree unsigned char *bytes = g_malloc (n);

      if (fread (bytes, 1, n, file) == n)
        {
          pixels = g_new (float, n);
          for (size_t i = 0; i < n; i++)
            pixels[i] = bytes[i] / 255.0f;
        }
    }
  if (file)
    fclose (file);
  if (!pixels)
    fprintf (stderr, "%s is no 8-bit picture of type %s.\n", path, magic);
  return pixels;
}

static gboolean
write_ppm (const char *path, const float *pixels, int width, int height)
{
  const size_t n = (size_t) width * height * 3;
  g_autofree unsigned char *bytes = g_malloc (n);
  FILE *file = fopen (path, "wb");
  gboolean done;

  for (size_t i = 0; i < n; i++)
    bytes[i] = (unsigned char) (CLAMP (pixels[i], 0, 1) * 255 + 0.5f);
  done = file && fprintf (file, "P6\n%d %d\n255\n", width, height) > 0
         && fwrite (bytes, 1, n, file) == n;
  if (file && fclose (file) != 0)
    done = FALSE;
  if (!done)
    fprintf (stderr, "%s cannot be written.\n", path);
  return done;
}

/* Called again and again; returning FALSE would stop the work. */
static gboolean
show_progress (double done, gpointer data G_GNUC_UNUSED)
{
  fprintf (stderr, "\r%3.0f %%", 100 * done);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TesseraModel) model = NULL;
  g_autoptr (TesseraResult) result = NULL;
  g_autofree float *pixels = NULL, *hole = NULL;
  TesseraRequest request;
  int width, height, hole_width, hole_height;

  if (argc != 5)
    {
      fprintf (stderr, "usage: %s MODEL PICTURE.ppm HOLE.pgm RESULT.ppm\n", argv[0]);
      return 2;
    }
  if (!(pixels = read_pnm (argv[2], "P6", 3, &width, &height))
      || !(hole = read_pnm (argv[3], "P5", 1, &hole_width, &hole_height)))
    return 1;
  if (hole_width != width || hole_height != height)
    {
      fprintf (stderr, "The picture and the hole have different sizes.\n");
      return 1;
    }

  model = tessera_model_open (argv[1], &error);
  if (model)
    {
      tessera_request_init (&request); /* every setting to its default; then what we want */
      request.picture = (TesseraPicture){ width, height, pixels };
      request.hole = hole;
      request.n_variations = 1;
      request.progress = show_progress;
      result = tessera_complete (model, &request, &error);
    }
  if (!result)
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  tessera_result_apply (result, 0, pixels, width); /* rank 0, the best; touches the hole alone */
  fprintf (stderr, "\n%s\n", tessera_result_recipe (result, 0));
  return write_ppm (argv[4], pixels, width, height) ? 0 : 1;
}
