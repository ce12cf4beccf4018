#include "gallery.h"
#include <string.h>

static void
variation_unref (gpointer data)
{
  Variation *variation = data;

  if (!variation || --variation->ref_count > 0)
    return;
  variation_unref (variation->base);
  ui_scene_unref (variation->scene);
  ui_result_unref (variation->result);
  g_free (variation->own);
  g_free (variation->recipe);
  g_free (variation);
}

void
gallery_init (Gallery *gallery)
{
  *gallery = (Gallery){ .variations = g_ptr_array_new_with_free_func (variation_unref),
                        .next_number = 1,
                        .next_id = 1,
                        .next_batch = 1 };
}

void
gallery_clear (Gallery *gallery)
{
  g_clear_pointer (&gallery->variations, g_ptr_array_unref);
}

guint
gallery_size (const Gallery *gallery)
{
  return gallery->variations->len;
}

Variation *
gallery_at (const Gallery *gallery, guint i)
{
  return g_ptr_array_index (gallery->variations, i);
}

int
gallery_index (const Gallery *gallery, guint id)
{
  for (guint i = 0; i < gallery_size (gallery); i++)
    if (gallery_at (gallery, i)->id == id)
      return (int) i;
  return -1;
}

Variation *
gallery_find (const Gallery *gallery, guint id)
{
  const int i = gallery_index (gallery, id);

  return i < 0 ? NULL : gallery_at (gallery, (guint) i);
}

Variation *
gallery_current (const Gallery *gallery)
{
  return gallery_find (gallery, gallery->current);
}

/* ---- growing ------------------------------------------------------------------------------- */

static Variation *
new_variation (Gallery *gallery, TesseraBox box)
{
  const gsize n = (gsize) box.width * box.height;
  float *rgba = g_try_malloc0_n (n, 4 * sizeof (float));
  Variation *variation;

  if (!rgba)
    return NULL;
  variation = g_new0 (Variation, 1);
  variation->ref_count = 1;
  variation->id = gallery->next_id++;
  variation->number = gallery->next_number++;
  variation->box = box;
  variation->rgba = variation->own = rgba;
  return variation;
}

/* Behind the parent and those that are like it; at the end where there is none. */
static guint
place_behind (const Gallery *gallery, int parent)
{
  guint place = gallery_size (gallery);

  for (guint i = 0; parent > 0 && i < gallery_size (gallery); i++)
    if (gallery_at (gallery, i)->number == parent || gallery_at (gallery, i)->parent == parent)
      place = i + 1;
  return place;
}

static int
make_room (Gallery *gallery, int n)
{
  int dropped = 0;

  for (guint i = 0; i < gallery_size (gallery) && gallery_size (gallery) + n > GALLERY_MAX;)
    {
      const Variation *variation = gallery_at (gallery, i);

      if (variation->ticked || variation->starred || variation->state == VARIATION_GROWING)
        i++;
      else
        {
          gallery_discard (gallery, variation->id);
          dropped++;
        }
    }
  return dropped;
}

guint
gallery_add (Gallery *gallery, UiScene *scene, int n, guint64 seed, TesseraBox box, int parent,
             int *dropped)
{
  const guint batch = gallery->next_batch++;
  guint place;

  *dropped = make_room (gallery, n);
  place = place_behind (gallery, parent);
  for (int k = 0; k < n; k++)
    {
      Variation *variation = new_variation (gallery, box);

      if (!variation)
        return 0;
      variation->batch = batch;
      variation->scene = ui_scene_ref (scene);
      variation->seed = seed;
      variation->variation = k;
      variation->parent = parent;
      if (k == 0)
        gallery_show (gallery, variation->id);
      g_ptr_array_insert (gallery->variations, (int) place++, variation);
    }
  gallery->chosen = FALSE;
  return batch;
}

Variation *
gallery_in_batch (const Gallery *gallery, guint batch, int k)
{
  for (guint i = 0; i < gallery_size (gallery); i++)
    if (gallery_at (gallery, i)->batch == batch && gallery_at (gallery, i)->variation == k)
      return gallery_at (gallery, i);
  return NULL;
}

