#include "stage.h"
#include <string.h>

/* ---- opening ------------------------------------------------------------------------------- */

static void
closed (gpointer data)
{
  Stage *stage = data;

  stage->closed = TRUE;
}

static GdkPixbuf *
new_picture (int width, int height)
{
  GdkPixbuf *picture = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, width, height);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 *pixel =
            gdk_pixbuf_get_pixels (picture) + y * gdk_pixbuf_get_rowstride (picture) + 4 * x;

        pixel[0] = (guint8) (40 + 180 * y / height);
        pixel[1] = (guint8) (90 + (x * 7 + y * 3) % 40);
        pixel[2] = (guint8) (200 - 150 * y / height);
        pixel[3] = 255;
      }
  return picture;
}

static GdkPixbuf *
new_mask (int width, int height)
{
  GdkPixbuf *mask = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  g_autoptr (GdkPixbuf) part = NULL;

  gdk_pixbuf_fill (mask, 0);
  part = gdk_pixbuf_new_subpixbuf (mask, 40, 30, 40, 30);
  gdk_pixbuf_fill (part, 0xffffffff);
  return mask;
}

void
stage_open_picture (Stage *stage, UiMode mode, GdkPixbuf *picture)
{
  g_autofree char *model = g_test_build_filename (G_TEST_DIST, "golden", "fill_labels_coarse",
                                                  "model.safetensors", NULL);

  standin_init (&stage->standin, picture,
                new_mask (gdk_pixbuf_get_width (picture), gdk_pixbuf_get_height (picture)), model);
  stage->window = ui_window_new (&stage->standin.host, mode);
  stage->top = GTK_WIDGET (ui_window_widget (stage->window));
  ui_window_on_closed (stage->window, closed, stage);
}

void
stage_open (Stage *stage, UiMode mode, int width, int height)
{
  stage_open_picture (stage, mode, new_picture (width, height));
}

void
stage_close (Stage *stage)
{
  if (!stage->closed)
    gtk_widget_destroy (stage->top);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (stage->closed);
  standin_clear (&stage->standin);
}

