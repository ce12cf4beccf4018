#include "window_private.h"
#include "format.h"
#include <glib/gi18n-lib.h>
#include <string.h>

/* The names of the bundled model, for translators; a model of another origin shows its own. */
static const char *const known_names[] G_GNUC_UNUSED = {
  NC_ ("label", "other"), NC_ ("label", "sky"),   NC_ ("label", "cloud"),
  NC_ ("label", "water"), NC_ ("label", "snow"),  NC_ ("label", "tree"),
  NC_ ("label", "grass"), NC_ ("label", "rock"),  NC_ ("label", "mountain"),
  NC_ ("label", "sand"),  NC_ ("label", "earth"), NC_ ("label", "building"),
  NC_ ("label", "road"),
};

const char *
labels_page_name (const UiWindow *window, int i)
{
  return g_dpgettext2 (GETTEXT_PACKAGE, "label", tessera_model_label (window->model, i));
}

/* ---- chips --------------------------------------------------------------------------------- */

static void
use_label (UiWindow *window, int i)
{
  if (window->settings.label_layer == UI_NO_LAYER)
    {
      bar_show_error (window->bar, _ ("E-NO-LABELS: Choose a label layer, or make one with New "
                                      "Label Layer."));
      return;
    }
  window->label = i;
  window->host->use_label (window->host, window->settings.label_layer,
                           tessera_model_label_color (window->model, i));
  paint_update (window);
}

static void
chip_clicked (GtkWidget *chip, gpointer data)
{
  if (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (chip)))
    return; /* another one was clicked */
  use_label (data, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (chip), "label")));
}

static GtkWidget *
new_chip (UiWindow *window, int i)
{
  GtkWidget *chip = gtk_radio_button_new_from_widget (GTK_RADIO_BUTTON (window->no_chip));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (labels_page_name (window, i));

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (name), 8);
  gtk_box_pack_start (GTK_BOX (box), labels_page_swatch (window, i), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), name, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (chip), box);
  gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (chip), FALSE); /* drawn as a button */
  gtk_widget_set_tooltip_text (
      chip, _ ("Paint with this label: its color becomes GIMP's foreground color"));
  controls_name (chip, labels_page_name (window, i));
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
  g_autofree char *name = g_utf8_casefold (labels_page_name (window, i), -1);
  g_autofree char *english = g_utf8_casefold (tessera_model_label (window->model, i), -1);

  return strstr (name, wanted) || strstr (english, wanted);
}

/* Clicks the first chip that is left; FALSE where none is. */
static gboolean
first_match (GtkWidget *flow)
{
  GList *children = gtk_container_get_children (GTK_CONTAINER (flow));
  GtkWidget *found = NULL;

  for (GList *child = children; child && !found; child = child->next)
    if (gtk_widget_get_child_visible (child->data))
      found = gtk_bin_get_child (GTK_BIN (child->data));
  g_list_free (children);
  if (found)
    gtk_button_clicked (GTK_BUTTON (found));
  return found != NULL;
}

static gboolean
any_match (UiWindow *window, GtkWidget *flow)
{
  GList *children = gtk_container_get_children (GTK_CONTAINER (flow));
  gboolean any = FALSE;

  for (GList *child = children; child; child = child->next)
    any |= chip_wanted (child->data, window);
  g_list_free (children);
  return any;
}

static void
searched (GtkSearchEntry *entry G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;
  GList *parts = gtk_container_get_children (GTK_CONTAINER (window->controls.chips));

  for (GList *part = parts; part; part = part->next)
    if (GTK_IS_FLOW_BOX (part->data))
      {
        gtk_flow_box_invalidate_filter (GTK_FLOW_BOX (part->data));
        gtk_widget_set_visible (g_object_get_data (part->data, "title"),
                                any_match (window, part->data));
      }
  g_list_free (parts);
}

/* Return in the search field takes the first label that is left. */
static void
search_activated (GtkEntry *entry G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;
  GList *parts = gtk_container_get_children (GTK_CONTAINER (window->controls.chips));
  gboolean taken = FALSE;

  for (GList *part = parts; part && !taken; part = part->next)
    if (GTK_IS_FLOW_BOX (part->data))
      taken = first_match (part->data);
  g_list_free (parts);
}

