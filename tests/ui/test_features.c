/* What the window can do beyond the three ways to Apply: parts made anew, live drafts, painted labels,
 * hints, menus. */
#include "fixture.h"
#include <string.h>
#include <unistd.h>

/* ---- a part made anew ---------------------------------------------------------------------- */

/* Selects another box than what was filled. */
static void
select_box (Fixture *f, int x, int y, int width, int height)
{
  g_autoptr (GdkPixbuf) part = NULL;

  gdk_pixbuf_fill (f->standin.mask, 0);
  part = gdk_pixbuf_new_subpixbuf (f->standin.mask, x, y, width, height);
  gdk_pixbuf_fill (part, 0xffffffff);
  f->standin.stamp++;
  focus (f);
}

/* Pixels that differ inside and outside of the box. */
static void
count_changes (const GdkPixbuf *a, const GdkPixbuf *b, TesseraBox box, int *inside, int *outside)
{
  *inside = *outside = 0;
  for (int y = 0; y < gdk_pixbuf_get_height (a); y++)
    for (int x = 0; x < gdk_pixbuf_get_width (a); x++)
      {
        const gboolean in =
            x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;

        if (memcmp (pixel (a, x, y), pixel (b, x, y), 3) != 0)
          *(in ? inside : outside) += 1;
      }
}

/* Of a variation that is not in the picture, a part is made anew: applying the child gives the parent
 * everywhere else. */
static void
part_anew (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  g_autoptr (GdkPixbuf) before = NULL, parent = NULL;
  int inside, outside;

  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (control (f, "S_often")), 0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (control (f, "_Variations")), 1);
  settle (f, 400);
  before = gdk_pixbuf_copy (f->standin.picture);
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  select_box (f, 60, 20, 60, 25); /* reaches beyond what was filled */
  photograph (f, "part-asked");
  click (find (f, "Make This Part Anew"));
  wait_for (f, "_Generate More", TRUE);
  g_assert_nonnull (find (f, "part of 1"));
  photograph (f, "part-anew");
  click (find (f, "_Apply"));
  g_assert_cmpint (f->standin.n_applied, ==, 2); /* the parent goes first */
  count_changes (before, f->standin.picture, (TesseraBox){ 40, 30, 40, 30 }, &inside, &outside);
  g_assert_cmpint (outside, ==, 0);
  parent = g_object_ref (f->standin.below);
  count_changes (parent, f->standin.picture, (TesseraBox){ 60, 30, 20, 15 }, &inside, &outside);
  g_assert_cmpint (outside, ==, 0);
  g_assert_cmpint (inside, >, 200);
}

/* Of one that is in the picture already: nothing but the part is applied. */
static void
part_of_applied (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (control (f, "_Variations")), 1);
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  click (find (f, "_Apply"));
  select_box (f, 60, 40, 10, 10);
  settle (f, 100);
  press_key (f, GDK_KEY_1, 0);
  press_key (f, GDK_KEY_p, 0);
  wait_for (f, "_Apply", TRUE);
  click (find (f, "_Apply"));
  g_assert_cmpint (f->standin.n_applied, ==, 2); /* one and one */
}

/* What stands in the way is said. */
static void
part_elsewhere (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (control (f, "_Variations")), 1);
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  settle (f, 200);
  select_box (f, 100, 90, 10, 10);
  g_assert_null (find (f, "Make This Part Anew"));
  press_key (f, GDK_KEY_p, 0);
  g_assert_nonnull (find (f, "The selection lies outside of this variation. Select a part of it."));
  g_clear_object (&f->standin.mask);
  press_key (f, GDK_KEY_p, 0);
  g_assert_nonnull (find (f, "Select the part of variation 1 that shall be made anew."));
  g_assert_null (find (f, "2"));
}

/* ---- finding ------------------------------------------------------------------------------- */

