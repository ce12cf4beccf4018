#include "window_private.h"
#include "format.h"
#include "outline.h"
#include <glib/gi18n-lib.h>
#include <string.h>

enum { POLL_MS = 1000, TICK_MS = 100, LOOK_MS = 120 };

/* ---- looking at the picture ---------------------------------------------------------------- */

static void
set_scene (UiWindow *window, UiScene *scene)
{
  int box[4];

  ui_scene_unref (window->scene);
  window->scene = scene;
  window->estimated = FALSE;
  window->stale = FALSE;
  window->taken = 0;
  if (!scene)
    return;
  window->n_places = outline_places (scene->hole, scene->part.width, scene->part.height, box);
  window->hole = (TesseraBox){ scene->part.x + box[0], scene->part.y + box[1], box[2], box[3] };
}

void
window_request (const UiWindow *window, const UiScene *scene, TesseraRequest *request)
{
  const TesseraModelInfo *info = tessera_model_info (window->model);

  ui_settings_to_request (&window->settings, scene, request);
  if (info->can_complete || !info->can_paint)
    return;
  request->picture.pixels = NULL; /* it makes whole pictures and continues none */
  request->hole = NULL;
}

static void
ask_estimate (UiWindow *window)
{
  TesseraRequest request;

  if (!window->scene || window->batch || window->lacking)
    return;
  window_request (window, window->scene, &request);
  ui_worker_estimate (window->worker, window->scene, &request);
}

/* Nothing can be made of an empty label layer, but the picture is there to be painted on. */
static UiScene *
look_without_labels (UiWindow *window, UiQuery query)
{
  query.label_layer = UI_NO_LAYER;
  query.without_labels = TRUE;
  return window->host->look (window->host, &query, window->model, NULL);
}

gboolean
window_look (UiWindow *window)
{
  g_autoptr (GError) error = NULL;
  UiScene *scene = NULL;
  UiQuery query;

  if (!window->model)
    return FALSE;
  window->host->state (window->host, &window->state);
  ui_settings_to_query (&window->settings, window->mode, &query);
  if (window->state.alive)
    scene = window->host->look (window->host, &query, window->model, &error);
  window->lacking = error
                    && (g_str_has_prefix (error->message, "E-LABEL-")
                        || g_str_has_prefix (error->message, "E-NO-LABELS"));
  if (window->lacking)
    scene = look_without_labels (window, query);
  set_scene (window, scene);
  controls_write (window);
  window->gallery.current = 0;
  draft_soon (window);
  window_show_current (window);
  if (error)
    bar_show_error (window->bar, error->message);
  else if (window->state.alive)
    bar_hide (window->bar);
  labels_page_update (window);
  return window->scene && !window->lacking;
}

static gboolean
look (gpointer data)
{
  UiWindow *window = data;

  window->look = 0;
  window_look (window);
  ask_estimate (window);
  window_update (window);
  return G_SOURCE_REMOVE;
}

void
window_look_soon (UiWindow *window)
{
  if (window->batch)
    return; /* the picture is read again when the run is over */
  if (window->look)
    g_source_remove (window->look);
  window->look = g_timeout_add (LOOK_MS, look, window);
}

/* The selection has changed while there is something to choose from: the user decides. */
static void
tell_stale (UiWindow *window)
{
  if (window->stale)
    return;
  window->stale = TRUE;
  if (window_can_resample (window, gallery_current (&window->gallery)))
    bar_show (window->bar,
              _ ("The selection has changed. It can be a part of this variation that is made anew, "
                 "or a new place to fill."),
              BAR_RESAMPLE, BAR_NEW_SELECTION);
  else
    bar_show (window->bar, _ ("The selection has changed since these were made."),
              BAR_NEW_SELECTION, BAR_KEEP);
}

