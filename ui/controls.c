#include "window_private.h"
#include "format.h"
#include <glib/gi18n-lib.h>
#include <string.h>

/* ---- small makers -------------------------------------------------------------------------- */

void
controls_name (GtkWidget *widget, const char *name)
{
  atk_object_set_name (gtk_widget_get_accessible (widget), name);
}

GtkWidget *
controls_grid (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  return grid;
}

GtkWidget *
controls_row (GtkWidget *grid, int row, const char *text, GtkWidget *widget, const char *tip)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), 10); /* the grids' columns stand in line */
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), widget);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_tooltip_text (widget, tip);
  gtk_widget_set_tooltip_text (label, tip);
  gtk_grid_attach (GTK_GRID (grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), widget, 1, row, 1, 1);
  return label;
}

GtkWidget *
controls_spin (UiWindow *window, double low, double high, double step, int digits)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (low, high, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), (guint) digits);
  gtk_entry_set_width_chars (GTK_ENTRY (spin), 5);
  g_signal_connect (spin, "value-changed", G_CALLBACK (controls_changed), window);
  return spin;
}

GtkWidget *
controls_check (UiWindow *window, const char *text, const char *tip)
{
  GtkWidget *check = gtk_check_button_new_with_mnemonic (text);

  gtk_widget_set_tooltip_text (check, tip);
  g_signal_connect (check, "toggled", G_CALLBACK (controls_changed), window);
  return check;
}

GtkWidget *
controls_combo (UiWindow *window, const char *const *texts)
{
  GtkWidget *combo = gtk_combo_box_text_new ();

  for (; texts && *texts; texts++)
    gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combo), _ (*texts));
  g_signal_connect (combo, "changed", G_CALLBACK (controls_changed), window);
  return combo;
}

/* A slider with a number beside it; the number is what counts. */
static void
slider_row (GtkWidget *grid, int row, const char *text, GtkWidget *spin, const char *tip)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = controls_row (grid, row, text, box, tip);
  GtkWidget *scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL,
                                    gtk_spin_button_get_adjustment (GTK_SPIN_BUTTON (spin)));

  gtk_scale_set_draw_value (GTK_SCALE (scale), FALSE);
  gtk_widget_set_can_focus (scale, FALSE); /* Tab goes to the number, which does the same */
  gtk_widget_set_size_request (scale, 80, -1);
  gtk_box_pack_start (GTK_BOX (box), scale, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), spin, FALSE, FALSE, 0);
  atk_object_add_relationship (gtk_widget_get_accessible (scale), ATK_RELATION_LABELLED_BY,
                               gtk_widget_get_accessible (label));
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), spin);
  gtk_widget_set_tooltip_text (spin, tip);
}

/* An expander whose title also says what is inside. */
static GtkWidget *
expander (const char *title, GtkWidget *content, GtkWidget **text)
{
  GtkWidget *expander = gtk_expander_new (NULL),
            *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *name = gtk_label_new_with_mnemonic (title);

  *text = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (*text), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (*text), 0);
  gtk_widget_set_opacity (*text, FORMAT_ASIDE);
  gtk_label_set_mnemonic_widget (GTK_LABEL (name), expander);
  gtk_box_pack_start (GTK_BOX (line), name, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (line), *text, TRUE, TRUE, 0);
  gtk_expander_set_label_widget (GTK_EXPANDER (expander), line);
  gtk_expander_set_label_fill (GTK_EXPANDER (expander), TRUE);
  gtk_widget_set_margin_start (content, 18);
  gtk_widget_set_margin_top (content, 6);
  gtk_widget_set_margin_bottom (content, 6);
  gtk_container_add (GTK_CONTAINER (expander), content);
  return expander;
}

/* ---- the column ---------------------------------------------------------------------------- */

