#include "run/scene.h"
#include "image/hole.h"
#include "image/labels.h"
#include "image/resample.h"
#include "image/underpaint.h"
#include "run/condition.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static const float GRAY = 0.5f; /* where nothing is known */

/* ---- where things lie ---------------------------------------------------------------------- */

static gboolean
unsupported (GError **error, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED, sentence);
  return FALSE;
}

/* The frame around a hole in a layout that is `width` columns wide. */
static PlanFrame
frame_around (const Scene *scene, const Nets *nets, const TesseraRequest *request, int width,
              PixelBox hole)
{
  const int factor = vq_factor (vqgan_schema (nets->vqgan));

  if (nets_is_net2net (nets))
    return plan_window_frame (width, request->picture.height, hole, factor, nets->shape,
                              scene->rule == PLAN_EXACT);
  return plan_frame (width, request->picture.height, hole, factor, nets->fill.window);
}

/* A circle of columns is laid out flat with the widest known part at both ends; where there is no
 * such part it stays a circle. */
static gboolean
lay_out (Scene *scene, const Nets *nets, const TesseraRequest *request, PlanFrame *frame,
         GError **error)
{
  const int width = request->picture.width, height = request->picture.height;
  const int factor = vq_factor (vqgan_schema (nets->vqgan));
  const PixelBox bounds = scene->soft.bounds;
  buffer_auto guint8 *taken = NULL;
  PixelBox hole = bounds;
  int gap;

  scene->columns = columns_plain (width);
  if (!request->wrap)
    *frame = frame_around (scene, nets, request, width, bounds);
  else
    {
      if (!(taken = buffer_new (width, 1, "the picture", error)))
        return FALSE;
      for (size_t i = 0; i < (size_t) bounds.width * bounds.height; i++)
        taken[bounds.x + i % bounds.width] |= scene->soft.weights[i] > 0;
      gap = columns_gap (taken, width, &scene->columns.first);
      scene->columns.n += gap;
      hole = (PixelBox){ gap, bounds.y, width - gap, bounds.height };
      if (gap == 0 && nets_is_net2net (nets))
        return unsupported (error,
                            _ ("This model goes through a picture from left to right: it cannot "
                               "fill a panorama all around."));
      *frame = gap ? frame_around (scene, nets, request, width + gap, hole)
                   : plan_frame_cyclic (width, height, bounds, factor, nets->fill.window);
    }
  if (frame->n_levels == 0)
    {
      g_set_error (
          error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED,
          _ ("A panorama that is filled all around must have a width that is a multiple of "
             "%d pixels."),
          factor);
      return FALSE;
    }
  scene->hole = (PixelBox){ hole.x - frame->box.x, hole.y - frame->box.y, hole.width, hole.height };
  return TRUE;
}

static ptrdiff_t
place_in (const Scene *scene, PixelBox box, int x, int y)
{
  const int u = columns_place (scene->columns, x) - box.x, v = y - box.y;

  return u < 0 || v < 0 || u >= box.width || v >= box.height ? -1 : (ptrdiff_t) v * box.width + u;
}

ptrdiff_t
scene_place (const Scene *scene, int x, int y)
{
  return place_in (scene, scene->plan->frame.box, x, y);
}

TesseraBox
scene_context (const Scene *scene, const TesseraPicture *picture)
{
  const PixelBox box = scene->plan->frame.box;
  const int left = columns_at (scene->columns, box.x), width = MIN (box.width, picture->width);
  const gboolean whole = left + width > picture->width && scene->columns.n > picture->width;

  return (TesseraBox){ whole ? 0 : left, box.y,
                       whole ? picture->width : MIN (width, picture->width - left),
                       MIN (box.height, picture->height - box.y) };
}

/* ---- levels -------------------------------------------------------------------------------- */

static gboolean
all_finite (const float *numbers, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite (numbers[i]))
      return FALSE;
  return TRUE;
}

static gboolean
level_init (SceneLevel *level, int width, int height, GError **error)
{
  const size_t n = (size_t) width * height;

  *level = (SceneLevel){ .width = width, .height = height };
  return (level->picture = buffer_new (n, 3 * sizeof (float), "the picture", error))
         && (level->hole = buffer_new (n, 1, "the picture", error));
}

/* The finest level: what the frame's box shows of the picture. */
static gboolean
cut_out (const Scene *scene, const TesseraRequest *request, PixelBox box, SceneLevel *level,
         GError **error)
{
  const TesseraPicture *picture = &request->picture;
  const PixelBox bounds = scene->soft.bounds;
  size_t at = 0;

  if (!level_init (level, box.width, box.height, error))
    return FALSE;
  for (int v = 0; v < box.height; v++)
    for (int u = 0; u < box.width; u++, at++)
      {
        const int x = columns_at (scene->columns, box.x + u);
        const int y = CLAMP (box.y + v, 0, picture->height - 1);
        const int i = x - bounds.x, j = y - bounds.y;

        level->hole[at] = i >= 0 && j >= 0 && i < bounds.width && j < bounds.height
                          && scene->soft.weights[(size_t) j * bounds.width + i] > 0;
        for (int c = 0; c < 3; c++)
          level->picture[3 * at + c] =
              picture->pixels ? picture->pixels[3 * ((size_t) y * picture->width + x) + c] : GRAY;
      }
  return TRUE;
}

