/* standin_host: a host without an editor: a picture, a mask and labels in memory. For ui/standin and
 * for the tests. */
#pragma once
#include "host.h"
#include <gdk-pixbuf/gdk-pixbuf.h>

typedef struct {
  UiHost host;
  GdkPixbuf *picture, *mask, *labels; /* with alpha; mask and labels may be NULL; owned */
  char *model;                        /* path; owned */
  const char *output;                 /* where Apply writes the picture; NULL = nowhere */
  guint stamp;                        /* to be raised after a change from outside */
  int n_applied, n_used, n_painted;   /* pieces applied, labels clicked, strokes */
  TesseraBox painted;                 /* of the last stroke */
  int n_pixels;                       /* of it */
  GdkPixbuf *below;                   /* the picture without the last piece applied; owned */
  char *recipe;                       /* of the last piece applied; owned */
} Standin;

/* Fills the host's functions. picture and mask move in. */
void standin_init (Standin *standin, GdkPixbuf *picture, GdkPixbuf *mask, const char *model);
void standin_clear (Standin *standin);