static GtkWidget *
basics (UiWindow *window)
{
  static const char *const sources[] = { N_ ("All visible layers"), N_ ("Selected layer"), NULL };
  static const char *const regions[] = { N_ ("Selection"), N_ ("Empty area"), NULL };
  Controls *c = &window->controls;
  GtkWidget *grid = controls_grid ();

  c->variations = controls_spin (window, 1, TESSERA_MAX_VARIATIONS, 1, 0);
  c->variety = controls_spin (window, 0, 2, 0.05, 2);
  c->source = controls_combo (window, sources);
  c->region = controls_combo (window, regions);
  controls_row (grid, 0, _ ("_Variations"), c->variations,
                _ ("How many different results to make"));
  slider_row (grid, 1, _ ("Va_riety"), c->variety,
              _ ("0 always takes the likeliest content, 1 is as learned, more is bolder "
                 "(sampling temperature)"));
  c->rows_of_mode[1] =
      controls_row (grid, 2, _ ("_Use"), c->source, _ ("What counts as the picture"));
  c->rows_of_mode[2] =
      controls_row (grid, 3, _ ("Fill _in"), c->region, _ ("What is to be filled"));
  return grid;
}

/* A grid by itself: labels begin with it, other modes end with it. */
static GtkWidget *
label_grid (UiWindow *window)
{
  Controls *c = &window->controls;

  c->label_grid = controls_grid ();
  c->label_layer = controls_combo (window, NULL);
  controls_row (c->label_grid, 0, _ ("La_bel layer"), c->label_layer,
                _ ("Layer whose colors say what should appear where"));
  return c->label_grid;
}

static GtkWidget *
edges (UiWindow *window)
{
  Controls *c = &window->controls;
  GtkWidget *grid = controls_grid ();

  c->soften = controls_spin (window, 0, 256, 1, 0);
  c->match_color = controls_check (window, _ ("_Match edge colors"),
                                   _ ("Shift colors so that they meet the surroundings"));
  controls_row (grid, 0, _ ("S_often"), c->soften,
                _ ("Width in pixels over which the result fades into the picture outside the "
                   "selection. 0 changes nothing outside"));
  gtk_grid_attach (GTK_GRID (grid), c->match_color, 0, 1, 2, 1);
  return c->edges = expander (_ ("_Edges"), grid, &c->edges_text);
}

static GtkWidget *
detail (UiWindow *window)
{
  static const char *const efforts[] = { N_ ("Normal"), N_ ("Draft"), N_ ("High"), NULL };
  Controls *c = &window->controls;
  GtkWidget *grid = controls_grid ();

  c->texture = controls_spin (window, 0, 100, 5, 0);
  c->grain = controls_check (window, _ ("Match grai_n"), _ ("Add the noise of the surroundings"));
  c->effort = controls_combo (window, efforts);
  slider_row (grid, 0, _ ("Borro_w texture"), c->texture,
              _ ("How much fine structure to take from the rest of the picture, in per cent"));
  gtk_grid_attach (GTK_GRID (grid), c->grain, 0, 1, 2, 1);
  controls_row (grid, 2, _ ("E_ffort"), c->effort,
                _ ("Draft is coarse and fast. High tries twice as many and keeps the best"));
  return c->detail = expander (_ ("_Detail"), grid, &c->detail_text);
}

static void
new_seed (GtkWidget *button, gpointer data)
{
  UiWindow *window = data;

  ui_settings_new_seed (&window->settings);
  window->settings.seed_locked = TRUE;
  controls_write (window);
  controls_texts (window);
  (void) button;
}

static GtkWidget *
seed_box (UiWindow *window)
{
  Controls *c = &window->controls;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  c->seed = controls_spin (window, 0, G_MAXINT32, 1, 0);
  gtk_entry_set_width_chars (GTK_ENTRY (c->seed), 10);
  c->new_seed = gtk_button_new_with_label (_ ("New"));
  c->seed_locked = controls_check (window, _ ("Keep"), _ ("Use this seed for every run"));
  gtk_widget_set_tooltip_text (c->new_seed, _ ("Choose another seed by chance"));
  g_signal_connect (c->new_seed, "clicked", G_CALLBACK (new_seed), window);
  gtk_box_pack_start (GTK_BOX (box), c->seed, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), c->new_seed, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), c->seed_locked, FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
