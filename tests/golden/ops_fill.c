/* Op "fill.window": one window of a fill model, sampled cell by cell. */
#include "ops.h"
#include "gpt/fill.h"
#include "sample/choose.h"
#include "vqgan/vqgan.h"
#include <string.h>

enum { STATE_KNOWN, STATE_FILLED, STATE_NOW, STATE_LATER };

typedef struct {
  FillWindow window;
  int *cells, n_cells; /* to sample, raster order */
} Setup;

static void
setup_clear (Setup *setup)
{
  g_free (setup->window.state);
  g_free (setup->window.vectors);
  g_free ((float *) setup->window.coverage);
  g_free ((float *) setup->window.coarse);
  g_free (setup->cells);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Setup, setup_clear)

/* (1, E, h, w) -> [h * w][E] */
static float *
cells_first (const double *planes, int e, size_t n)
{
  float *cells = g_new (float, n *e);

  for (size_t i = 0; i < n; i++)
    for (int c = 0; c < e; c++)
      cells[i * e + c] = (float) planes[c * n + i];
  return cells;
}

static gboolean
read_optional (Case *kase, JsonObject *step, int e, size_t n_cells, FillWindow *window,
               GError **error)
{
  size_t n;

  if (json_object_has_member (step, "coverage"))
    {
      g_autofree double *coverage = case_argument (kase, step, "coverage", NULL, &n, error);

      if (!coverage)
        return FALSE;
      window->coverage = cells_first (coverage, 1, n);
    }
  if (json_object_has_member (step, "coarse"))
    {
      g_autofree double *coarse = case_argument (kase, step, "coarse", NULL, &n, error);

      if (!coarse)
        return FALSE;
      window->coarse = cells_first (coarse, e, n_cells);
      window->guided = json_object_get_boolean_member_with_default (step, "guided", TRUE);
    }
  return TRUE;
}

static gboolean
read_setup (Case *kase, JsonObject *step, const Vqgan *vqgan, Setup *setup, GError **error)
{
  const int e = vqgan_schema (vqgan)->embed_dim;
  FillWindow *window = &setup->window;
  const Tensor *grid;
  size_t n;
  g_autofree double *vectors = case_argument (kase, step, "vectors", NULL, &n, error);
  g_autofree double *state = vectors ? case_argument (kase, step, "state", &grid, &n, error) : NULL;
  g_autofree double *tokens = state ? case_argument (kase, step, "tokens", NULL, &n, error) : NULL;

  if (!tokens)
    return FALSE;
  window->rows = (int) grid->shape[0];
  window->cols = (int) grid->shape[1];
  window->state = g_new (guint8, n);
  window->vectors = cells_first (vectors, e, n);
  setup->cells = g_new (int, n);
  for (size_t i = 0; i < n; i++)
    {
      window->state[i] = state[i] == STATE_KNOWN    ? CELL_KNOWN
                         : state[i] == STATE_FILLED ? CELL_FILLED
                                                    : CELL_EMPTY;
      if (state[i] == STATE_FILLED)
        memcpy (window->vectors + i * e, vqgan_code (vqgan, (int) tokens[i]), e * sizeof (float));
      if (state[i] == STATE_NOW)
        setup->cells[setup->n_cells++] = (int) i;
    }
  return read_optional (kase, step, e, n, window, error);
}

static int
choose (JsonObject *step, const double *u, int i, const float *logits, int n, float *scratch)
{
  const ChooseOptions options = { op_is_greedy (step) ? 0 : op_number (step, "temperature", 1),
                                  (int) op_number (step, "top_k", 0),
                                  op_number (step, "top_p", 1) };

  return choose_token (logits, n, &options, u ? u[i] : 0, NULL, scratch, NULL);
}

/* What sampling gives: numbers of every cell that was sampled. */
typedef struct {
  float *prefix, *hidden, *logits;
  int *tokens;
} Sampled;

static void
sampled_clear (Sampled *sampled)
{
  g_free (sampled->prefix);
  g_free (sampled->hidden);
  g_free (sampled->logits);
  g_free (sampled->tokens);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sampled, sampled_clear)

/* Steered, the second sequence of the cache is the same window without its labels. */
static gboolean
sample (Case *kase, JsonObject *step, const Vqgan *vqgan, const Fill *fill, Setup *setup,
        const double *u, Sampled *sampled, GError **error)
{
  const int n_codes = vqgan_schema (vqgan)->n_embed, n = setup->window.rows * setup->window.cols;
  const size_t d = fill->blocks.width, e = fill->embed_dim;
  const double strength = op_number (step, "strength", 1);
  const int n_passes = strength == 1 ? 1 : 2;
  FillWindow windows[] = { setup->window, setup->window };
  g_auto (Cache) cache = { 0 };
  g_autofree float *hidden = g_new (float, 2 * d), *scratch = g_new (float, 4 * n_codes);
  float *logits = scratch + 2 * n_codes;

  windows[1].coverage = NULL;
  sampled->prefix = g_new (float, 2 * n * d);
  sampled->hidden = g_new (float, setup->n_cells *d);
  sampled->logits = g_new (float, (size_t) setup->n_cells *n_codes);
  sampled->tokens = g_new (int, setup->n_cells);
  if (!gpt_blocks_cache (&fill->blocks, &cache, n_passes, n + setup->n_cells, error)
      || !fill_prefix_output (kase->job, fill, &cache, windows, sampled->prefix, error))
    return FALSE;
  for (int i = 0; i < setup->n_cells; i++)
    {
      const int cell = setup->cells[i];

      if (!fill_entry (kase->job, fill, &cache, windows, cell, hidden, logits, error))
        return FALSE;
      if (n_passes == 2)
        choose_steer (logits, logits + n_codes, n_codes, strength);
      memcpy (sampled->hidden + i * d, hidden, d * sizeof (float));
      memcpy (sampled->logits + (size_t) i * n_codes, logits, n_codes * sizeof (float));
      sampled->tokens[i] = choose (step, u, i, logits, n_codes, scratch);
      memcpy (setup->window.vectors + cell * e, vqgan_code (vqgan, sampled->tokens[i]),
              e * sizeof (float));
      setup->window.state[cell] = CELL_FILLED;
    }
  return TRUE;
}

gboolean
op_fill_window (Case *kase, JsonObject *step, GError **error)
{
  g_autoptr (Vqgan) vqgan = vqgan_new (kase->model, "first_stage_model.", error);
  g_auto (Fill) fill = { 0 };
  g_auto (Setup) setup = { 0 };
  g_auto (Sampled) sampled = { 0 };
  g_autofree double *u = NULL;
  size_t n, n_entries, n_u, d;

  if (!vqgan || !fill_init (&fill, kase->model, error)
      || !read_setup (kase, step, vqgan, &setup, error))
    return FALSE;
  if (!op_is_greedy (step) && !(u = case_argument (kase, step, "u", NULL, &n_u, error)))
    return FALSE;
  if (!sample (kase, step, vqgan, &fill, &setup, u, &sampled, error))
    return FALSE;
  n = (size_t) setup.window.rows * setup.window.cols;
  n_entries = setup.n_cells;
  d = fill.blocks.width;
  return case_compare_floats (kase, step, "prefix_hidden", sampled.prefix, n * d, error)
         && case_compare_floats (kase, step, "entry_hidden", sampled.hidden, n_entries * d, error)
         && case_compare_floats (kase, step, "logits", sampled.logits,
                                 n_entries * vqgan_schema (vqgan)->n_embed, error)
         && case_compare_ints (kase, step, "tokens", sampled.tokens, n_entries, error);
}
