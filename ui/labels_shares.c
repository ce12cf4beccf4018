/* labels_shares: which labels are in use, and exchanging one for another. */
#include "window_private.h"
#include <glib/gi18n-lib.h>

static void
add_share (UiWindow *window, GtkWidget *grid, int row, int label, double share)
{
  const gboolean free_area = label < 0;
  GtkWidget *name = gtk_label_new (free_area ? _ ("free") : labels_page_name (window, label));
  GtkWidget *bar = gtk_level_bar_new_for_interval (0, 1);
  g_autofree char *text = share < 0.01 ? g_strdup (_ ("less than 1 %"))
                                       : g_strdup_printf (_ ("%d %%"), (int) (100 * share + 0.5));
  GtkWidget *number = gtk_label_new (text);

  if (!free_area)
    gtk_grid_attach (GTK_GRID (grid), labels_page_swatch (window, label), 0, row, 1, 1);
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
  const TesseraLabelCount *count = &window->scene->count;
  const gsize off = count->n_near + count->n_unknown;
  g_autofree char *near = NULL, *unknown = NULL, *text = NULL;

  near = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%lu painted pixel took the most similar label.",
                   "%lu painted pixels took the most similar label.", (gulong) count->n_near),
      (gulong) count->n_near);
  unknown = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%lu has a color of no label and is free.",
                   "%lu have a color of no label and are free.", (gulong) count->n_unknown),
      (gulong) count->n_unknown);
  text = g_strdup_printf ("%s%s%s", count->n_near ? near : "",
                          count->n_near && count->n_unknown ? "\n" : "",
                          count->n_unknown ? unknown : "");
  gtk_label_set_text (GTK_LABEL (window->controls.off_labels), text);
  gtk_widget_set_visible (window->controls.off_labels, off > 0);
  g_clear_pointer (&text, g_free);
  if (50 * off <= count->n_painted)
    return;
  text =
      g_strdup_printf (_ ("%d %% of the painted area has colors that are no label. It is treated "
                          "as free."),
                       (int) (100.0 * (double) off / (double) count->n_painted + 0.5));
  if (count->n_unknown > 0 && 50 * count->n_unknown > count->n_painted)
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
  if (!labels_page_shown (window) || !window->scene || n == 0)
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

/* ---- one label for another ----------------------------------------------------------------- */

static void
exchange (GtkWidget *button G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;
  const int from = gtk_combo_box_get_active (GTK_COMBO_BOX (window->controls.from_label));
  const int to = gtk_combo_box_get_active (GTK_COMBO_BOX (window->controls.to_label));
  const UiQuery query = { .mode = UI_MODE_LABELS, .label_layer = window->settings.label_layer };
  g_autoptr (GError) error = NULL;
  g_autoptr (UiScene) scene = NULL;
  gsize n = 0;

  if (from < 0 || to < 0 || from == to || window->batch || !window->model)
    return;
  scene = window->host->look (window->host, &query, window->model, &error);
  for (gsize i = 0; scene && scene->labels && i < (gsize) scene->part.width * scene->part.height;
       i++)
    {
      const gboolean is = scene->labels[i] == from;

      scene->labels[i] = is; /* our own copy of what is there becomes what is to be painted */
      n += is;
    }
  if (n > 0)
    window->host->paint_label (window->host, window->settings.label_layer, scene->part,
                               scene->labels, tessera_model_label_color (window->model, to),
                               &error);
  if (error)
    bar_show_error (window->bar, error->message);
  else
    window_look_soon (window);
}

/* The combos' labels, once the model is there. */
void
labels_shares_fill (UiWindow *window)
{
  GtkWidget *const combos[] = { window->controls.from_label, window->controls.to_label };
  const int n = window->model ? tessera_model_info (window->model)->n_labels : 0;

  for (gsize k = 0; k < G_N_ELEMENTS (combos); k++)
    {
      gtk_combo_box_text_remove_all (GTK_COMBO_BOX_TEXT (combos[k]));
      for (int i = 0; i < n; i++)
        gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combos[k]),
                                        labels_page_name (window, i));
    }
}

GtkWidget *
labels_exchange_new (UiWindow *window)
{
  Controls *c = &window->controls;
  GtkWidget *grid = controls_grid (), *button = gtk_button_new_with_label (_ ("Replace"));
  GtkWidget *expander = gtk_expander_new (_ ("Replace a label"));

  c->from_label = gtk_combo_box_text_new ();
  c->to_label = gtk_combo_box_text_new ();
  controls_row (grid, 0, _ ("This label"), c->from_label, _ ("The label that shall go"));
  controls_row (grid, 1, _ ("Becomes"), c->to_label, _ ("The label that takes its place"));
  gtk_widget_set_tooltip_text (button, _ ("Replace it everywhere on the label layer"));
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_grid_attach (GTK_GRID (grid), button, 1, 2, 1, 1);
  gtk_widget_set_margin_start (grid, 18);
  gtk_widget_set_margin_top (grid, 6);
  g_signal_connect (button, "clicked", G_CALLBACK (exchange), window);
  gtk_container_add (GTK_CONTAINER (expander), grid);
  return expander;
}
