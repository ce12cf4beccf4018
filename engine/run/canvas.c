#include "run/canvas.h"
#include "base/philox.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

gboolean
canvas_init (Canvas *canvas, const Scene *scene, int level, int n_variations, const Map *vectors,
             GError **error)
{
  const PlanLevel *plan = &scene->plan->levels[level];
  const size_t n = map_cells (vectors), row = vectors->channels * sizeof (float);

  g_assert (vectors->height == plan->rows && vectors->width == plan->cols);
  *canvas = (Canvas){ .level = level,
                      .rows = plan->rows,
                      .cols = plan->cols,
                      .n_variations = n_variations,
                      .embed_dim = vectors->channels,
                      .tinted = scene->levels[level].tinted,
                      .coverage = scene->levels[level].coverage };
  if (!(canvas->state = buffer_new (n, 1, "the cells", error))
      || !(canvas->vectors = buffer_new (n * n_variations, row, "the cells", error))
      || !(canvas->log_likelihood = buffer_new (n_variations, sizeof (double), "the cells", error)))
    {
      canvas_clear (canvas);
      return FALSE;
    }
  for (size_t i = 0; i < n; i++)
    canvas->state[i] = plan->hole[i] ? CELL_EMPTY : CELL_KNOWN;
  for (int v = 0; v < n_variations; v++)
    memcpy (canvas->vectors + v * n * canvas->embed_dim, vectors->data, n * row);
  return TRUE;
}

gboolean
canvas_guess (Canvas *canvas, GError **error)
{
  const size_t n = canvas_cells (canvas), all = n * canvas->n_variations;
  const size_t size = canvas->embed_dim * sizeof (float);

  if (!canvas->tinted && !memchr (canvas->state, CELL_KNOWN, n))
    return TRUE;
  if (!(canvas->coarse = buffer_new (all, size, "the cells", error)))
    return FALSE;
  memcpy (canvas->coarse, canvas->vectors, all * size);
  return TRUE;
}

void
canvas_clear (Canvas *canvas)
{
  g_clear_pointer (&canvas->state, buffer_free);
  g_clear_pointer (&canvas->tokens, buffer_free);
  g_clear_pointer (&canvas->vectors, buffer_free);
  g_clear_pointer (&canvas->coarse, buffer_free);
  g_clear_pointer (&canvas->log_likelihood, buffer_free);
}

/* The part of a canvas that a window covers, laid out for the transformer. */
typedef struct {
  int n_cells, n_variations;
  int n_passes;      /* 2: the second half of the sequences knows no labels */
  FillWindow *views; /* [n_passes][n_variations], pointing into the arrays below */
  guint8 *state;     /* [n_variations][n_cells] */
  float *vectors, *coarse, *coverage;
  float *hidden; /* [n_passes][n_variations][n_cells][d] */
  float *logits; /* [n_passes][n_variations][n_codes] */
  float *scratch;
  Cache shared, cache; /* shared: empty where each variation has its own prefix */
} Work;

