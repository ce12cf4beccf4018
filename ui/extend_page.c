#include "window_private.h"
#include <glib/gi18n-lib.h>
#include <math.h>

/* Ratios offered, width to height; 0 = free. */
static const double ratios[] = { 0, 16.0 / 9, 3.0 / 2, 1, 2 };

static int *
margin (UiWindow *window, int side)
{
  UiSettings *settings = &window->settings;
  int *const sides[] = { &settings->left, &settings->right, &settings->top, &settings->bottom };

  return sides[side];
}

/* Adds what is missing for the ratio, evenly on both sides of one direction. */
static void
apply_ratio (UiWindow *window, double ratio)
{
  const double width = window->state.width, height = window->state.height;
  const int wider = MAX ((int) lrint (height * ratio - width), 0);
  const int higher = MAX ((int) lrint (width / ratio - height), 0);

  *margin (window, SIDE_LEFT) = wider / 2;
  *margin (window, SIDE_RIGHT) = wider - wider / 2;
  *margin (window, SIDE_TOP) = higher / 2;
  *margin (window, SIDE_BOTTOM) = higher - higher / 2;
}

static void
ratio_chosen (GtkWidget *combo, gpointer data)
{
  UiWindow *window = data;
  const int i = gtk_combo_box_get_active (GTK_COMBO_BOX (combo));

  if (window->updating || i <= 0 || i >= (int) G_N_ELEMENTS (ratios))
    return;
  apply_ratio (window, ratios[i]);
  controls_write (window);
  window_look_soon (window);
}

/* One side was changed: the opposite follows where sides are kept equal. */
static void
margin_changed (GtkWidget *spin, gpointer data)
{
  UiWindow *window = data;
  Controls *c = &window->controls;

  if (window->updating)
    return;
  for (int side = 0; side < 4; side++)
    if (c->margins[side] == spin
        && gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (c->keep_equal)))
      {
        window->updating = TRUE;
        gtk_spin_button_set_value (GTK_SPIN_BUTTON (c->margins[side ^ 1]),
                                   gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)));
        window->updating = FALSE;
      }
  gtk_combo_box_set_active (GTK_COMBO_BOX (c->ratio), 0);
  controls_changed (spin, window);
}

static GtkWidget *
margin_spin (UiWindow *window, int side, const char *name)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (0, 65536, 16);

  gtk_entry_set_width_chars (GTK_ENTRY (spin), 5);
  if (side == SIDE_LEFT || side == SIDE_RIGHT) /* narrow beside the picture */
    gtk_orientable_set_orientation (GTK_ORIENTABLE (spin), GTK_ORIENTATION_VERTICAL);
  gtk_spin_button_set_increments (GTK_SPIN_BUTTON (spin), 16, 64);
  gtk_widget_set_tooltip_text (spin, name);
  controls_name (spin, name);
  g_signal_connect (spin, "value-changed", G_CALLBACK (margin_changed), window);
  return window->controls.margins[side] = spin;
}

/* The picture as a box between the four numbers. */
static GtkWidget *
cross (UiWindow *window)
{
  GtkWidget *grid = gtk_grid_new (), *frame = gtk_frame_new (NULL);

  window->controls.new_size = gtk_label_new (NULL);
  gtk_label_set_justify (GTK_LABEL (window->controls.new_size), GTK_JUSTIFY_CENTER);
  gtk_widget_set_size_request (window->controls.new_size, 96, 56);
  gtk_container_add (GTK_CONTAINER (frame), window->controls.new_size);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_widget_set_halign (grid, GTK_ALIGN_CENTER);
  gtk_widget_set_direction (grid, GTK_TEXT_DIR_LTR); /* left is left, whatever way one reads */
  gtk_grid_attach (GTK_GRID (grid), margin_spin (window, SIDE_TOP, _ ("Pixels to add at the top")),
                   1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid),
                   margin_spin (window, SIDE_LEFT, _ ("Pixels to add on the left")), 0, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), frame, 1, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (grid),
                   margin_spin (window, SIDE_RIGHT, _ ("Pixels to add on the right")), 2, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (grid),
                   margin_spin (window, SIDE_BOTTOM, _ ("Pixels to add at the bottom")), 1, 2, 1,
                   1);
  for (int side = 0; side < 4; side++)
    gtk_widget_set_valign (window->controls.margins[side], GTK_ALIGN_CENTER);
  return grid;
}

