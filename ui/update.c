/* update: what the texts, rows and buttons of the window show follows from its state. */
#include "window_private.h"
#include "format.h"
#include <glib/gi18n-lib.h>

static char *
status_text (const UiWindow *window)
{
  g_autofree char *extent = NULL, *time = NULL, *memory = NULL;
  const double learnt = window->settings.speed > 0 ? window->settings.speed : 1;

  if (!window->scene || window->hole.width == 0 || window->lacking)
    return g_strdup (_ ("Nothing to do yet"));
  extent = format_extent (window->hole.width, window->hole.height, window->n_places);
  if (!window->estimated)
    return g_steal_pointer (&extent);
  time = format_time (window->estimate.seconds * learnt);
  memory = format_memory (window->estimate.bytes);
  if (!gallery_current (&window->gallery) && draft_is_there (window))
    /* Translators: %1$s is a time, %2$s an amount of memory */
    return g_strdup_printf (_ ("This is a draft · in full about %1$s · %2$s of memory"), time,
                            memory);
  if (window->taken > 0)
    {
      g_autofree char *taken = format_time (window->taken);

      /* Translators: %1$s is like "640 × 410 pixels", %2$s and %3$s are times, %4$s memory */
      return g_strdup_printf (_ ("%1$s · done in %2$s · again about %3$s · %4$s of memory"), extent,
                              taken, time, memory);
    }
  /* Translators: %1$s is like "640 × 410 pixels", %2$s a time, %3$s an amount of memory */
  return g_strdup_printf (_ ("%1$s · about %2$s · %3$s of memory"), extent, time, memory);
}

static char *
progress_text (const UiWindow *window)
{
  const double done = ui_worker_done (window->worker);
  const double taken = (double) (g_get_monotonic_time () - window->begun) / G_USEC_PER_SEC;
  const double learnt = window->settings.speed > 0 ? window->settings.speed : 1;
  const double guess = window->estimated ? window->estimate.seconds * learnt - taken : taken;
  const double left = done > 0.1 ? taken * (1 - done) / done : MAX (guess, 1);
  g_autofree char *time = format_time (left);

  if (window->stopping)
    return g_strdup (_ ("Stopping…"));
  /* Translators: %1$d is a percentage, %2$s the time left */
  return g_strdup_printf (_ ("%1$d %% · %2$s left"), (int) (100 * done), time);
}

void
window_update_progress (UiWindow *window)
{
  g_autofree char *text = window->batch ? progress_text (window) : NULL;

  gtk_widget_set_visible (window->progress, window->batch != 0);
  gtk_widget_set_visible (window->status, window->batch == 0);
  if (!text)
    return;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (window->progress),
                                 ui_worker_done (window->worker));
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (window->progress), text);
}

static void
update_buttons (UiWindow *window)
{
  const gboolean busy = window->batch != 0;
  const gboolean some = gallery_size (&window->gallery) > 0;
  g_autoptr (GPtrArray) list = gallery_to_apply (&window->gallery);
  const gboolean can_apply = !busy && list->len > 0 && window->state.alive;

  gtk_button_set_label (GTK_BUTTON (window->generate), busy   ? _ ("S_top")
                                                       : some ? _ ("_Generate More")
                                                              : _ ("_Generate"));
  gtk_widget_set_sensitive (window->generate,
                            busy ? !window->stopping
                                 : window->scene && window->hole.width > 0 && !window->lacking);
  gtk_widget_set_sensitive (window->apply, can_apply);
  gtk_widget_set_sensitive (window->compare_button, some);
  for (int i = 0; i < 2; i++)
    {
      GtkWidget *button = i ? window->apply : window->generate;
      GtkStyleContext *style = gtk_widget_get_style_context (button);

      if (i == (can_apply && gallery_n_unapplied (&window->gallery) > 0) && !busy)
        gtk_style_context_add_class (style, GTK_STYLE_CLASS_SUGGESTED_ACTION);
      else
        gtk_style_context_remove_class (style, GTK_STYLE_CLASS_SUGGESTED_ACTION);
    }
}

static void
show_row (GtkWidget *label, GtkWidget *widget, gboolean visible)
{
  gtk_widget_set_visible (label, visible);
  gtk_widget_set_visible (widget, visible);
}

void
window_update_mode (UiWindow *window)
{
  const Controls *c = &window->controls;

  gtk_widget_set_visible (c->extend, window->mode == UI_MODE_EXTEND);
  gtk_widget_set_visible (c->labels, labels_page_shown (window));
  gtk_widget_set_visible (window->label_frame, labels_page_shown (window));
  show_row (c->paint_label, c->paint, window->mode == UI_MODE_LABELS);
  paint_update (window);
  gtk_box_reorder_child (GTK_BOX (gtk_widget_get_parent (c->label_grid)), c->label_grid,
                         window->mode == UI_MODE_SELECTION ? 3 : 1);
  show_row (c->rows_of_mode[1], c->source, window->mode == UI_MODE_SELECTION);
  show_row (c->rows_of_mode[2], c->region, window->mode == UI_MODE_SELECTION);
}

static char *
header_text (const UiWindow *window)
{
  if (!window->model)
    return g_strdup (window->no_model ? _ ("There is no model.") : _ ("Loading the model…"));
  if (!window->state.alive)
    return g_strdup ("");
  if (window->mode == UI_MODE_EXTEND
      || (window->mode == UI_MODE_LABELS && !window->settings.only_selection))
    /* Translators: the picture's size */
    return g_strdup_printf (_ ("Picture %1$d × %2$d"), window->state.width, window->state.height);
  if (window->state.selected)
    return g_strdup_printf (_ ("Selection %1$d × %2$d at %3$d, %4$d"),
                            window->state.selection.width, window->state.selection.height,
                            window->state.selection.x, window->state.selection.y);
  return g_strdup (_ ("Nothing is selected"));
}

void
window_update (UiWindow *window)
{
  g_autofree char *status = status_text (window), *header = header_text (window);

  gtk_label_set_text (GTK_LABEL (window->status), status);
  gtk_label_set_text (GTK_LABEL (window->header), header);
  window_update_mode (window);
  window_update_progress (window);
  update_buttons (window);
  strip_update (window->strip);
  app_menu_update (window);
  hints_update (window);
}
