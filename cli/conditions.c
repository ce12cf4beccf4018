#include "conditions.h"
#include "canvas.h"
#include "failure.h"
#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
cannot (const Work *work, const char *why, GError **error)
{
  g_set_error (error, FAILURE, FAILURE_MODEL_CANNOT, _ ("The model \"%s\" cannot do this: %s."),
               tessera_model_info (work->model)->name, why);
  return FALSE;
}

gboolean
conditions_given (const Options *options)
{
  return options->labels || options->depth || options->drawing || options->prefix->len
         || options->request.class_number >= 0;
}

/* What the model must be told and is not, with the option that tells it. Labels of a new picture have
 * a failure of their own. */
static gboolean
check_needed (const Work *work, GError **error)
{
  const Options *options = work->options;
  const TesseraModelInfo *info = tessera_model_info (work->model);
  g_autofree char *what = NULL;

  if (info->condition == TESSERA_CONDITION_SEGMENTATION && !options->labels
      && options->command != COMMAND_PAINT)
    what = g_strdup (_ ("a label map: --labels"));
  else if (info->condition == TESSERA_CONDITION_DEPTH && !options->depth)
    what = g_strdup (_ ("a depth map: --depth"));
  else if (info->condition == TESSERA_CONDITION_PICTURE && !options->drawing)
    what = g_strdup (_ ("a drawing: --drawing"));
  else if (info->condition == TESSERA_CONDITION_CLASS && options->request.class_number < 0)
    what =
        g_strdup_printf (_ ("the number of a class, from 0 to %d: --class"), info->n_classes - 1);
  else if (info->condition == TESSERA_CONDITION_PREFIX && !options->prefix->len)
    what = g_strdup_printf (_ ("%d tokens: --prefix"), info->n_prefix);
  if (!what)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_USAGE, _ ("The model \"%s\" needs %s."), info->name, what);
  return FALSE;
}

gboolean
conditions_check (const Work *work, GError **error)
{
  const Options *options = work->options;
  const TesseraModelInfo *info = tessera_model_info (work->model);

  if (options->labels && !info->n_labels)
    return cannot (work, _ ("it has no labels"), error);
  if (options->depth && info->condition != TESSERA_CONDITION_DEPTH)
    return cannot (work, _ ("it knows nothing of depth"), error);
  if (options->drawing && info->condition != TESSERA_CONDITION_PICTURE)
    return cannot (work, _ ("it follows no drawings"), error);
  if (options->request.class_number >= 0 && info->condition != TESSERA_CONDITION_CLASS)
    return cannot (work, _ ("it has no classes"), error);
  if (options->prefix->len && info->condition != TESSERA_CONDITION_PREFIX)
    return cannot (work, _ ("it takes no tokens first"), error);
  if (options->request.class_number >= info->n_classes && options->request.class_number >= 0)
    g_set_error (error, FAILURE, FAILURE_USAGE,
                 _ ("--class: expected is a whole number from 0 to %d, not %d."),
                 info->n_classes - 1, options->request.class_number);
  else if (options->prefix->len && (int) options->prefix->len != info->n_prefix)
    g_set_error (error, FAILURE, FAILURE_USAGE, _ ("--prefix: expected are %d numbers, not %u."),
                 info->n_prefix, options->prefix->len);
  else
    return check_needed (work, error);
  return FALSE;
}

/* A map beside the picture: where it lies there, and which of its pixels belongs to one of the
 * picture's. */
typedef struct {
  Picture *picture;
  int x, y, width, height; /* in pixels of the picture */
} Map;