static gboolean
halve (const SceneLevel *fine, SceneLevel *level, GError **error)
{
  if (!level_init (level, fine->width / 2, fine->height / 2, error))
    return FALSE;
  picture_halve (fine->picture, fine->width, fine->height, 3, level->picture);
  mask_halve (fine->hole, fine->width, fine->height, level->hole);
  return TRUE;
}

/* Underpaints once around a circle: on a copy that goes half a turn further on both sides. */
static gboolean
underpaint_around (Job *job, SceneLevel *level, GError **error)
{
  const int margin = level->width / 2, width = level->width + 2 * margin, height = level->height;
  const size_t n = (size_t) width * height;
  buffer_auto float *picture = buffer_new (n, 3 * sizeof (float), "underpainting", error);
  buffer_auto guint8 *hole = NULL;

  if (!picture || !(hole = buffer_new (n, 1, "underpainting", error)))
    return FALSE;
  picture_unroll (level->picture, level->width, height, 3 * sizeof (float), margin, picture);
  picture_unroll (level->hole, level->width, height, 1, margin, hole);
  if (!underpaint (job, picture, hole, width, height, 3, error))
    return FALSE;
  picture_close (picture, level->hole, level->width, height, 3, margin, level->picture);
  return TRUE;
}

static gboolean
underpaint_level (Job *job, SceneLevel *level, gboolean cyclic, GError **error)
{
  return cyclic
             ? underpaint_around (job, level, error)
             : underpaint (job, level->picture, level->hole, level->width, level->height, 3, error);
}

static gboolean
is_painted (const TesseraRequest *request, int n_labels)
{
  const size_t n = (size_t) request->picture.width * request->picture.height;

  for (size_t i = 0; request->labels && i < n; i++)
    if (request->labels[i] < n_labels)
      return TRUE;
  return FALSE;
}

/* Nothing known of a level: gray, if labels or what the model has learnt will do. */
static gboolean
make_blank (SceneLevel *level, const Nets *nets, const TesseraRequest *request)
{
  const Schema *schema = &nets->model->schema;

  if (!nets_is_net2net (nets) && !schema->paints && !is_painted (request, schema->n_labels))
    return FALSE;
  level->blank = TRUE;
  for (size_t i = 0; i < (size_t) level->width * level->height * 3; i++)
    level->picture[i] = GRAY;
  return TRUE;
}

/* Where nothing but the pixels tells what to make, a level at which every pixel touches the hole,
 * as around a hole that leaves a thin frame, is no help: the plan then begins at the level below. */
static gboolean
make_levels (Job *job, Scene *scene, const Nets *nets, const TesseraRequest *request,
             PlanFrame *frame, GError **error)
{
  for (int l = 0; l < frame->n_levels; l++)
    {
      SceneLevel *level = &scene->levels[l];
      g_autoptr (GError) reason = NULL;

      if (l == 0 ? !cut_out (scene, request, frame->box, level, error)
                 : !halve (&scene->levels[l - 1], level, error))
        return FALSE;
      if (underpaint_level (job, level, frame->cyclic, &reason))
        continue;
      if (!g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_EMPTY))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      if (!make_blank (level, nets, request))
        frame->n_levels = l;
    }
  if (frame->n_levels > 0)
    return TRUE;
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_EMPTY,
                       nets->model->schema.n_labels > 0
                           ? _ ("There is nothing to go by: the whole picture is selected, and no "
                                "labels are painted.")
                           : _ ("There is nothing to go by: the whole picture is selected."));
  return FALSE;
}

/* ---- the plan and the labels --------------------------------------------------------------- */

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
        hole_cells (level->hole, level->width, level->height, factor, frame.cyclic, cells[l]);
    }
  if (ok)
    scene->plan = plan_new (frame, factor, window, cells, error);
  for (int l = 0; l < frame.n_levels; l++)
    buffer_free (cells[l]);
  return scene->plan != NULL;
}

/* The windows of a net2net. A cell is in the hole where the hole touches it: its encoder sees the
 * whole picture, so no cell beside the hole is better off than others (docs/decisions.md). */
static gboolean
make_window_plan (Scene *scene, const Nets *nets, PlanFrame frame, GError **error)
{
  const SceneLevel *level = &scene->levels[0];
  const int factor = vq_factor (vqgan_schema (nets->vqgan));
  const int rows = level->height / factor, cols = level->width / factor;
  buffer_auto guint8 *cells = buffer_new (rows, cols, "the plan", error);

  if (!cells)
    return FALSE;
  if (scene->rule == PLAN_EXACT && nets->order
      && (rows != nets->shape.rows || cols != nets->shape.cols))
    return unsupported (error,
                        _ ("This model's cells have an order of their own, which no window that "
                           "moves with each cell can keep; use the strategy \"anchored\"."));
  hole_cells_touched (level->hole, level->width, level->height, factor, cells);
  scene->plan = plan_window_new (frame, factor, nets->shape, scene->rule, cells, error);
  return scene->plan != NULL;
}

