#include "window_private.h"
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

  if (!window->scene || window->hole.width == 0 || window->batch || window->lacking)
    return;
  window_request (window, window->scene, &request);
  ui_worker_estimate (window->worker, window->scene, &request);
}

static gboolean
is_mostly_new (const UiWindow *window)
{
  const UiSettings *settings = &window->settings;

  return window->mode == UI_MODE_EXTEND && window->scene && !settings->empty_area
         && (settings->left + settings->right > 2 * window->state.width
             || settings->top + settings->bottom > 2 * window->state.height);
}

/* Nothing can be made of an empty label layer, but the picture is there to be painted on. */
static UiScene *
look_without_labels (UiWindow *window, UiQuery query)
{
  query.label_layer = UI_NO_LAYER;
  query.without_labels = TRUE;
  return window->host->look (window->host, &query, window->model, NULL);
}

/* The one that was chosen may be gone; where labels are needed, one that was made for them will do. */
static void
find_label_layer (UiWindow *window)
{
  const UiState *state = &window->state;
  int *chosen = &window->settings.label_layer, marked = UI_NO_LAYER;

  for (int i = state->n_layers - 1; i >= 0; i--)
    {
      if (state->layer[i] == *chosen)
        return;
      if (state->layer_is_labels[i])
        marked = state->layer[i];
    }
  *chosen =
      window->mode == UI_MODE_LABELS && !window->settings.without_labels ? marked : UI_NO_LAYER;
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
  find_label_layer (window);
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
  else if (is_mostly_new (window))
    bar_show (window->bar,
              _ ("The new part is much larger than the picture. Expect invention rather than "
                 "continuation; growing in steps is better."),
              BAR_NONE, BAR_NONE);
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
              _ ("The selection has changed. Shall this part of the variation be made anew, or the "
                 "new selection be filled?"),
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

/* ---- showing ------------------------------------------------------------------------------- */

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

static gboolean
tick (gpointer data)
{
  UiWindow *window = data;

  if (window->batch)
    window_update_progress (window);
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
  window_update_mode (window);
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
  window->no_model = !path;
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
  g_signal_handlers_disconnect_by_data (bar_widget (window->bar), window); /* it is hidden later */
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
