/* The window itself, on a screen that nobody sees, with the stand-in as its host and the small
 * random model: from opening to Apply in each mode, stopping, keys, names and mnemonics. Argument
 * behind the program's name: a folder for pictures of the window. */
#include "standin_host.h"
#include "window.h"
#include <string.h>
#include <time.h>

static const char *pictures; /* folder for screenshots, or NULL */

typedef struct {
  Standin standin;
  UiWindow *window;
  GtkWidget *top;
  gboolean closed;
  gint64 opened;
  double longest; /* seconds of the main thread's own time in one turn of the loop */
} Fixture;

/* ---- finding one's way --------------------------------------------------------------------- */

static const char *
text_of (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)))
    return gtk_button_get_label (GTK_BUTTON (widget));
  return GTK_IS_LABEL (widget) ? gtk_label_get_label (GTK_LABEL (widget)) : NULL;
}

typedef struct {
  const char *text, *name; /* label with mnemonic, or accessible name */
  GtkWidget *found;
} Search;

static void
search (GtkWidget *widget, gpointer data)
{
  Search *wanted = data;
  const char *text = text_of (widget);

  if (wanted->found || !gtk_widget_get_visible (widget))
    return;
  if ((wanted->text && text && strcmp (text, wanted->text) == 0)
      || (wanted->name && gtk_widget_get_can_focus (widget)
          && g_strcmp0 (atk_object_get_name (gtk_widget_get_accessible (widget)), wanted->name)
                 == 0))
    wanted->found = widget;
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), search, wanted);
}

static GtkWidget *
find (Fixture *f, const char *text)
{
  Search wanted = { .text = text };

  search (f->top, &wanted);
  return wanted.found;
}

/* The control that a label with mnemonic stands for. */
static GtkWidget *
control (Fixture *f, const char *label)
{
  GtkWidget *found = find (f, label);

  g_assert_nonnull (found);
  return gtk_label_get_mnemonic_widget (GTK_LABEL (found));
}

static double
own_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

/* One turn of the main loop, at most 20 ms of waiting. */
static void
turn (Fixture *f)
{
  const gint64 end = g_get_monotonic_time () + 20000;
  double before;

  while (!g_main_context_pending (NULL) && g_get_monotonic_time () < end)
    g_usleep (1000);
  before = own_time ();
  g_main_context_iteration (NULL, FALSE);
  f->longest = MAX (f->longest, own_time () - before);
}

static void
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

static void
settle (Fixture *f, int ms)
{
  const gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    turn (f);
}

static void
photograph (Fixture *f, const char *name)
{
  g_autofree char *file = pictures ? g_strdup_printf ("%s/%s.png", pictures, name) : NULL;
  g_autoptr (GdkPixbuf) picture = NULL;
  int width, height;

  if (!file)
    return;
  settle (f, 300);
  gtk_window_get_size (GTK_WINDOW (f->top), &width, &height);
  picture = gdk_pixbuf_get_from_window (gtk_widget_get_window (f->top), 0, 0, width, height);
  g_assert_true (gdk_pixbuf_save (picture, file, "png", NULL, NULL));
}

static void
click (GtkWidget *button)
{
  g_assert_true (button && gtk_widget_is_sensitive (button));
  gtk_button_clicked (GTK_BUTTON (button));
}

static void
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
static void
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

static void
open_window (Fixture *f, UiMode mode, gboolean selected)
{
  g_autofree char *model = g_test_build_filename (G_TEST_DIST, "golden", "fill_labels_coarse",
                                                  "model.safetensors", NULL);

  standin_init (&f->standin, new_picture (160, 120), selected ? new_mask (160, 120) : NULL, model);
  f->opened = g_get_monotonic_time ();
  f->window = ui_window_new (&f->standin.host, mode);
  f->top = GTK_WIDGET (ui_window_widget (f->window));
  ui_window_on_closed (f->window, closed, f);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  if (!f->closed)
    gtk_widget_destroy (f->top);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (f->closed);
  standin_clear (&f->standin);
}