static void
work_clear (Work *work)
{
  g_free (work->views);
  buffer_free (work->state);
  buffer_free (work->vectors);
  buffer_free (work->coarse);
  buffer_free (work->coverage);
  buffer_free (work->hidden);
  buffer_free (work->logits);
  buffer_free (work->scratch);
  cache_clear (&work->cache);
  cache_clear (&work->shared);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
work_init (Work *work, const Nets *nets, const Canvas *canvas, const PlanWindow *window,
           GError **error)
{
  const size_t cells = (size_t) window->window.rows * window->window.cols;
  const size_t n = cells * canvas->n_variations, d = nets->fill.blocks.width;
  const size_t n_sequences = (size_t) work->n_passes * canvas->n_variations;
  const size_t n_codes = vqgan_schema (nets->vqgan)->n_embed, e = canvas->embed_dim;
  const char *what = "the window";

  work->n_cells = (int) cells;
  work->n_variations = canvas->n_variations;
  work->views = g_new0 (FillWindow, n_sequences);
  return (work->state = buffer_new (n, 1, what, error))
         && (work->vectors = buffer_new (n, e * sizeof (float), what, error))
         && (work->coarse = buffer_new (n, e * sizeof (float), what, error))
         && (work->coverage =
                 buffer_new (cells, (nets->fill.n_labels + 1) * sizeof (float), what, error))
         && (work->hidden = buffer_new (n_sequences * cells, d * sizeof (float), what, error))
         && (work->logits = buffer_new (n_sequences, n_codes * sizeof (float), what, error))
         && (work->scratch = buffer_new (2, n_codes * sizeof (float), what, error));
}

/* `size` bytes per cell: the window's part of a whole level, whose columns it may go round. */
static void
cut (const void *level, int cols, CellBox box, size_t size, void *part)
{
  const int straight = MIN (box.cols, cols - box.col);

  for (int row = 0; row < box.rows; row++)
    {
      const char *from = (const char *) level + (size_t) (box.row + row) * cols * size;
      char *to = (char *) part + (size_t) row * box.cols * size;

      memcpy (to, from + box.col * size, straight * size);
      memcpy (to + straight * size, from, (box.cols - straight) * size);
    }
}

/* What a variation sees, but for its labels. Where nothing is known their tints are labels too. */
static FillWindow
without_labels (const Canvas *canvas, const FillWindow *view)
{
  FillWindow free = *view;

  free.coverage = NULL;
  if (canvas->tinted && !canvas->guided)
    free.coarse = NULL;
  return free;
}

static void
look (Work *work, const Canvas *canvas, CellBox box, int n_labels)
{
  const size_t e = canvas->embed_dim, level = canvas_cells (canvas) * e, part = work->n_cells * e;

  if (canvas->coverage)
    cut (canvas->coverage, canvas->cols, box, (n_labels + 1) * sizeof (float), work->coverage);
  for (int v = 0; v < work->n_variations; v++)
    {
      guint8 *state = work->state + (size_t) v * work->n_cells;

      cut (canvas->state, canvas->cols, box, 1, state);
      cut (canvas->vectors + v * level, canvas->cols, box, e * sizeof (float),
           work->vectors + v * part);
      if (canvas->coarse)
        cut (canvas->coarse + v * level, canvas->cols, box, e * sizeof (float),
             work->coarse + v * part);
      work->views[v] = (FillWindow){ .rows = box.rows,
                                     .cols = box.cols,
                                     .state = state,
                                     .vectors = work->vectors + v * part,
                                     .coverage = canvas->coverage ? work->coverage : NULL,
                                     .coarse = canvas->coarse ? work->coarse + v * part : NULL,
                                     .guided = canvas->guided };
      if (work->n_passes == 2)
        work->views[work->n_variations + v] = without_labels (canvas, &work->views[v]);
    }
}

/* While nothing has been sampled yet, all variations of a pass see the same: one prefix serves them
 * all. */
static gboolean
run_prefix (Job *job, const Nets *nets, const Canvas *canvas, Work *work, int n_entries,
            GError **error)
{
  const GptBlocks *blocks = &nets->fill.blocks;
  const int n_passes = work->n_passes, n = n_passes * work->n_variations, n_cells = work->n_cells;
  const FillWindow firsts[] = { work->views[0], work->views[n - 1] };

  if (canvas->guided || memchr (canvas->state, CELL_FILLED, canvas_cells (canvas)))
    return gpt_blocks_cache (blocks, &work->cache, n, n_cells + n_entries, error)
           && fill_prefix (job, &nets->fill, &work->cache, work->views, work->hidden, error);
  if (!gpt_blocks_cache (blocks, &work->cache, n, n_entries, error)
      || !gpt_blocks_cache (blocks, &work->shared, n_passes, n_cells, error)
      || !fill_prefix (job, &nets->fill, &work->shared, firsts, work->hidden, error))
    return FALSE;
  cache_follow (&work->cache, &work->shared);
  return TRUE;
}

/* Which cells draw anew is decided by chance of its own: a level that no plan has. */
enum { ANEW_LEVEL = 1 << 20 };

double
sample_draw (const SampleOptions *options, int v, int level, int row, int col)
{
  const int variation = options->first_variation + v;

  if (options->amount >= 0
      && (level > 0
          || philox_uniform (options->seed, variation, ANEW_LEVEL, row, col) >= options->amount))
    return philox_uniform (options->similar_seed, options->similar_variation, level, row, col);
  return philox_uniform (options->seed, variation, level, row, col);
}

/* In units of 2^-32, so that the order in which cells are added up cannot change the sum. */
static double
rounded (double log_probability)
{
  const double unit = 1.0 / (G_GUINT64_CONSTANT (1) << 32);

  return rint (log_probability / unit) * unit;
}

int
canvas_choose (const Nets *nets, Canvas *canvas, const SampleOptions *options, int v, int cell,
               const float *logits, int n, float *scratch, GError **error)
{
  const size_t e = canvas->embed_dim;
  const double u =
      sample_draw (options, v, canvas->level, cell / canvas->cols, cell % canvas->cols);
  double log_probability;
  const int token = choose_token (logits, n, &options->choose, u, NULL, scratch, &log_probability);

  if (token < 0)
    {
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                           _ ("The model gave scores that are not numbers; its file is damaged."));
      return -1;
    }
  canvas->log_likelihood[v] += rounded (log_probability);
  memcpy (canvas->vectors + (v * canvas_cells (canvas) + cell) * e, vqgan_code (nets->vqgan, token),
          e * sizeof (float));
  return token;
}

