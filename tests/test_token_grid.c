/* Tokens of a grid, sampled in batches of windows and variations with caches: bit by bit what each
 * variation gives alone, and nearly what a sequence gives that is run from its beginning for every
 * cell (what is shared and what is not is added up apart). */
#include "random_gpt.h"
#include "run/token_grid.h"
#include "sample/permuter.h"
#include "sample/plan_window.h"
#include <glib/gstdio.h>
#include <string.h>

enum { ROWS = 15, COLS = 18, SIDE = 6, N_VARIATIONS = 3 };

typedef struct {
  Model *model;
  Gpt gpt;
  Pool *pool;
  Job job;
  int condition[ROWS * COLS], n_condition, order[SIDE * SIDE];
  guint8 hole[ROWS * COLS];
  int tokens[N_VARIATIONS][ROWS * COLS];
  float logits[N_VARIATIONS][ROWS * COLS][40]; /* what each cell was chosen from */
  TokenGrid grid;
} Fixture;

/* A model for a window of SIDE x SIDE and a grid condition, or n_condition tokens in front. */
static void
set_up (Fixture *f, int n_condition, int n_unmasked, gboolean permuted)
{
  const int before = n_condition ? n_condition : SIDE * SIDE;
  const RandomGpt shape = { 40, before + SIDE * SIDE - 1, 2, 2, 24, n_unmasked, "F32" };
  g_autofree char *path = random_gpt_write (&shape);
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autoptr (GError) error = NULL;

  f->model = model_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (gpt_init (&f->gpt, f->model, "", &error));
  g_unlink (path);
  f->pool = pool_new (2);
  f->job = (Job){ .pool = f->pool };
  f->n_condition = n_condition;
  permuter_forward (permuted ? PERMUTER_RANDOM : PERMUTER_IDENTITY, SIDE, SIDE, f->order);
  for (int i = 0; i < ROWS * COLS; i++)
    {
      f->condition[i] = g_rand_int_range (rand, 0, 40);
      f->hole[i] = i / COLS > 2 && g_rand_double (rand) < 0.6;
      for (int v = 0; v < N_VARIATIONS; v++)
        f->tokens[v][i] = f->hole[i] ? 39 : (i * 7) % 40;
    }
  f->grid = (TokenGrid){ ROWS,    COLS,         N_VARIATIONS, f->tokens[0],
                         f->hole, f->condition, n_condition,  permuted ? f->order : NULL };
}

static void
tear_down (Fixture *f)
{
  gpt_clear (&f->gpt);
  model_close (f->model);
  pool_free (f->pool);
}

/* A choice that depends on every bit of the logits, and on who asks. */
static int
choice (int variation, int cell, const float *logits)
{
  guint32 mixed = (guint32) (variation * 7919 + cell);

  for (int i = 0; i < 40; i++)
    {
      guint32 bits;

      memcpy (&bits, &logits[i], sizeof bits);
      mixed = (mixed ^ bits) * 16777619u;
    }
  return (int) (mixed >> 8) % 40;
}

typedef struct {
  Fixture *f;
  int first; /* number of the batch's first variation */
} Chooser;

static int
choose (gpointer data, int variation, int cell, const float *logits, GError **error G_GNUC_UNUSED)
{
  const Chooser *chooser = data;
  const int v = chooser->first + variation;

  memcpy (chooser->f->logits[v][cell], logits, sizeof chooser->f->logits[v][cell]);
  return choice (v, cell, logits);
}

static int
cell_of (const Fixture *f, CellBox box, int position)
{
  const int place = f->grid.order ? f->order[position] : position;

  return (box.row + place / SIDE) * COLS + box.col + place % SIDE;
}

/* The logits of position p of a window, from nothing. */
static void
from_nothing (Fixture *f, const int *tokens, CellBox box, int p, float *logits)
{
  const int before = f->n_condition ? f->n_condition : SIDE * SIDE, n = before + p;
  int sequence[2 * SIDE * SIDE];
  float x[2 * SIDE * SIDE * 24];
  const size_t last = n - 1;
  g_auto (Cache) cache = { 0 };

  for (int i = 0; i < before; i++)
    sequence[i] = f->n_condition ? f->condition[i]
                                 : f->condition[(box.row + i / SIDE) * COLS + box.col + i % SIDE];
  for (int i = 0; i < p; i++)
    sequence[before + i] = tokens[cell_of (f, box, i)];
  g_assert_true (gpt_blocks_cache (&f->gpt.blocks, &cache, 1, n, NULL)
                 && gpt_run (&f->job, &f->gpt, &cache, &n, sequence, x, NULL)
                 && gpt_logits (&f->job, &f->gpt, &cache, 1, &last, x, logits, NULL));
}

