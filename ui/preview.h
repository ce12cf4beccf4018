/* preview: the widget that shows the picture around the hole with a variation in it; zoom, pan,
 * compare, outlines, and in the mode Extend handles to drag. */
#pragma once
#include "host.h"
#include <gtk/gtk.h>

typedef struct Preview Preview;

typedef enum { SIDE_LEFT, SIDE_RIGHT, SIDE_TOP, SIDE_BOTTOM, SIDE_NONE } PreviewSide;

typedef struct {
  double x, y; /* pixels of the canvas */
} PreviewPoint;

typedef struct {
  /* A handle was dragged: the margin of that side shall be `pixels` more than when it began. */
  void (*dragged) (PreviewSide side, int pixels, gboolean end, gpointer data);
  void (*zoomed) (gpointer data); /* the scale or the place has changed */
  /* The brush was drawn along n points. */
  void (*painted) (const PreviewPoint *points, int n, gpointer data);
} PreviewEvents;

/* Lives as long as its widget. */
Preview *preview_new (const PreviewEvents *events, gpointer data);
GtkWidget *preview_widget (Preview *preview);

/* Shows another scene; NULL = nothing. A reference is kept. Zoom and place stay where the part is
 * the same. */
void preview_set_scene (Preview *preview, UiScene *scene);

/* rgba at box (canvas) over the picture; NULL = the picture alone. Borrowed until the next call, which
 * also tells of every change of it. */
void preview_set_variation (Preview *preview, const float *rgba, TesseraBox box);

/* The same from a picture of another size, which fills the box. */
void preview_set_draft (Preview *preview, const float *rgba, int width, int height, TesseraBox box);

/* The picture without anything over it, as long as it is on. */
void preview_set_compare (Preview *preview, gboolean compare);

/* Outlines the cells that are chosen anew; size: of a cell in pixels, 0 = no outlines. */
void preview_set_cells (Preview *preview, int size);

/* Shows the labels of the scene, in these colours, instead of its picture. */
void preview_set_labels (Preview *preview, const guint32 *colors, int n);

/* The mouse paints with a brush of that width (pixels of the picture); 0 = it pans. */
void preview_set_brush (Preview *preview, double width, guint32 color);

/* Zoom and place as in the other one, which shows a scene of the same part. */
void preview_match (Preview *preview, const Preview *other);

/* What stands in the middle where there is no scene. */
void preview_set_hint (Preview *preview, const char *text);

/* 0 = fit. */
void preview_set_scale (Preview *preview, double scale);
double preview_get_scale (const Preview *preview); /* device pixels for one of the picture, > 0 */
void preview_zoom (Preview *preview, double factor);
void preview_pan (Preview *preview, double dx, double dy);
