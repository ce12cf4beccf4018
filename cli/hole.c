#include "hole.h"
#include "failure.h"
#include <glib/gi18n-lib.h>
#include <string.h>

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
static double
brightness (const Picture *mask, gsize i, gboolean alpha_only)
{
  const gsize channels = (gsize) mask->channels, first = channels * i;
  const double white = picture_white (mask);
  const double alpha =
      picture_has_alpha (mask) ? picture_get (mask, first + channels - 1) / white : 1;

  if (alpha_only)
    return alpha;
  if (channels < 3)
    return alpha * picture_get (mask, first) / white;
  return alpha
         * (0.2126 * picture_get (mask, first) + 0.7152 * picture_get (mask, first + 1)
            + 0.0722 * picture_get (mask, first + 2))
         / white;
}

static gboolean
add_mask (const Work *work, const char *path, Part *part, GError **error)
{
  const Picture *picture = part->picture;
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  g_autoptr (Picture) mask = work_read (work, path, PICTURE_COLOURS, error);
  gboolean alpha_only;

  if (!mask)
    return FALSE;
  if (mask->width != picture->width || mask->height != picture->height)
    {
      g_set_error (error, FAILURE, FAILURE_SIZE,
                   _ ("The mask is %d x %d, the picture %d x %d. They must have the same size."),
                   mask->width, mask->height, picture->width, picture->height);
      return FALSE;
    }
  alpha_only = is_alpha_only (mask);
  for (gsize i = 0; i < n; i++)
    {
      const double weight = brightness (mask, i, alpha_only) * HOLE_WHITE + 0.5;

      part->hole[i] =
          (guint16) (work->options->invert_mask ? HOLE_WHITE - (guint) weight : (guint) weight);
    }
  return TRUE;
}

static gboolean
add_box (const Work *work, TesseraBox box, Part *part, GError **error)
{
  const Picture *picture = part->picture;
  const int left = MAX (box.x, 0), right = MIN (box.x + box.width, picture->width);
  const int top = MAX (box.y, 0), bottom = MIN (box.y + box.height, picture->height);

  if (left >= right || top >= bottom)
    {
      g_set_error (error, FAILURE, FAILURE_OUTSIDE,
                   _ ("The hole %dx%d%+d%+d lies outside the picture, which is %d x %d."),
                   box.width, box.height, box.x, box.y, picture->width, picture->height);
      return FALSE;
    }
  if (right - left < box.width || bottom - top < box.height)
    report_warning (work->report, "W-CLIPPED",
                    _ ("The hole %dx%d%+d%+d reaches beyond the picture, which is %d x %d; only "
                       "the part inside is filled."),
                    box.width, box.height, box.x, box.y, picture->width, picture->height);
  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      part->hole[(gsize) y * (gsize) picture->width + (gsize) x] = HOLE_WHITE;
  return TRUE;
}

static gboolean
add_transparent (Part *part, GError **error)
{
  const Picture *picture = part->picture;
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  const gsize channels = (gsize) picture->channels;
  const guint white = picture_white (picture);
  gboolean found = FALSE;

  for (gsize i = 0; picture_has_alpha (picture) && i < n; i++)
    {
      const guint missing = white - picture_get (picture, channels * i + channels - 1);

      part->hole[i] = (guint16) (missing * (HOLE_WHITE / white));
      found |= missing > 0;
    }
  if (!found)
    g_set_error_literal (
        error, FAILURE, FAILURE_NO_TRANSPARENT,
        _ ("This picture has no empty area. Say with --mask or --hole what to fill."));
  return found;
}

/* All kinds of holes together; a mask comes first, boxes are added to it. */
static gboolean
add_all (const Work *work, const char *mask, Part *part, GError **error)
{
  const Options *options = work->options;

  part->opaque = options->transparent || (!mask && !options->boxes->len);
  if (part->opaque && !add_transparent (part, error))
    return FALSE;
  if (mask && !add_mask (work, mask, part, error))
    return FALSE;
  for (guint i = 0; i < options->boxes->len; i++)
    if (!add_box (work, g_array_index (options->boxes, TesseraBox, i), part, error))
      return FALSE;
  return TRUE;
}

/* The least and the greatest weight: something to fill, something to go by. */
static gboolean
check (const Work *work, const char *mask, const Part *part, gboolean may_be_all, GError **error)
{
  const gsize n = (gsize) part->picture->width * (gsize) part->picture->height;
  guint least = HOLE_WHITE, most = 0;

  for (gsize i = 0; i < n; i++)
    {
      least = MIN (least, part->hole[i]);
      most = MAX (most, part->hole[i]);
    }
  if (!most)
    {
      g_set_error (error, FAILURE, FAILURE_EMPTY_HOLE,
                   _ ("Nothing is marked in the mask \"%s\". White in it is what should be "
                      "replaced; see also --invert-mask."),
                   mask ? mask : "");
      return FALSE;
    }
  if (least == HOLE_WHITE && !may_be_all)
    {
      g_set_error_literal (error, FAILURE, FAILURE_NO_CONTEXT,
                           _ ("All of the picture is to be filled, so there is nothing to "
                              "continue from. See \"tessera paint\"."));
      return FALSE;
    }
  if (most < HOLE_WHITE / 2)
    report_warning (work->report, "W-FAINT",
                    _ ("The hole is faint, at most %d %% anywhere. The result will be as faint."),
                    (int) (most * 100 / HOLE_WHITE));
  return TRUE;
}

gboolean
hole_make (const Work *work, const char *mask, Part *part, GError **error)
{
  return part_new_hole (part, error) && add_all (work, mask, part, error)
         && check (work, mask, part, FALSE, error);
}

gboolean
hole_from_mask (const Work *work, const char *mask, Part *part, GError **error)
{
  return part_new_hole (part, error) && add_mask (work, mask, part, error)
         && check (work, mask, part, TRUE, error);
}
