/* picture: the pixels that count as the picture, out of GIMP's layers into floats. */
#pragma once
#include "arguments.h"

typedef struct {
  GimpLayer *layer;     /* read this one */
  GimpImage *duplicate; /* owned, or NULL: the copy of the image in which `layer` lives */
  gboolean temporary;   /* the layer is in no image and is deleted with the picture */
  GeglBuffer *buffer;   /* owned */
  GeglRectangle extent; /* where there may be pixels, in pixels of the image */
} Picture;

/* How much of a pixel there is, from its alpha. */
typedef enum {
  PIXEL_NONE, /* less than half: the picture is unknown there */
  PIXEL_PART, /* not quite opaque */
  PIXEL_OPAQUE,
} PixelState;

/* What `source` means of an image. drawables: GIMP's list of what is chosen, ends with NULL.
 * Everything visible is taken without label layers and without the items `without`, which may be
 * NULL and ends with NULL; live effects of a layer are part of it. The user's own layers are never
 * touched. The caller clears the picture, also after an error. */
gboolean picture_open (Picture *picture, GimpImage *image, GimpDrawable **drawables, Source source,
                       GimpItem **without, GError **error);
void picture_clear (Picture *picture);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

/* Reads a box of the image, which may reach beyond the picture. pixels [height][width][3]:
 * perceptual RGB in the image's own colour space, 0..1, or NULL; states [height][width] of
 * PixelState. Both the caller's. */
void picture_read (const Picture *picture, GeglRectangle box, float *pixels, guint8 *states);

/* Reads a box of the drawable's own buffer as "R'G'B'A float" in its own colour space; empty where
 * it reaches outside. Whole numbers are converted here: babl would first make a table for all
 * 16 million colours, which takes 0.4 s and 350 MB. */
void picture_get_floats (GeglBuffer *buffer, GimpDrawable *drawable, GeglRectangle box,
                         float *rgba);

/* The same for n pixels that are already there, in a drawable's format. */
void picture_floats (const Babl *format, const void *pixels, int n, float *rgba);

/* babl's format of this name in the drawable's own colour space, so that no profile conversion
 * touches a pixel. */
const Babl *picture_own_format (GimpDrawable *drawable, const char *name);
