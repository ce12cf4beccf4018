#include "run/token_grid.h"

/* One window's sequence, counted in positions from the first of its condition. */
typedef struct {
  const PlanWindow *window;
  int n_condition; /* positions of the condition */
  int shared;      /* positions that all variations have in common and that are run once */
  int needed;      /* positions to be run before the last cell can be chosen */
  int *positions;  /* [window->n_cells] where each sampled cell stands among the cells */
} Sequence;

/* A batch of sequences: variation v of window w is number w * n_variations + v. */
typedef struct {
  const Gpt *gpt;
  TokenGrid *grid;
  int n_windows, n_sequences;
  Sequence *windows; /* [n_windows] */
  Cache shared, cache;
  int *n_run;   /* [n_sequences] positions behind it, shared ones included */
  int *n_new;   /* [n_sequences] of the next call */
  int *tokens;  /* of the next call */
  size_t *rows; /* [n_sequences] last row of each sequence that chooses */
  float *x, *logits;
} Batch;

static void
batch_clear (Batch *batch)
{
  for (int w = 0; batch->windows && w < batch->n_windows; w++)
    g_free (batch->windows[w].positions);
  g_free (batch->windows);
  cache_clear (&batch->cache);
  cache_clear (&batch->shared);
  g_free (batch->n_run);
  g_free (batch->n_new);
  g_free (batch->rows);
  buffer_free (batch->tokens);
  buffer_free (batch->x);
  buffer_free (batch->logits);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

/* ---- where things stand -------------------------------------------------------------------- */

static int
cell_at (const TokenGrid *grid, CellBox window, int position)
{
  const int place = grid->order ? grid->order[position] : position;

  return (window.row + place / window.cols) * grid->cols + window.col + place % window.cols;
}

/* Lays out one window. The last position that is shared is run by each variation for itself, so that
 * every choice comes from a row of its own. */
static void
sequence_init (Sequence *sequence, const TokenGrid *grid, const PlanWindow *window)
{
  const int n = window->window.rows * window->window.cols;
  int known = 0, found = 0;

  *sequence = (Sequence){ .window = window,
                          .n_condition = grid->n_condition ? grid->n_condition : n,
                          .positions = g_new (int, window->n_cells) };
  for (int p = 0; p < n && found < window->n_cells; p++)
    if (cell_at (grid, window->window, p) == window->cells[found])
      sequence->positions[found++] = p;
  g_assert (found == window->n_cells && found > 0); /* the plan's cells are in sequence order */
  while (known < sequence->positions[0] && !grid->hole[cell_at (grid, window->window, known)])
    known++;
  sequence->shared = sequence->n_condition + known - 1;
  sequence->needed = sequence->n_condition + sequence->positions[found - 1];
}

static int
token_at (const TokenGrid *grid, const Sequence *sequence, int variation, int position)
{
  const int *tokens = grid->tokens + (size_t) variation * grid->rows * grid->cols;
  const CellBox window = sequence->window->window;

  if (position >= sequence->n_condition)
    return tokens[cell_at (grid, window, position - sequence->n_condition)];
  if (grid->n_condition > 0)
    return grid->condition[position];
  return grid->condition[(window.row + position / window.cols) * grid->cols + window.col
                         + position % window.cols];
}

/* ---- the batch ----------------------------------------------------------------------------- */

static int
most (const Sequence *windows, int n, gboolean shared)
{
  int length = 0;

  for (int w = 0; w < n; w++)
    length = MAX (length, shared ? windows[w].shared : windows[w].needed - windows[w].shared);
  return length;
}

/* Unmasked positions must come in one call; where they are not all shared, nothing is. */
static void
layout (Sequence *sequences, const Gpt *gpt, const TokenGrid *grid, const PlanWindow *windows,
        int n_windows)
{
  for (int w = 0; w < n_windows; w++)
    {
      sequence_init (&sequences[w], grid, &windows[w]);
      if (sequences[w].shared < gpt->schema.n_unmasked)
        sequences[w].shared = 0;
    }
}

static gboolean
batch_init (Batch *batch, const Gpt *gpt, TokenGrid *grid, const PlanWindow *windows, int n_windows,
            GError **error)
{
  const int n = n_windows * grid->n_variations, vocabulary = gpt->schema.vocab_size;
  const size_t width = gpt->schema.n_embd;
  size_t n_rows;
  int shared, own;

  *batch = (Batch){ .gpt = gpt, .grid = grid, .n_windows = n_windows, .n_sequences = n };
  batch->windows = g_new0 (Sequence, n_windows);
  layout (batch->windows, gpt, grid, windows, n_windows);
  shared = most (batch->windows, n_windows, TRUE);
  own = most (batch->windows, n_windows, FALSE);
  n_rows = MAX ((size_t) n_windows * shared, (size_t) n * own);
  batch->n_run = g_new0 (int, n);
  batch->n_new = g_new0 (int, n);
  batch->rows = g_new0 (size_t, n);
  return (shared == 0 || gpt_blocks_cache (&gpt->blocks, &batch->shared, n_windows, shared, error))
         && gpt_blocks_cache (&gpt->blocks, &batch->cache, n, own, error)
         && (batch->tokens = buffer_new (n_rows, sizeof (int), "the window", error))
         && (batch->x = buffer_new (n_rows, width * sizeof (float), "the window", error))
         && (batch->logits = buffer_new (n, vocabulary * sizeof (float), "the window", error));
}

/* The beginnings of all windows, once for their variations. */
static gboolean
run_shared (Job *job, Batch *batch, GError **error)
{
  size_t n = 0;

  for (int w = 0; w < batch->n_windows; w++)
    {
      const Sequence *sequence = &batch->windows[w];

      batch->n_new[w] = sequence->shared;
      for (int p = 0; p < sequence->shared; p++)
        batch->tokens[n++] = token_at (batch->grid, sequence, 0, p);
      for (int v = 0; v < batch->grid->n_variations; v++)
        batch->n_run[w * batch->grid->n_variations + v] = sequence->shared;
    }
  if (n == 0)
    return TRUE;
  if (!gpt_remember (job, batch->gpt, &batch->shared, batch->n_new, batch->tokens, batch->x, error))
    return FALSE;
  cache_follow (&batch->cache, &batch->shared);
  return TRUE;
}

/* Runs every sequence up to its cell number `step`. *n_choosing: how many have one. */
static gboolean
run_step (Job *job, Batch *batch, int step, size_t *n_choosing, GError **error)
{
  size_t n = 0;

  *n_choosing = 0;
  for (int s = 0; s < batch->n_sequences; s++)
    {
      const int v = s % batch->grid->n_variations;
      const Sequence *sequence = &batch->windows[s / batch->grid->n_variations];
      const int end = step < sequence->window->n_cells
                          ? sequence->n_condition + sequence->positions[step]
                          : batch->n_run[s];

      batch->n_new[s] = end - batch->n_run[s];
      for (; batch->n_run[s] < end; batch->n_run[s]++)
        batch->tokens[n++] = token_at (batch->grid, sequence, v, batch->n_run[s]);
      if (batch->n_new[s] > 0)
        batch->rows[(*n_choosing)++] = n - 1;
    }
  return *n_choosing == 0
         || (gpt_run (job, batch->gpt, &batch->cache, batch->n_new, batch->tokens, batch->x, error)
             && gpt_logits (job, batch->gpt, &batch->cache, *n_choosing, batch->rows, batch->x,
                            batch->logits, error));
}

static gboolean
choose_step (Batch *batch, int step, TokenChoose choose, gpointer data, GError **error)
{
  TokenGrid *grid = batch->grid;
  const float *logits = batch->logits;

  for (int s = 0; s < batch->n_sequences; s++)
    {
      const int v = s % grid->n_variations;
      const PlanWindow *window = batch->windows[s / grid->n_variations].window;
      int token;

      if (step >= window->n_cells)
        continue;
      token = choose (data, v, window->cells[step], logits, error);
      if (token < 0)
        return FALSE;
      grid->tokens[(size_t) v * grid->rows * grid->cols + window->cells[step]] = token;
      logits += batch->gpt->schema.vocab_size;
    }
  return TRUE;
}

gboolean
token_grid_sample (Job *job, const Gpt *gpt, TokenGrid *grid, const PlanWindow *windows,
                   int n_windows, TokenChoose choose, gpointer data, GError **error)
{
  g_auto (Batch) batch = { 0 };
  size_t n;

  if (!batch_init (&batch, gpt, grid, windows, n_windows, error)
      || !run_shared (job, &batch, error))
    return FALSE;
  for (int step = 0;; step++)
    {
      if (!run_step (job, &batch, step, &n, error))
        return FALSE;
      if (n == 0)
        return TRUE;
      if (!choose_step (&batch, step, choose, data, error))
        return FALSE;
    }
}

/* ---- what it costs ------------------------------------------------------------------------- */

gsize
token_grid_bytes (const Gpt *gpt, const TokenGrid *grid, const PlanWindow *windows, int n_windows)
{
  const GptBlocks *blocks = &gpt->blocks;
  const int n = n_windows * grid->n_variations;
  g_autofree Sequence *sequences = g_new0 (Sequence, n_windows);
  int shared, own;

  layout (sequences, gpt, grid, windows, n_windows);
  shared = most (sequences, n_windows, TRUE);
  own = most (sequences, n_windows, FALSE);
  for (int w = 0; w < n_windows; w++)
    g_free (sequences[w].positions);
  return gpt_blocks_cache_bytes (blocks, n_windows, shared)
         + gpt_blocks_cache_bytes (blocks, n, own)
         + MAX ((gsize) n_windows * shared, (gsize) n * own) * blocks->width * sizeof (float)
         + (gsize) n * gpt->schema.vocab_size * sizeof (float);
}

double
token_grid_flop (const Gpt *gpt, const TokenGrid *grid, const PlanWindow *windows, int n_windows)
{
  const GptBlocks *blocks = &gpt->blocks;
  const int n = grid->n_variations;
  double flop = 0;

  for (int w = 0; w < n_windows; w++)
    {
      Sequence sequence;
      int own;

      layout (&sequence, gpt, grid, &windows[w], 1);
      own = sequence.needed - sequence.shared;
      flop += gpt_blocks_remember_flop (blocks, 1, sequence.shared, sequence.shared / 2)
              + gpt_blocks_flop (blocks, n, own, sequence.shared + own / 2)
              + dense_flop (&blocks->head, (double) n * windows[w].n_cells);
      g_free (sequence.positions);
    }
  return flop;
}

int
token_grid_steps (const PlanWindow *windows, int n_windows)
{
  int steps = 0;

  for (int w = 0; w < n_windows; w++)
    steps = MAX (steps, windows[w].n_cells);
  return steps;
}
