/* What the window can do beyond the three ways to Apply: parts made anew, live drafts, painted labels,
 * hints, menus. */
#include "fixture.h"
#include <string.h>

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

static guint8 *
pixel (const GdkPixbuf *picture, int x, int y)
{
  return gdk_pixbuf_get_pixels (picture) + y * gdk_pixbuf_get_rowstride (picture)
         + x * gdk_pixbuf_get_n_channels (picture);
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
  g_assert_nonnull (
      find (f, "The selection lies outside of this variation. Select a part of it."));
  g_clear_object (&f->standin.mask);
  press_key (f, GDK_KEY_p, 0);
  g_assert_nonnull (find (f, "Select the part of variation 1 that shall be made anew."));
  g_assert_null (find (f, "2"));
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
  return g_test_run ();
}