static void
map_clear (Map *map)
{
  g_clear_pointer (&map->picture, picture_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Map, map_clear)

/* Labels may have the size of the picture before it was extended, and paint scales them to the size
 * that was asked for; everything else must fit. */
static gboolean
read_map (const Work *work, const Part *part, const char *path, PictureKind kind, const char *what,
          Map *map, GError **error)
{
  const Picture *whole = part->picture;
  const gboolean labels = path == work->options->labels;
  int old_width = whole->width - part->margins[LEFT] - part->margins[RIGHT];
  int old_height = whole->height - part->margins[TOP] - part->margins[BOTTOM];

  map->picture = work_read (work, path, kind, error);
  if (!map->picture)
    return FALSE;
  *map = (Map){ map->picture, 0, 0, whole->width, whole->height };
  if ((map->picture->width == whole->width && map->picture->height == whole->height)
      || (part->blank && work->options->width > 0))
    return TRUE;
  if (labels && map->picture->width == old_width && map->picture->height == old_height)
    {
      *map = (Map){ map->picture, part->margins[LEFT], part->margins[TOP], old_width, old_height };
      return TRUE;
    }
  g_set_error (error, FAILURE, FAILURE_SIZE,
               _ ("The %s \"%s\" is %d x %d, the picture %d x %d. They must have the same size."),
               what, path, map->picture->width, map->picture->height, whole->width, whole->height);
  return FALSE;
}

/* The map's pixel at x, y of the picture; G_MAXSIZE = there is none. */
static gsize
map_at (const Map *map, int x, int y)
{
  if (x < map->x || y < map->y || x >= map->x + map->width || y >= map->y + map->height)
    return G_MAXSIZE;
  x = (int) ((gint64) (x - map->x) * map->picture->width / map->width);
  y = (int) ((gint64) (y - map->y) * map->picture->height / map->height);
  return (gsize) y * (gsize) map->picture->width + (gsize) x;
}

/* Colours of the box as 8 bits with alpha; what the map does not cover is transparent. */
static guint8 *
cut_rgba (const Map *map, TesseraBox box)
{
  const Picture *picture = map->picture;
  const gsize channels = (gsize) picture->channels;
  const int shift = picture->depth == 16 ? 8 : 0;
  guint8 *rgba = g_try_malloc0_n ((gsize) box.width * (gsize) box.height, 4), *to = rgba;

  for (int y = box.y; rgba && y < box.y + box.height; y++)
    for (int x = box.x; x < box.x + box.width; x++, to += 4)
      {
        const gsize at = map_at (map, x, y);

        if (at == G_MAXSIZE)
          continue;
        for (gsize c = 0; c < 3; c++)
          to[c] = (guint8) (picture_get (picture, channels * at + c) >> shift);
        to[3] = channels == 4 ? (guint8) (picture_get (picture, channels * at + 3) >> shift) : 255;
      }
  return rgba;
}

/* What the colours were like, once they are labels. */
static gboolean
check_colors (const Work *work, const TesseraLabelCount *count, GError **error)
{
  const gsize strange = count->n_near + count->n_unknown;

  if (strange > 0 && strange >= count->n_painted / 50)
    report_warning (work->report, "W-LABEL-COLORS",
                    _ ("%d %% of the painted area has colors that are no label; %d %% is treated "
                       "as free."),
                    (int) (strange * 100 / count->n_painted),
                    (int) (count->n_unknown * 100 / count->n_painted));
  if (count->n_painted || work->options->command != COMMAND_PAINT)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_LABEL_EMPTY,
               _ ("The label picture \"%s\" is empty where labels are wanted. Paint labels on it, "
                  "or continue without."),
               work->options->labels);
  return FALSE;
}

static gboolean
labels_from_colors (const Work *work, const Map *map, Part *part, GError **error)
{
  g_autofree guint8 *rgba = NULL;
  g_autoptr (GError) cause = NULL;
  TesseraLabelCount count;

  if (map->picture->channels < 3)
    {
      g_set_error (error, FAILURE, FAILURE_LABEL_TYPE,
                   _ ("\"%s\" is gray. If its numbers are labels, add --label-ids."),
                   work->options->labels);
      return FALSE;
    }
  rgba = cut_rgba (map, part->box);
  if (!rgba)
    {
      work_no_memory (error);
      return FALSE;
    }
  if (tessera_labels_from_colors (work->model, rgba, part->box.width, part->box.height,
                                  part->labels, &count, &cause))
    return check_colors (work, &count, error);
  g_propagate_error (error, work_failure (work, g_steal_pointer (&cause)));
  return FALSE;
}