/* Puts the token of every variation into the canvas and into the window. */
static gboolean
choose_cell (const Nets *nets, Canvas *canvas, Work *work, int cell, int place,
             const SampleOptions *options, GError **error)
{
  const int n_codes = vqgan_schema (nets->vqgan)->n_embed;
  const size_t e = canvas->embed_dim;

  for (int v = 0; v < work->n_variations; v++)
    {
      float *logits = work->logits + (size_t) v * n_codes;
      int token;

      if (work->n_passes == 2)
        choose_steer (logits, logits + (size_t) work->n_variations * n_codes, n_codes,
                      options->label_strength);
      token = canvas_choose (nets, canvas, options, v, cell, logits, n_codes, work->scratch, error);
      if (token < 0)
        return FALSE;
      memcpy (work->views[v].vectors + place * e, vqgan_code (nets->vqgan, token),
              e * sizeof (float));
      work->views[v].state[place] = CELL_FILLED;
    }
  canvas->state[cell] = CELL_FILLED;
  return TRUE;
}

gboolean
canvas_is_steered (const float *coverage, int cols, int n_labels, CellBox window,
                   double label_strength)
{
  if (!coverage || label_strength == 1)
    return FALSE;
  for (int row = window.row; row < window.row + window.rows; row++)
    for (int col = window.col; col < window.col + window.cols; col++)
      if (coverage[((size_t) row * cols + col % cols) * (n_labels + 1) + n_labels] < 1)
        return TRUE;
  return FALSE;
}

gboolean
canvas_sample (Job *job, const Nets *nets, Canvas *canvas, const PlanWindow *window,
               const SampleOptions *options, GError **error)
{
  const CellBox box = window->window;
  const gboolean steered = canvas_is_steered (canvas->coverage, canvas->cols, nets->fill.n_labels,
                                              box, options->label_strength);
  g_auto (Work) work = { .n_passes = steered ? 2 : 1 };

  if (!work_init (&work, nets, canvas, window, error))
    return FALSE;
  look (&work, canvas, box, nets->fill.n_labels);
  if (!run_prefix (job, nets, canvas, &work, window->n_cells, error))
    return FALSE;
  for (int i = 0; i < window->n_cells; i++)
    {
      const int cell = window->cells[i];
      const int col = (cell % canvas->cols - box.col + canvas->cols) % canvas->cols;
      const int place = (cell / canvas->cols - box.row) * box.cols + col;

      if (!fill_entry (job, &nets->fill, &work.cache, work.views, place, work.hidden, work.logits,
                       error)
          || !choose_cell (nets, canvas, &work, cell, place, options, error))
        return FALSE;
    }
  return TRUE;
}
