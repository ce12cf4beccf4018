/* hints: what a beginner is told, one sentence at a time, each until it is dismissed; and three ways to
 * begin where there is nothing to show yet. */
#include "window_private.h"
#include "format.h"
#include <glib/gi18n-lib.h>

/* After so many times of Apply nobody needs to be told how it is done. */
enum { APPLIED_OFTEN = 3, CARD = 72 };

typedef enum {
  HINT_READY,
  HINT_CHOOSE,
  HINT_AGAIN,
  HINT_EXTEND,
  HINT_LABELS,
  N_HINTS,
} Hint;

static const char *const hints[N_HINTS] = {
  N_ ("Generate makes several variations of what is selected. Nothing in the picture changes "
      "before "
      "you press Apply."),
  N_ ("Click a variation to look at it, hold C to see the original. Apply puts those with a tick "
      "into "
      "the picture."),
  N_ ("Not right yet? Right-click a variation for More Like This, or select a part of it to make "
      "that "
      "anew."),
  N_ ("Drag the edges of the picture, or type how many pixels to add. Grow in steps: what is near "
      "continues best."),
  N_ ("Paint with the Pencil or fill selections. Soft brushes work too: mixed colors count for the "
      "nearest label."),
};

/* The hint for what the window shows now; N_HINTS = none. */
static Hint
hint_for (const UiWindow *window)
{
  const gboolean some = gallery_size (&window->gallery) > 0;
  const gboolean first = window->settings.n_applied < APPLIED_OFTEN;

  if (!window->settings.hints || window->batch || !window->scene)
    return N_HINTS;
  if (some && gallery_n_unapplied (&window->gallery) == 0)
    return HINT_AGAIN;
  if (some)
    return first ? HINT_CHOOSE : N_HINTS;
  if (window->mode == UI_MODE_EXTEND)
    return HINT_EXTEND;
  if (window->mode == UI_MODE_LABELS)
    return HINT_LABELS;
  return first ? HINT_READY : N_HINTS;
}

static void
dismissed (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;
  const Hint hint = hint_for (window);

  if (hint < N_HINTS)
    window->settings.hints_seen |= 1 << hint;
  window_update (window);
}

/* ---- three ways to begin ------------------------------------------------------------------- */

static void
draw_frame (cairo_t *cr, double x, double y, double width, double height, gboolean dashed)
{
  const double dashes[] = { 4, 3 };

  cairo_set_dash (cr, dashes, dashed ? 2 : 0, 0);
  cairo_rectangle (cr, x, y, width, height);
  cairo_stroke (cr);
}

/* A picture with a hole, with an edge that moves out, with areas that are painted. */
static gboolean
draw_card (GtkWidget *area, cairo_t *cr, gpointer data)
{
  static const double tints[3][3] = { { 0.4, 0.6, 0.9 }, { 0.3, 0.6, 0.35 }, { 0.75, 0.6, 0.4 } };
  const UiMode mode = (UiMode) GPOINTER_TO_INT (data);
  const double left = (gtk_widget_get_allocated_width (area) - CARD) / 2.0;
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (area),
                               gtk_widget_get_state_flags (area), &color);
  cairo_translate (cr, left, 0);
  cairo_set_line_width (cr, 2);
  for (int i = 0; i < 3 && mode == UI_MODE_LABELS; i++)
    {
      cairo_set_source_rgb (cr, tints[i][0], tints[i][1], tints[i][2]);
      cairo_rectangle (cr, 9, 9 + 14 * i, CARD - 18, 14);
      cairo_fill (cr);
    }
  gdk_cairo_set_source_rgba (cr, &color);
  if (mode == UI_MODE_EXTEND)
    {
      draw_frame (cr, 9, 9, 32, 42, FALSE);
      draw_frame (cr, 41, 9, 22, 42, TRUE);
      cairo_set_dash (cr, NULL, 0, 0);
      cairo_move_to (cr, 45, 30);
      cairo_line_to (cr, 58, 30);
      cairo_move_to (cr, 53, 25);
      cairo_line_to (cr, 58, 30);
      cairo_line_to (cr, 53, 35);
      cairo_stroke (cr);
      return FALSE;
    }
  draw_frame (cr, 9, 9, CARD - 18, 42, FALSE);
  if (mode == UI_MODE_SELECTION)
    {
      const double dashes[] = { 4, 3 };

      cairo_set_dash (cr, dashes, 2, 0);
      cairo_arc (cr, CARD / 2.0, 30, 13, 0, 2 * G_PI);
      cairo_stroke (cr);
    }
  return FALSE;
}