/* ---- what must hold ------------------------------------------------------------------------ */

static void
two_actions (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  g_test_message ("ready after %.0f ms", (double) (g_get_monotonic_time () - f->opened) / 1000);
  photograph (f, "selection");
  f->longest = 0;
  click (find (f, "_Generate"));
  g_assert_nonnull (find (f, "S_top"));
  wait_for (f, "_Apply", TRUE);
  g_test_message ("longest turn of the main loop %.0f ms", 1000 * f->longest);
  g_assert_cmpfloat (f->longest, <, 0.05);
  g_assert_nonnull (find (f, "_Generate More"));
  g_assert_nonnull (find (f, "best"));
  photograph (f, "results");
  click (find (f, "_Apply"));
  g_assert_cmpint (f->standin.n_applied, ==, 1);
  g_assert_nonnull (find (f, "Put 1 into the picture."));
  wait_for (f, "_Generate More", TRUE);
  click (find (f, "_Generate More"));
  wait_for (f, "_Apply", TRUE);
  g_assert_nonnull (find (f, "6")); /* adds, clears nothing */
  g_assert_nonnull (find (f, "1"));
}

static void
stopping (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 asked;

  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (control (f, "_Variations")), 16);
  click (find (f, "_Generate"));
  settle (f, 150);
  asked = g_get_monotonic_time ();
  press_key (f, GDK_KEY_Escape, 0);
  while (find (f, "S_top"))
    turn (f);
  g_test_message ("stopped after %.0f ms", (double) (g_get_monotonic_time () - asked) / 1000);
  g_assert_cmpint (g_get_monotonic_time () - asked, <, G_USEC_PER_SEC);
  g_assert_false (f->closed);
  g_assert_cmpint (f->standin.n_applied, ==, 0);
}

static void
nothing_selected (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, FALSE);
  wait_for (f, "Select All", TRUE);
  g_assert_nonnull (find (f, "Nothing is selected. Select what should be replaced."));
  g_assert_false (gtk_widget_is_sensitive (find (f, "_Generate")));
  photograph (f, "nothing-selected");
  f->standin.mask = new_mask (160, 120);
  f->standin.stamp++;
  focus (f);
  wait_for (f, "_Generate", TRUE);
}

static void
extending (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  Search right = { .name = "Pixels to add on the right" };

  open_window (f, UI_MODE_EXTEND, FALSE);
  settle (f, 400);
  g_assert_false (gtk_widget_is_sensitive (find (f, "_Generate")));
  search (f->top, &right);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (right.found), 48);
  wait_for (f, "_Generate", TRUE);
  g_assert_nonnull (find (f, "New size\n208 × 120"));
  photograph (f, "extend");
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  photograph (f, "extend-results");
  click (find (f, "_Apply"));
  g_assert_cmpint (gdk_pixbuf_get_width (f->standin.picture), ==, 208);
}

static void
labels (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_LABELS, TRUE);
  wait_for (f, "New Label Layer", TRUE);
  settle (f, 400);
  click (find (f, "New Label Layer"));
  settle (f, 400);
  photograph (f, "labels");
  g_assert_nonnull (f->standin.labels);
  g_assert_nonnull (find (f, "free"));
}

/* ---- names, mnemonics ---------------------------------------------------------------------- */

typedef struct {
  GHashTable *keys; /* mnemonic -> text */
  int unnamed, doubled;
} Audit;