GtkWidget *
extend_page_new (UiWindow *window)
{
  static const char *const types[] = { N_ ("New border"), N_ ("Empty area"), NULL };
  static const char *const names[] = { N_ ("Free"), "16∶9", "3∶2", "1∶1", "2∶1", NULL };
  Controls *c = &window->controls;
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *grid = controls_grid ();

  c->type = controls_combo (window, types);
  c->ratio = controls_combo (window, names);
  g_signal_connect (c->ratio, "changed", G_CALLBACK (ratio_chosen), window);
  c->keep_equal = controls_check (window, _ ("_Keep sides equal"),
                                  _ ("Add the same left and right, top and bottom"));
  c->wrap = controls_check (window, _ ("Left and right border are one"),
                            _ ("For panoramas all the way round"));
  controls_row (grid, 0, _ ("T_ype"), c->type,
                _ ("Enlarge the canvas, or fill what is transparent inside it"));
  controls_row (grid, 1, _ ("Rat_io"), c->ratio, _ ("Adds what is missing for this shape"));
  gtk_box_pack_start (GTK_BOX (page), cross (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), c->keep_equal, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), grid, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), c->wrap, FALSE, FALSE, 0);
  return c->extend = page;
}

void
extend_page_read (UiWindow *window)
{
  const Controls *c = &window->controls;

  for (int side = 0; side < 4; side++)
    *margin (window, side) = (int) gtk_spin_button_get_value (GTK_SPIN_BUTTON (c->margins[side]));
  window->settings.keep_equal = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (c->keep_equal));
  window->settings.wrap = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (c->wrap));
}

static void
write_size (UiWindow *window)
{
  const UiSettings *settings = &window->settings;
  g_autofree char *text = NULL;

  if (window->state.width > 0)
    /* Translators: the size that the picture will have */
    text = g_strdup_printf (_ ("New size\n%1$d × %2$d"),
                            window->state.width + settings->left + settings->right,
                            window->state.height + settings->top + settings->bottom);
  gtk_label_set_text (GTK_LABEL (window->controls.new_size), text ? text : "");
}

void
extend_page_write (UiWindow *window)
{
  const Controls *c = &window->controls;

  for (int side = 0; side < 4; side++)
    {
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (c->margins[side]), *margin (window, side));
      gtk_widget_set_sensitive (c->margins[side], !window->settings.empty_area);
    }
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (c->keep_equal), window->settings.keep_equal);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (c->wrap), window->settings.wrap);
  gtk_combo_box_set_active (GTK_COMBO_BOX (c->type), window->settings.empty_area);
  if (gtk_combo_box_get_active (GTK_COMBO_BOX (c->ratio)) < 0)
    gtk_combo_box_set_active (GTK_COMBO_BOX (c->ratio), 0);
  write_size (window);
}

/* The last step of growth once more. */
void
extend_page_grow (UiWindow *window)
{
  for (int side = 0; side < 4; side++)
    *margin (window, side) = window->grown[side];
  controls_write (window);
  window_look_soon (window);
}

void
extend_page_dragged (PreviewSide side, int pixels, gboolean end, gpointer data)
{
  UiWindow *window = data;
  const gboolean equal = window->settings.keep_equal;

  if (!window->dragging)
    for (int i = 0; i < 4; i++)
      window->drag_begin[i] = *margin (window, i);
  window->dragging = !end;
  *margin (window, side) = CLAMP (window->drag_begin[side] + pixels, 0, 65536);
  if (equal)
    *margin (window, side ^ 1) = *margin (window, side);
  controls_write (window);
  if (end)
    window_look_soon (window);
}
