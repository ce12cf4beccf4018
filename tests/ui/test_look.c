/* What the window looks like, in whatever theme, scale and direction the environment asks for: what is
 * written can be read, lines are seen on any picture, a pixel stays a pixel, sides stay sides. First
 * argument: a folder for pictures of all modes, or "" ; second: "rtl" for right to left. */
#include "stage.h"
#include <math.h>
#include <string.h>

static const char *pictures; /* folder for screenshots, or NULL */
static gboolean right_to_left;

/* ---- contrast ------------------------------------------------------------------------------ */

static const guint8 *
pixel_at (const GdkPixbuf *pixbuf, int x, int y)
{
  return gdk_pixbuf_read_pixels (pixbuf) + (gsize) y * gdk_pixbuf_get_rowstride (pixbuf)
         + x * gdk_pixbuf_get_n_channels (pixbuf);
}

static double
linear (guint8 byte)
{
  const double value = byte / 255.0;

  return value <= 0.04045 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
}

static double
luminance (const guint8 *rgb)
{
  return 0.2126 * linear (rgb[0]) + 0.7152 * linear (rgb[1]) + 0.0722 * linear (rgb[2]);
}

/* As the Web Content Accessibility Guidelines define it: 1 to 21. */
static double
contrast (const guint8 *a, const guint8 *b)
{
  const double x = luminance (a) + 0.05, y = luminance (b) + 0.05;

  return MAX (x, y) / MIN (x, y);
}

/* The commonest colour. */
static const guint8 *
ground (const GdkPixbuf *picture)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  const guint8 *best = pixel_at (picture, 0, 0);
  guint most = 0;

  for (int y = 0; y < gdk_pixbuf_get_height (picture); y++)
    for (int x = 0; x < gdk_pixbuf_get_width (picture); x++)
      {
        const guint8 *rgb = pixel_at (picture, x, y);
        gpointer key =
            GUINT_TO_POINTER (1u << 24 | (guint) rgb[0] << 16 | (guint) rgb[1] << 8 | rgb[2]);
        const guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) + 1;

        g_hash_table_insert (counts, key, GUINT_TO_POINTER (n));
        if (n > most)
          {
            most = n;
            best = rgb;
          }
      }
  return best;
}

/* Between the ground and what stands out most from it. */
static double
contrast_inside (const GdkPixbuf *picture)
{
  const guint8 *below = ground (picture);
  double best = 1;

  for (int y = 0; y < gdk_pixbuf_get_height (picture); y++)
    for (int x = 0; x < gdk_pixbuf_get_width (picture); x++)
      best = MAX (best, contrast (below, pixel_at (picture, x, y)));
  return best;
}

typedef struct {
  Stage *stage;
  GdkPixbuf *picture;
  int looked_at, faint;
} Reading;

/* The colours of a suggested action are the theme's own. */
static gboolean
is_suggested (GtkWidget *label)
{
  GtkWidget *button = gtk_widget_get_ancestor (label, GTK_TYPE_BUTTON);

  return button
         && gtk_style_context_has_class (gtk_widget_get_style_context (button),
                                         GTK_STYLE_CLASS_SUGGESTED_ACTION);
}

/* Not scrolled out of sight, even in part. */
static gboolean
in_sight (GtkWidget *widget)
{
  GtkWidget *scroller = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);
  int x, y;

  if (!scroller)
    return TRUE;
  gtk_widget_translate_coordinates (widget, scroller, 0, 0, &x, &y);
  return x >= 0 && y >= 0
         && x + gtk_widget_get_allocated_width (widget) <= gtk_widget_get_allocated_width (scroller)
         && y + gtk_widget_get_allocated_height (widget)
                <= gtk_widget_get_allocated_height (scroller);
}

static void
read_label (GtkWidget *widget, gpointer data)
{
  Reading *reading = data;
  g_autoptr (GdkPixbuf) picture = NULL;
  double found;

  if (!GTK_IS_LABEL (widget) || is_suggested (widget) || !gtk_widget_is_sensitive (widget)
      || !gtk_widget_get_mapped (widget) || !*gtk_label_get_text (GTK_LABEL (widget))
      || !in_sight (widget))
    return;
  picture = stage_part (reading->stage, reading->picture, widget);
  found = contrast_inside (picture);
  reading->looked_at++;
  if (found >= 4.5)
    return;
  reading->faint++;
  g_test_message ("contrast %.1f: %s", found, gtk_label_get_text (GTK_LABEL (widget)));
}

/* To the upper or the lower end. */
static void
scroll (GtkWidget *widget, gpointer end)
{
  GtkAdjustment *rows = GTK_IS_SCROLLED_WINDOW (widget)
                            ? gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (widget))
                            : NULL;

  if (rows)
    gtk_adjustment_set_value (rows, end ? gtk_adjustment_get_upper (rows) : 0);
}

