/* What a sequence gets from the transformer depends on its own tokens alone: not on how they were
 * cut into calls, on its neighbours in the batch, on who shares its prefix, on the threads. Compared
 * byte by byte, with random weights. */
#include "gpt/gpt.h"
#include "random_gpt.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

enum { VOCAB = 61, BLOCK = 48, WIDTH = 40, PREFIX = 19, N = 11 };

static const RandomGpt plain = { VOCAB, BLOCK, 2, 5, WIDTH, 0, NULL };

typedef struct {
  Model *model;
  Gpt gpt;
  int tokens[BLOCK];
  float want[BLOCK][WIDTH]; /* all of `tokens` in one call, one thread */
} Fixture;

static Job
job_new (int n_threads)
{
  return (Job){ .pool = pool_new (n_threads) };
}

static void
open_model (Fixture *f, RandomGpt shape, const char *dtype)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  shape.dtype = dtype;
  path = random_gpt_write (&shape);
  f->model = model_open (path, &error);
  g_unlink (path);
  g_assert_no_error (error);
  g_assert_true (gpt_init (&f->gpt, f->model, "", &error));
  g_assert_no_error (error);
}

static void
run (const Fixture *f, Job *job, Cache *cache, const int *n_new, const int *tokens, float *x)
{
  g_autoptr (GError) error = NULL;

  gpt_run (job, &f->gpt, cache, n_new, tokens, x, &error);
  g_assert_no_error (error);
}

