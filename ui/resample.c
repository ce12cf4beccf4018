/* resample: a part of a variation is made anew; all else of it stays. */
#include "window_private.h"
#include "outline.h"
#include <glib/gi18n-lib.h>
#include <math.h>

/* A layer of 8 bits keeps a pixel within half a step. */
#define ROUNDED (1.5f / 255)

/* Whether the picture of the scene already shows the variation: it was applied and is visible. */
static gboolean
is_shown (const UiScene *scene, const Variation *variation)
{
  const TesseraBox box = variation->box, part = scene->part;

  for (int y = MAX (box.y, part.y); y < MIN (box.y + box.height, part.y + part.height); y++)
    for (int x = MAX (box.x, part.x); x < MIN (box.x + box.width, part.x + part.width); x++)
      {
        const float *is = scene->pixels + 3 * ((gsize) (y - part.y) * part.width + (x - part.x));
        const float *ought = variation->rgba + 4 * ((gsize) (y - box.y) * box.width + (x - box.x));

        for (int c = 0; c < 3 && ought[3] >= 0.999f; c++)
          if (fabsf (is[c] - CLAMP (ought[c], 0, 1)) > ROUNDED)
            return FALSE;
      }
  return TRUE;
}

/* What the variation lies over, and itself, lowest first. */
static void
lay_all (UiWindow *window, UiScene *scene, Variation *variation)
{
  const UiPiece piece = window_piece (variation, TRUE);

  if (is_shown (scene, variation))
    return;
  if (variation->base)
    lay_all (window, scene, variation->base);
  window->host->lay (window->host, scene, &piece);
}

static UiQuery
query_for (const UiWindow *window, const Variation *variation)
{
  UiQuery query;

  ui_settings_to_query (&window->settings, UI_MODE_SELECTION, &query);
  query.empty_area = FALSE;
  if (!variation->scene)
    return query;
  query.selected_layer = variation->scene->query.selected_layer;
  query.label_layer = variation->scene->query.label_layer;
  if (variation->scene->query.mode == UI_MODE_LABELS)
    {
      query.mode = UI_MODE_LABELS;
      query.only_selection = TRUE;
      query.without_labels = variation->scene->query.without_labels;
    }
  return query;
}

/* NULL where it can be done, else what stands in the way; g_free. */
static char *
obstacle (const UiWindow *window, const Variation *variation)
{
  const UiScene *scene = variation->scene;

  if (!tessera_model_info (window->model)->can_complete)
    return g_strdup (_ ("This model makes whole pictures. It cannot make a part anew."));
  if (scene && scene->query.mode == UI_MODE_EXTEND && !scene->query.empty_area
      && !variation->applied)
    return g_strdup (_ ("Apply this variation first. Then the picture has its new size, and a part "
                        "of it can be selected."));
  if (!window->state.selected)
    /* Translators: %d is the number of a variation */
    return g_strdup_printf (_ ("Select the part of variation %d that shall be made anew."),
                            variation->number);
  return NULL;
}

/* The scene with the variation in its picture; NULL where the bar says why not. *over: what the new
 * ones will lie over. */
static UiScene *
look_at_part (UiWindow *window, Variation *variation, Variation **over)
{
  const UiQuery query = query_for (window, variation);
  const UiPiece piece = window_piece (variation, TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (UiScene) scene =
      window->host->look_inside (window->host, &query, window->model, &piece, &error);
  g_autofree char *text = NULL;

  *over = NULL;
  if (!scene)
    {
      bar_show_error (window->bar, error->message);
      return NULL;
    }
  if (is_shown (scene, variation))
    return g_steal_pointer (&scene);
  if (!variation->result)
    {
      text = g_strdup_printf (_ ("Variation %d is hidden in the picture. Show its layer first."),
                              variation->number);
      bar_show (window->bar, text, BAR_NONE, BAR_NONE);
      return NULL;
    }
  lay_all (window, scene, variation);
  *over = variation;
  return g_steal_pointer (&scene);
}

void
window_resample (UiWindow *window, guint id)
{
  Variation *variation = gallery_find (&window->gallery, id), *over;
  g_autofree char *why = NULL;
  g_autoptr (UiScene) scene = NULL;
  TesseraRequest request;
  int box[4];

  if (window->batch || !window->model || !variation || variation->state != VARIATION_DONE)
    return;
  window->host->state (window->host, &window->state);
  if ((why = obstacle (window, variation)))
    {
      bar_show (window->bar, why, BAR_NONE, BAR_NONE);
      return;
    }
  if (!(scene = look_at_part (window, variation, &over)))
    return;
  if (!window->settings.seed_locked || window->settings.seed == variation->seed)
    ui_settings_new_seed (&window->settings);
  controls_write (window);
  window_request (window, scene, &request);
  outline_places (scene->hole, scene->part.width, scene->part.height, box);
  window->stale = FALSE;
  window_start (window, scene, &request,
                window_coming_box (scene, (TesseraBox){ scene->part.x + box[0],
                                                        scene->part.y + box[1], box[2], box[3] }),
                variation->number);
  gallery_set_base (&window->gallery, window->batch, over, TRUE);
}

gboolean
window_can_resample (const UiWindow *window, const Variation *variation)
{
  const TesseraBox a = window->state.selection, b = variation ? variation->box : (TesseraBox){ 0 };

  return variation && variation->state == VARIATION_DONE && window->state.selected
         && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height
         && b.y < a.y + a.height && (a.width < b.width || a.height < b.height || !variation->scene);
}
