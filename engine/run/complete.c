#include "run/complete.h"
#include "image/blend.h"
#include "image/resample.h"
#include "run/canvas_tokens.h"
#include "run/estimate.h"
#include "run/finish.h"
#include "run/pixels.h"
#include "run/preview.h"
#include "run/recipe.h"
#include "sample/rank.h"
#include <string.h>

enum { MAX_TRIED = 2 * TESSERA_MAX_VARIATIONS };

/* A completion on its way. */
typedef struct {
  const Nets *nets;
  const TesseraRequest *request;
  const Scene *scene;
  Job *job;
  int n;            /* variations that are tried: more than are wanted where effort is high */
  int n_finished;   /* of the finest level */
  Canvas canvas;    /* of the level being filled */
  float **pictures; /* [n]: the completed picture of the last finished level */
  double oddness[MAX_TRIED];
  TesseraTimes times;
} Run;

/* Adds the time since *since to one of the run's sums and starts anew. */
static void
clock_add (double *sum, gint64 *since)
{
  const gint64 now = g_get_monotonic_time ();

  *sum += (now - *since) / 1e6;
  *since = now;
}

static void
run_clear (Run *run)
{
  canvas_clear (&run->canvas);
  for (int v = 0; run->pictures && v < run->n; v++)
    buffer_free (run->pictures[v]);
  g_clear_pointer (&run->pictures, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* The guide of a finer level: what the coarser one has become, enlarged and encoded. */
static gboolean
encode_guides (Run *run, int level, GError **error)
{
  const SceneLevel *pixels = &run->scene->levels[level];
  const size_t n = canvas_cells (&run->canvas) * run->canvas.embed_dim;
  buffer_auto float *enlarged = buffer_new ((size_t) pixels->width * pixels->height,
                                            3 * sizeof (float), "the picture", error);

  run->canvas.coarse =
      buffer_new (n * run->canvas.n_variations, sizeof (float), "the cells", error);
  if (!enlarged || !run->canvas.coarse)
    return FALSE;
  for (int v = 0; v < run->canvas.n_variations; v++)
    {
      g_auto (Map) vectors = { 0 };

      picture_double (run->pictures[v], pixels->width / 2, pixels->height / 2, 3, enlarged);
      if (!pixels_encode (run->job, run->nets->vqgan, enlarged, pixels->height, pixels->width,
                          run->scene->plan->frame.cyclic, &vectors, error))
        return FALSE;
      memcpy (run->canvas.coarse + v * n, vectors.data, n * sizeof (float));
    }
  return TRUE;
}

/* What the transformer is told of the hole beforehand. */
static gboolean
inform_canvas (Run *run, int level, GError **error)
{
  run->canvas.guided = level + 1 < run->scene->plan->frame.n_levels;
  if (run->canvas.guided)
    return encode_guides (run, level, error);
  return !run->nets->model->schema.transformer.underpainted || canvas_guess (&run->canvas, error);
}

static gboolean
finish_variation (Run *run, int level, int variation, float *filled, GError **error)
{
  const TesseraRequest *request = run->request;
  const gboolean similar = level > 0 && request->amount >= 0; /* large forms stay */
  const guint64 seed = similar ? request->similar_seed + request->similar_variation
                               : request->seed + request->first_variation + variation;

  return finish_level (run->job, run->scene, level, request, seed, filled,
                       level == 0 ? &run->oddness[variation] : NULL, error);
}

/* Decodes one variation around the hole and sets it into the level's picture. */
static gboolean
decode_variation (Run *run, int level, int variation, float **picture, GError **error)
{
  const Canvas *canvas = &run->canvas;
  const SceneLevel *pixels = &run->scene->levels[level];
  const size_t n = (size_t) pixels->width * pixels->height;
  const float *vectors = canvas->vectors + variation * canvas_cells (canvas) * canvas->embed_dim;
  const CellBox box = estimate_decoded (run->nets, run->scene, level);
  buffer_auto float *filled = buffer_new (n, 3 * sizeof (float), "the picture", error);
  gint64 since = g_get_monotonic_time ();

  if (!filled)
    return FALSE;
  memcpy (filled, pixels->picture, n * 3 * sizeof (float));
  if (box.rows > 0
      && !pixels_decode (run->job, run->nets->vqgan, vectors, canvas->cols, box, pixels->picture,
                         pixels->hole, pixels->width, run->scene->plan->frame.cyclic, filled,
                         error))
    return FALSE;
  clock_add (&run->times.decode, &since);
  if (!finish_variation (run, level, variation, filled, error))
    return FALSE;
  clock_add (&run->times.pixels, &since);
  buffer_free (*picture);
  *picture = g_steal_pointer (&filled);
  return TRUE;
}

static SampleOptions
sample_options (const TesseraRequest *request)
{
  return (SampleOptions){ { request->temperature, request->top_k, request->top_p },
                          request->seed,
                          request->first_variation,
                          request->similar_seed,
                          request->similar_variation,
                          request->amount,
                          request->label_strength };
}

/* The one level of a net2net: its condition first, then the tokens of the picture. */
static gboolean
sample_tokens (Run *run, GError **error)
{
  const Plan *plan = run->scene->plan;
  const SceneLevel *level = &run->scene->levels[0];
  const SampleOptions options = sample_options (run->request);
  g_auto (Condition) condition = { 0 };
  g_auto (Map) vectors = { 0 };
  gint64 since = g_get_monotonic_time ();
  PreviewPace pace = { .begun = since };

  if (!condition_encode (run->job, run->nets, run->request, run->scene, &condition, error)
      || (!level->blank
          && !pixels_encode (run->job, run->nets->vqgan, level->picture, level->height,
                             level->width, FALSE, &vectors, error))
      || !canvas_init_tokens (run->job, &run->canvas, run->nets, run->scene, run->n,
                              level->blank ? NULL : &vectors, error))
    return FALSE;
  clock_add (&run->times.encode, &since);
  for (int i = 0, n; i < plan->n_windows; i += n)
    {
      n = canvas_batch (plan, i, run->n);
      if (!canvas_sample_tokens (run->job, run->nets, &run->canvas, &condition, &plan->windows[i],
                                 n, &options, error)
          || !preview_windows (run->job, run->nets, run->request, run->scene, &run->canvas, i + n,
                               &pace, error))
        return FALSE;
    }
  clock_add (&run->times.sample, &since);
  return TRUE;
}

static gboolean
sample_level (Run *run, int level, GError **error)
{
  const Plan *plan = run->scene->plan;
  const TesseraRequest *request = run->request;
  const SampleOptions options = sample_options (request);
  g_auto (Map) vectors = { 0 };
  gint64 since = g_get_monotonic_time ();

  if (!pixels_encode (run->job, run->nets->vqgan, run->scene->levels[level].picture,
                      run->scene->levels[level].height, run->scene->levels[level].width,
                      plan->frame.cyclic, &vectors, error)
      || !canvas_init (&run->canvas, run->scene, level, run->n, &vectors, error)
      || !inform_canvas (run, level, error))
    return FALSE;
  clock_add (&run->times.encode, &since);
  for (int i = 0; i < plan->n_windows; i++)
    if (plan->windows[i].level == level
        && (!canvas_sample (run->job, run->nets, &run->canvas, &plan->windows[i], &options, error)
            || !preview_window (run->job, run->nets, request, run->scene, &run->canvas,
                                &plan->windows[i], error)))
      return FALSE;
  clock_add (&run->times.sample, &since);
  return TRUE;
}

static gboolean
run_level (Run *run, int level, double *log_likelihood, GError **error)
{
  canvas_clear (&run->canvas);
  if (!(nets_is_net2net (run->nets) ? sample_tokens (run, error)
                                    : sample_level (run, level, error)))
    return FALSE;
  for (int v = 0; v < run->n; v++)
    {
      log_likelihood[v] += run->canvas.log_likelihood[v];
      if (!decode_variation (run, level, v, &run->pictures[v], error))
        return FALSE;
      preview_level (run->request, run->scene, level, v, run->pictures[v]);
      run->n_finished = level == 0 ? v + 1 : 0;
    }
  return TRUE;
}

/* Draft: the finest level is the one above, enlarged; texture then makes up for what it lacks. */
static gboolean
enlarge_level (Run *run, GError **error)
{
  const SceneLevel *pixels = &run->scene->levels[0];
  gint64 since = g_get_monotonic_time ();

  for (int v = 0; v < run->n; v++)
    {
      buffer_auto float *filled = buffer_new ((size_t) pixels->width * pixels->height,
                                              3 * sizeof (float), "the picture", error);

      if (!filled)
        return FALSE;
      picture_double (run->pictures[v], pixels->width / 2, pixels->height / 2, 3, filled);
      if (!finish_variation (run, 0, v, filled, error))
        return FALSE;
      buffer_free (run->pictures[v]);
      run->pictures[v] = g_steal_pointer (&filled);
      preview_level (run->request, run->scene, 0, v, run->pictures[v]);
      run->n_finished = v + 1;
    }
  clock_add (&run->times.pixels, &since);
  return TRUE;
}

/* The hole's box of a finished picture, with the softened hole as its weight. Where that is 0
 * stands the caller's picture. */
static gboolean
cut_result (const Run *run, const float *picture, Completed *completed, GError **error)
{
  const SoftHole *soft = &run->scene->soft;
  const PixelBox box = soft->bounds;
  const TesseraPicture *given = &run->request->picture;
  size_t at = 0;

  completed->rgba =
      buffer_new ((size_t) box.width * box.height, 4 * sizeof (float), "the result", error);
  if (!completed->rgba)
    return FALSE;
  for (int y = box.y; y < box.y + box.height; y++)
    for (int x = box.x; x < box.x + box.width; x++, at++)
      {
        const float *from = soft->weights[at] > 0
                                ? picture + 3 * scene_place (run->scene, x, y)
                                : given->pixels + 3 * ((size_t) y * given->width + x);

        memcpy (completed->rgba + 4 * at, from, 3 * sizeof (float));
        completed->rgba[4 * at + 3] = soft->weights[at];
      }
  return TRUE;
}

/* The best of what is finished, as many as were wanted. */
static TesseraResult *
make_result (const Run *run, const double *log_likelihood, int n_cells, GError **error)
{
  const int n = run->n_finished;
  const SceneLevel *finest = &run->scene->levels[0];
  g_autoptr (TesseraResult) result = g_new0 (TesseraResult, 1);
  double rim[MAX_TRIED], mean[MAX_TRIED];
  int order[MAX_TRIED];

  for (int v = 0; v < n; v++)
    {
      rim[v] = rim_ratio (run->pictures[v], finest->hole, finest->width, finest->height);
      mean[v] = log_likelihood[v] / MAX (n_cells, 1);
    }
  rank_order (n, rim, run->oddness, mean, order);
  result->n = MIN (n, run->request->n_variations);
  result->bounds = run->scene->soft.bounds;
  result->times = run->times;
  result->completed = g_new0 (Completed, result->n);
  for (int i = 0; i < result->n; i++)
    {
      const int v = order[i];
      Completed *completed = &result->completed[i];

      *completed = (Completed){ .variation = run->request->first_variation + v,
                                .log_likelihood = mean[v],
                                .rim_ratio = rim[v] };
      if (!cut_result (run, run->pictures[v], completed, error))
        return NULL;
      completed->recipe = recipe_write (run->nets, run->request, completed);
    }
  return g_steal_pointer (&result);
}

/* Coarsest level first. FALSE also where the caller has stopped it; run->n_finished tells what is
 * there. */
static gboolean
run_levels (Run *run, double *log_likelihood, GError **error)
{
  const int n_levels = run->scene->plan->frame.n_levels;
  const gboolean draft = run->request->effort == TESSERA_EFFORT_DRAFT && n_levels > 1;

  run->pictures = g_new0 (float *, run->n);
  for (int level = n_levels - 1; level >= (draft ? 1 : 0); level--)
    if (!run_level (run, level, log_likelihood, error))
      return FALSE;
  return !draft || enlarge_level (run, error);
}

int
complete_n_tried (const TesseraRequest *request)
{
  return request->n_variations * (request->effort == TESSERA_EFFORT_HIGH ? 2 : 1);
}

TesseraResult *
complete_run (const Nets *nets, const TesseraRequest *request, GError **error)
{
  g_autoptr (Pool) pool = pool_new (request->n_threads);
  g_autoptr (GError) stopped = NULL;
  TesseraEstimate estimate;
  Job job = { pool, .progress = request->progress, .progress_data = request->progress_data };
  g_autoptr (Scene) scene = scene_new (&job, nets, request, error);
  g_auto (Run) run = {
    .nets = nets, .request = request, .scene = scene, .job = &job, .n = complete_n_tried (request)
  };
  double log_likelihood[MAX_TRIED] = { 0 };

  if (!scene)
    return NULL;
  estimate_completion (nets, scene, request, &estimate);
  if (!estimate_check_memory (estimate.bytes, request->memory_limit, error))
    return NULL;
  job.total = estimate.flop;
  if (!run_levels (&run, log_likelihood, &stopped)
      && !(g_error_matches (stopped, TESSERA_ERROR, TESSERA_ERROR_CANCELLED) && run.n_finished > 0))
    {
      g_propagate_error (error, g_steal_pointer (&stopped));
      return NULL;
    }
  return make_result (&run, log_likelihood, estimate.n_cells, error);
}

void
tessera_result_free (TesseraResult *result)
{
  if (!result)
    return;
  for (int i = 0; result->completed && i < result->n; i++)
    {
      buffer_free (result->completed[i].rgba);
      g_free (result->completed[i].recipe);
    }
  g_free (result->completed);
  g_free (result);
}