void
gallery_set_base (Gallery *gallery, guint batch, Variation *base, gboolean part)
{
  for (guint i = 0; i < gallery_size (gallery); i++)
    {
      Variation *variation = gallery_at (gallery, i);

      if (variation->batch != batch)
        continue;
      variation->part = part;
      variation->base = base;
      if (base)
        base->ref_count++;
    }
}

/* The blend weight that the finished variation will have, but for softening. */
static float
weight_at (const UiScene *scene, int x, int y)
{
  const int px = x - scene->part.x, py = y - scene->part.y;

  if (!scene->hole)
    return 1;
  if (px < 0 || py < 0 || px >= scene->part.width || py >= scene->part.height)
    return 0;
  return scene->hole[(gsize) py * scene->part.width + px];
}

void
gallery_grow (Variation *variation, TesseraBox box, const float *pixels)
{
  const TesseraBox whole = variation->box;
  const int left = MAX (box.x, whole.x), right = MIN (box.x + box.width, whole.x + whole.width);
  const int top = MAX (box.y, whole.y), bottom = MIN (box.y + box.height, whole.y + whole.height);

  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      {
        float *to = variation->own + 4 * ((gsize) (y - whole.y) * whole.width + x - whole.x);

        memcpy (to, pixels + 3 * ((gsize) (y - box.y) * box.width + x - box.x), 3 * sizeof (float));
        to[3] = weight_at (variation->scene, x, y);
      }
  variation->version++;
}

/* ---- the end of a batch -------------------------------------------------------------------- */

/* The place for a rank: the variation's own, or where more were tried than shown, that of one which
 * is not among the best. */
static Variation *
place_for (const Gallery *gallery, guint batch, const TesseraResult *result, int rank)
{
  const int k = tessera_result_variation (result, rank);
  Variation *own = gallery_in_batch (gallery, batch, k);

  for (guint i = 0; !own && i < gallery_size (gallery); i++)
    {
      Variation *other = gallery_at (gallery, i);
      gboolean ranked = other->batch != batch || other->state != VARIATION_GROWING;

      for (int r = 0; !ranked && r < tessera_result_n_variations (result); r++)
        ranked = tessera_result_variation (result, r) == other->variation;
      if (!ranked)
        own = other;
    }
  if (own)
    own->variation = k;
  return own;
}

static void
finish_one (Gallery *gallery, guint batch, UiResult *counted, int rank)
{
  const TesseraResult *result = counted->result;
  Variation *variation = place_for (gallery, batch, result, rank);
  const TesseraBox box = tessera_result_box (result);

  if (!variation)
    return; /* discarded meanwhile */
  g_clear_pointer (&variation->own, g_free);
  variation->rgba = tessera_result_pixels (result, rank); /* a copy would keep the user waiting */
  variation->box = (TesseraBox){ box.x + variation->scene->part.x, box.y + variation->scene->part.y,
                                 box.width, box.height };
  variation->recipe = g_strdup (tessera_result_recipe (result, rank));
  variation->rim_ratio = tessera_result_rim_ratio (result, rank);
  variation->result = ui_result_ref (counted);
  variation->rank = rank;
  variation->state = VARIATION_DONE;
  variation->version++;
}

/* The places of the batch in the order of the ranks; what has no rank goes behind. */
static void
order_batch (Gallery *gallery, guint batch, const TesseraResult *result)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GPtrArray) order = g_ptr_array_new ();

  for (int i = 0; i < tessera_result_n_variations (result); i++)
    {
      Variation *found = gallery_in_batch (gallery, batch, tessera_result_variation (result, i));

      if (found)
        g_ptr_array_add (order, found);
    }
  for (guint i = 0; i < gallery_size (gallery); i++)
    if (gallery_at (gallery, i)->batch == batch)
      {
        g_array_append_val (places, i);
        if (gallery_at (gallery, i)->state != VARIATION_DONE)
          g_ptr_array_add (order, gallery_at (gallery, i));
      }
  g_return_if_fail (order->len == places->len);
  for (guint i = 0; i < order->len; i++)
    gallery->variations->pdata[g_array_index (places, guint, i)] = order->pdata[i];
}

static void
tick_best (Gallery *gallery, guint batch)
{
  Variation *best = NULL;

  for (guint i = 0; i < gallery_size (gallery); i++)
    {
      Variation *variation = gallery_at (gallery, i);

      if (variation->ticked && variation->batch == batch)
        return;
      if (!best && variation->batch == batch && variation->state == VARIATION_DONE)
        best = variation;
    }
  if (!best)
    return;
  for (guint i = 0; i < gallery_size (gallery); i++) /* only the newest best is marked by itself */
    gallery_at (gallery, i)->ticked = FALSE;
  best->ticked = TRUE;
  gallery->current = best->id;
}