static void
audit (GtkWidget *widget, gpointer data)
{
  Audit *found = data;
  guint key = GDK_KEY_VoidSymbol;

  if (!gtk_widget_get_visible (widget))
    return;
  if (GTK_IS_COMBO_BOX (widget)
      || (gtk_widget_get_can_focus (widget) && !GTK_IS_SCROLLED_WINDOW (widget)
          && !GTK_IS_WINDOW (widget)))
    {
      AtkObject *accessible = gtk_widget_get_accessible (widget);
      AtkRelationSet *relations = atk_object_ref_relation_set (accessible);
      const char *name = atk_object_get_name (accessible);
      const gboolean named =
          (name && *name) || atk_relation_set_contains (relations, ATK_RELATION_LABELLED_BY);

      if (!named)
        g_test_message ("no name: %s", G_OBJECT_TYPE_NAME (widget));
      found->unnamed += !named;
      g_object_unref (relations);
    }
  if (GTK_IS_LABEL (widget))
    key = gtk_label_get_mnemonic_keyval (GTK_LABEL (widget));
  if (key != GDK_KEY_VoidSymbol)
    {
      const char *text = gtk_label_get_label (GTK_LABEL (widget));
      const char *other = g_hash_table_lookup (found->keys, GUINT_TO_POINTER (key));

      if (other)
        g_test_message ("the same letter: %s and %s", other, text);
      found->doubled += other != NULL;
      g_hash_table_insert (found->keys, GUINT_TO_POINTER (key), (gpointer) text);
    }
  if (GTK_IS_CONTAINER (widget) && !GTK_IS_COMBO_BOX (widget)) /* whose button is its own matter */
    gtk_container_forall (GTK_CONTAINER (widget), audit, found);
}

static void
names_and_letters (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  for (guint mode = 0; mode < UI_N_MODES; mode++)
    {
      Audit found = { .keys = g_hash_table_new (NULL, NULL) };

      press_key (f, GDK_KEY_1 + mode, GDK_CONTROL_MASK);
      settle (f, 400);
      audit (f->top, &found);
      g_assert_cmpuint (g_hash_table_size (found.keys), >, 10);
      g_assert_cmpint (found.unnamed, ==, 0);
      g_assert_cmpint (found.doubled, ==, 0);
      g_hash_table_unref (found.keys);
    }
}

static void
keys (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  press_key (f, GDK_KEY_Return, GDK_CONTROL_MASK);
  wait_for (f, "_Apply", TRUE);
  settle (f, 200);
  press_key (f, GDK_KEY_End, 0); /* the focus is in the gallery */
  press_key (f, GDK_KEY_space, 0);
  click (find (f, "_Apply"));
  g_assert_cmpint (f->standin.n_applied, ==, 2); /* the best and the last */
  press_key (f, GDK_KEY_Delete, 0);              /* whichever of the three came last */
  g_assert_cmpint ((find (f, "1") != NULL) + (find (f, "2") != NULL) + (find (f, "3") != NULL), ==,
                   2);
}

/* What was applied is no longer ticked; one like it says in its recipe whose child it is. */
static void
more_like_this (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  TesseraRequest parent, child;

  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  settle (f, 200);
  click (find (f, "_Apply"));
  tessera_request_init (&parent);
  g_assert_true (tessera_recipe_read (f->standin.recipe, &parent, NULL));
  press_key (f, GDK_KEY_m, 0);
  wait_for (f, "_Generate More", TRUE);
  g_assert_nonnull (find (f, "4"));
  click (find (f, "_Apply"));
  g_assert_cmpint (f->standin.n_applied, ==, 2); /* not the first one once more */
  tessera_request_init (&child);
  g_assert_true (tessera_recipe_read (f->standin.recipe, &child, NULL));
  g_assert_cmpfloat_with_epsilon (child.amount, 0.4, 1e-9);
  g_assert_cmpuint (child.similar_seed, ==, parent.seed);
  g_assert_cmpint (child.similar_variation, ==, parent.first_variation);
  g_assert_cmpuint (child.seed, !=, parent.seed);
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add ("/window/" #name, Fixture, NULL, NULL, name, tear_down)
  gtk_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  pictures = argc > 1 ? argv[1] : NULL;
  TEST (two_actions);
  TEST (stopping);
  TEST (nothing_selected);
  TEST (extending);
  TEST (labels);
  TEST (names_and_letters);
  TEST (keys);
  TEST (more_like_this);
  return g_test_run ();
}