static void
check_logits (Fixture *f, const Plan *plan, int variation)
{
  float logits[40];

  for (int w = 0; w < plan->n_windows; w++)
    for (int i = 0, p = 0; i < plan->windows[w].n_cells; i++)
      {
        const int cell = plan->windows[w].cells[i];

        while (cell_of (f, plan->windows[w].window, p) != cell)
          p++;
        from_nothing (f, f->tokens[variation], plan->windows[w].window, p, logits);
        for (int k = 0; k < 40; k++)
          g_assert_cmpfloat_with_epsilon (logits[k], f->logits[variation][cell][k], 2e-5f);
      }
}

static void
in_batches (Fixture *f, TokenGrid *grid, const Plan *plan, int first, int at_once)
{
  g_autoptr (GError) error = NULL;
  Chooser chooser = { f, first };

  for (int w = 0, n; w < plan->n_windows; w += n)
    {
      for (n = 1; n < at_once && w + n < plan->n_windows
                  && plan->windows[w + n].group == plan->windows[w].group;)
        n++;
      g_assert_true (token_grid_sample (&f->job, &f->gpt, grid, &plan->windows[w], n, choose,
                                        &chooser, &error));
    }
}

static void
check (int n_condition, int n_unmasked, gboolean permuted, PlanRule rule)
{
  g_autofree Fixture *f = g_new0 (Fixture, 1);
  int alone[ROWS * COLS], start[ROWS * COLS];
  const PlanShape shape = { SIDE, SIDE, permuted ? f->order : NULL };
  g_autoptr (Plan) plan = NULL;

  set_up (f, n_condition, n_unmasked, permuted);
  plan = plan_window_new ((PlanFrame){ .n_levels = 1, .box = { 0, 0, COLS, ROWS } }, 1, shape, rule,
                          f->hole, NULL);
  memcpy (start, f->tokens[0], sizeof start);
  in_batches (f, &f->grid, plan, 0, 100);
  for (int v = 0; v < N_VARIATIONS; v++)
    {
      TokenGrid grid = f->grid;

      memcpy (alone, start, sizeof start);
      grid.tokens = alone;
      grid.n_variations = 1;
      in_batches (f, &grid, plan, v, v + 1);
      g_assert_cmpmem (alone, sizeof alone, f->tokens[v], sizeof alone);
      check_logits (f, plan, v);
    }
  tear_down (f);
}

static void
grid_condition (void)
{
  check (0, 0, FALSE, PLAN_ANCHORED);
  check (0, 0, FALSE, PLAN_EXACT);
}

static void
tokens_in_front (void)
{
  check (1, 0, FALSE, PLAN_ANCHORED);
  check (1, 0, FALSE, PLAN_EXACT);
  check (5, 0, FALSE, PLAN_ANCHORED);
}

static void
unmasked (void)
{
  check (0, SIDE * SIDE, FALSE, PLAN_ANCHORED);
  check (5, 3, FALSE, PLAN_EXACT);
  check (1, 1, FALSE, PLAN_ANCHORED);
}

static void
permuted (void)
{
  check (0, 0, TRUE, PLAN_ANCHORED);
  check (2, 0, TRUE, PLAN_ANCHORED);
}

static void
refuses_foreign_tokens (void)
{
  g_autofree Fixture *f = g_new0 (Fixture, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (Plan) plan = NULL;
  Chooser chooser = { f, 0 };

  set_up (f, 0, 0, FALSE);
  f->condition[3] = 40;
  plan = plan_window_new ((PlanFrame){ .n_levels = 1, .box = { 0, 0, COLS, ROWS } }, 1,
                          (PlanShape){ SIDE, SIDE, NULL }, PLAN_ANCHORED, f->hole, NULL);
  g_assert_false (
      token_grid_sample (&f->job, &f->gpt, &f->grid, plan->windows, 1, choose, &chooser, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
  tear_down (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token_grid/grid_condition", grid_condition);
  g_test_add_func ("/token_grid/tokens_in_front", tokens_in_front);
  g_test_add_func ("/token_grid/unmasked", unmasked);
  g_test_add_func ("/token_grid/permuted", permuted);
  g_test_add_func ("/token_grid/refuses_foreign_tokens", refuses_foreign_tokens);
  return g_test_run ();
}
