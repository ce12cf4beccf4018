/* paint: a brush for labels in the window itself, since the editor's own brushes end at the border of
 * the picture and the part that Extend adds lies beyond. Its strokes go to the editor's layer. */
#include "window_private.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Where the stroke goes: [box.height][box.width] of 0 and 255, the caller's. */
static guint8 *
stroke_mask (const PreviewPoint *points, int n, double width, TesseraBox box)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, box.width, box.height);
  const int stride = cairo_image_surface_get_stride (surface);
  cairo_t *cr = cairo_create (surface);
  guint8 *mask = g_new0 (guint8, (gsize) box.width * box.height);
  const guint8 *data;

  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE); /* a label is there or not */
  cairo_set_line_width (cr, width);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_move_to (cr, points[0].x - box.x, points[0].y - box.y);
  for (int i = 0; i < n; i++)
    cairo_line_to (cr, points[i].x - box.x, points[i].y - box.y);
  cairo_stroke (cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  data = cairo_image_surface_get_data (surface);
  for (int y = 0; data && y < box.height; y++)
    memcpy (mask + (gsize) y * box.width, data + (gsize) y * stride, (gsize) box.width);
  cairo_surface_destroy (surface);
  return mask;
}

/* What the stroke covers of the canvas; may be empty. */
static TesseraBox
stroke_box (const UiScene *scene, const PreviewPoint *points, int n, double width)
{
  double x1 = points[0].x, x2 = x1, y1 = points[0].y, y2 = y1;
  int left, top;

  for (int i = 1; i < n; i++)
    {
      x1 = MIN (x1, points[i].x);
      x2 = MAX (x2, points[i].x);
      y1 = MIN (y1, points[i].y);
      y2 = MAX (y2, points[i].y);
    }
  left = MAX ((int) floor (x1 - width), 0);
  top = MAX ((int) floor (y1 - width), 0);
  return (TesseraBox){ left, top, MIN ((int) ceil (x2 + width), scene->canvas_width) - left,
                       MIN ((int) ceil (y2 + width), scene->canvas_height) - top };
}

void
paint_stroke (const PreviewPoint *points, int n, gpointer data)
{
  UiWindow *window = data;
  const UiScene *scene = window->scene;
  const double width = gtk_spin_button_get_value (GTK_SPIN_BUTTON (window->controls.brush_width));
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *mask = NULL;
  TesseraBox box;

  if (!scene || n == 0 || window->label < 0)
    return;
  box = stroke_box (scene, points, n, width);
  if (box.width <= 0 || box.height <= 0)
    return;
  mask = stroke_mask (points, n, width, box);
  box.x -= scene->query.left;
  box.y -= scene->query.top;
  if (!window->host->paint_label (window->host, window->settings.label_layer, box, mask,
                                  tessera_model_label_color (window->model, window->label), &error))
    bar_show_error (window->bar, error->message);
  else
    window_look_soon (window);
}

/* ---- the widgets --------------------------------------------------------------------------- */

void
paint_update (UiWindow *window)
{
  const Controls *c = &window->controls;
  const gboolean on = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (c->brush));
  const gboolean can = window->model && window->label >= 0 && labels_page_shown (window)
                       && window->settings.label_layer != UI_NO_LAYER;

  gtk_widget_set_sensitive (c->brush, can);
  gtk_widget_set_sensitive (c->brush_width, can && on);
  preview_set_brush (window->label_pane,
                     can && on ? gtk_spin_button_get_value (GTK_SPIN_BUTTON (c->brush_width)) : 0,
                     can ? tessera_model_label_color (window->model, window->label) : 0);
}

static void
changed (GtkWidget *widget G_GNUC_UNUSED, gpointer data)
{
  paint_update (data);
}

GtkWidget *
paint_row_new (UiWindow *window)
{
  Controls *c = &window->controls;
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  c->brush = gtk_check_button_new_with_label (_ ("Paint in the left pane"));
  c->brush_width = gtk_spin_button_new_with_range (1, 4096, 1);
  gtk_spin_button_set_increments (GTK_SPIN_BUTTON (c->brush_width), 4, 32);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (c->brush_width), 48);
  gtk_entry_set_width_chars (GTK_ENTRY (c->brush_width), 4);
  gtk_widget_set_tooltip_text (c->brush, _ ("Draw the chosen label with the mouse, also beyond the "
                                            "picture, where GIMP's brushes end"));
  gtk_widget_set_tooltip_text (c->brush_width, _ ("Width of the brush in pixels"));
  controls_name (c->brush_width, _ ("Width of the brush in pixels"));
  g_signal_connect (c->brush, "toggled", G_CALLBACK (changed), window);
  g_signal_connect (c->brush_width, "value-changed", G_CALLBACK (changed), window);
  gtk_box_pack_start (GTK_BOX (row), c->brush, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), c->brush_width, FALSE, FALSE, 0);
  return row;
}
