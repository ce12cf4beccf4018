#include "window_private.h"
#include <glib/gi18n-lib.h>
#include <string.h>

enum { SWATCH = 20 };

/* The names of the bundled model, for translators; a model of another origin shows its own. */
static const char *const known_names[] G_GNUC_UNUSED = {
  NC_ ("label", "other"), NC_ ("label", "sky"),   NC_ ("label", "cloud"),
  NC_ ("label", "water"), NC_ ("label", "snow"),  NC_ ("label", "tree"),
  NC_ ("label", "grass"), NC_ ("label", "rock"),  NC_ ("label", "mountain"),
  NC_ ("label", "sand"),  NC_ ("label", "earth"), NC_ ("label", "building"),
  NC_ ("label", "road"),
};

static const char *
label_name (const UiWindow *window, int i)
{
  return g_dpgettext2 (GETTEXT_PACKAGE, "label", tessera_model_label (window->model, i));
}

/* ---- swatches ------------------------------------------------------------------------------ */

/* A sign of its own for each label, so that colours are not the only one. */
static void
draw_pattern (cairo_t *cr, int pattern, int size)
{
  const double step = size / 4.0;

  cairo_set_line_width (cr, 1.5);
  for (double at = -size; at < 2 * size && pattern > 0; at += step)
    switch (pattern)
      {
      case 1: /* level stripes */
        cairo_move_to (cr, 0, at + step / 2);
        cairo_line_to (cr, size, at + step / 2);
        break;
      case 2: /* upright stripes */
        cairo_move_to (cr, at + step / 2, 0);
        cairo_line_to (cr, at + step / 2, size);
        break;
      case 3: /* rising */
        cairo_move_to (cr, at, size);
        cairo_line_to (cr, at + size, 0);
        break;
      case 4: /* falling */
        cairo_move_to (cr, at, 0);
        cairo_line_to (cr, at + size, size);
        break;
      default: /* dots, closer or wider */
        for (double x = step / 2; x < size; x += pattern == 5 ? step : 2 * step)
          {
            cairo_move_to (cr, x, at + step / 2);
            cairo_arc (cr, x, at + step / 2, pattern == 7 ? 2 : 1, 0, 2 * G_PI);
          }
      }
  cairo_stroke (cr);
}

static gboolean
draw_swatch (GtkWidget *area, cairo_t *cr, gpointer data)
{
  const guint32 color = (guint32) GPOINTER_TO_UINT (data);
  const int pattern = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (area), "pattern"));
  const double r = (color >> 16) / 255.0, g = (color >> 8 & 255) / 255.0, b = (color & 255) / 255.0;
  const double light = 0.3 * r + 0.6 * g + 0.1 * b;

  cairo_rectangle (cr, 0, 0, SWATCH, SWATCH);
  cairo_clip (cr);
  cairo_set_source_rgb (cr, r, g, b);
  cairo_paint (cr);
  cairo_set_source_rgba (cr, light < 0.5, light < 0.5, light < 0.5, 0.45);
  draw_pattern (cr, pattern, SWATCH);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.5);
  cairo_set_line_width (cr, 1);
  cairo_rectangle (cr, 0.5, 0.5, SWATCH - 1, SWATCH - 1);
  cairo_stroke (cr);
  return FALSE;
}

static GtkWidget *
swatch (const UiWindow *window, int i)
{
  GtkWidget *area = gtk_drawing_area_new ();

  gtk_widget_set_size_request (area, SWATCH, SWATCH);
  gtk_widget_set_valign (area, GTK_ALIGN_CENTER);
  g_object_set_data (G_OBJECT (area), "pattern", GINT_TO_POINTER (i % 8));
  g_signal_connect (area, "draw", G_CALLBACK (draw_swatch),
                    GUINT_TO_POINTER (tessera_model_label_color (window->model, i)));
  return area;
}

/* ---- chips --------------------------------------------------------------------------------- */

static void
use_label (UiWindow *window, int i)
{
  g_autofree char *text = NULL;

  if (window->settings.label_layer == UI_NO_LAYER)
    {
      bar_show_error (window->bar, _ ("E-NO-LABELS: Choose a label layer, or make one with New "
                                      "Label Layer."));
      return;
    }
  window->host->use_label (window->host, window->settings.label_layer,
                           tessera_model_label_color (window->model, i));
  /* Translators: %s is the name of a label, such as "sky" */
  text =
      g_strdup_printf (_ ("The foreground color is now “%s”. Paint with any tool: Pencil, Bucket "
                          "Fill, or fill a selection."),
                       label_name (window, i));
  bar_show (window->bar, text, BAR_NONE, BAR_NONE);
}

