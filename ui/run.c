#include "window_private.h"
#include <glib/gi18n-lib.h>

/* ---- generating ---------------------------------------------------------------------------- */

/* The box that variations of a scene will have, as far as can be told before the result: the hole's
 * and what softening adds. */
static TesseraBox
coming_box (const UiScene *scene, TesseraBox hole)
{
  const int soften = (int) scene->query.soften;
  const int left = MAX (hole.x - soften, scene->part.x), top = MAX (hole.y - soften, scene->part.y);
  const int right = MIN (hole.x + hole.width + soften, scene->part.x + scene->part.width);
  const int bottom = MIN (hole.y + hole.height + soften, scene->part.y + scene->part.height);

  return (TesseraBox){ left, top, right - left, bottom - top };
}

static void
start (UiWindow *window, UiScene *scene, TesseraRequest *request, TesseraBox box, int parent)
{
  const int n = request->n_variations;
  g_autofree char *text = g_strdup_printf (
      ngettext ("Generating %d variation", "Generating %d variations", (gulong) n), n);
  int dropped;

  window->batch = gallery_add (&window->gallery, scene, request->n_variations, request->seed, box,
                               parent, &dropped);
  if (window->batch == 0)
    {
      bar_show_error (window->bar,
                      _ ("E-NO-MEMORY: The computer ran out of memory. Nothing was changed. Close "
                         "other programs or select less."));
      return;
    }
  bar_hide (window->bar);
  window->stopping = FALSE;
  window->begun = g_get_monotonic_time ();
  ui_worker_estimate (window->worker, scene, request); /* what the run will be measured against */
  ui_worker_run (window->worker, window->batch, scene, request, window->settings.rows);
  window_show_current (window);
  window_update (window);
  window_say (window, text);
}

void
window_generate (UiWindow *window)
{
  TesseraRequest request;

  if (window->batch || !window_look (window) || window->hole.width == 0)
    return; /* read anew, since painting in the editor is told by no signal */
  if (!window->settings.seed_locked)
    ui_settings_new_seed (&window->settings);
  controls_write (window);
  window_request (window, window->scene, &request);
  start (window, window->scene, &request, coming_box (window->scene, window->hole), 0);
}

void
window_more_like (UiWindow *window, guint id)
{
  const Variation *parent = gallery_find (&window->gallery, id);
  TesseraRequest request;

  if (window->batch || !parent || parent->state != VARIATION_DONE)
    return;
  if (!parent->scene)
    {
      bar_show (window->bar,
                _ ("Select the same place again first: this variation was made earlier."), BAR_NONE,
                BAR_NONE);
      return;
    }
  ui_settings_new_seed (&window->settings);
  window_request (window, parent->scene, &request);
  request.similar_seed = parent->seed;
  request.similar_variation = parent->variation;
  request.amount = window->settings.similar / 100;
  start (window, parent->scene, &request, parent->box, parent->number);
}

void
window_stop (UiWindow *window)
{
  if (!window->batch)
    return;
  window->stopping = TRUE;
  ui_worker_stop (window->worker);
  window_update (window);
}

/* ---- what the engine tells ----------------------------------------------------------------- */

static void
opened (const TesseraModel *model, GError *error, gpointer data)
{
  UiWindow *window = data;

  if (model)
    window_opened (window, model);
  else
    {
      g_autofree char *text = g_strdup_printf (
          _ ("E-BAD-MODEL: The model file is damaged or not a Tessera model: %s"), error->message);

      bar_show_error (window->bar, text);
    }
  g_clear_error (&error);
}

static void
estimated (const TesseraEstimate *estimate, GError *error, gpointer data)
{
  UiWindow *window = data;

  window->estimated = estimate != NULL;
  if (estimate)
    window->estimate = *estimate;
  else if (!window->batch)
    bar_show_error (window->bar, error->message);
  g_clear_error (&error);
  window_update (window);
}