sampling (UiWindow *window)
{
  static const char *const strategies[] = { N_ ("Automatic"), N_ ("Pyramid"), N_ ("Anchored"),
                                            N_ ("Exact"), NULL };
  Controls *c = &window->controls;
  GtkWidget *grid = controls_grid (), *seed = seed_box (window), *label;

  label = controls_row (grid, 0, _ ("Seed"), seed, _ ("The same seed gives the same result"));
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), c->seed);
  c->top_k = controls_spin (window, 0, 65536, 10, 0);
  c->top_p = controls_spin (window, 0, 1, 0.05, 2);
  c->label_strength = controls_spin (window, 0, TESSERA_MAX_LABEL_STRENGTH, 0.5, 1);
  c->strategy = controls_combo (window, strategies);
  c->similar = controls_spin (window, 0, 100, 5, 0);
  controls_row (grid, 1, _ ("Likeliest contents"), c->top_k,
                _ ("Consider only the k likeliest contents for each place; 0: as the model advises "
                   "(top-k)"));
  controls_row (grid, 2, _ ("Likeliest share"), c->top_p,
                _ ("Consider only the likeliest contents that together reach this probability; 0: "
                   "as the model advises (top-p)"));
  controls_row (grid, 3, _ ("Strategy"), c->strategy, _ ("How large selections are covered"));
  controls_row (grid, 4, _ ("Similarity"), c->similar,
                _ ("How much stays with More Like This, in per cent"));
  return c->sampling = expander (_ ("Sampling"), grid, &c->sampling_text);
}

static GtkWidget *
output (UiWindow *window)
{
  static const char *const outputs[] = { N_ ("New group"), N_ ("New layer"), N_ ("Selected layer"),
                                         NULL };
  Controls *c = &window->controls;
  GtkWidget *grid = controls_grid ();

  c->output = controls_combo (window, outputs);
  c->threads = controls_spin (window, 0, 256, 1, 0);
  c->memory = controls_spin (window, 0, 1048576, 100, 0);
  controls_row (grid, 0, _ ("Put into"), c->output, _ ("Where Apply puts the result"));
  controls_row (grid, 1, _ ("Processor cores"), c->threads, _ ("0 takes all cores"));
  controls_row (grid, 2, _ ("Memory limit"), c->memory,
                _ ("In megabytes; work that needs more is refused. 0 takes three quarters of what "
                   "is free"));
  return c->put = expander (_ ("Output"), grid, &c->output_text);
}

GtkWidget *
controls_new (UiWindow *window)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);

  gtk_box_pack_start (GTK_BOX (column), extend_page_new (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), labels_page_new (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), label_grid (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), basics (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), edges (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), detail (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), sampling (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), output (window), FALSE, FALSE, 0);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_widget_set_margin_end (column, 6);
  gtk_widget_set_hexpand (scroller, FALSE); /* else it takes over its children's wish to grow */
  gtk_container_add (GTK_CONTAINER (scroller), column);
  return scroller;
}

/* ---- between widgets and settings ---------------------------------------------------------- */

static double
number (GtkWidget *spin)
{
  return gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin));
}

static gboolean
truth (GtkWidget *check)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (check));
}

static int
choice (GtkWidget *combo)
{
  return MAX (gtk_combo_box_get_active (GTK_COMBO_BOX (combo)), 0);
}

/* The list is: none (not in the mode Labels), the layers, a new one. */
static void
read_label_layer (UiWindow *window)
{
  const int first = window->mode == UI_MODE_LABELS ? 0 : 1;
  const int i = gtk_combo_box_get_active (GTK_COMBO_BOX (window->controls.label_layer)) - first;

  window->settings.label_layer =
      i >= 0 && i < window->state.n_layers ? window->state.layer[i] : UI_NO_LAYER;
  if (window->settings.label_layer != UI_NO_LAYER)
    window->settings.without_labels = FALSE;
}

static void
read_all (UiWindow *window)
{
  const Controls *c = &window->controls;
  UiSettings *settings = &window->settings;

  settings->variations = (int) number (c->variations);
  settings->variety = number (c->variety);
  settings->selected_layer = choice (c->source) == 1;
  settings->empty_area = choice (window->mode == UI_MODE_EXTEND ? c->type : c->region) == 1;
  settings->soften = number (c->soften);
  settings->match_color = truth (c->match_color);
  settings->texture = number (c->texture);
  settings->grain = truth (c->grain);
  settings->effort = choice (c->effort);
  settings->seed_locked = truth (c->seed_locked);
  settings->seed = (guint32) number (c->seed);
  settings->top_k = (int) number (c->top_k);
  settings->top_p = number (c->top_p);
  settings->label_strength = number (c->label_strength);
  settings->strategy = choice (c->strategy);
  settings->output = choice (c->output);
  settings->similar = 100 - number (c->similar);
  settings->threads = (int) number (c->threads);
  settings->memory = (int) number (c->memory);
  read_label_layer (window);
  extend_page_read (window);
  settings->only_selection = choice (c->paint) == 1;
}