void
stage_settle (Stage *stage G_GNUC_UNUSED, int ms)
{
  const gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

/* ---- finding ------------------------------------------------------------------------------- */

void
stage_each (GtkWidget *widget, void (*call) (GtkWidget *widget, gpointer data), gpointer data)
{
  GList *children;

  if (!gtk_widget_get_visible (widget) || !gtk_widget_get_child_visible (widget))
    return;
  call (widget, data);
  if (!GTK_IS_CONTAINER (widget))
    return;
  children = gtk_container_get_children (GTK_CONTAINER (widget));
  for (GList *child = children; child; child = child->next)
    stage_each (child->data, call, data);
  g_list_free (children);
}

typedef struct {
  const char *text;
  GtkWidget *found;
} Search;

static void
search (GtkWidget *widget, gpointer data)
{
  Search *wanted = data;
  const char *label = NULL, *name = NULL;

  if (GTK_IS_BUTTON (widget))
    label = gtk_button_get_label (GTK_BUTTON (widget));
  else if (GTK_IS_LABEL (widget))
    label = gtk_label_get_label (GTK_LABEL (widget));
  if (gtk_widget_get_can_focus (widget))
    name = atk_object_get_name (gtk_widget_get_accessible (widget));
  if (!wanted->found
      && (g_strcmp0 (label, wanted->text) == 0 || g_strcmp0 (name, wanted->text) == 0))
    wanted->found = widget;
}

GtkWidget *
stage_find (Stage *stage, const char *label)
{
  Search wanted = { .text = label };

  stage_each (stage->top, search, &wanted);
  return wanted.found;
}

GtkWidget *
stage_wait (Stage *stage, const char *label)
{
  const gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  for (;;)
    {
      GtkWidget *widget = stage_find (stage, label);

      if (widget && gtk_widget_is_sensitive (widget))
        return widget;
      if (g_get_monotonic_time () > end)
        g_error ("waited in vain for \"%s\"", label);
      stage_settle (stage, 5);
    }
}

/* ---- doing --------------------------------------------------------------------------------- */

void
stage_key (Stage *stage, guint key, GdkModifierType state)
{
  GdkEvent *event = gdk_event_new (GDK_KEY_PRESS);
  gboolean handled;

  event->key.window = g_object_ref (gtk_widget_get_window (stage->top));
  event->key.keyval = key;
  event->key.state = state;
  g_signal_emit_by_name (stage->top, "key-press-event", event, &handled);
  gdk_event_free (event);
}

void
stage_generate (Stage *stage)
{
  gtk_button_clicked (GTK_BUTTON (stage_wait (stage, "_Generate")));
  stage_wait (stage, "_Apply");
  stage_settle (stage, 200);
}

static void
open_expander (GtkWidget *widget, gpointer data G_GNUC_UNUSED)
{
  if (GTK_IS_EXPANDER (widget))
    gtk_expander_set_expanded (GTK_EXPANDER (widget), TRUE);
}

void
stage_show_mode (Stage *stage, UiMode mode)
{
  stage_key (stage, GDK_KEY_1 + (guint) mode, GDK_CONTROL_MASK);
  stage_settle (stage, 400);
  if (mode == UI_MODE_LABELS && !stage->standin.labels)
    {
      stage_key (stage, GDK_KEY_n, GDK_CONTROL_MASK);
      stage->standin.host.use_label (&stage->standin.host, 1, 0x208020);
    }
  stage_each (stage->top, open_expander, NULL);
  stage_settle (stage, 400);
}

/* ---- looking ------------------------------------------------------------------------------- */

typedef struct {
  Stage *stage;
  GdkPixbuf *picture;
} Drawing;

/* Drawn anew rather than taken from the screen, which may be too small or behind its time. Everything
 * has its place at this moment. */
static void
draw_window (GdkFrameClock *clock G_GNUC_UNUSED, gpointer data)
{
  Drawing *drawing = data;
  Stage *stage = drawing->stage;
  const int factor = gtk_widget_get_scale_factor (stage->top);
  const int width = gtk_widget_get_allocated_width (stage->top) * factor;
  const int height = gtk_widget_get_allocated_height (stage->top) * factor;
  cairo_surface_t *surface;
  cairo_t *cr;

  if (drawing->picture)
    return;
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_surface_set_device_scale (surface, factor, factor);
  cr = cairo_create (surface);
  gtk_widget_draw (stage->top, cr);
  cairo_destroy (cr);
  cairo_surface_set_device_scale (surface, 1, 1);
  drawing->picture = gdk_pixbuf_get_from_surface (surface, 0, 0, width, height);
  cairo_surface_destroy (surface);
}

GdkPixbuf *
stage_part (Stage *stage, GdkPixbuf *picture, GtkWidget *widget)
{
  const int factor = gtk_widget_get_scale_factor (stage->top);
  int x = 0, y = 0;

  g_assert_true (gtk_widget_translate_coordinates (widget, stage->top, 0, 0, &x, &y));
  return gdk_pixbuf_new_subpixbuf (picture, x * factor, y * factor,
                                   gtk_widget_get_allocated_width (widget) * factor,
                                   gtk_widget_get_allocated_height (widget) * factor);
}

GdkPixbuf *
stage_picture (Stage *stage, GtkWidget *widget)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (stage->top);
  Drawing drawing = { stage, NULL };
  const gulong handler =
      g_signal_connect (clock, "after-paint", G_CALLBACK (draw_window), &drawing);
  g_autoptr (GdkPixbuf) all = NULL, part = NULL;

  gtk_widget_queue_draw (stage->top);
  while (!drawing.picture)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (clock, handler);
  all = drawing.picture;
  if (!widget || widget == stage->top)
    return g_steal_pointer (&all);
  part = stage_part (stage, all, widget);
  return gdk_pixbuf_copy (part);
}

void
stage_photograph (Stage *stage, const char *folder, const char *name)
{
  g_autofree char *file = folder ? g_strdup_printf ("%s/%s.png", folder, name) : NULL;
  g_autoptr (GdkPixbuf) picture = NULL;

  if (!file)
    return;
  stage_settle (stage, 300);
  picture = stage_picture (stage, NULL);
  g_assert_true (gdk_pixbuf_save (picture, file, "png", NULL, NULL));
}
