#include "window_private.h"
#include <glib/gi18n-lib.h>

/* ---- generating ---------------------------------------------------------------------------- */

/* The box that variations of a scene will have, as far as can be told before the result: the hole's
 * and what softening adds. */
TesseraBox
window_coming_box (const UiScene *scene, TesseraBox hole)
{
  const int soften = (int) scene->query.soften;
  const int left = MAX (hole.x - soften, scene->part.x), top = MAX (hole.y - soften, scene->part.y);
  const int right = MIN (hole.x + hole.width + soften, scene->part.x + scene->part.width);
  const int bottom = MIN (hole.y + hole.height + soften, scene->part.y + scene->part.height);

  return (TesseraBox){ left, top, right - left, bottom - top };
}

void
window_start (UiWindow *window, UiScene *scene, TesseraRequest *request, TesseraBox box, int parent)
{
  const int n = request->n_variations;
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Generating %d variation",
                                                        "Generating %d variations", (gulong) n),
                                           n);
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
  draft_stop (window);
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
  window_start (window, window->scene, &request, window_coming_box (window->scene, window->hole),
                0);
}

void
window_more_like (UiWindow *window, guint id)
{
  Variation *parent = gallery_find (&window->gallery, id);
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
  window_start (window, parent->scene, &request, parent->box, parent->number);
  gallery_set_base (&window->gallery, window->batch, parent->base, FALSE);
}

void
window_stop (UiWindow *window)
{
  if (!window->batch)
    return;
  window->stopping = TRUE;
  ui_worker_stop (window->worker, window->batch);
  window_update (window);
}

/* The engine's own sentences are for programmers where a person can do something. */
void
window_show_error (UiWindow *window, const GError *error)
{
  const char *text = error->message;

  if (g_error_matches (error, TESSERA_ERROR, TESSERA_ERROR_MEMORY))
    text =
        _ ("E-TOO-LARGE: This needs more memory than is allowed. Select less, use draft effort, or "
           "raise the limit under Output.");
  else if (g_error_matches (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY))
    text = _ ("E-NO-CONTEXT: Everything is selected, so there is nothing to continue from. Select "
              "less, or say with labels what should appear.");
  bar_show_error (window->bar, text);
}

/* ---- what the engine tells ----------------------------------------------------------------- */

static void
opened (const TesseraModel *model, GError *error, gpointer data)
{
  UiWindow *window = data;

  window->no_model = !model;
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
    window_show_error (window, error);
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
  strip_redraw (window->strip);
}

static void
say_how_it_ended (UiWindow *window, const TesseraResult *result, int n, const GError *error)
{
  const int done = result ? tessera_result_n_variations (result) : 0;
  g_autofree char *text = NULL;

  if (error && !g_error_matches (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED))
    {
      window_show_error (window, error);
      return;
    }
  if (!window->stopping || done == n)
    return;
  if (!result)
    {
      bar_show (window->bar, _ ("Stopped before a variation was finished."), BAR_NONE, BAR_NONE);
      return;
    }
  text = g_strdup_printf (_ ("Stopped. %1$d of %2$d finished."), done, n);
  bar_show (window->bar, text, BAR_DISCARD, BAR_KEEP);
}

static void
say_what_is_ready (UiWindow *window, int n)
{
  g_autofree char *text = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%d variation is ready", "%d variations are ready", (gulong) n),
      n);

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
  window->taken = result && !window->stopping ? seconds : 0;
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

const UiWorkerEvents window_worker_events = { opened, estimated, grown, finished, draft_finished };