static void
grown (guint batch, int k, TesseraBox box, const float *pixels, gpointer data)
{
  UiWindow *window = data;
  Variation *variation = gallery_in_batch (&window->gallery, batch, k);

  if (!variation || variation->state != VARIATION_GROWING)
    return;
  box.x += variation->scene->part.x;
  box.y += variation->scene->part.y;
  gallery_grow (variation, box, pixels);
  if (variation == gallery_current (&window->gallery))
    preview_set_variation (window->preview, variation->rgba, variation->box);
  strip_update (window->strip);
}

static void
say_how_it_ended (UiWindow *window, const TesseraResult *result, int n, const GError *error)
{
  const int done = result ? tessera_result_n_variations (result) : 0;
  g_autofree char *text = NULL;

  if (error && !g_error_matches (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED))
    {
      bar_show_error (window->bar, error->message);
      return;
    }
  if (!window->stopping || done == n)
    return;
  text = g_strdup_printf (_ ("Stopped. %1$d of %2$d finished."), done, n);
  bar_show (window->bar, text, BAR_DISCARD, BAR_KEEP);
}

static void
say_what_is_ready (UiWindow *window, int n)
{
  g_autofree char *text = g_strdup_printf (
      ngettext ("%d variation is ready", "%d variations are ready", (gulong) n), n);

  window_say (window, text);
}

static int
batch_size (const Gallery *gallery, guint batch)
{
  int n = 0;

  for (guint i = 0; i < gallery_size (gallery); i++)
    n += gallery_at (gallery, i)->batch == batch;
  return n;
}

static void
finished (guint batch, TesseraResult *result, double seconds, GError *error, gpointer data)
{
  UiWindow *window = data;
  const int n = batch_size (&window->gallery, batch);
  UiResult *counted = result ? ui_result_new (result) : NULL;

  gallery_finish (&window->gallery, batch, counted, seconds);
  if (result && !window->stopping && window->estimated)
    ui_settings_learn (&window->settings, window->estimate.seconds, seconds);
  window->batch = 0;
  say_how_it_ended (window, result, n, error);
  say_what_is_ready (window, result ? tessera_result_n_variations (counted->result) : 0);
  window->stopping = FALSE;
  if (error && !result)
    gallery_discard_cut (&window->gallery);
  ui_result_unref (counted);
  g_clear_error (&error);
  window_show_current (window);
  window_update (window);
  strip_focus (window->strip);
}

const UiWorkerEvents window_worker_events = { opened, estimated, grown, finished };

/* ---- applying ------------------------------------------------------------------------------ */

/* All of the list that were made from one scene, taken out of the list. */
static gboolean
apply_scene (UiWindow *window, GPtrArray *list, char **place, GError **error)
{
  UiScene *scene = ((Variation *) list->pdata[0])->scene;
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (UiPiece));
  g_autoptr (GPtrArray) taken = g_ptr_array_new ();

  for (guint i = 0; i < list->len;)
    {
      const Variation *variation = list->pdata[i];
      const UiPiece piece = { .result = variation->result->result,
                              .rank = variation->rank,
                              .recipe = variation->recipe,
                              .number = variation->number,
                              .seed = variation->seed,
                              .box = variation->box,
                              .pixels = variation->rgba };

      if (variation->scene != scene)
        {
          i++;
          continue;
        }
      g_array_append_val (pieces, piece);
      g_ptr_array_add (taken, list->pdata[i]);
      g_ptr_array_remove_index (list, i);
    }
  if (!window->host->apply (window->host, scene, (const UiPiece *) (void *) pieces->data,
                            (int) pieces->len, (UiOutput) window->settings.output, place, error))
    return FALSE;
  for (guint i = 0; i < taken->len; i++)
    {
      Variation *variation = taken->pdata[i];

      variation->applied = TRUE;
      variation->ticked = FALSE;
    }
  return TRUE;
}