/* An item of the menu behind the button in the window's corner. */
static void
choose_item (Fixture *f, const char *text)
{
  GtkWidget *menu =
      GTK_WIDGET (gtk_menu_button_get_popup (GTK_MENU_BUTTON (find_named (f, "Menu"))));
  Search wanted = { .text = text };

  gtk_container_foreach (GTK_CONTAINER (menu), search, &wanted); /* itself it is not open */
  g_assert_nonnull (wanted.found);
  gtk_menu_item_activate (GTK_MENU_ITEM (gtk_widget_get_parent (wanted.found)));
}

/* ---- labels -------------------------------------------------------------------------------- */

static void
open_labels (Fixture *f, UiMode mode)
{
  open_window (f, mode, FALSE);
  f->standin.labels = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, 160, 120);
  gdk_pixbuf_fill (f->standin.labels, 0);
  f->standin.stamp++;
  settle (f, 400);
  focus (f);
  gtk_combo_box_set_active (GTK_COMBO_BOX (control (f, "La_bel layer")),
                            mode == UI_MODE_LABELS ? 0 : 1);
  settle (f, 400);
}

static void
click_named (Fixture *f, const char *name)
{
  GtkWidget *found = find_named (f, name);

  g_assert_nonnull (found);
  gtk_button_clicked (GTK_BUTTON (found));
}

/* The whole status line begins so. */
static gboolean
status_is (Fixture *f, const char *begin)
{
  Search wanted = { .begin = begin };

  search (f->top, &wanted);
  return wanted.found != NULL;
}

/* Painted labels become a draft in the preview without anybody asking; the gallery stays empty. */
static void
live_draft (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  const gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  open_labels (f, UI_MODE_LABELS);
  g_assert_nonnull (find (f, "The label layer is empty."));
  g_assert_false (gtk_widget_is_sensitive (find (f, "_Generate")));
  click_named (f, "sky"); /* the stand-in paints its lower half */
  while (!status_is (f, "This is a draft") && g_get_monotonic_time () < end)
    turn (f);
  g_assert_true (status_is (f, "This is a draft"));
  g_assert_nonnull (find (f, "_Generate"));
  photograph (f, "live-draft");
  click (find (f, "Live draft"));
  g_assert_false (status_is (f, "This is a draft"));
}

/* Where the machine was measured to be slow, none is made, and it is said why. */
static void
slow_machine (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  g_autofree char *file = NULL;
  const int handle = g_file_open_tmp ("tessera-XXXXXX", &file, NULL);

  close (handle);
  g_assert_true (g_file_set_contents (file, "[window]\ndraft-speed=1000000\n", -1, NULL));
  f->settings = g_steal_pointer (&file);
  open_labels (f, UI_MODE_LABELS);
  click_named (f, "sky");
  settle (f, 3000);
  g_assert_false (status_is (f, "This is a draft"));
  g_assert_true (status_is (f, "Off: a draft of this would take about"));
  photograph (f, "slow-machine");
}

/* The brush paints where the editor's cannot: beyond the picture, which the label layer grows for. */
static void
brush_beyond (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  GtkWidget *pane;
  int width;

  open_labels (f, UI_MODE_EXTEND);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_named (f, "Pixels to add on the right")), 80);
  settle (f, 400);
  click_named (f, "sky");
  f->standin.n_painted = 0;
  click (find (f, "Paint in the left pane"));
  pane = find_named (f, "Preview of the labels");
  g_assert_nonnull (pane);
  width = gtk_widget_get_allocated_width (pane);
  drag_mouse (pane, width - 30, gtk_widget_get_allocated_height (pane) / 2.0, width - 20,
              gtk_widget_get_allocated_height (pane) / 2.0 + 10);
  g_assert_cmpint (f->standin.n_painted, ==, 1);
  g_assert_cmpint (f->standin.painted.x + f->standin.painted.width, >, 200);
  g_assert_cmpint (f->standin.painted.width, <=, 240);
  g_assert_cmpint (f->standin.n_pixels, >, 300);
  settle (f, 400);
  photograph (f, "brush-beyond");
}