static void
chip_clicked (GtkWidget *chip, gpointer data)
{
  use_label (data, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (chip), "label")));
}

static GtkWidget *
new_chip (UiWindow *window, int i)
{
  GtkWidget *chip = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (label_name (window, i));

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (name), 8);
  gtk_box_pack_start (GTK_BOX (box), swatch (window, i), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), name, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (chip), box);
  gtk_widget_set_tooltip_text (chip, _ ("Paint with this label"));
  controls_name (chip, label_name (window, i));
  g_object_set_data (G_OBJECT (chip), "label", GINT_TO_POINTER (i));
  g_signal_connect (chip, "clicked", G_CALLBACK (chip_clicked), window);
  gtk_widget_show_all (chip);
  return chip;
}

static gboolean
chip_wanted (GtkFlowBoxChild *child, gpointer data)
{
  UiWindow *window = data;
  GtkWidget *chip = gtk_bin_get_child (GTK_BIN (child));
  const int i = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (chip), "label"));
  const char *text = gtk_entry_get_text (GTK_ENTRY (window->controls.search));
  g_autofree char *wanted = g_utf8_casefold (text, -1);
  g_autofree char *name = g_utf8_casefold (label_name (window, i), -1);
  g_autofree char *english = g_utf8_casefold (tessera_model_label (window->model, i), -1);

  return strstr (name, wanted) || strstr (english, wanted);
}

static void
searched (GtkSearchEntry *entry G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;

  gtk_flow_box_invalidate_filter (GTK_FLOW_BOX (window->controls.chips));
}

/* Return in the search field takes the first label that is left. */
static void
search_activated (GtkEntry *entry G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;
  const int n = window->model ? tessera_model_info (window->model)->n_labels : 0;

  for (int i = 0; i < n; i++)
    {
      GtkFlowBoxChild *child =
          gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (window->controls.chips), i);

      if (child && gtk_widget_get_child_visible (GTK_WIDGET (child)))
        {
          gtk_button_clicked (GTK_BUTTON (gtk_bin_get_child (GTK_BIN (child))));
          return;
        }
    }
}

void
labels_page_fill (UiWindow *window)
{
  GtkWidget *chips = window->controls.chips;
  const int n = window->model ? tessera_model_info (window->model)->n_labels : 0;
  GList *old = gtk_container_get_children (GTK_CONTAINER (chips));

  for (GList *child = old; child; child = child->next)
    gtk_widget_destroy (child->data);
  g_list_free (old);
  for (int i = 0; i < n; i++) /* "other", the first, is the least useful */
    {
      GtkWidget *chip = new_chip (window, (i + 1) % n);

      gtk_container_add (GTK_CONTAINER (chips), chip);
      gtk_widget_set_can_focus (gtk_widget_get_parent (chip), FALSE); /* the button has it */
    }
  gtk_widget_show_all (chips);
}

/* ---- shares -------------------------------------------------------------------------------- */

static void
add_share (UiWindow *window, GtkWidget *grid, int row, int label, double share)
{
  const gboolean free_area = label < 0;
  GtkWidget *name = gtk_label_new (free_area ? _ ("free") : label_name (window, label));
  GtkWidget *bar = gtk_level_bar_new_for_interval (0, 1);
  g_autofree char *text = share < 0.01 ? g_strdup (_ ("less than 1 %"))
                                       : g_strdup_printf (_ ("%d %%"), (int) (100 * share + 0.5));
  GtkWidget *number = gtk_label_new (text);

  if (!free_area)
    gtk_grid_attach (GTK_GRID (grid), swatch (window, label), 0, row, 1, 1);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_xalign (GTK_LABEL (number), 1);
  gtk_level_bar_add_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW, 0);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), share);
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  controls_name (bar, text);
  gtk_grid_attach (GTK_GRID (grid), name, 1, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), bar, 2, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), number, 3, row, 1, 1);
}