/* The label map inside the box, its edge repeated like the picture's. */
static gboolean
cut_labels (Scene *scene, const TesseraRequest *request, int n_labels, GError **error)
{
  const PixelBox box = scene->plan->frame.box;
  SceneLevel *level = &scene->levels[0];

  level->labels = buffer_new ((size_t) box.width, box.height, "the labels", error);
  for (int v = 0; level->labels && v < box.height; v++)
    for (int u = 0; u < box.width; u++)
      {
        const size_t y = CLAMP (box.y + v, 0, request->picture.height - 1);
        const guint8 label =
            request->labels[y * request->picture.width + columns_at (scene->columns, box.x + u)];

        level->labels[(size_t) v * box.width + u] = label < n_labels ? label : TESSERA_FREE;
      }
  return level->labels != NULL;
}

/* A blank level gets the usual colours of its labels, cell by cell; free stays gray. */
static void
tint (SceneLevel *level, int factor, const float *tints, int n_labels)
{
  const int cols = level->width / factor;

  for (int y = 0; y < level->height; y++)
    for (int x = 0; x < level->width; x++)
      {
        const float *weights =
            level->coverage + ((size_t) (y / factor) * cols + x / factor) * (n_labels + 1);
        float *pixel = level->picture + ((size_t) y * level->width + x) * 3;

        level->tinted |= weights[n_labels] < 1;
        for (int i = 0; i < n_labels; i++)
          for (int c = 0; c < 3; c++)
            pixel[c] += weights[i] * (tints[3 * i + c] - GRAY);
      }
}

static gboolean
cover (Scene *scene, const Nets *nets, const TesseraRequest *request, GError **error)
{
  const int n_labels = nets->model->schema.n_labels, factor = scene->plan->factor;

  if (!request->labels)
    return TRUE;
  if (!cut_labels (scene, request, n_labels, error))
    return FALSE;
  if (nets_is_net2net (nets))
    return TRUE; /* they are its condition */
  for (size_t i = 0; i < (size_t) scene->levels[0].width * scene->levels[0].height; i++)
    scene->painted |= scene->levels[0].hole[i] && scene->levels[0].labels[i] < n_labels;
  for (int l = 0; l < scene->plan->frame.n_levels; l++)
    {
      const PlanLevel *level = &scene->plan->levels[l];

      scene->levels[l].coverage = buffer_new ((size_t) level->rows * level->cols,
                                              (n_labels + 1) * sizeof (float), "the labels", error);
      if (!scene->levels[l].coverage)
        return FALSE;
      labels_coverage (scene->levels[0].labels, scene->levels[0].width, scene->levels[0].height,
                       factor << l, n_labels, scene->levels[l].coverage);
      if (scene->levels[l].blank && nets->fill.tints)
        tint (&scene->levels[l], factor, nets->fill.tints, n_labels);
    }
  return TRUE;
}

/* ---- the scene ----------------------------------------------------------------------------- */

static gboolean
check_request (const Nets *nets, const TesseraRequest *request, GError **error)
{
  const TesseraPicture *picture = &request->picture;

  if (!condition_check (nets->model, request, error))
    return FALSE;
  if (!picture->pixels
      || all_finite (picture->pixels, 3 * (size_t) picture->width * picture->height))
    return TRUE;
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                       _ ("The picture holds pixels that are not numbers."));
  return FALSE;
}

Scene *
scene_new (Job *job, const Nets *nets, const TesseraRequest *request, GError **error)
{
  g_autoptr (Scene) scene = g_new0 (Scene, 1);
  const TesseraPicture *picture = &request->picture;
  const int factor = vq_factor (vqgan_schema (nets->vqgan));
  PlanFrame frame;

  scene->rule = request->strategy == TESSERA_STRATEGY_EXACT ? PLAN_EXACT : PLAN_ANCHORED;
  if (!check_request (nets, request, error)
      || !soft_hole_init (&scene->soft, picture->pixels ? request->hole : NULL, picture->width,
                          picture->height, request->soften, request->wrap, error)
      || !lay_out (scene, nets, request, &frame, error))
    return NULL;
  scene->levels = g_new0 (SceneLevel, (gsize) frame.n_levels + 1); /* one empty behind the last */
  if (!make_levels (job, scene, nets, request, &frame, error)
      || !(nets_is_net2net (nets) ? make_window_plan (scene, nets, frame, error)
                                  : make_plan (scene, frame, factor, nets->fill.window, error))
      || !cover (scene, nets, request, error))
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
      buffer_free (level->labels);
    }
  g_free (scene->levels);
  soft_hole_clear (&scene->soft);
  plan_free (scene->plan);
  g_free (scene);
}
