/* apply: what was chosen goes into the picture. */
#include "window_private.h"
#include <glib/gi18n-lib.h>

UiPiece
window_piece (const Variation *variation, gboolean alone)
{
  return (UiPiece){ .scene = variation->scene,
                    .result = variation->result ? variation->result->result : NULL,
                    .rank = variation->rank,
                    .recipe = variation->recipe,
                    .number = variation->number,
                    .seed = variation->seed,
                    .box = variation->box,
                    .pixels = variation->rgba,
                    .alone = alone };
}

/* ---- in which order ------------------------------------------------------------------------ */

/* Whether another of the list lies over it, near or far. */
static gboolean
carries (const Variation *variation, const GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    for (const Variation *at = ((Variation *) list->pdata[i])->base; at; at = at->base)
      if (at == variation)
        return TRUE;
  return FALSE;
}

/* The variation behind all that it lies over, lowest first. */
static void
add_chain (GPtrArray *order, Variation *variation)
{
  if (g_ptr_array_find (order, variation, NULL))
    return;
  if (variation->base && !variation->base->applied)
    add_chain (order, variation->base);
  g_ptr_array_add (order, variation);
}

/* Those that stand for themselves, scene by scene; then those that lie over others. *n_plain: how
 * many are the former. */
static GPtrArray *
in_order (const GPtrArray *list, guint *n_plain)
{
  GPtrArray *order = g_ptr_array_new ();

  for (guint i = 0; i < list->len; i++)
    for (guint k = i; k < list->len; k++)
      {
        Variation *first = list->pdata[i], *variation = list->pdata[k];

        if (variation->scene == first->scene && !variation->base && !carries (variation, list)
            && !g_ptr_array_find (order, variation, NULL))
          g_ptr_array_add (order, variation);
      }
  *n_plain = order->len;
  for (guint i = 0; i < list->len; i++)
    add_chain (order, list->pdata[i]);
  return order;
}

/* What is to be applied: `only`, or all that is ticked. What was found in the picture is there. */
static GPtrArray *
wanted (UiWindow *window, guint only)
{
  GPtrArray *list = gallery_to_apply (&window->gallery);
  Variation *one = gallery_find (&window->gallery, only);

  if (one && one->state == VARIATION_DONE)
    {
      g_ptr_array_set_size (list, 0);
      g_ptr_array_add (list, one);
    }
  for (guint i = list->len; i > 0; i--)
    if (!((Variation *) list->pdata[i - 1])->scene)
      g_ptr_array_remove_index (list, i - 1);
  return list;
}

/* ---- doing it ------------------------------------------------------------------------------ */

static gboolean
apply_all (UiWindow *window, const GPtrArray *list, char **place, GError **error)
{
  guint n_plain;
  g_autoptr (GPtrArray) order = in_order (list, &n_plain);
  g_autofree UiPiece *pieces = g_new (UiPiece, order->len);

  for (guint i = 0; i < order->len; i++)
    pieces[i] = window_piece (order->pdata[i], i >= n_plain);
  if (!window->host->apply (window->host, pieces, (int) order->len,
                            (UiOutput) window->settings.output, place, error))
    return FALSE;
  for (guint i = 0; i < order->len; i++)
    {
      Variation *variation = order->pdata[i];

      variation->applied = TRUE;
      variation->ticked = FALSE;
    }
  return TRUE;
}

/* The canvas has grown: the next step begins at nothing, or is the same once more. */
static void
after_growth (UiWindow *window)
{
  UiSettings *settings = &window->settings;

  window->grown[SIDE_LEFT] = settings->left;
  window->grown[SIDE_RIGHT] = settings->right;
  window->grown[SIDE_TOP] = settings->top;
  window->grown[SIDE_BOTTOM] = settings->bottom;
  settings->left = settings->right = settings->top = settings->bottom = 0;
  controls_write (window);
}

void
window_apply (UiWindow *window, guint only)
{
  g_autoptr (GPtrArray) list = wanted (window, only);
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;

  if (list->len == 0)
    return;
  if (!apply_all (window, list, &place, &error))
    bar_show_error (window->bar, error->message);
  else
    {
      const gboolean grown = window->mode == UI_MODE_EXTEND && !window->settings.empty_area;

      bar_show (window->bar, place, grown ? BAR_GROW_AGAIN : BAR_NONE, BAR_NONE);
      if (grown)
        after_growth (window);
      window->settings.n_applied++;
    }
  window->host->state (window->host, &window->state); /* the change was ours */
  window_update (window);
}
