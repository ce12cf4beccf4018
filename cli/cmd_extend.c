#include "conditions.h"
#include "failure.h"
#include "fill.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static gboolean
check (const Options *options, GError **error)
{
  gboolean margins = FALSE;

  for (int side = 0; side < N_SIDES; side++)
    margins |= options->margins[side].amount > 0;
  if (options->width && (margins || options->ratio_width))
    return work_usage (options, _ ("--size: it excludes margins and --ratio."), error);
  return work_check_output (options, TRUE, error);
}

/* Distributes what is missing by the anchor: column or row 0 = all of it behind the picture. */
static void
share (int missing, int place, int *before, int *after)
{
  *before += place == 0 ? 0 : place == 1 ? missing / 2 : missing;
  *after += missing - (place == 0 ? 0 : place == 1 ? missing / 2 : missing);
}

static gboolean
margins_for_size (const Options *options, const Picture *picture, int *margins, GError **error)
{
  if (options->width < picture->width || options->height < picture->height)
    {
      g_set_error (error, FAILURE, FAILURE_SIZE,
                   _ ("--size: %d x %d is smaller than the picture, which is %d x %d."),
                   options->width, options->height, picture->width, picture->height);
      return FALSE;
    }
  share (options->width - picture->width, options->anchor % 3, &margins[LEFT], &margins[RIGHT]);
  share (options->height - picture->height, options->anchor / 3, &margins[TOP], &margins[BOTTOM]);
  return TRUE;
}

/* Adds to the margins what the shape lacks. */
static void
margins_for_ratio (const Options *options, const Picture *picture, int *margins)
{
  const double width = (double) picture->width + margins[LEFT] + margins[RIGHT];
  const double height = (double) picture->height + margins[TOP] + margins[BOTTOM];
  const double ratio = (double) options->ratio_width / options->ratio_height;
  const double wide = MIN (round (height * ratio) - width, 1 << 20);
  const double high = MIN (round (width / ratio) - height, 1 << 20);

  if (wide > 0)
    share ((int) wide, options->anchor % 3, &margins[LEFT], &margins[RIGHT]);
  else if (high > 0)
    share ((int) high, options->anchor / 3, &margins[TOP], &margins[BOTTOM]);
}

static gboolean
find_margins (const Options *options, const Picture *picture, int *margins, GError **error)
{
  for (int side = 0; side < N_SIDES; side++)
    {
      const Margin margin = options->margins[side];
      const int length = side < TOP ? picture->width : picture->height;

      margins[side] = (int) round (
          MIN (margin.percent ? margin.amount / 100 * length : margin.amount, 1 << 20));
    }
  if (options->width && !margins_for_size (options, picture, margins, error))
    return FALSE;
  if (options->ratio_width)
    margins_for_ratio (options, picture, margins);
  if (margins[LEFT] + margins[RIGHT] + picture->width > PICTURE_MAX_SIDE
      || margins[TOP] + margins[BOTTOM] + picture->height > PICTURE_MAX_SIDE)
    g_set_error (error, FAILURE, FAILURE_HUGE_IMAGE,
                 _ ("The extended picture would be larger than is allowed (%d pixels per side)."),
                 PICTURE_MAX_SIDE);
  else if (!margins[LEFT] && !margins[RIGHT] && !margins[TOP] && !margins[BOTTOM])
    g_set_error_literal (error, FAILURE, FAILURE_NO_MARGIN,
                         _ ("Nothing to extend: all four margins are 0."));
  else
    return TRUE;
  return FALSE;
}

/* Whether the larger picture may be allocated. */
static gboolean
check_memory (const Work *work, const Picture *old, const int *margins, GError **error)
{
  const guint64 width = (guint64) (old->width + margins[LEFT] + margins[RIGHT]);
  const guint64 height = (guint64) (old->height + margins[TOP] + margins[BOTTOM]);
  const guint64 need = width * height * ((guint64) (old->channels * old->depth / 8) + 2);
  g_autofree char *needed = failure_size (need), *allowed = NULL;

  if (need <= work_memory (work))
    return TRUE;
  allowed = failure_size (work_memory (work));
  g_set_error (error, FAILURE, FAILURE_TOO_LARGE,
               _ ("The extended picture needs %s of memory; %s is allowed."), needed, allowed);
  return FALSE;
}

/* The old picture in a larger one; what is new is the hole. */
static gboolean
grow (const Picture *old, Part *part, GError **error)
{
  const int left = part->margins[LEFT], top = part->margins[TOP];
  const gsize row = picture_row_bytes (old), pixel = row / (gsize) old->width;
  gsize n;

  part->picture = picture_like (old, old->width + left + part->margins[RIGHT],
                                old->height + top + part->margins[BOTTOM]);
  if (!part->picture)
    {
      work_no_memory (error);
      return FALSE;
    }
  if (!part_new_hole (part, error))
    return FALSE;
  n = (gsize) part->picture->width * (gsize) part->picture->height;
  memset (part->hole, 0xff, n * sizeof *part->hole);
  for (int y = 0; y < old->height; y++)
    {
      const gsize place = (gsize) (top + y) * (gsize) part->picture->width + (gsize) left;

      memcpy ((guint8 *) part->picture->samples + place * pixel,
              (const guint8 *) old->samples + (gsize) y * row, row);
      memset (part->hole + place, 0, (gsize) old->width * sizeof *part->hole);
    }
  return TRUE;
}

gboolean
command_extend (Work *work, const GPtrArray *names, GError **error)
{
  const TesseraModelInfo *info = tessera_model_info (work->model);
  g_auto (Part) part = { .op = "extend", .opaque = TRUE };
  g_autoptr (Picture) old = NULL;

  if (!info->can_complete)
    {
      g_set_error (error, FAILURE, FAILURE_MODEL_CANNOT,
                   _ ("The model \"%s\" cannot do this: it does not complete pictures."),
                   info->name);
      return FALSE;
    }
  if (!conditions_check (work, error))
    return FALSE;
  old = work_read (work, options_input (work->options), PICTURE_COLOURS, error);
  if (!old || !find_margins (work->options, old, part.margins, error)
      || !check_memory (work, old, part.margins, error) || !grow (old, &part, error))
    return FALSE;
  g_clear_pointer (&old, picture_free);
  return fill_run (work, &part, names, error);
}

gboolean
cmd_extend (const Options *options, Report *report, GError **error)
{
  g_auto (Work) work = { 0 };
  g_autoptr (GPtrArray) names = NULL;

  if (!check (options, error) || !(names = fill_names (options, NULL, error)))
    return FALSE;
  return work_open (&work, options, report, error) && command_extend (&work, names, error);
}