static void
read_all (Stage *stage, const char *where)
{
  Reading reading = { .stage = stage };

  for (int end = 0; end < 2; end++)
    {
      stage_each (stage->top, scroll, GINT_TO_POINTER (end));
      stage_settle (stage, 200);
      reading.picture = stage_picture (stage, NULL);
      stage_each (stage->top, read_label, &reading);
      g_object_unref (reading.picture);
    }
  g_test_message ("%s: %d texts", where, reading.looked_at);
  g_assert_cmpint (reading.looked_at, >, 20);
  g_assert_cmpint (reading.faint, ==, 0);
}

static void
what_is_written_can_be_read (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  stage_open (stage, UI_MODE_SELECTION, 160, 120);
  gtk_window_resize (GTK_WINDOW (stage->top), 900, 1000);
  stage_wait (stage, "_Generate");
  stage_show_mode (stage, UI_MODE_SELECTION);
  stage_generate (stage);
  stage_photograph (stage, pictures, "results");
  read_all (stage, "results"); /* one of them chosen */
  for (int mode = 0; mode < UI_N_MODES; mode++)
    {
      static const char *const names[] = { "selection", "extend", "labels" };

      stage_show_mode (stage, (UiMode) mode);
      stage_photograph (stage, pictures, names[mode]);
      read_all (stage, names[mode]);
    }
}

/* ---- the preview --------------------------------------------------------------------------- */

static GtkWidget *
preview_of (Stage *stage)
{
  GtkWidget *preview = stage_find (stage, "Preview");

  g_assert_nonnull (preview);
  return preview;
}

/* What a row of the preview meets on its way to the middle: contrasts with the gray of the dotted line
 * and of the dashed one; FALSE where it does not meet both. */
static gboolean
cross_lines (const GdkPixbuf *picture, int y, double found[2])
{
  static const guint8 gray[3] = { 0x76, 0x76, 0x76 };
  gboolean before = FALSE;
  int lines = -1;

  found[0] = found[1] = 1;
  for (int x = gdk_pixbuf_get_width (picture) / 4; x < gdk_pixbuf_get_width (picture) / 2; x++)
    {
      const guint8 *here = pixel_at (picture, x, y);
      const gboolean marked = ABS (here[0] - gray[0]) > 8;

      lines += marked && !before;
      before = marked;
      if (marked && lines < 2)
        found[lines] = MAX (found[lines], contrast (here, gray));
    }
  return lines == 1;
}

/* The outlines of the cells are explanations, faint by intention. */
static void
without_cells (Stage *stage)
{
  GtkWidget *button = stage_find (stage, "Menu");
  GList *items = gtk_container_get_children (
      GTK_CONTAINER (gtk_menu_button_get_popup (GTK_MENU_BUTTON (button))));

  for (GList *item = items; item; item = item->next)
    if (GTK_IS_CHECK_MENU_ITEM (item->data)
        && strcmp (gtk_menu_item_get_label (item->data), "Show _Cells") == 0)
      gtk_check_menu_item_set_active (item->data, FALSE);
  g_list_free (items);
}

/* The gray on which neither black nor white stands out well. */
static void
outlines_are_seen_on_gray (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  GdkPixbuf *gray = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, 160, 120);
  g_autoptr (GdkPixbuf) picture = NULL;
  int rows = 0, seen[2] = { 0 };

  gdk_pixbuf_fill (gray, 0x767676ff);
  stage_open_picture (stage, UI_MODE_SELECTION, gray);
  stage_wait (stage, "_Generate");
  without_cells (stage);
  stage_settle (stage, 300);
  picture = stage_picture (stage, preview_of (stage));
  for (int y = 0; y < gdk_pixbuf_get_height (picture); y++)
    {
      double found[2];

      if (!cross_lines (picture, y, found))
        continue;
      rows++;
      seen[0] += found[0] >= 3;
      seen[1] += found[1] >= 3;
    }
  g_test_message ("seen in %d rows: dotted %d, dashed %d", rows, seen[0], seen[1]);
  g_assert_cmpint (rows, >, 40);
  g_assert_cmpint (seen[0], >=, rows * 2 / 5);
  g_assert_cmpint (seen[1], >=, rows * 2 / 5);
}

/* Stripes of one pixel. */
static GdkPixbuf *
new_stripes (int width, int height)
{
  GdkPixbuf *picture = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, width, height);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      memset (gdk_pixbuf_get_pixels (picture) + y * gdk_pixbuf_get_rowstride (picture) + 4 * x,
              x & 1 ? 255 : 0, 3);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      gdk_pixbuf_get_pixels (picture)[y * gdk_pixbuf_get_rowstride (picture) + 4 * x + 3] = 255;
  return picture;
}

static gboolean
is_black_or_white (const guint8 *rgb)
{
  return (rgb[0] < 8 || rgb[0] > 247) && rgb[0] == rgb[1] && rgb[0] == rgb[2];
}

/* The longest run of stripes that are as narrow as they were. */
static int
narrow_stripes (const GdkPixbuf *picture)
{
  const int y = gdk_pixbuf_get_height (picture) / 2 - 50; /* in the picture, above the selection */
  int longest = 0, run = 0;

  for (int x = 1; x < gdk_pixbuf_get_width (picture); x++)
    {
      const guint8 *here = pixel_at (picture, x, y), *before = pixel_at (picture, x - 1, y);

      run = is_black_or_white (here) && ABS (here[0] - before[0]) > 240 ? run + 1 : 0;
      longest = MAX (longest, run);
    }
  return longest;
}

