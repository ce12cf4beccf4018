/* What preview.c and preview_draw.c share; nobody else includes this. */
#pragma once
#include "preview.h"
#include "outline.h"
#include "surface.h"

enum { HANDLE = 10, EDGE = 12 }; /* px: half a handle's length, where a drag begins */

struct Preview {
  GtkWidget *area;
  PreviewEvents events;
  gpointer data;
  UiScene *scene;
  cairo_surface_t *picture, *variation; /* made when they are drawn; NULL = must be made */
  int picture_by, variation_by;         /* how much they are reduced */
  const float *rgba;                    /* of the variation, borrowed; [rows][cols][4] */
  int rgba_cols, rgba_rows;
  guint32 *colors; /* of the labels: it shows these instead of the picture; or NULL */
  int n_colors;
  TesseraBox box;                       /* of the variation */
  GArray *selection, *softened, *cells; /* OutlineLine */
  int cell;                             /* its side, px; 0 = no cells are outlined */
  gboolean compare;
  char *hint;
  double scale;    /* 0 = fit */
  gboolean all;    /* fit all of it, not the surroundings of the hole */
  TesseraBox hole; /* bounding box of the hole, in the part */
  double x, y;     /* of the part's corner in the area; where scale is not 0 */
  double drag_x, drag_y, begin_x, begin_y;
  gboolean dragging;
  PreviewSide side;
  double brush;      /* its width, pixels of the picture; 0 = the mouse pans */
  guint32 color;     /* of the brush, 0xRRGGBB */
  GArray *stroke;    /* PreviewPoint, while one is drawn; else empty */
  double at_x, at_y; /* of the mouse, where the brush is shown; < 0 = outside */
};

/* preview_draw.c */
gboolean preview_draw (GtkWidget *area, cairo_t *cr, gpointer preview);

/* GTK's pixels for one of the picture. */
double preview_scale (const Preview *preview);

/* Corner of the part in the area. */
void preview_corner (const Preview *preview, double *x, double *y);

/* The canvas in the area, as far as the part shows it: x1, y1, x2, y2. */
void preview_edges (const Preview *preview, double edges[4]);