/* What a group's labels begin with, word by word; labels of any model. */
static const struct {
  const char *title, *words;
} groups[] = {
  { N_ ("Sky"), "sky cloud fog sun" },
  { N_ ("Water and snow"), "water sea river lake snow ice pond" },
  { N_ ("Plants"), "tree grass bush plant flower leaves forest moss branch" },
  { N_ ("Ground"), "rock stone mountain hill sand earth dirt mud ground gravel desert" },
  { N_ ("Built"), "building house road wall bridge fence roof tower skyscraper pavement railroad" },
  { N_ ("Other"), "" },
};

static gsize
group_of (const char *name)
{
  g_auto (GStrv) parts = g_strsplit_set (name, " -", -1);
  gsize group = 0;

  for (; group < G_N_ELEMENTS (groups) - 1; group++)
    {
      g_auto (GStrv) words = g_strsplit (groups[group].words, " ", -1);

      for (char **part = parts; *part; part++)
        for (char **word = words; *word; word++)
          if (g_str_has_prefix (*part, *word))
            return group;
    }
  return group;
}

static GtkWidget *
chips_box (UiWindow *window, const char *title)
{
  GtkWidget *flow = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_flow_box_set_filter_func (GTK_FLOW_BOX (flow), chip_wanted, window, NULL);
  controls_name (flow, title);
  return flow;
}

/* The labels of a group under its name; nothing where it has none. */
static void
add_group (UiWindow *window, gsize group)
{
  GtkWidget *title = gtk_label_new (_ (groups[group].title));
  GtkWidget *flow = chips_box (window, _ (groups[group].title));
  const int n = window->model ? tessera_model_info (window->model)->n_labels : 0;
  int count = 0;

  for (int i = 0; i < n; i++)
    if (group_of (tessera_model_label (window->model, i)) == group)
      {
        GtkWidget *chip = new_chip (window, i);

        gtk_container_add (GTK_CONTAINER (flow), chip);
        gtk_widget_set_can_focus (gtk_widget_get_parent (chip), FALSE); /* the button has it */
        count++;
      }
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_opacity (title, FORMAT_ASIDE);
  g_object_set_data (G_OBJECT (flow), "title", title);
  gtk_box_pack_start (GTK_BOX (window->controls.chips), title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (window->controls.chips), flow, FALSE, FALSE, 0);
  if (count > 0)
    return;
  gtk_widget_destroy (flow);
  gtk_widget_destroy (title);
}

void
labels_page_fill (UiWindow *window)
{
  GtkWidget *chips = window->controls.chips;
  GList *old = gtk_container_get_children (GTK_CONTAINER (chips));

  for (GList *child = old; child; child = child->next)
    gtk_widget_destroy (child->data);
  g_list_free (old);
  window->label = -1;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (window->no_chip), TRUE);
  for (gsize group = 0; group < G_N_ELEMENTS (groups); group++)
    add_group (window, group);
  gtk_widget_show_all (chips);
  labels_shares_fill (window);
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

/* In the mode Extend there is something to paint where a label layer was chosen. */
gboolean
labels_page_shown (const UiWindow *window)
{
  return window->mode == UI_MODE_LABELS
         || (window->mode == UI_MODE_EXTEND && window->settings.label_layer != UI_NO_LAYER);
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
  c->chips = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  window->no_chip = g_object_ref_sink (gtk_radio_button_new (NULL));
  c->off_labels = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (c->off_labels), 0);
  gtk_label_set_line_wrap (GTK_LABEL (c->off_labels), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (c->off_labels), 30);
  gtk_widget_set_no_show_all (c->off_labels, TRUE);
  gtk_widget_set_opacity (c->off_labels, FORMAT_ASIDE);
  c->new_labels = gtk_button_new_with_label (_ ("New Label Layer"));
  gtk_entry_set_placeholder_text (GTK_ENTRY (c->search), _ ("Search labels"));
  controls_name (c->search, _ ("Search labels"));
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  g_signal_connect (c->search, "search-changed", G_CALLBACK (searched), window);
  g_signal_connect (c->search, "activate", G_CALLBACK (search_activated), window);
  g_signal_connect (c->new_labels, "clicked", G_CALLBACK (new_layer), window);
  c->paint_label = controls_row (grid, 0, _ ("_Paint"), c->paint, _ ("Which part to paint anew"));
  gtk_box_pack_start (GTK_BOX (page), c->new_labels, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), draft_row_new (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), paint_row_new (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), c->search, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), c->chips, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), c->shares, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), c->off_labels, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), labels_exchange_new (window), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), grid, FALSE, FALSE, 0);
  return c->labels = page;
}
