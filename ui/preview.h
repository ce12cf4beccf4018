/* preview: the widget that shows the picture around the hole with a variation in it; zoom, pan,
 * compare, outlines, and in the mode Extend handles to drag. */
#pragma once
#include "host.h"
#include <gtk/gtk.h>

typedef struct Preview Preview;

typedef enum { SIDE_LEFT, SIDE_RIGHT, SIDE_TOP, SIDE_BOTTOM, SIDE_NONE } PreviewSide;

typedef struct {
  /* A handle was dragged: the margin of that side shall be `pixels` more than when it began. */
  void (*dragged) (PreviewSide side, int pixels, gboolean end, gpointer data);
  void (*zoomed) (gpointer data); /* the scale has changed */
} PreviewEvents;

/* Lives as long as its widget. */
Preview *preview_new (const PreviewEvents *events, gpointer data);
GtkWidget *preview_widget (Preview *preview);

/* Shows another scene; NULL = nothing. A reference is kept. Zoom and place stay where the part is
 * the same. */
void preview_set_scene (Preview *preview, UiScene *scene);

/* rgba at box (canvas) over the picture; NULL = the picture alone. Copied. */
void preview_set_variation (Preview *preview, const float *rgba, TesseraBox box);

/* The picture without anything over it, as long as it is on. */
void preview_set_compare (Preview *preview, gboolean compare);

/* What stands in the middle where there is no scene. */
void preview_set_hint (Preview *preview, const char *text);

/* 0 = fit. */
void preview_set_scale (Preview *preview, double scale);
double preview_get_scale (const Preview *preview); /* device pixels for one of the picture, > 0 */
void preview_zoom (Preview *preview, double factor);
void preview_pan (Preview *preview, double dx, double dy);
