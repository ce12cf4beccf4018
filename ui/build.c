#include "window_private.h"
#include "format.h"
#include <glib/gi18n-lib.h>

enum { GAP = 12 };

/* ---- what buttons do ----------------------------------------------------------------------- */

static void
mode_toggled (GtkToggleButton *button, gpointer data)
{
  UiWindow *window = data;

  if (window->updating || !gtk_toggle_button_get_active (button))
    return;
  for (int i = 0; i < UI_N_MODES; i++)
    if (window->modes[i] == GTK_WIDGET (button))
      window_set_mode (window, (UiMode) i);
}

static void
zoomed (gpointer data)
{
  UiWindow *window = data;
  g_autofree char *text =
      g_strdup_printf (_ ("%d %%"), (int) (100 * preview_get_scale (window->preview) + 0.5));

  gtk_label_set_text (GTK_LABEL (window->zoom_text), text);
  if (window->label_pane)
    preview_match (window->label_pane, window->preview);
}

/* Both panes show the same place. */
static void
pane_zoomed (gpointer data)
{
  UiWindow *window = data;

  if (!window->label_pane)
    return; /* it is being made */
  preview_match (window->preview, window->label_pane);
}

static void
zoom_out (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  preview_zoom (((UiWindow *) data)->preview, 1 / 1.5);
}

static void
zoom_in (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  preview_zoom (((UiWindow *) data)->preview, 1.5);
}

static void
zoom_fit (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  preview_set_scale (((UiWindow *) data)->preview, 0);
}

static void
zoom_one (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  preview_set_scale (((UiWindow *) data)->preview, 1);
}

static void
compare_on (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  preview_set_compare (((UiWindow *) data)->preview, TRUE);
}

static void
compare_off (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  preview_set_compare (((UiWindow *) data)->preview, FALSE);
}

static void
generate_clicked (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;

  if (window->batch)
    window_stop (window);
  else
    window_generate (window);
}

static void
apply_clicked (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  window_apply (data, 0);
}

static void
close_clicked (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  gtk_window_close (GTK_WINDOW (((UiWindow *) data)->top));
}

static void
help_clicked (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  window_help (data);
}

/* ---- parts --------------------------------------------------------------------------------- */

static GtkWidget *
modes_row (UiWindow *window)
{
  static const char *const names[] = { N_ ("_Selection"), N_ ("E_xtend"), N_ ("_Labels") };
  static const char *const tips[] = { N_ ("Fill the selection"), N_ ("Make the picture larger"),
                                      N_ ("Paint from a layer of labels") };
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, GAP);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_style_context_add_class (gtk_widget_get_style_context (box), GTK_STYLE_CLASS_LINKED);
  for (int i = 0; i < UI_N_MODES; i++)
    {
      GtkWidget *button = gtk_radio_button_new_with_mnemonic_from_widget (
          i ? GTK_RADIO_BUTTON (window->modes[0]) : NULL, _ (names[i]));

      gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (button), FALSE); /* drawn as a button */
      gtk_widget_set_tooltip_text (button, _ (tips[i]));
      g_signal_connect (button, "toggled", G_CALLBACK (mode_toggled), window);
      gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
      window->modes[i] = button;
    }
  window->header = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (window->header), 0);
  gtk_label_set_ellipsize (GTK_LABEL (window->header), PANGO_ELLIPSIZE_END);
  gtk_widget_set_opacity (window->header, FORMAT_ASIDE);
  gtk_box_pack_start (GTK_BOX (row), box, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), window->header, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (row), app_menu_new (window), FALSE, FALSE, 0);
  return row;
}

static GtkWidget *
tool_button (UiWindow *window, GtkWidget *box, const char *icon, const char *text, const char *tip,
             GCallback clicked)
{
  GtkWidget *button = icon ? gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON)
                           : gtk_button_new_with_label (text);

  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (button, tip);
  controls_name (button, tip);
  if (clicked)
    g_signal_connect (button, "clicked", clicked, window);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  return button;
}

static GtkWidget *
tools_row (UiWindow *window)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2), *compare;

  tool_button (window, row, "zoom-out-symbolic", NULL, _ ("Zoom out"), G_CALLBACK (zoom_out));
  window->zoom_text = gtk_label_new ("100 %");
  gtk_label_set_width_chars (GTK_LABEL (window->zoom_text), 6);
  gtk_box_pack_start (GTK_BOX (row), window->zoom_text, FALSE, FALSE, 0);
  tool_button (window, row, "zoom-in-symbolic", NULL, _ ("Zoom in"), G_CALLBACK (zoom_in));
  tool_button (window, row, NULL, _ ("Fit"), _ ("Show all of it"), G_CALLBACK (zoom_fit));
  tool_button (window, row, NULL, "1∶1", _ ("One pixel of the picture for one of the screen"),
               G_CALLBACK (zoom_one));
  compare =
      tool_button (window, row, NULL, _ ("Compare"), _ ("Hold to see the original. Key: C"), NULL);
  g_signal_connect (compare, "pressed", G_CALLBACK (compare_on), window);
  g_signal_connect (compare, "released", G_CALLBACK (compare_off), window);
  gtk_box_set_child_packing (GTK_BOX (row), compare, FALSE, FALSE, 0, GTK_PACK_END);
  return window->compare_button = compare, row;
}