static gboolean
labels_from_ids (const Work *work, const Map *map, Part *part, GError **error)
{
  const TesseraModelInfo *info = tessera_model_info (work->model);
  const TesseraBox box = part->box;
  guint8 *to = part->labels;

  for (int y = box.y; y < box.y + box.height; y++)
    for (int x = box.x; x < box.x + box.width; x++, to++)
      {
        const gsize at = map_at (map, x, y);
        const guint id = at == G_MAXSIZE
                             ? TESSERA_FREE
                             : picture_get (map->picture, at * (gsize) map->picture->channels);

        *to = (guint8) id;
        if (id == TESSERA_FREE || id < (guint) info->n_labels)
          continue;
        g_set_error (error, FAILURE, FAILURE_LABEL_UNKNOWN,
                     _ ("The model \"%s\" does not know the label %u in \"%s\": it has the labels "
                        "0 to %d, and 255 for free."),
                     info->name, id, work->options->labels, info->n_labels - 1);
        return FALSE;
      }
  return TRUE;
}

/* Where a label is missing, in the whole picture, which the engine does not know. */
static gboolean
check_painted (const Work *work, const Part *part, GError **error)
{
  const TesseraModelInfo *info = tessera_model_info (work->model);
  const gsize width = (gsize) part->box.width, n = width * (gsize) part->box.height;

  for (gsize i = 0; info->needs_all_labels && i < n; i++)
    if (part->labels[i] == TESSERA_FREE)
      {
        g_set_error (error, FAILURE, FAILURE_LABEL_UNKNOWN,
                     _ ("The label picture \"%s\" has no label at column %d, row %d; this model "
                        "needs one for every pixel."),
                     work->options->labels, part->box.x + (int) (i % width),
                     part->box.y + (int) (i / width));
        return FALSE;
      }
  return TRUE;
}

static gboolean
cut_labels (const Work *work, Part *part, GError **error)
{
  const gboolean ids = work->options->label_ids;
  g_auto (Map) map = { 0 };

  if (!read_map (work, part, work->options->labels, ids ? PICTURE_IDS : PICTURE_COLOURS,
                 _ ("label picture"), &map, error))
    return FALSE;
  part->labels = g_try_malloc ((gsize) part->box.width * (gsize) part->box.height);
  if (!part->labels)
    {
      work_no_memory (error);
      return FALSE;
    }
  return (ids ? labels_from_ids (work, &map, part, error)
              : labels_from_colors (work, &map, part, error))
         && check_painted (work, part, error);
}

/* planes 1: the first channel, or the luma of colours; 3: RGB. */
static float *
cut_floats (const Map *map, TesseraBox box, int planes)
{
  const TesseraBox all = { 0, 0, map->picture->width, map->picture->height };
  g_autofree float *rgb = canvas_cut (map->picture, all);
  float *cut = g_try_new (float, (gsize) planes *(gsize) box.width *(gsize) box.height);
  float *to = cut;

  for (int y = box.y; rgb && cut && y < box.y + box.height; y++)
    for (int x = box.x; x < box.x + box.width; x++, to += planes)
      {
        const float *from = rgb + 3 * map_at (map, x, y);

        if (planes == 3)
          memcpy (to, from, 3 * sizeof (float));
        else
          *to = 0.2126f * from[0] + 0.7152f * from[1] + 0.0722f * from[2];
      }
  if (rgb)
    return cut;
  g_free (cut);
  return NULL;
}

static gboolean
cut_picture (const Work *work, const char *path, PictureKind kind, const char *what, Part *part,
             float **cut, GError **error)
{
  g_auto (Map) map = { 0 };

  if (!path)
    return TRUE;
  if (!read_map (work, part, path, kind, what, &map, error))
    return FALSE;
  *cut = cut_floats (&map, part->box, kind == PICTURE_VALUES ? 1 : 3);
  if (!*cut)
    work_no_memory (error);
  return *cut != NULL;
}

gboolean
conditions_cut (const Work *work, Part *part, GError **error)
{
  const Options *options = work->options;

  return (!options->labels || cut_labels (work, part, error))
         && cut_picture (work, options->depth, PICTURE_VALUES, _ ("depth map"), part, &part->depth,
                         error)
         && cut_picture (work, options->drawing, PICTURE_COLOURS, _ ("drawing"), part,
                         &part->drawing, error);
}
