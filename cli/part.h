/* part: a picture, what is to be filled in it, and the part of it that the engine is given: only
 * that becomes floats, so that large pictures stay small in memory. */
#pragma once
#include "commands.h"

enum { HOLE_WHITE = 65535 };

typedef struct {
  const char *op;       /* "complete", "extend", "paint" */
  Picture *picture;     /* the whole; the results are made in it */
  gboolean blank;       /* there is no picture: all of it is made */
  guint16 *hole;        /* [height][width], HOLE_WHITE = fill; NULL = all */
  gboolean opaque;      /* what is filled is transparent and will not be */
  int margins[N_SIDES]; /* of "extend" */

  /* Made by part_cut, all of the box. NULL = not given. */
  TesseraBox box;
  float *pixels, *weights, *depth, *drawing;
  guint8 *labels;
} Part;

void part_clear (Part *part);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Part, part_clear)

/* An empty hole of the picture's size. */
gboolean part_new_hole (Part *part, GError **error);

/* Chooses the box and makes floats of it; the conditions of the options too. */
gboolean part_cut (Part *part, const Work *work, GError **error);

/* The pictures of the request; borrowed from the part. */
void part_request (const Part *part, TesseraRequest *request);

/* SHA-256 of what the engine sees: pixels and hole of the box. The caller's. */
char *part_sum (const Part *part);