/* FALSE where the labels have changed, or something that does not touch what is to be filled. */
static gboolean
selection_changed (const UiState *before, const UiState *now)
{
  return before->selected != now->selected
         || memcmp (&before->selection, &now->selection, sizeof now->selection) != 0
         || before->width != now->width || before->height != now->height;
}

void
window_poll (UiWindow *window)
{
  const UiState before = window->state;

  if (window->batch || !window->model)
    return;
  window->host->state (window->host, &window->state);
  if (!window->state.alive && before.alive)
    bar_show_error (window->bar,
                    _ ("E-CLOSED: The picture was closed in GIMP. Nothing can be put into it any "
                       "more."));
  if (!window->state.alive)
    set_scene (window, NULL);
  else if (memcmp (&before, &window->state, sizeof before) != 0)
    {
      controls_write (window);
      if (gallery_n_unapplied (&window->gallery) > 0 && window->gallery.current
          && selection_changed (&before, &window->state))
        tell_stale (window);
      else
        window_look_soon (window);
    }
  window_update (window);
}

static gboolean
poll_later (gpointer data)
{
  UiWindow *window = data;

  if (gtk_widget_get_mapped (window->top)) /* also while the user paints in the editor */
    window_poll (window);
  return G_SOURCE_CONTINUE;
}

static gboolean
focused (GtkWidget *top G_GNUC_UNUSED, GdkEventFocus *event G_GNUC_UNUSED, gpointer data)
{
  window_poll (data);
  return FALSE;
}

/* ---- what follows from the state ----------------------------------------------------------- */

void
window_show_current (UiWindow *window)
{
  const Variation *current = gallery_current (&window->gallery);
  UiScene *scene = current && current->scene ? current->scene : window->scene;
  g_autofree char *text = NULL;
  AtkObject *accessible = gtk_widget_get_accessible (preview_widget (window->preview));

  preview_set_cells (window->preview, window_cell (window));
  preview_set_scene (window->preview, scene);
  preview_set_scene (window->label_pane, labels_page_shown (window) ? scene : NULL);
  if (current || !draft_show (window))
    preview_set_variation (window->preview, current ? current->rgba : NULL,
                           current ? current->box : (TesseraBox){ 0 });
  if (current)
    text = g_strdup_printf (_ ("Preview, variation %1$d, %2$d by %3$d pixels"), current->number,
                            current->box.width, current->box.height);
  atk_object_set_description (accessible, text ? text : _ ("Preview of the picture"));
}

void
window_say (UiWindow *window, const char *text)
{
  controls_name (window->bottom, text); /* the status line: a change of it is read out */
}

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

static void
update_progress (UiWindow *window)
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

static void
update_mode (UiWindow *window)
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
    return g_strdup (_ ("Loading the model…"));
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
  update_mode (window);
  update_progress (window);
  update_buttons (window);
  strip_update (window->strip);
  app_menu_update (window);
  hints_update (window);
}

static gboolean
tick (gpointer data)
{
  UiWindow *window = data;

  if (window->batch)
    update_progress (window);
  return G_SOURCE_CONTINUE;
}

/* ---- the engine's news --------------------------------------------------------------------- */

static void
show_label_colors (UiWindow *window)
{
  const int n = tessera_model_info (window->model)->n_labels;
  g_autofree guint32 *colors = g_new0 (guint32, MAX (n, 1));

  for (int i = 0; i < n; i++)
    colors[i] = tessera_model_label_color (window->model, i);
  preview_set_labels (window->label_pane, colors, n);
}

void
window_opened (UiWindow *window, const TesseraModel *model)
{
  window->model = model;
  labels_page_fill (window);
  show_label_colors (window);
  window_look_soon (window);
}

/* What stands in the preview where there is nothing to show yet. */
static const char *const mode_hints[] = {
  N_ ("Select what should be replaced, with any selection tool.\n"
      "Shift+Q in the picture lets you paint a selection."),
  N_ ("Say how many pixels to add on each side."),
  N_ ("Choose or make a label layer, click a label,\nand paint on the layer with any tool."),
};