/* Also where the middle of the picture and that of the preview are half a pixel apart. */
static void
one_to_one_is_pixel_for_pixel (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  stage_open_picture (stage, UI_MODE_SELECTION, new_stripes (161, 121));
  stage_wait (stage, "_Generate");
  without_cells (stage);
  for (int width = 900; width < 904; width++)
    {
      g_autoptr (GdkPixbuf) picture = NULL;

      gtk_window_resize (GTK_WINDOW (stage->top), width, 640);
      stage_settle (stage, 200);
      gtk_button_clicked (GTK_BUTTON (stage_find (stage, "Fit")));
      gtk_button_clicked (GTK_BUTTON (stage_find (stage, "1∶1")));
      stage_settle (stage, 200);
      picture = stage_picture (stage, preview_of (stage));
      g_assert_cmpint (narrow_stripes (picture), ==, 160);
    }
}

/* A thumbnail of more screen pixels than picture pixels has hard edges: it was not made smaller first. */
static void
thumbnails_are_sharp (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GdkPixbuf) picture = NULL;
  GtkWidget *item;
  int gray = 0, n = 0;

  stage_open_picture (stage, UI_MODE_SELECTION, new_stripes (160, 120));
  stage_generate (stage);
  item = gtk_widget_get_ancestor (stage_find (stage, "best"), GTK_TYPE_FLOW_BOX_CHILD);
  picture = stage_picture (stage, item);
  for (int y = gdk_pixbuf_get_height (picture) / 12; y < gdk_pixbuf_get_height (picture) / 8; y++)
    for (int x = gdk_pixbuf_get_width (picture) / 5; x < gdk_pixbuf_get_width (picture) * 4 / 5;
         x++, n++)
      gray += !is_black_or_white (pixel_at (picture, x, y));
  g_test_message ("%d of %d pixels are neither black nor white", gray, n);
  g_assert_cmpint (n, >, 200);
  g_assert_cmpint (gray, ==, 0);
}

/* ---- directions ---------------------------------------------------------------------------- */

static int
left_edge (Stage *stage, GtkWidget *widget)
{
  int x = 0, y;

  g_assert_nonnull (widget);
  g_assert_true (gtk_widget_translate_coordinates (widget, stage->top, 0, 0, &x, &y));
  return x;
}

static void
take_last (GtkWidget *widget, gpointer data)
{
  if (GTK_IS_FLOW_BOX_CHILD (widget))
    *(GtkWidget **) data = widget;
}

/* Left and top stay what they are whatever way one reads; the order of things follows the reading. */
static void
sides_stay_sides (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  GtkWidget *best, *last = NULL;

  stage_open (stage, UI_MODE_EXTEND, 160, 120);
  stage_settle (stage, 600);
  g_assert_cmpint (left_edge (stage, stage_find (stage, "Pixels to add on the left")), <,
                   left_edge (stage, stage_find (stage, "Pixels to add on the right")));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (stage_find (stage, "Pixels to add on the left")), 48);
  stage_generate (stage);
  best = gtk_widget_get_ancestor (stage_find (stage, "best"), GTK_TYPE_FLOW_BOX_CHILD);
  stage_each (stage->top, take_last, &last);
  g_assert_cmpint (left_edge (stage, best) > left_edge (stage, last), ==, right_to_left);
}

static void
tear_down (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  stage_close (stage);
}

/* Where nothing is yet, checks are shown, not black: that could be a picture. */
static void
new_border_is_checks (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GdkPixbuf) picture = NULL;
  int checks = 0, black = 0;

  stage_open (stage, UI_MODE_EXTEND, 160, 120);
  stage_settle (stage, 600);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (stage_find (stage, "Pixels to add on the left")), 48);
  stage_wait (stage, "_Generate");
  stage_settle (stage, 400);
  picture = stage_picture (stage, preview_of (stage));
  for (int y = 0; y < gdk_pixbuf_get_height (picture); y++)
    for (int x = 0; x < gdk_pixbuf_get_width (picture); x++)
      {
        const guint8 *rgb = pixel_at (picture, x, y);

        checks += rgb[0] == rgb[1] && rgb[1] == rgb[2] && (rgb[0] == 0x99 || rgb[0] == 0x66);
        black += rgb[0] == 0 && rgb[1] == 0 && rgb[2] == 0;
      }
  g_assert_cmpint (checks, >, 10 * black);
  g_assert_cmpint (checks, >, 40 * 100);
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add ("/look/" #name, Stage, NULL, NULL, name, tear_down)
  gtk_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  pictures = argc > 1 && argv[1][0] ? argv[1] : NULL;
  right_to_left = argc > 2 && strcmp (argv[2], "rtl") == 0;
  if (right_to_left)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  TEST (what_is_written_can_be_read);
  TEST (outlines_are_seen_on_gray);
  TEST (one_to_one_is_pixel_for_pixel);
  TEST (thumbnails_are_sharp);
  TEST (sides_stay_sides);
  TEST (new_border_is_checks);
  return g_test_run ();
}