/* Share of each label inside the hole, the last one free; looks at no more than 300,000 pixels. */
static void
count_shares (const UiScene *scene, int n, double *shares)
{
  const gsize pixels = (gsize) scene->part.width * scene->part.height;
  const gsize step = MAX (pixels / 300000, 1);
  gsize total = 0;

  for (gsize i = 0; i < pixels; i += step)
    {
      const int label = scene->labels ? scene->labels[i] : TESSERA_FREE;

      if (!(scene->hole[i] > 0))
        continue;
      shares[label < n ? label : n] += 1;
      total++;
    }
  for (int i = 0; i <= n; i++)
    shares[i] /= (double) MAX (total, 1);
}

static void
show_off_labels (UiWindow *window)
{
  g_autofree char *text = NULL;

  const TesseraLabelCount *count = &window->scene->count;
  const double off = count->n_painted == 0 ? 0
                                           : (double) (count->n_near + count->n_unknown)
                                                 / (double) count->n_painted;

  if (off <= 0.02)
    return;
  text =
      g_strdup_printf (_ ("%d %% of the painted area has colors that are no label. It is treated "
                          "as free."),
                       (int) (100 * off + 0.5));
  bar_show (window->bar, text, BAR_NONE, BAR_NONE);
}

void
labels_page_update (UiWindow *window)
{
  GtkWidget *grid = window->controls.shares;
  const int n = window->model ? tessera_model_info (window->model)->n_labels : 0;
  g_autofree double *shares = g_new0 (double, n + 1);
  GList *old = gtk_container_get_children (GTK_CONTAINER (grid));

  for (GList *child = old; child; child = child->next)
    gtk_widget_destroy (child->data);
  g_list_free (old);
  if (window->mode != UI_MODE_LABELS || !window->scene || n == 0)
    return;
  count_shares (window->scene, n, shares);
  for (int row = 0; row <= n; row++)
    {
      int best = 0;

      for (int i = 1; i <= n; i++)
        if (shares[i] > shares[best])
          best = i;
      if (shares[best] <= 0)
        break;
      add_share (window, grid, row, best == n ? -1 : best, shares[best]);
      shares[best] = 0;
    }
  gtk_widget_show_all (grid);
  show_off_labels (window);
}

/* ---- the page ------------------------------------------------------------------------------ */

static void
new_layer (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;
  g_autoptr (GError) error = NULL;

  if (!window->host->fix (window->host, UI_FIX_NEW_LABEL_LAYER, window->model, &error))
    {
      bar_show_error (window->bar, error->message);
      return;
    }
  window->host->state (window->host, &window->state);
  for (int i = 0; i < window->state.n_layers; i++)
    if (window->state.layer_is_labels[i])
      {
        window->settings.label_layer = window->state.layer[i];
        break;
      }
  bar_hide (window->bar);
  controls_write (window);
  window_look_soon (window);
}

static GtkWidget *
chips_box (UiWindow *window)
{
  Controls *c = &window->controls;

  c->chips = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (c->chips), GTK_SELECTION_NONE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (c->chips), 2);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (c->chips), 3);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (c->chips), TRUE);
  gtk_flow_box_set_filter_func (GTK_FLOW_BOX (c->chips), chip_wanted, window, NULL);
  controls_name (c->chips, _ ("Labels"));
  return c->chips;
}

GtkWidget *
labels_page_new (UiWindow *window)
{
  static const char *const parts[] = { N_ ("Whole picture"), N_ ("Selection"), NULL };
  Controls *c = &window->controls;
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *grid = controls_grid ();
  GtkWidget *title = gtk_label_new (_ ("In the picture:"));

  c->paint = controls_combo (window, parts);
  c->search = gtk_search_entry_new ();
  c->shares = controls_grid ();
  c->new_labels = gtk_button_new_with_label (_ ("New Label Layer"));
  gtk_entry_set_placeholder_text (GTK_ENTRY (c->search), _ ("Search labels"));
  controls_name (c->search, _ ("Search labels"));
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  g_signal_connect (c->search, "search-changed", G_CALLBACK (searched), window);
  g_signal_connect (c->search, "activate", G_CALLBACK (search_activated), window);
  g_signal_connect (c->new_labels, "clicked", G_CALLBACK (new_layer), window);
  controls_row (grid, 0, _ ("_Paint"), c->paint, _ ("Which part to paint anew"));
  gtk_box_pack_start (GTK_BOX (page), c->new_labels, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), c->search, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), chips_box (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), c->shares, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), grid, FALSE, FALSE, 0);
  return c->labels = page;
}