const char *
window_mode_hint (UiMode mode)
{
  return mode_hints[mode];
}

int
window_cell (const UiWindow *window)
{
  const TesseraModelInfo *info = window->model ? tessera_model_info (window->model) : NULL;

  return info && info->can_complete && window->settings.cells ? info->factor : 0;
}

void
window_set_mode (UiWindow *window, UiMode mode)
{
  const gboolean was = window->updating;

  window->mode = mode;
  window->updating = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (window->modes[mode]), TRUE);
  window->updating = was;
  bar_hide (window->bar);
  controls_write (window);
  update_mode (window);
  window_look_soon (window);
}

/* ---- opening and closing ------------------------------------------------------------------- */

static void
find_stored (UiWindow *window)
{
  g_autoptr (GPtrArray) stored = window->host->stored (window->host);

  for (guint i = 0; stored && i < stored->len; i++)
    gallery_add_stored (&window->gallery, g_ptr_array_index (stored, i));
}

static gboolean
begin (gpointer data)
{
  UiWindow *window = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = window->host->find_model (window->host, &error);

  window->begin = 0;
  window->host->state (window->host, &window->state);
  if (path)
    ui_worker_open (window->worker, path);
  else
    bar_show_error (window->bar, error->message);
  find_stored (window);
  window_update (window);
  return G_SOURCE_REMOVE;
}

static void
destroyed (GtkWidget *top, gpointer data)
{
  UiWindow *window = data;
  UiSettings *settings = &window->settings;
  const guint sources[] = { window->poll, window->tick, window->look, window->begin };

  (void) top;
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i])
      g_source_remove (sources[i]);
  draft_clear (window);
  ui_worker_free (window->worker);
  ui_settings_save (settings, window->host->settings_file);
  ui_scene_unref (window->scene);
  g_object_unref (window->no_chip);
  gallery_clear (&window->gallery);
  if (window->closed)
    window->closed (window->closed_data);
  g_free (window);
}

static void
remember_size (GtkWidget *top, GtkAllocation *size G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;

  gtk_window_get_size (GTK_WINDOW (top), &window->settings.window_width,
                       &window->settings.window_height);
  window->settings.open_edges = gtk_expander_get_expanded (GTK_EXPANDER (window->controls.edges));
  window->settings.open_detail = gtk_expander_get_expanded (GTK_EXPANDER (window->controls.detail));
  window->settings.open_sampling =
      gtk_expander_get_expanded (GTK_EXPANDER (window->controls.sampling));
  window->settings.open_output = gtk_expander_get_expanded (GTK_EXPANDER (window->controls.put));
}

UiWindow *
ui_window_new (UiHost *host, UiMode mode)
{
  UiWindow *window = g_new0 (UiWindow, 1);

  window->host = host;
  window->mode = mode;
  window->updating = TRUE;
  ui_settings_init (&window->settings);
  ui_settings_load (&window->settings, host->settings_file);
  gallery_init (&window->gallery);
  window->worker = ui_worker_new (&window_worker_events, window);
  window_build (window);
  window_set_mode (window, mode);
  window->updating = FALSE;
  g_signal_connect (window->top, "destroy", G_CALLBACK (destroyed), window);
  g_signal_connect (window->top, "size-allocate", G_CALLBACK (remember_size), window);
  g_signal_connect (window->top, "focus-in-event", G_CALLBACK (focused), window);
  window->poll = g_timeout_add (POLL_MS, poll_later, window);
  window->tick = g_timeout_add (TICK_MS, tick, window);
  window->begin = g_idle_add (begin, window);
  window_update (window);
  gtk_widget_show (window->top);
  return window;
}

GtkWindow *
ui_window_widget (UiWindow *window)
{
  return GTK_WINDOW (window->top);
}

void
ui_window_on_closed (UiWindow *window, void (*closed) (gpointer data), gpointer data)
{
  window->closed = closed;
  window->closed_data = data;
}
