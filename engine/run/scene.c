#include "run/scene.h"
#include "image/hole.h"
#include "image/labels.h"
#include "image/resample.h"
#include "image/underpaint.h"
#include <math.h>

static gboolean
all_finite (const float *numbers, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite (numbers[i]))
      return FALSE;
  return TRUE;
}

static gboolean
check_pixels (const TesseraRequest *request, PixelBox *bounds, GError **error)
{
  const TesseraPicture *picture = &request->picture;
  const size_t n = (size_t) picture->width * picture->height;

  if (!hole_bounds (request->hole, picture->width, picture->height, bounds))
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY,
                           "There is nothing to fill: no pixel is selected.");
      return FALSE;
    }
  if (!all_finite (picture->pixels, 3 * n) || !all_finite (request->hole, n))
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                           "The picture holds pixels that are not numbers.");
      return FALSE;
    }
  return TRUE;
}

/* The finest level: what the frame's box shows of the picture. */
static gboolean
cut_out (const TesseraRequest *request, PixelBox box, SceneLevel *level, GError **error)
{
  const TesseraPicture *picture = &request->picture;
  const size_t n = (size_t) box.width * box.height;
  buffer_auto float *soft = buffer_new (n, sizeof (float), "the picture", error);

  *level = (SceneLevel){ .width = box.width, .height = box.height };
  if (!soft || !(level->picture = buffer_new (n, 3 * sizeof (float), "the picture", error))
      || !(level->hole = buffer_new (n, 1, "the picture", error)))
    return FALSE;
  picture_crop (picture->pixels, picture->width, picture->height, 3, box, level->picture);
  picture_crop (request->hole, picture->width, picture->height, 1, box, soft);
  for (size_t i = 0; i < n; i++)
    level->hole[i] = soft[i] > 0;
  return TRUE;
}

static gboolean
halve (const SceneLevel *fine, SceneLevel *level, GError **error)
{
  const size_t n = (size_t) (fine->width / 2) * (fine->height / 2);

  *level = (SceneLevel){ .width = fine->width / 2, .height = fine->height / 2 };
  if (!(level->picture = buffer_new (n, 3 * sizeof (float), "the picture", error))
      || !(level->hole = buffer_new (n, 1, "the picture", error)))
    return FALSE;
  picture_halve (fine->picture, fine->width, fine->height, 3, level->picture);
  mask_halve (fine->hole, fine->width, fine->height, level->hole);
  return TRUE;
}

/* The label map inside the box, its edge repeated like the picture's. */
static guint8 *
crop_labels (const TesseraRequest *request, PixelBox box, GError **error)
{
  const int width = request->picture.width, height = request->picture.height;
  guint8 *labels = buffer_new ((size_t) box.width, box.height, "the labels", error);

  for (int y = 0; labels && y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      labels[(size_t) y * box.width + x] =
          request->labels[(size_t) CLAMP (box.y + y, 0, height - 1) * width
                          + CLAMP (box.x + x, 0, width - 1)];
  return labels;
}

static gboolean
cover (Scene *scene, const Nets *nets, const TesseraRequest *request, GError **error)
{
  const PixelBox box = scene->plan->frame.box;
  const int n_labels = nets->fill.n_labels, factor = scene->plan->factor;
  buffer_auto guint8 *labels = NULL;

  if (!request->labels || n_labels == 0)
    return TRUE;
  labels = crop_labels (request, box, error);
  if (!labels)
    return FALSE;
  for (int l = 0; l < scene->plan->frame.n_levels; l++)
    {
      const PlanLevel *level = &scene->plan->levels[l];

      scene->levels[l].coverage = buffer_new ((size_t) level->rows * level->cols,
                                              (n_labels + 1) * sizeof (float), "the labels", error);
      if (!scene->levels[l].coverage)
        return FALSE;
      labels_coverage (labels, box.width, box.height, factor << l, n_labels,
                       scene->levels[l].coverage);
    }
  return TRUE;
}

/* A level at which every pixel touches the hole, as around a hole that leaves a thin frame, knows
 * nothing: the plan then begins at the level below. */
static gboolean
make_levels (Scene *scene, const TesseraRequest *request, PlanFrame *frame, GError **error)
{
  for (int l = 0; l < frame->n_levels; l++)
    {
      SceneLevel *level = &scene->levels[l];
      g_autoptr (GError) reason = NULL;

      if (l == 0 ? !cut_out (request, frame->box, level, error)
                 : !halve (&scene->levels[l - 1], level, error))
        return FALSE;
      if (underpaint (level->picture, level->hole, level->width, level->height, 3, &reason))
        continue;
      if (!g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_EMPTY))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      frame->n_levels = l;
    }
  if (frame->n_levels > 0)
    return TRUE;
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY,
                       "There is nothing to go by: the whole picture is selected.");
  return FALSE;
}

static gboolean
make_plan (Scene *scene, PlanFrame frame, int factor, int window, GError **error)
{
  g_autofree guint8 **cells = g_new0 (guint8 *, frame.n_levels);
  gboolean ok = TRUE;

  for (int l = 0; l < frame.n_levels && ok; l++)
    {
      const SceneLevel *level = &scene->levels[l];

      cells[l] = buffer_new ((size_t) (level->width / factor) * (level->height / factor), 1,
                             "the plan", error);
      ok = cells[l] != NULL;
      if (ok)
        hole_cells (level->hole, level->width, level->height, factor, cells[l]);
    }
  if (ok)
    scene->plan = plan_new (frame, factor, window, cells, error);
  for (int l = 0; l < frame.n_levels; l++)
    buffer_free (cells[l]);
  return scene->plan != NULL;
}

Scene *
scene_new (const Nets *nets, const TesseraRequest *request, GError **error)
{
  g_autoptr (Scene) scene = g_new0 (Scene, 1);
  const int factor = vq_factor (vqgan_schema (nets->vqgan)), window = nets->fill.window;
  PlanFrame frame;

  if (!check_pixels (request, &scene->bounds, error))
    return NULL;
  frame =
      plan_frame (request->picture.width, request->picture.height, scene->bounds, factor, window);
  scene->levels = g_new0 (SceneLevel, (gsize) frame.n_levels + 1); /* one empty behind the last */
  if (!make_levels (scene, request, &frame, error)
      || !make_plan (scene, frame, factor, window, error) || !cover (scene, nets, request, error))
    return NULL;
  return g_steal_pointer (&scene);
}

void
scene_free (Scene *scene)
{
  if (!scene)
    return;
  for (SceneLevel *level = scene->levels; level && level->width; level++)
    {
      buffer_free (level->picture);
      buffer_free (level->hole);
      buffer_free (level->coverage);
    }
  g_free (scene->levels);
  plan_free (scene->plan);
  g_free (scene);
}
