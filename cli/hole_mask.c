#include "hole_mask.h"
#include "failure.h"
#include "machine.h"
#include <string.h>

/* A second file that belongs to the picture: same size, or FAILURE_SIZE. */
static Picture *
read_beside (const Picture *picture, const PictureSource *source, const char *what, GError **error)
{
  g_autoptr (Picture) beside = picture_file_read (source, error);

  if (!beside)
    return NULL;
  if (beside->width != picture->width || beside->height != picture->height)
    {
      g_set_error (error, FAILURE, FAILURE_SIZE,
                   "The %s \"%s\" is %d x %d, the picture %d x %d. They must have the same size.",
                   what, source->path, beside->width, beside->height, picture->width,
                   picture->height);
      return NULL;
    }
  return g_steal_pointer (&beside);
}

/* Whether only the transparency of a mask says anything: it is not opaque everywhere, and what is
 * to be seen of it has one colour. */
static gboolean
is_alpha_only (const Picture *mask)
{
  const gsize n = (gsize) mask->width * (gsize) mask->height;
  const gsize channels = (gsize) mask->channels;
  gboolean transparent = FALSE;
  gsize seen = G_MAXSIZE;

  for (gsize i = 0; picture_has_alpha (mask) && i < n; i++)
    {
      const guint alpha = picture_get (mask, channels * i + channels - 1);

      transparent |= alpha < picture_white (mask);
      if (!alpha)
        continue;
      if (seen == G_MAXSIZE)
        seen = i;
      for (gsize c = 0; c + 1 < channels; c++)
        if (picture_get (mask, channels * i + c) != picture_get (mask, channels * seen + c))
          return FALSE;
    }
  return transparent;
}

/* How bright a pixel of the mask is, seen on black: 0..1. */
static float
brightness (const Picture *mask, gsize i, gboolean alpha_only)
{
  const gsize channels = (gsize) mask->channels, first = channels * i;
  const double white = picture_white (mask);
  const double alpha =
      picture_has_alpha (mask) ? picture_get (mask, first + channels - 1) / white : 1;

  if (alpha_only)
    return (float) alpha;
  if (channels < 3)
    return (float) (alpha * picture_get (mask, first) / white);
  return (float) (alpha
                  * (0.2126 * picture_get (mask, first) + 0.7152 * picture_get (mask, first + 1)
                     + 0.0722 * picture_get (mask, first + 2))
                  / white);
}

static gboolean
add_mask (const Options *options, const Picture *picture, float *weights, GError **error)
{
  const PictureSource source = { .path = options->mask,
                                 .limit = machine_memory_limit ((gsize) options->memory) };
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  g_autoptr (Picture) mask = read_beside (picture, &source, "mask", error);
  gboolean alpha_only;

  if (!mask)
    return FALSE;
  alpha_only = is_alpha_only (mask);
  for (gsize i = 0; i < n; i++)
    {
      const float weight = brightness (mask, i, alpha_only);

      weights[i] = options->invert_mask ? 1 - weight : weight;
    }
  return TRUE;
}

static gboolean
add_box (const Picture *picture, TesseraBox box, Report *report, float *weights, GError **error)
{
  const int left = MAX (box.x, 0), right = MIN (box.x + box.width, picture->width);
  const int top = MAX (box.y, 0), bottom = MIN (box.y + box.height, picture->height);

  if (left >= right || top >= bottom)
    {
      g_set_error (error, FAILURE, FAILURE_OUTSIDE,
                   "The hole %dx%d%+d%+d lies outside the picture, which is %d x %d.", box.width,
                   box.height, box.x, box.y, picture->width, picture->height);
      return FALSE;
    }
  if (right - left < box.width || bottom - top < box.height)
    report_warning (report, "W-CLIPPED",
                    "The hole %dx%d%+d%+d reaches beyond the picture, which is %d x %d; only the "
                    "part inside is filled.",
                    box.width, box.height, box.x, box.y, picture->width, picture->height);
  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      weights[(gsize) y * (gsize) picture->width + (gsize) x] = 1;
  return TRUE;
}