void
controls_texts (UiWindow *window)
{
  const Controls *c = &window->controls;
  g_autofree char *edges = ui_settings_edges_text (&window->settings);
  g_autofree char *detail = ui_settings_detail_text (&window->settings);
  g_autofree char *sampling = ui_settings_sampling_text (&window->settings);
  g_autofree char *output = ui_settings_output_text (&window->settings);

  gtk_label_set_text (GTK_LABEL (c->edges_text), edges);
  gtk_label_set_text (GTK_LABEL (c->detail_text), detail);
  gtk_label_set_text (GTK_LABEL (c->sampling_text), sampling);
  gtk_label_set_text (GTK_LABEL (c->output_text), output);
}

void
controls_changed (GtkWidget *widget, gpointer data)
{
  UiWindow *window = data;
  UiQuery before, after;

  if (window->updating)
    return;
  ui_settings_to_query (&window->settings, window->mode, &before);
  if (widget == window->controls.seed)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (window->controls.seed_locked), TRUE);
  if (widget == window->controls.label_layer
      && choice (widget) > window->state.n_layers - (window->mode == UI_MODE_LABELS))
    {
      window_set_mode (window, window->mode); /* "New Label Layer": the entry is a command */
      gtk_button_clicked (GTK_BUTTON (window->controls.new_labels));
      return;
    }
  read_all (window);
  ui_settings_to_query (&window->settings, window->mode, &after);
  controls_texts (window);
  if (memcmp (&before, &after, sizeof before) != 0)
    window_look_soon (window);
  else
    window_update (window);
}

static void
set_number (GtkWidget *spin, double value)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
}

static void
set_truth (GtkWidget *check, gboolean value)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check), value);
}

static void
set_choice (GtkWidget *combo, int value)
{
  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), value);
}

static void
write_label_layers (UiWindow *window)
{
  GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT (window->controls.label_layer);
  const gboolean needed = window->mode == UI_MODE_LABELS;
  int active = needed ? -1 : 0;

  gtk_combo_box_text_remove_all (combo);
  if (!needed)
    gtk_combo_box_text_append_text (combo, _ ("None"));
  for (int i = 0; i < window->state.n_layers; i++)
    {
      gtk_combo_box_text_append_text (combo, window->state.layer_name[i]);
      if (window->state.layer[i] == window->settings.label_layer)
        active = i + (needed ? 0 : 1);
    }
  gtk_combo_box_text_append_text (combo, _ ("New Label Layer"));
  set_choice (GTK_WIDGET (combo), active);
}

void
controls_write (UiWindow *window)
{
  const Controls *c = &window->controls;
  const UiSettings *settings = &window->settings;
  const gboolean was = window->updating;

  window->updating = TRUE;
  set_number (c->variations, settings->variations);
  set_number (c->variety, settings->variety);
  set_choice (c->source, settings->selected_layer);
  set_choice (c->region, settings->empty_area);
  set_number (c->soften, settings->soften);
  set_truth (c->match_color, settings->match_color);
  set_number (c->texture, settings->texture);
  set_truth (c->grain, settings->grain);
  set_choice (c->effort, settings->effort);
  set_truth (c->seed_locked, settings->seed_locked);
  set_number (c->seed, settings->seed);
  set_number (c->top_k, settings->top_k);
  set_number (c->top_p, settings->top_p);
  set_number (c->label_strength, settings->label_strength);
  set_choice (c->strategy, settings->strategy);
  set_choice (c->output, settings->output);
  set_number (c->similar, 100 - settings->similar);
  set_number (c->threads, settings->threads);
  set_number (c->memory, settings->memory);
  set_choice (c->paint, settings->only_selection);
  write_label_layers (window);
  extend_page_write (window);
  controls_texts (window);
  window->updating = was;
}
