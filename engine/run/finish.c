#include "run/finish.h"
#include "base/buffer.h"
#include "image/calm.h"
#include "image/detail.h"
#include "image/grain.h"
#include "image/match.h"
#include "image/odd.h"
#include <string.h>

enum { TEXTURE_MARGIN = 64 }; /* pixels around a circle that both ends of the texture see */

/* What a step works on: a level, or a level laid out beyond both ends of a circle. */
typedef struct {
  Job *job;
  const TesseraRequest *request;
  guint64 seed;
  const float *picture;
  const guint8 *hole, *labels;
  int width, height;
  Detail detail;
} Work;

typedef gboolean Step (const Work *work, float *filled, GError **error);

/* Colours that the surroundings would not have; at every level, since coarse ones guide. */
static gboolean
match (const Work *work, float *filled, GError **error)
{
  return match_rim (work->job, filled, work->picture, work->hole, work->width, work->height, error)
         && calm_filling (work->job, filled, work->picture, work->hole, work->width, work->height,
                          NULL, error);
}

/* At the finest level texture; before, where nobody has painted what is to be there, the forms with
 * which the photograph goes on, which then guide the finer levels. */
static gboolean
add_detail (const Work *work, float *filled, GError **error)
{
  return borrow_detail (work->job, work->detail, filled, work->picture, work->hole, work->labels,
                        work->width, work->height, work->request->texture / 100, work->seed, error);
}

static gboolean
add_grain (const Work *work, float *filled, GError **error)
{
  return match_grain (work->job, filled, work->picture, work->hole, work->width, work->height,
                      work->seed, error);
}

/* Runs the step on a copy that goes `margin` columns further on both sides, and closes it. */
static gboolean
run_around (const Work *flat, Step *step, int margin, float *filled, GError **error)
{
  const int width = flat->width + 2 * margin;
  const size_t n = (size_t) width * flat->height, pixel = 3 * sizeof (float);
  const char *what = "the picture";
  buffer_auto float *picture = buffer_new (n, pixel, what, error), *wide = NULL;
  buffer_auto guint8 *hole = NULL, *labels = NULL;
  Work work = *flat;

  if (!picture || !(wide = buffer_new (n, pixel, what, error))
      || !(hole = buffer_new (n, 1, what, error)) || !(labels = buffer_new (n, 1, what, error)))
    return FALSE;
  picture_unroll (flat->picture, flat->width, flat->height, pixel, margin, picture);
  picture_unroll (filled, flat->width, flat->height, pixel, margin, wide);
  picture_unroll (flat->hole, flat->width, flat->height, 1, margin, hole);
  if (flat->labels)
    picture_unroll (flat->labels, flat->width, flat->height, 1, margin, labels);
  work.picture = picture;
  work.hole = hole;
  work.labels = flat->labels ? labels : NULL;
  work.width = width;
  if (!step (&work, wide, error))
    return FALSE;
  picture_close (wide, flat->hole, flat->width, flat->height, 3, margin, filled);
  return TRUE;
}

static gboolean
run_step (const Work *work, Step *step, gboolean cyclic, int margin, float *filled, GError **error)
{
  return cyclic ? run_around (work, step, MIN (margin, work->width / 2), filled, error)
                : step (work, filled, error);
}

gboolean
finish_level (Job *job, const Scene *scene, int level, const TesseraRequest *request, guint64 seed,
              float *filled, double *oddness, GError **error)
{
  const SceneLevel *pixels = &scene->levels[level];
  const gboolean cyclic = scene->plan->frame.cyclic;
  const Work work = { job,
                      request,
                      seed,
                      pixels->picture,
                      pixels->hole,
                      pixels->labels,
                      pixels->width,
                      pixels->height,
                      level ? DETAIL_FORMS : DETAIL_TEXTURE };

  if (oddness
      && !filling_oddness (filled, work.picture, work.hole, work.width, work.height, oddness,
                           error))
    return FALSE;
  if (!pixels->blank && request->match_rim
      && !run_step (&work, match, cyclic, work.width, filled, error))
    return FALSE;
  if (!pixels->blank && request->texture > 0 && (level == 0 || !scene->painted)
      && !run_step (&work, add_detail, cyclic, TEXTURE_MARGIN, filled, error))
    return FALSE;
  if (!pixels->blank && level == 0 && request->grain
      && !run_step (&work, add_grain, FALSE, 0, filled, error))
    return FALSE;
  for (size_t i = 0; i < (size_t) work.width * work.height; i++)
    for (int c = 0; c < 3; c++)
      filled[3 * i + c] =
          pixels->hole[i] ? CLAMP (filled[3 * i + c], 0, 1) : pixels->picture[3 * i + c];
  return TRUE;
}