/* Nothing that happens while a large picture is made keeps the user waiting. */
static void
large_picture (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  GdkPixbuf *small;
  gint64 asked;

  open_labels (f, UI_MODE_LABELS);
  small = f->standin.picture;
  f->standin.picture = gdk_pixbuf_scale_simple (small, 1600, 1200, GDK_INTERP_BILINEAR);
  g_object_unref (small);
  small = f->standin.labels;
  f->standin.labels = gdk_pixbuf_scale_simple (small, 1600, 1200, GDK_INTERP_NEAREST);
  g_object_unref (small);
  click (find (f, "Live draft"));
  click_named (f, "sky");
  settle (f, 2000);
  f->longest = 0;
  click (find (f, "_Generate"));
  g_test_message ("the click took %.0f ms", 1000 * f->longest);
  f->longest = 0;
  settle (f, 6000);
  g_assert_nonnull (find (f, "S_top"));
  asked = g_get_monotonic_time ();
  press_key (f, GDK_KEY_Escape, 0);
  while (find (f, "S_top"))
    turn (f);
  g_test_message ("longest turn of the main loop %.0f ms, stopped after %.0f ms", 1000 * f->longest,
                  (double) (g_get_monotonic_time () - asked) / 1000);
#ifndef __SANITIZE_ADDRESS__ /* which makes everything slower */
  g_assert_cmpfloat (f->longest, <, 0.05);
#endif
}

/* One label takes the place of another everywhere. */
static void
replace_label (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  static const guint8 water[] = { 0x03, 0x56, 0xd5, 255 };
  GtkWidget *expander;

  open_labels (f, UI_MODE_LABELS);
  click_named (f, "sky");
  settle (f, 400);
  expander = gtk_widget_get_ancestor (find (f, "Replace a label"), GTK_TYPE_EXPANDER);
  gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
  settle (f, 200);
  gtk_combo_box_set_active (GTK_COMBO_BOX (control (f, "This label")), 0);
  gtk_combo_box_set_active (GTK_COMBO_BOX (control (f, "Becomes")), 1);
  click (find (f, "Replace"));
  g_assert_cmpmem (pixel (f->standin.labels, 80, 100), 4, water, 4);
  g_assert_cmpint (f->standin.n_pixels, ==, 160 * 60);
  g_assert_cmpint (pixel (f->standin.labels, 80, 20)[3], ==, 0); /* free stays free */
  photograph (f, "replace-label");
}

/* Names in groups, a search over all of them. */
static void
groups (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_labels (f, UI_MODE_LABELS);
  g_assert_nonnull (find (f, "Sky"));
  g_assert_nonnull (find (f, "Ground"));
  g_assert_null (find (f, "Built")); /* the small model has none */
  gtk_entry_set_text (GTK_ENTRY (find_named (f, "Search labels")), "WAT");
  settle (f, 400);
  g_assert_null (find (f, "Sky"));
  g_assert_nonnull (find (f, "Water and snow"));
  g_signal_emit_by_name (find_named (f, "Search labels"), "activate");
  g_assert_cmpint (f->standin.n_used, ==, 1);
  g_assert_cmpint (pixel (f->standin.labels, 80, 100)[1], ==, 0x56);
}

/* ---- beginners ----------------------------------------------------------------------------- */

/* What was dismissed is not shown again, by no window that comes later. */
static void
hints (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  g_autofree char *file = NULL;
  const int handle = g_file_open_tmp ("tessera-XXXXXX", &file, NULL);
  Fixture second = { .settings = g_strdup (file) };

  close (handle);
  f->settings = g_steal_pointer (&file);
  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  g_assert_true (status_is (f, "Generate makes several variations"));
  photograph (f, "hint");
  click (find (f, "Got It"));
  g_assert_false (status_is (f, "Generate makes several variations"));
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  g_assert_true (status_is (f, "Click a variation to look at it"));
  click (find (f, "_Apply"));
  g_assert_false (status_is (f, "Not right yet?")); /* one thing at a time */
  gtk_info_bar_response (GTK_INFO_BAR (gtk_widget_get_ancestor (find (f, "Put 1 into the picture."),
                                                                GTK_TYPE_INFO_BAR)),
                         GTK_RESPONSE_CLOSE);
  g_assert_true (status_is (f, "Not right yet?"));
  gtk_widget_destroy (f->top); /* saves */
  open_window (&second, UI_MODE_SELECTION, TRUE);
  wait_for (&second, "_Generate", TRUE);
  g_assert_false (status_is (&second, "Generate makes several variations"));
  tear_down (&second, NULL);
}