void
gallery_finish (Gallery *gallery, guint batch, UiResult *result, double seconds)
{
  for (int i = 0; result && i < tessera_result_n_variations (result->result); i++)
    finish_one (gallery, batch, result, i);
  for (guint i = 0; i < gallery_size (gallery); i++)
    {
      Variation *variation = gallery_at (gallery, i);

      if (variation->batch != batch)
        continue;
      variation->seconds = seconds;
      if (variation->state == VARIATION_GROWING)
        variation->state = VARIATION_CUT;
    }
  if (!result || gallery->chosen)
    return;
  order_batch (gallery, batch, result->result);
  tick_best (gallery, batch);
}

void
gallery_add_stored (Gallery *gallery, UiStored *stored)
{
  Variation *variation = g_new0 (Variation, 1);
  TesseraRequest request;

  variation->ref_count = 1;
  tessera_request_init (&request);
  if (stored->recipe && tessera_recipe_read (stored->recipe, &request, NULL))
    {
      variation->seed = request.seed;
      variation->variation = request.first_variation;
    }
  variation->id = gallery->next_id++;
  variation->number = gallery->next_number++;
  variation->state = VARIATION_DONE;
  variation->applied = TRUE;
  variation->box = stored->box;
  variation->rgba = variation->own = g_steal_pointer (&stored->pixels);
  variation->recipe = g_steal_pointer (&stored->recipe);
  g_ptr_array_add (gallery->variations, variation);
}

/* ---- going through it ---------------------------------------------------------------------- */

void
gallery_discard (Gallery *gallery, guint id)
{
  const int place = gallery_index (gallery, id);

  if (place < 0)
    return;
  g_ptr_array_remove_index (gallery->variations, (guint) place);
  if (gallery->current != id)
    return;
  gallery->current = 0;
  if (gallery_size (gallery) > 0)
    gallery->current = gallery_at (gallery, MIN ((guint) place, gallery_size (gallery) - 1))->id;
}

void
gallery_discard_cut (Gallery *gallery)
{
  for (guint i = gallery_size (gallery); i > 0; i--)
    if (gallery_at (gallery, i - 1)->state == VARIATION_CUT)
      gallery_discard (gallery, gallery_at (gallery, i - 1)->id);
}

void
gallery_show (Gallery *gallery, guint id)
{
  gallery->current = id;
}

gboolean
gallery_step (Gallery *gallery, int step)
{
  const int size = (int) gallery_size (gallery), place = gallery_index (gallery, gallery->current);
  const int next =
      CLAMP (place < 0 ? (step < 0 ? size - 1 : 0) : place + step, 0, MAX (size - 1, 0));

  if (size == 0 || next == place)
    return FALSE;
  gallery->current = gallery_at (gallery, (guint) next)->id;
  gallery->chosen = TRUE;
  return TRUE;
}

GPtrArray *
gallery_to_apply (const Gallery *gallery)
{
  GPtrArray *list = g_ptr_array_new ();
  Variation *current = gallery_current (gallery);

  for (guint i = 0; i < gallery_size (gallery); i++)
    if (gallery_at (gallery, i)->ticked && gallery_at (gallery, i)->state == VARIATION_DONE)
      g_ptr_array_add (list, gallery_at (gallery, i));
  if (list->len == 0 && current && current->state == VARIATION_DONE)
    g_ptr_array_add (list, current);
  return list;
}

static gboolean
batch_applied (const Gallery *gallery, guint batch)
{
  for (guint i = 0; i < gallery_size (gallery); i++)
    if (gallery_at (gallery, i)->batch == batch && gallery_at (gallery, i)->applied)
      return TRUE;
  return FALSE;
}

int
gallery_n_unapplied (const Gallery *gallery)
{
  int n = 0;

  for (guint i = 0; i < gallery_size (gallery); i++)
    n += gallery_at (gallery, i)->state == VARIATION_DONE
         && !batch_applied (gallery, gallery_at (gallery, i)->batch);
  return n;
}
