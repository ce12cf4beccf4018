#include "fixture.h"
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

/* ---- finding one's way --------------------------------------------------------------------- */

static const char *
text_of (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)))
    return gtk_button_get_label (GTK_BUTTON (widget));
  return GTK_IS_LABEL (widget) ? gtk_label_get_label (GTK_LABEL (widget)) : NULL;
}

void
search (GtkWidget *widget, gpointer data)
{
  Search *wanted = data;
  const char *text = text_of (widget);

  if (wanted->found || !gtk_widget_get_visible (widget))
    return;
  if ((wanted->text && text && strcmp (text, wanted->text) == 0)
      || (wanted->begin && text && g_str_has_prefix (text, wanted->begin))
      || (wanted->name && gtk_widget_get_can_focus (widget)
          && g_strcmp0 (atk_object_get_name (gtk_widget_get_accessible (widget)), wanted->name)
                 == 0))
    wanted->found = widget;
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), search, wanted);
}

GtkWidget *
find (Fixture *f, const char *text)
{
  Search wanted = { .text = text };

  search (f->top, &wanted);
  return wanted.found;
}

/* The control that a label with mnemonic stands for. */
GtkWidget *
control (Fixture *f, const char *label)
{
  GtkWidget *found = find (f, label);

  g_assert_nonnull (found);
  return gtk_label_get_mnemonic_widget (GTK_LABEL (found));
}

/* Seconds that the thread has computed. Where it waits for others, tests/gimp/screen.py sees it. */
static double
own_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

/* One turn of the main loop, at most 20 ms of waiting. */
void
turn (Fixture *f)
{
  const gint64 end = g_get_monotonic_time () + 20000;
  double before;

  while (!g_main_context_pending (NULL) && g_get_monotonic_time () < end)
    g_usleep (1000);
  before = own_time ();
  g_main_context_iteration (NULL, FALSE);
  before = own_time () - before;
  if (before > f->longest && g_test_verbose ())
    g_test_message ("a turn of %.0f ms", 1000 * before);
  f->longest = MAX (f->longest, before);
}

void
wait_for (Fixture *f, const char *text, gboolean sensitive)
{
  const gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  for (;;)
    {
      GtkWidget *widget = find (f, text);

      if (widget && gtk_widget_is_sensitive (widget) == sensitive)
        return;
      if (g_get_monotonic_time () > end)
        g_error ("waited in vain for \"%s\"", text);
      turn (f);
    }
}

void
settle (Fixture *f, int ms)
{
  const gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    turn (f);
}

void
photograph (Fixture *f, const char *name)
{
  g_autofree char *file = f->pictures ? g_strdup_printf ("%s/%s.png", f->pictures, name) : NULL;
  g_autoptr (GdkPixbuf) picture = NULL;
  int width, height;

  if (!file)
    return;
  settle (f, 300);
  gtk_window_get_size (GTK_WINDOW (f->top), &width, &height);
  picture = gdk_pixbuf_get_from_window (gtk_widget_get_window (f->top), 0, 0, width, height);
  g_assert_true (gdk_pixbuf_save (picture, file, "png", NULL, NULL));
}

void
click (GtkWidget *button)
{
  g_assert_true (button && gtk_widget_is_sensitive (button));
  gtk_button_clicked (GTK_BUTTON (button));
}

void
press_key (Fixture *f, guint key, GdkModifierType state)
{
  GdkEvent *event = gdk_event_new (GDK_KEY_PRESS);
  gboolean handled;

  event->key.window = g_object_ref (gtk_widget_get_window (f->top));
  event->key.keyval = key;
  event->key.state = state;
  g_signal_emit_by_name (f->top, "key-press-event", event, &handled);
  gdk_event_free (event);
}

/* The user comes back from the editor. */
void
focus (Fixture *f)
{
  GdkEvent *event = gdk_event_new (GDK_FOCUS_CHANGE);
  gboolean handled;

  event->focus_change.window = g_object_ref (gtk_widget_get_window (f->top));
  event->focus_change.in = TRUE;
  g_signal_emit_by_name (f->top, "focus-in-event", event, &handled);
  gdk_event_free (event);
}

/* ---- opening ------------------------------------------------------------------------------- */

static void
closed (gpointer data)
{
  Fixture *f = data;

  f->closed = TRUE;
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

GdkPixbuf *
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
open_window (Fixture *f, UiMode mode, gboolean selected)
{
  g_autofree char *model = g_test_build_filename (G_TEST_DIST, "golden", "fill_labels_coarse",
                                                  "model.safetensors", NULL);

  standin_init (&f->standin, new_picture (160, 120), selected ? new_mask (160, 120) : NULL, model);
  f->standin.host.settings_file = f->settings;
  f->opened = g_get_monotonic_time ();
  f->window = ui_window_new (&f->standin.host, mode);
  f->top = GTK_WIDGET (ui_window_widget (f->window));
  ui_window_on_closed (f->window, closed, f);
}

void
tear_down (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  if (!f->closed)
    gtk_widget_destroy (f->top);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (f->closed);
  standin_clear (&f->standin);
  if (f->settings)
    g_unlink (f->settings);
  g_free (f->settings);
}

void
set_up (Fixture *f, gconstpointer pictures)
{
  f->pictures = pictures;
}

GtkWidget *
find_named (Fixture *f, const char *name)
{
  Search wanted = { .name = name };

  search (f->top, &wanted);
  return wanted.found;
}

guint8 *
pixel (const GdkPixbuf *picture, int x, int y)
{
  return gdk_pixbuf_get_pixels (picture) + y * gdk_pixbuf_get_rowstride (picture)
         + x * gdk_pixbuf_get_n_channels (picture);
}

static void
mouse (GtkWidget *widget, GdkEventType type, double x, double y)
{
  GdkEvent *event = gdk_event_new (type);
  gboolean handled;

  event->any.window = g_object_ref (gtk_widget_get_window (widget));
  if (type == GDK_MOTION_NOTIFY)
    {
      event->motion.x = x;
      event->motion.y = y;
    }
  else
    {
      event->button.button = 1;
      event->button.x = x;
      event->button.y = y;
    }
  g_signal_emit_by_name (widget,
                         type == GDK_MOTION_NOTIFY  ? "motion-notify-event"
                         : type == GDK_BUTTON_PRESS ? "button-press-event"
                                                    : "button-release-event",
                         event, &handled);
  gdk_event_free (event);
}

void
drag_mouse (GtkWidget *widget, double x1, double y1, double x2, double y2)
{
  mouse (widget, GDK_MOTION_NOTIFY, x1, y1);
  mouse (widget, GDK_BUTTON_PRESS, x1, y1);
  for (int i = 1; i <= 4; i++)
    mouse (widget, GDK_MOTION_NOTIFY, x1 + (x2 - x1) * i / 4, y1 + (y2 - y1) * i / 4);
  mouse (widget, GDK_BUTTON_RELEASE, x2, y2);
}
