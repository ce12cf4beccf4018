/* swatch: a label's colour with its sign. */
#include "window_private.h"
#include "surface.h"
#include <string.h>

enum { SWATCH = 20 };

static gboolean
draw (GtkWidget *area G_GNUC_UNUSED, cairo_t *cr, gpointer surface)
{
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_set_source_rgba (cr, 0.5, 0.5, 0.5, 1);
  cairo_set_line_width (cr, 1);
  cairo_rectangle (cr, 0.5, 0.5, SWATCH - 1, SWATCH - 1);
  cairo_stroke (cr);
  return FALSE;
}

GtkWidget *
labels_page_swatch (const UiWindow *window, int i)
{
  GtkWidget *area = gtk_drawing_area_new ();
  guint32 colors[TESSERA_FREE];
  guint8 label[SWATCH * SWATCH];
  cairo_surface_t *surface;

  memset (label, i, sizeof label);
  colors[i] = tessera_model_label_color (window->model, i);
  surface = surface_from_labels (label, NULL, colors, i + 1, SWATCH, SWATCH, 1);
  gtk_widget_set_size_request (area, SWATCH, SWATCH);
  gtk_widget_set_valign (area, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (area), "surface", surface,
                          (GDestroyNotify) cairo_surface_destroy);
  g_signal_connect (area, "draw", G_CALLBACK (draw), surface);
  return area;
}