static GtkWidget *
preview_part (UiWindow *window)
{
  const PreviewEvents events = { extend_page_dragged, zoomed, paint_stroke };
  const PreviewEvents pane_events = { extend_page_dragged, pane_zoomed, paint_stroke };
  GtkWidget *panes = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4), *frame = gtk_frame_new (NULL);
  GtkWidget *overlay = gtk_overlay_new ();

  window->preview = preview_new (&events, window);
  gtk_container_add (GTK_CONTAINER (overlay), preview_widget (window->preview));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), hints_cards_new (window));
  gtk_container_add (GTK_CONTAINER (frame), overlay);
  window->label_pane = preview_new (&pane_events, window);
  window->label_frame = gtk_frame_new (NULL);
  controls_name (preview_widget (window->label_pane), _ ("Preview of the labels"));
  gtk_container_add (GTK_CONTAINER (window->label_frame), preview_widget (window->label_pane));
  gtk_box_set_homogeneous (GTK_BOX (panes), TRUE);
  gtk_box_pack_start (GTK_BOX (panes), window->label_frame, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (panes), frame, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), panes, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), tools_row (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), strip_widget (window->strip), FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
button (UiWindow *window, const char *text, const char *tip, GCallback clicked)
{
  GtkWidget *made = gtk_button_new_with_mnemonic (text);

  gtk_widget_set_size_request (made, 110, -1);
  gtk_widget_set_tooltip_text (made, tip);
  g_signal_connect (made, "clicked", clicked, window);
  return made;
}

static GtkWidget *
buttons_row (UiWindow *window)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  window->help = button (window, _ ("_Help"), NULL, G_CALLBACK (help_clicked));
  window->generate =
      button (window, _ ("_Generate"), _ ("Ctrl+Return"), G_CALLBACK (generate_clicked));
  window->apply = button (window, _ ("_Apply"), _ ("Put what is ticked into the picture"),
                          G_CALLBACK (apply_clicked));
  window->close = button (window, _ ("_Close"), NULL, G_CALLBACK (close_clicked));
  gtk_box_pack_start (GTK_BOX (row), window->help, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (row), window->close, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (row), window->apply, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (row), window->generate, FALSE, FALSE, 0);
  return row;
}

static GtkWidget *
status_row (UiWindow *window)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  window->status = gtk_label_new (NULL);
  window->progress = gtk_progress_bar_new ();
  gtk_label_set_xalign (GTK_LABEL (window->status), 0);
  gtk_label_set_ellipsize (GTK_LABEL (window->status), PANGO_ELLIPSIZE_END);
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (window->progress), TRUE);
  gtk_widget_set_no_show_all (window->progress, TRUE);
  atk_object_set_role (gtk_widget_get_accessible (box), ATK_ROLE_STATUSBAR);
  controls_name (box, ""); /* ATK tells only of changes of a name that was there */
  controls_name (window->progress, _ ("Progress"));
  gtk_widget_set_size_request (box, -1, 22); /* the row keeps its height when work begins */
  gtk_box_pack_start (GTK_BOX (box), window->status, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), window->progress, TRUE, TRUE, 0);
  return window->bottom = box;
}

static void
shown (guint id, gpointer data)
{
  UiWindow *window = data;

  gallery_show (&window->gallery, id);
  window->gallery.chosen = TRUE;
  window_show_current (window);
  window_update (window);
}

static void
activated (guint id, gpointer data)
{
  window_apply (data, id);
}

static void
ticked (guint id, gboolean ticked, gpointer data)
{
  UiWindow *window = data;
  Variation *variation = gallery_find (&window->gallery, id);

  if (variation)
    variation->ticked = ticked;
  window_update (window);
}

static void
menu (guint id, GdkEvent *event, gpointer data)
{
  window_menu (data, id, event);
}

static void
set_title (UiWindow *window)
{
  UiState state = { 0 };
  g_autofree char *title = NULL;

  window->host->state (window->host, &state);
  /* Translators: %s is the name of the picture */
  title = state.name[0] ? g_strdup_printf (_ ("Tessera – %s"), state.name) : g_strdup ("Tessera");
  gtk_window_set_title (GTK_WINDOW (window->top), title);
}

void
window_build (UiWindow *window)
{
  const StripEvents events = { shown, activated, ticked, menu };
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, GAP);
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, GAP);
  const UiSettings *settings = &window->settings;

  window->top = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  window->bar = bar_new (window_bar_chosen, window);
  window->strip = strip_new (&window->gallery, &events, window);
  gtk_box_pack_start (GTK_BOX (column), modes_row (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), bar_widget (window->bar), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (middle), preview_part (window), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (middle), controls_new (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), middle, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (column), hints_new (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), status_row (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), buttons_row (window), FALSE, FALSE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (window->top), GAP);
  gtk_container_add (GTK_CONTAINER (window->top), column);
  gtk_window_set_default_size (GTK_WINDOW (window->top), settings->window_width,
                               settings->window_height);
  gtk_window_set_icon_name (GTK_WINDOW (window->top), "gimp");
  set_title (window);
  g_signal_connect (window->top, "key-press-event", G_CALLBACK (window_key), window);
  g_signal_connect (window->top, "key-release-event", G_CALLBACK (window_key_released), window);
  g_signal_connect (window->top, "delete-event", G_CALLBACK (window_ask_close), window);
  gtk_widget_show_all (column);
  gtk_expander_set_expanded (GTK_EXPANDER (window->controls.edges), settings->open_edges);
  gtk_expander_set_expanded (GTK_EXPANDER (window->controls.detail), settings->open_detail);
  gtk_expander_set_expanded (GTK_EXPANDER (window->controls.sampling), settings->open_sampling);
  gtk_expander_set_expanded (GTK_EXPANDER (window->controls.put), settings->open_output);
}
