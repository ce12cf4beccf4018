/* hole: what is to be filled, in pixels of the canvas: the image, grown by margins. */
#pragma once
#include "picture.h"

typedef enum {
  HOLE_AUTO, /* the selection if there is one, else what is transparent */
  HOLE_SELECTION,
  HOLE_TRANSPARENT, /* every pixel of the picture that is not opaque */
  HOLE_IMAGE,       /* everything, or the selection: HOLE_ALL where nothing is selected */
  HOLE_ALL,         /* everything */
  HOLE_MARGINS,     /* what the margins add */
  HOLE_STORED,      /* what a completion has stored */
} HoleKind;

typedef struct {
  int left, right, top, bottom; /* pixels that the canvas grows */
} Margins;

typedef struct {
  HoleKind kind; /* after hole_find none of AUTO and IMAGE */
  Margins margins;
  int width, height;    /* of the canvas */
  GeglRectangle bounds; /* of the hole, inside the canvas */
  GeglRectangle within; /* where there may be context: the canvas, or the one layer that counts */
  guint8 *stored;       /* HOLE_STORED: [bounds.height][bounds.width], 255 = fill; owned */
} Hole;

void hole_clear (Hole *hole);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hole, hole_clear)

/* Finds kind, canvas and bounds. In: kind, margins, and for HOLE_STORED bounds and stored. clip:
 * nothing outside the picture's extent counts, and what it has outside the canvas does. FALSE and a message where there is nothing. */
gboolean hole_find (Hole *hole, GimpImage *image, const Picture *picture, gboolean clip,
                    GError **error);

/* Reads a box of the canvas: wanted [height][width], 0 = keep, 1 = fill. states: of the picture
 * for the same box. */
void hole_read (const Hole *hole, GimpImage *image, GeglRectangle box, const guint8 *states,
                float *wanted);

/* The opposite of `stored`: the hole as bytes inside its bounds, from a box that contains them. */
guint8 *hole_to_bytes (const Hole *hole, GeglRectangle box, const float *wanted);