static void
card_clicked (GtkWidget *card, gpointer data)
{
  window_set_mode (data, (UiMode) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (card), "mode")));
}

/* Three beside each other fit over the preview in any language. */
static void
narrow (GtkLabel *label)
{
  gtk_label_set_line_wrap (label, TRUE);
  gtk_label_set_justify (label, GTK_JUSTIFY_CENTER);
  gtk_label_set_width_chars (label, 15);
  gtk_label_set_max_width_chars (label, 15);
}

static GtkWidget *
card_new (UiWindow *window, UiMode mode)
{
  static const char *const titles[] = { N_ ("Fill a selection"), N_ ("Extend a side"),
                                        N_ ("Paint labels") };
  static const char *const texts[] = {
    N_ ("Select what should go, with any tool. Shift+Q in the picture paints a selection."),
    N_ ("Say how far the picture shall reach. What could lie there is added."),
    N_ ("Say with colors where sky, water or rock shall be. They become a picture."),
  };
  GtkWidget *card = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *area = gtk_drawing_area_new (), *title = gtk_label_new (_ (titles[mode]));
  GtkWidget *text = gtk_label_new (_ (texts[mode]));

  gtk_widget_set_size_request (area, CARD, 60);
  g_signal_connect (area, "draw", G_CALLBACK (draw_card), GINT_TO_POINTER (mode));
  narrow (GTK_LABEL (title));
  narrow (GTK_LABEL (text));
  gtk_label_set_yalign (GTK_LABEL (text), 0);
  gtk_widget_set_opacity (text, FORMAT_ASIDE);
  gtk_box_pack_start (GTK_BOX (box), area, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), text, FALSE, FALSE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (box), 6);
  gtk_container_add (GTK_CONTAINER (card), box);
  gtk_button_set_relief (GTK_BUTTON (card), GTK_RELIEF_NONE);
  g_object_set_data (G_OBJECT (card), "mode", GINT_TO_POINTER (mode));
  controls_name (card, _ (titles[mode]));
  g_signal_connect (card, "clicked", G_CALLBACK (card_clicked), window);
  return card;
}

/* Lies over the preview. */
GtkWidget *
hints_cards_new (UiWindow *window)
{
  GtkWidget *cards = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  for (int mode = 0; mode < UI_N_MODES; mode++)
    gtk_box_pack_start (GTK_BOX (cards), card_new (window, (UiMode) mode), TRUE, TRUE, 0);
  gtk_widget_set_halign (cards, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (cards, GTK_ALIGN_CENTER);
  gtk_widget_show_all (cards);
  gtk_widget_set_no_show_all (cards, TRUE);
  return window->cards = cards;
}

/* ---- the line ------------------------------------------------------------------------------ */

static void
bar_changed (GtkWidget *bar G_GNUC_UNUSED, GParamSpec *visible G_GNUC_UNUSED, gpointer data)
{
  hints_update (data);
}

GtkWidget *
hints_new (UiWindow *window)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon =
      gtk_image_new_from_icon_name ("dialog-information-symbolic", GTK_ICON_SIZE_MENU);
  GtkWidget *button = gtk_button_new_with_label (_ ("Got It"));

  window->hint = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (window->hint), TRUE);
  gtk_label_set_xalign (GTK_LABEL (window->hint), 0);
  gtk_label_set_width_chars (GTK_LABEL (window->hint), 20);
  gtk_widget_set_tooltip_text (button, _ ("Do not show this hint again"));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect (button, "clicked", G_CALLBACK (dismissed), window);
  gtk_box_pack_start (GTK_BOX (line), icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (line), window->hint, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (line), button, FALSE, FALSE, 0);
  gtk_widget_show_all (line);
  gtk_widget_set_no_show_all (line, TRUE);
  window->hint_line = line;
  g_signal_connect (bar_widget (window->bar), "notify::visible", G_CALLBACK (bar_changed), window);
  return line;
}

void
hints_update (UiWindow *window)
{
  const Hint hint = hint_for (window);
  const gboolean told = gtk_widget_get_visible (bar_widget (window->bar)); /* one thing at a time */
  const gboolean shown = hint < N_HINTS && !told && !(window->settings.hints_seen & 1 << hint);
  const gboolean lost = window->settings.hints && window->settings.n_applied == 0 && window->model
                        && !window->scene && window->mode == UI_MODE_SELECTION;

  if (shown)
    gtk_label_set_text (GTK_LABEL (window->hint), _ (hints[hint]));
  gtk_widget_set_visible (window->hint_line, shown);
  gtk_widget_set_visible (window->cards, lost);
  preview_set_hint (window->preview, lost ? "" : _ (window_mode_hint (window->mode)));
}