static gboolean
add_transparent (const Picture *picture, float *weights, GError **error)
{
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  const gsize channels = (gsize) picture->channels;
  gboolean found = FALSE;

  for (gsize i = 0; picture_has_alpha (picture) && i < n; i++)
    {
      const guint missing =
          picture_white (picture) - picture_get (picture, channels * i + channels - 1);

      weights[i] = (float) missing / (float) picture_white (picture);
      found |= missing > 0;
    }
  if (!found)
    g_set_error_literal (error, FAILURE, FAILURE_NO_TRANSPARENT,
                         "This picture has no empty area. Say with --mask or --hole what to fill.");
  return found;
}

/* All kinds of holes together; a mask comes first, boxes are added to it. */
static gboolean
add_all (const Options *options, const Picture *picture, Report *report, HoleMask *hole,
         GError **error)
{
  hole->opaque = options->transparent || (!options->mask && !options->boxes->len);
  if (hole->opaque && !add_transparent (picture, hole->weights, error))
    return FALSE;
  if (options->mask && !add_mask (options, picture, hole->weights, error))
    return FALSE;
  for (guint i = 0; i < options->boxes->len; i++)
    if (!add_box (picture, g_array_index (options->boxes, TesseraBox, i), report, hole->weights,
                  error))
      return FALSE;
  return TRUE;
}

/* Something to fill, something to go by. */
static gboolean
check (const Options *options, const Picture *picture, const float *weights, Report *report,
       GError **error)
{
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  float least = 1, most = 0;

  for (gsize i = 0; i < n; i++)
    {
      least = MIN (least, weights[i]);
      most = MAX (most, weights[i]);
    }
  if (most <= 0)
    g_set_error (error, FAILURE, FAILURE_EMPTY_HOLE,
                 "The mask \"%s\" marks nothing to fill: it is black everywhere%s.", options->mask,
                 options->invert_mask ? " once inverted" : "");
  else if (least >= 1)
    g_set_error_literal (error, FAILURE, FAILURE_NO_CONTEXT,
                         "All of the picture is to be filled, so there is nothing to continue "
                         "from.");
  else if (most < 0.5f)
    report_warning (report, "W-FAINT",
                    "The hole is faint, at most %.0f %% anywhere. The result will be as faint.",
                    (double) most * 100);
  return most > 0 && least < 1;
}

static gboolean
add_labels (const Options *options, const Picture *picture, const TesseraModel *model,
            guint8 **labels, GError **error)
{
  const TesseraModelInfo *info = tessera_model_info (model);
  const PictureSource source = { .path = options->labels,
                                 .limit = machine_memory_limit ((gsize) options->memory),
                                 .ids = TRUE };
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  g_autoptr (Picture) ids = NULL;

  if (!info->n_labels)
    {
      g_set_error (error, FAILURE, FAILURE_MODEL_CANNOT,
                   "The model \"%s\" cannot do this: it has no labels.", info->name);
      return FALSE;
    }
  ids = read_beside (picture, &source, "label picture", error);
  if (!ids)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      const guint id = picture_get (ids, i);

      if (id == TESSERA_FREE || id < (guint) info->n_labels)
        continue;
      g_set_error (error, FAILURE, FAILURE_LABEL_UNKNOWN,
                   "The model \"%s\" does not know the label %u in \"%s\": it has the labels 0 to "
                   "%d, and 255 for free.",
                   info->name, id, options->labels, info->n_labels - 1);
      return FALSE;
    }
  *labels = g_steal_pointer (&ids->samples);
  return TRUE;
}

gboolean
hole_mask_make (const Options *options, const Picture *picture, const TesseraModel *model,
                Report *report, HoleMask *hole, GError **error)
{
  HoleMask made = { 0 };

  made.weights = g_try_new0 (float, (gsize) picture->width *(gsize) picture->height);
  if (!made.weights)
    {
      g_set_error_literal (error, FAILURE, FAILURE_NO_MEMORY, "The computer ran out of memory.");
      return FALSE;
    }
  if (!add_all (options, picture, report, &made, error)
      || !check (options, picture, made.weights, report, error)
      || (options->labels && !add_labels (options, picture, model, &made.labels, error)))
    {
      hole_mask_clear (&made);
      return FALSE;
    }
  *hole = made;
  return TRUE;
}

void
hole_mask_clear (HoleMask *hole)
{
  g_clear_pointer (&hole->weights, g_free);
  g_clear_pointer (&hole->labels, g_free);
}
