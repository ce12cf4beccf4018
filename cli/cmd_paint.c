#include "conditions.h"
#include "failure.h"
#include "fill.h"
#include "hole.h"
#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
check (const Options *options, GError **error)
{
  if (options->mask && !options->under)
    return work_usage (options, _ ("--mask: it says where to paint into the picture --under."),
                       error);
  if (options->invert_mask && !options->mask)
    return work_usage (options, _ ("--invert-mask: there is no --mask to invert."), error);
  if (options->under && options->width)
    return work_usage (options, _ ("--size: the picture --under has a size already."), error);
  return work_check_output (options, FALSE, error);
}

static gboolean
check_model (const Work *work, GError **error)
{
  const TesseraModelInfo *info = tessera_model_info (work->model);
  const gboolean into = work->options->under != NULL;

  if (into ? !info->can_complete : !info->can_paint)
    {
      g_set_error (error, FAILURE, FAILURE_MODEL_CANNOT, _ ("The model \"%s\" cannot do this: %s."),
                   info->name,
                   into ? _ ("it does not complete pictures")
                        : _ ("it does not make pictures from nothing"));
      return FALSE;
    }
  if (!conditions_check (work, error))
    return FALSE;
  if (info->n_labels && !conditions_given (work->options))
    {
      g_set_error_literal (error, FAILURE, FAILURE_NO_LABELS,
                           _ ("Choose a label picture with --labels. What labels there are says "
                              "\"tessera info --labels\"."));
      return FALSE;
    }
  return TRUE;
}

/* The size of a new picture: what was asked for, or that of the map it is made after. */
static gboolean
find_size (const Work *work, int *width, int *height, GError **error)
{
  const Options *options = work->options;
  const char *path = options->labels  ? options->labels
                     : options->depth ? options->depth
                                      : options->drawing;
  const PictureKind kind = path && path == options->depth                  ? PICTURE_VALUES
                           : path == options->labels && options->label_ids ? PICTURE_IDS
                                                                           : PICTURE_COLOURS;
  g_autoptr (Picture) map = NULL;

  *width = options->width;
  *height = options->height;
  if (options->width)
    return TRUE;
  if (!path)
    return work_usage (options, _ ("--size: expected is the size of the picture, like 768x512."),
                       error);
  map = work_read (work, path, kind, error);
  if (!map)
    return FALSE;
  *width = map->width;
  *height = map->height;
  return TRUE;
}

/* An empty picture of 8 bits. */
static gboolean
new_picture (const Work *work, Part *part, GError **error)
{
  int width, height;
  g_autofree char *needed = NULL, *allowed = NULL;

  if (!find_size (work, &width, &height, error))
    return FALSE;
  if ((guint64) width * (guint64) height * 24 > work_memory (work))
    {
      needed = failure_size ((gsize) width * (gsize) height * 24);
      allowed = failure_size (work_memory (work));
      g_set_error (error, FAILURE, FAILURE_TOO_LARGE,
                   _ ("A picture of %d x %d needs %s of memory; %s is allowed."), width, height,
                   needed, allowed);
      return FALSE;
    }
  part->blank = TRUE;
  part->picture = picture_new (width, height, 3, 8);
  if (!part->picture)
    {
      work_no_memory (error);
      return FALSE;
    }
  memset (part->picture->samples, 0, picture_row_bytes (part->picture) * (gsize) height);
  return TRUE;
}

gboolean
command_paint (Work *work, const GPtrArray *names, GError **error)
{
  const Options *options = work->options;
  g_auto (Part) part = { .op = "paint", .opaque = TRUE };

  if (!check_model (work, error))
    return FALSE;
  if (!options->under)
    return new_picture (work, &part, error) && fill_run (work, &part, names, error);
  part.picture = work_read (work, options->under, PICTURE_COLOURS, error);
  return part.picture && (!options->mask || hole_from_mask (work, options->mask, &part, error))
         && fill_run (work, &part, names, error);
}

gboolean
cmd_paint (const Options *options, Report *report, GError **error)
{
  g_auto (Work) work = { 0 };
  g_autoptr (GPtrArray) names = NULL;

  if (!check (options, error) || !(names = fill_names (options, NULL, error)))
    return FALSE;
  return work_open (&work, options, report, error) && command_paint (&work, names, error);
}