static void
cache_new (const Fixture *f, Cache *cache, int n_sequences, int capacity)
{
  g_autoptr (GError) error = NULL;

  gpt_blocks_cache (&f->gpt.blocks, cache, n_sequences, capacity, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer dtype)
{
  const int all = BLOCK;
  g_auto (Cache) cache = { 0 };
  Job job = job_new (1);

  open_model (f, plain, dtype);
  for (int i = 0; i < BLOCK; i++)
    f->tokens[i] = (7 + 13 * i + i * i) % VOCAB;
  cache_new (f, &cache, 1, BLOCK);
  run (f, &job, &cache, &all, f->tokens, &f->want[0][0]);
  pool_free (job.pool);
}

static void
tear_down (Fixture *f, gconstpointer dtype G_GNUC_UNUSED)
{
  gpt_clear (&f->gpt);
  model_close (f->model);
}

static void
same_in_any_pieces (Fixture *f, gconstpointer dtype G_GNUC_UNUSED)
{
  static const int pieces[][6] = { { 1, 1, 1, 1, 44 }, { 7, 13, 28 }, { 47, 1 } };

  for (size_t i = 0; i < G_N_ELEMENTS (pieces); i++)
    for (int n_threads = 1; n_threads <= 3; n_threads++)
      {
        g_auto (Cache) cache = { 0 };
        float x[BLOCK][WIDTH];
        Job job = job_new (n_threads);

        cache_new (f, &cache, 1, BLOCK);
        for (int j = 0, from = 0; from < BLOCK; from += pieces[i][j++])
          run (f, &job, &cache, &pieces[i][j], f->tokens + from, x[from]);
        g_assert_cmpmem (x, sizeof x, f->want, sizeof f->want);
        pool_free (job.pool);
      }
}

/* The numbers of one sequence alone behind a prefix of its own. Where the prefix ends, sums are cut
 * in two, so the last bits are not those of f->want. */
static void
run_alone (const Fixture *f, float want[BLOCK][WIDTH])
{
  const int before = PREFIX, after = BLOCK - PREFIX;
  g_auto (Cache) prefix = { 0 }, cache = { 0 };
  Job job = job_new (1);

  cache_new (f, &prefix, 1, PREFIX);
  cache_new (f, &cache, 1, BLOCK - PREFIX);
  run (f, &job, &prefix, &before, f->tokens, want[0]);
  cache_follow (&cache, &prefix);
  run (f, &job, &cache, &after, f->tokens + PREFIX, want[PREFIX]);
  for (int i = 0; i < BLOCK; i++)
    for (int c = 0; c < WIDTH; c++)
      g_assert_cmpfloat_with_epsilon (want[i][c], f->want[i][c], 1e-4f);
  pool_free (job.pool);
}

/* Two prefixes of one length, followed by two and two sequences; 1 and 3 go on with the fixture's
 * tokens, 0 and 2 with others; lengths differ. */
static void
same_in_any_company (Fixture *f, gconstpointer dtype G_GNUC_UNUSED)
{
  const int n_prefix[] = { PREFIX, PREFIX };
  const int n_new[][4] = { { 0, 3, 1, 1 }, { 5, 1, 0, 9 }, { 1, N - 4, 2, N - 10 } };
  float want[BLOCK][WIDTH];

  run_alone (f, want);
  for (int n_threads = 1; n_threads <= 3; n_threads++)
    {
      g_auto (Cache) prefix = { 0 }, cache = { 0 };
      int tokens[2 * BLOCK], at[] = { PREFIX, PREFIX };
      float x[2 * BLOCK][WIDTH];
      Job job = job_new (n_threads);

      for (int i = 0; i < PREFIX; i++)
        tokens[i] = tokens[PREFIX + i] = f->tokens[i];
      cache_new (f, &prefix, 2, PREFIX);
      run (f, &job, &prefix, n_prefix, tokens, &x[0][0]);
      g_assert_cmpmem (x, PREFIX * sizeof *x, f->want, PREFIX * sizeof *x);
      g_assert_cmpmem (x + PREFIX, PREFIX * sizeof *x, f->want, PREFIX * sizeof *x);
      if (n_threads > 1) /* the same without its output */
        {
          g_autoptr (GError) error = NULL;

          cache_rewind (&prefix, 0, 0);
          cache_rewind (&prefix, 1, 0);
          g_assert_true (gpt_remember (&job, &f->gpt, &prefix, n_prefix, tokens, &x[0][0], &error));
        }
      cache_new (f, &cache, 4, BLOCK - PREFIX);
      cache_follow (&cache, &prefix);
      for (size_t call = 0; call < G_N_ELEMENTS (n_new); call++)
        {
          const int *n = n_new[call];

          for (int i = 0; i < 2 * BLOCK; i++)
            tokens[i] = (3 * i + 1) % VOCAB;
          for (int which = 0; which < 2; which++)
            memcpy (tokens + n[0] + which * (n[1] + n[2]), f->tokens + at[which],
                    n[1 + 2 * which] * sizeof (int));
          run (f, &job, &cache, n, tokens, &x[0][0]);
          for (int which = 0; which < 2; which++)
            {
              g_assert_cmpmem (x[n[0] + which * (n[1] + n[2])], n[1 + 2 * which] * sizeof *x,
                               want[at[which]], n[1 + 2 * which] * sizeof *x);
              at[which] += n[1 + 2 * which];
            }
        }
      pool_free (job.pool);
    }
}

static void
rewinds (Fixture *f, gconstpointer dtype G_GNUC_UNUSED)
{
  const int first[] = { 9, 4 }, second[] = { 6, 0 };
  const int wrong[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4 };
  g_auto (Cache) cache = { 0 };
  float x[13][WIDTH];
  Job job = job_new (2);

  cache_new (f, &cache, 2, 13);
  run (f, &job, &cache, (const int[]){ 3, 0 }, f->tokens, &x[0][0]);
  run (f, &job, &cache, first, wrong, &x[0][0]);
  cache_rewind (&cache, 0, 3);
  g_assert_cmpint (cache_position (&cache, 0), ==, 3);
  g_assert_cmpint (cache_position (&cache, 1), ==, 4);
  run (f, &job, &cache, second, f->tokens + 3, &x[0][0]);
  g_assert_cmpmem (x, 6 * sizeof *x, f->want[3], 6 * sizeof *x);
  pool_free (job.pool);
}

/* The same weights in another type: as near as its rounding lets them be. */
static void
means_the_same (Fixture *f, gconstpointer dtype)
{
  const double share = strcmp (dtype, "I8") == 0 ? 1 : strcmp (dtype, "BF16") == 0 ? 0.005 : 0.0007;
  double difference = 0, size = 0;
  Fixture exact = { 0 };

  set_up (&exact, "F32");
  for (int i = 0; i < BLOCK; i++)
    for (int c = 0; c < WIDTH; c++)
      {
        difference += pow (f->want[i][c] - exact.want[i][c], 2);
        size += pow (exact.want[i][c], 2);
      }
  g_test_message ("%.5f of the size", sqrt (difference / size));
  g_assert_cmpfloat (sqrt (difference / size), <, share);
  tear_down (&exact, NULL);
}

/* Keys and values in binary16, as for large models: near the exact ones, and in any pieces alike. */
static void
same_with_a_small_cache (Fixture *f, gconstpointer dtype)
{
  const int all = BLOCK, half = BLOCK / 2;
  float x[2][BLOCK][WIDTH];
  double difference = 0, size = 0;

  for (int parts = 0; parts < 2; parts++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (Cache) cache = { 0 };
      Job job = job_new (1 + parts);

      g_assert_true (
          cache_init (&cache, ROWS_F16, plain.n_layer, 1, BLOCK, plain.n_head, WIDTH, &error));
      run (f, &job, &cache, parts ? &half : &all, f->tokens, x[parts][0]);
      if (parts)
        run (f, &job, &cache, &half, f->tokens + half, x[parts][half]);
      pool_free (job.pool);
    }
  g_assert_cmpmem (x[0], sizeof x[0], x[1], sizeof x[1]);
  for (int i = 0; i < BLOCK; i++)
    for (int c = 0; c < WIDTH; c++)
      {
        difference += pow (f->want[i][c] - x[0][i][c], 2);
        size += pow (f->want[i][c], 2);
      }
  g_test_message ("%.6f of the size", sqrt (difference / size));
  g_assert_cmpfloat (difference, >, 0);
  g_assert_cmpfloat (sqrt (difference / size), <, strcmp (dtype, "I8") == 0 ? 0.005 : 0.0005);
}

/* More rows than go through a block at once, half of them unmasked. */
static void
same_in_strips (void)
{
  enum { LONG = 700, OPEN = 300 };
  const RandomGpt shape = { VOCAB, LONG, 1, 2, 16, OPEN, NULL };
  const int all = LONG, open = OPEN, rest = LONG - OPEN;
  g_autofree float *whole = g_new (float, LONG * 16), *parts = g_new (float, LONG * 16);
  g_auto (Cache) cache = { 0 }, other = { 0 };
  int tokens[LONG];
  Fixture f = { 0 };
  Job job = job_new (2);

  open_model (&f, shape, "F32");
  for (int i = 0; i < LONG; i++)
    tokens[i] = i * i % VOCAB;
  cache_new (&f, &cache, 1, LONG);
  cache_new (&f, &other, 1, LONG);
  run (&f, &job, &cache, &all, tokens, whole);
  run (&f, &job, &other, &open, tokens, parts);
  run (&f, &job, &other, &rest, tokens + OPEN, parts + OPEN * 16);
  g_assert_cmpmem (whole, LONG * 16 * sizeof (float), parts, LONG * 16 * sizeof (float));
  pool_free (job.pool);
  tear_down (&f, NULL);
}

static void
refuse (const Fixture *f, Cache *cache, int n, const int *tokens, const char *sentence)
{
  g_autoptr (GError) error = NULL;
  g_autofree float *x = g_new (float, n *WIDTH);
  const int before = cache_position (cache, 0);
  Job job = job_new (1);

  g_assert_false (gpt_run (&job, &f->gpt, cache, &n, tokens, x, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, sentence));
  g_assert_cmpint (cache_position (cache, 0), ==, before);
  pool_free (job.pool);
}

static void
refuses_what_does_not_fit (void)
{
  const RandomGpt shape = { VOCAB, BLOCK, 1, 5, WIDTH, 12, NULL };
  const int few = 5;
  int tokens[BLOCK + 1] = { 0 };
  g_auto (Cache) cache = { 0 };
  float x[5][WIDTH];
  Fixture f = { 0 };
  Job job = job_new (1);

  open_model (&f, shape, "F16");
  cache_new (&f, &cache, 1, BLOCK + 1);
  refuse (&f, &cache, BLOCK + 1, tokens, "more than the model's 48 positions");
  tokens[3] = VOCAB;
  refuse (&f, &cache, 5, tokens, "token 61 is outside the vocabulary");
  tokens[3] = -1;
  refuse (&f, &cache, 5, tokens, "token -1 is outside the vocabulary");
  tokens[3] = 0;
  run (&f, &job, &cache, &few, tokens, &x[0][0]);
  refuse (&f, &cache, 1, tokens, "must come together");
  pool_free (job.pool);
  tear_down (&f, NULL);
}

static gboolean
stop_at_once (double done G_GNUC_UNUSED, gpointer data)
{
  return ++*(int *) data < 4;
}

static void
stops_and_keeps_the_cache (Fixture *f, gconstpointer dtype G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_auto (Cache) cache = { 0 };
  const int all = BLOCK;
  float x[BLOCK][WIDTH];
  int calls = 0;
  Job job = { .pool = pool_new (2), .progress = stop_at_once, .progress_data = &calls };

  cache_new (f, &cache, 1, BLOCK);
  g_assert_false (gpt_run (&job, &f->gpt, &cache, &all, f->tokens, &x[0][0], &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED);
  g_assert_cmpint (cache_position (&cache, 0), ==, 0);
  job.progress = NULL;
  run (f, &job, &cache, &all, f->tokens, &x[0][0]);
  g_assert_cmpmem (x, sizeof x, f->want, sizeof f->want);
  pool_free (job.pool);
}

int
main (int argc, char **argv)
{
  static const char *const dtypes[] = { "F32", "F16", "BF16", "I8" };
  static const struct {
    const char *name;
    void (*test) (Fixture *f, gconstpointer dtype);
  } rows[] = {
    { "same_in_any_pieces", same_in_any_pieces },
    { "same_in_any_company", same_in_any_company },
    { "means_the_same", means_the_same },
    { "same_with_a_small_cache", same_with_a_small_cache },
    { "rewinds", rewinds },
    { "stops_and_keeps_the_cache", stops_and_keeps_the_cache },
  };

  g_test_init (&argc, &argv, NULL);
  for (size_t d = 0; d < G_N_ELEMENTS (dtypes); d++)
    for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *path = g_strdup_printf ("/gpt/%s/%s", dtypes[d], rows[i].name);

        g_test_add (path, Fixture, dtypes[d], set_up, rows[i].test, tear_down);
      }
  g_test_add_func ("/gpt/same_in_strips", same_in_strips);
  g_test_add_func ("/gpt/refuses_what_does_not_fit", refuses_what_does_not_fit);
  return g_test_run ();
}