void
window_apply (UiWindow *window, guint only)
{
  g_autoptr (GPtrArray) list = gallery_to_apply (&window->gallery);
  Variation *one = gallery_find (&window->gallery, only);
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;

  if (one && one->state == VARIATION_DONE)
    {
      g_ptr_array_set_size (list, 0);
      g_ptr_array_add (list, one);
    }
  for (guint i = list->len; i > 0; i--) /* found in the picture: there already */
    if (!((Variation *) list->pdata[i - 1])->scene)
      g_ptr_array_remove_index (list, i - 1);
  while (list->len > 0 && !error)
    {
      g_clear_pointer (&place, g_free);
      apply_scene (window, list, &place, &error);
    }
  if (error)
    bar_show_error (window->bar, error->message);
  else if (place)
    bar_show (window->bar, place, BAR_NONE, BAR_NONE);
  window->host->state (window->host, &window->state); /* the change was ours */
  if (!error && window->mode == UI_MODE_EXTEND)
    {
      UiSettings *settings = &window->settings; /* the next step of growth begins at nothing */

      settings->left = settings->right = settings->top = settings->bottom = 0;
      controls_write (window);
    }
  window_update (window);
}

/* ---- the gallery's menu -------------------------------------------------------------------- */

void
window_discard (UiWindow *window, guint id)
{
  const Variation *variation = gallery_find (&window->gallery, id);

  if (!variation || variation->state == VARIATION_GROWING)
    return;
  gallery_discard (&window->gallery, id);
  window_show_current (window);
  window_update (window);
}

static guint
item_id (GtkWidget *item)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (item), "id"));
}

static void
more_like (GtkWidget *item, gpointer data)
{
  window_more_like (data, item_id (item));
}

static void
apply_this (GtkWidget *item, gpointer data)
{
  window_apply (data, item_id (item));
}

static void
star (GtkWidget *item, gpointer data)
{
  UiWindow *window = data;
  Variation *variation = gallery_find (&window->gallery, item_id (item));

  if (variation)
    variation->starred = !variation->starred;
  window_update (window);
}

static void
use_settings (GtkWidget *item, gpointer data)
{
  UiWindow *window = data;
  const Variation *variation = gallery_find (&window->gallery, item_id (item));
  g_autoptr (GError) error = NULL;

  if (!variation || !variation->recipe)
    return;
  if (!ui_settings_from_recipe (&window->settings, variation->recipe, &error))
    bar_show_error (window->bar, error->message);
  controls_write (window);
  window_update (window);
}

static void
copy_recipe (GtkWidget *item, gpointer data)
{
  UiWindow *window = data;
  const Variation *variation = gallery_find (&window->gallery, item_id (item));

  if (variation && variation->recipe)
    gtk_clipboard_set_text (gtk_widget_get_clipboard (window->top, GDK_SELECTION_CLIPBOARD),
                            variation->recipe, -1);
}

static void
discard (GtkWidget *item, gpointer data)
{
  window_discard (data, item_id (item));
}

void
window_menu (UiWindow *window, guint id, GdkEvent *event)
{
  static const struct {
    const char *text;
    void (*activate) (GtkWidget *item, gpointer data);
  } items[] = {
    { N_ ("More _Like This"), more_like },
    { N_ ("_Apply"), apply_this },
    { N_ ("_Star"), star },
    { N_ ("Use These Se_ttings"), use_settings },
    { N_ ("Copy _Recipe"), copy_recipe },
    { N_ ("_Discard"), discard },
  };
  GtkWidget *menu = gtk_menu_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (items); i++)
    {
      GtkWidget *item = gtk_menu_item_new_with_mnemonic (_ (items[i].text));

      g_object_set_data (G_OBJECT (item), "id", GUINT_TO_POINTER (id));
      g_signal_connect (item, "activate", G_CALLBACK (items[i].activate), window);
      gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
    }
  gtk_menu_attach_to_widget (GTK_MENU (menu), strip_widget (window->strip), NULL);
  g_signal_connect (menu, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  gtk_widget_show_all (menu);
  if (event)
    gtk_menu_popup_at_pointer (GTK_MENU (menu), event);
  else
    gtk_menu_popup_at_widget (GTK_MENU (menu), strip_widget (window->strip), GDK_GRAVITY_NORTH_WEST,
                              GDK_GRAVITY_SOUTH_WEST, NULL);
}