/* Who has never applied anything is offered three ways to begin, and each leads there. */
static void
cards (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, FALSE);
  wait_for (f, "Select All", TRUE);
  g_assert_nonnull (find_named (f, "Fill a selection"));
  g_assert_nonnull (find_named (f, "Paint labels"));
  click_named (f, "Extend a side");
  settle (f, 400);
  g_assert_nonnull (find_named (f, "Pixels to add on the right"));
  g_assert_null (find_named (f, "Paint labels"));
}

/* ---- growth in steps, recipes -------------------------------------------------------------- */

static void
grow_again (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_EXTEND, FALSE);
  settle (f, 400);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_named (f, "Pixels to add at the bottom")), 32);
  wait_for (f, "_Generate", TRUE);
  for (int step = 1; step <= 2; step++)
    {
      click (step == 1 ? find (f, "_Generate") : find (f, "_Generate More"));
      wait_for (f, "_Apply", TRUE);
      click (find (f, "_Apply"));
      g_assert_cmpint (gdk_pixbuf_get_height (f->standin.picture), ==, 120 + 32 * step);
      click (find (f, "Grow Again"));
      wait_for (f, "_Generate More", TRUE);
    }
}

/* The settings of a variation come back through the clipboard. */
static void
recipes (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  GtkClipboard *clipboard;
  GtkWidget *variety;

  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  variety = control (f, "Va_riety");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (variety), 0.65);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (control (f, "_Variations")), 1);
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  settle (f, 100);
  press_key (f, GDK_KEY_c, GDK_CONTROL_MASK); /* the focus is in the gallery */
  clipboard = gtk_widget_get_clipboard (f->top, GDK_SELECTION_CLIPBOARD);
  g_assert_true (gtk_clipboard_wait_is_text_available (clipboard));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (variety), 1.5);
  choose_item (f, "_Paste Recipe");
  g_assert_cmpfloat_with_epsilon (gtk_spin_button_get_value (GTK_SPIN_BUTTON (variety)), 0.65,
                                  1e-9);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (variety), 1.5);
  choose_item (f, "Use Se_ttings of This Variation");
  g_assert_cmpfloat_with_epsilon (gtk_spin_button_get_value (GTK_SPIN_BUTTON (variety)), 0.65,
                                  1e-9);
  gtk_clipboard_set_text (clipboard, "no recipe", -1);
  choose_item (f, "_Paste Recipe");
  g_assert_nonnull (find (f, "There is no recipe in the clipboard. Copy one first."));
}

/* The focus goes round the parts of the window. */
static void
parts (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  GtkWidget *seen[8];

  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  gtk_widget_grab_focus (find (f, "_Generate"));
  for (int i = 0; i < 5; i++)
    {
      press_key (f, GDK_KEY_F6, 0);
      seen[i] = gtk_window_get_focus (GTK_WINDOW (f->top));
    }
  g_assert_true (seen[0] == find (f, "_Selection"));
  g_assert_true (seen[1] == find_named (f, "Preview"));
  g_assert_true (seen[3] == find (f, "_Generate")); /* no gallery yet */
  g_assert_true (seen[4] == seen[0]);
  press_key (f, GDK_KEY_F6, GDK_SHIFT_MASK);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (f->top)) == seen[3]);
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add ("/features/" #name, Fixture, pictures, set_up, name, tear_down)
  const char *pictures;

  gtk_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  pictures = argc > 1 ? argv[1] : NULL;
  TEST (part_anew);
  TEST (part_of_applied);
  TEST (part_elsewhere);
  TEST (live_draft);
  TEST (slow_machine);
  TEST (brush_beyond);
  TEST (large_picture);
  TEST (replace_label);
  TEST (groups);
  TEST (hints);
  TEST (cards);
  TEST (grow_again);
  TEST (recipes);
  TEST (parts);
  return g_test_run ();
}
