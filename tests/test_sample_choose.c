#include "sample/choose.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_N = 300 };

/* ---- by hand ------------------------------------------------------------------------------- */

static float
ln (double p)
{
  return (float) log (p);
}

typedef struct {
  const char *name;
  ChooseOptions options;
  double u;
  const char *kept; /* '1' = survives */
  int token;
  double probability;
} Row;

/* Weights 1 4 2 4 1 8 of 20. */
static const Row rows[] = {
  { "/choose/all-first", { 1, 0, 1 }, 0, "111111", 0, 1 / 20. },
  { "/choose/all-below-a-step", { 1, 0, 1 }, 0.2499, "111111", 1, 4 / 20. },
  { "/choose/all-above-a-step", { 1, 0, 1 }, 0.2501, "111111", 2, 2 / 20. },
  { "/choose/all-last", { 1, 0, 1 }, 0.9999999, "111111", 5, 8 / 20. },
  { "/choose/temperature-half-squares", { 0.5, 0, 1 }, 0.375, "111111", 5, 64 / 102. },
  { "/choose/temperature-two-takes-roots", { 2, 0, 1 }, 0.097, "111111", 0, 1 / 10.242640687 },
  { "/choose/top-k-one", { 1, 1, 1 }, 0.3, "000001", 5, 1 },
  { "/choose/never-takes-a-dropped-one", { 1, 1, 1 }, 0, "000001", 5, 1 },
  { "/choose/top-k-keeps-ties", { 1, 2, 1 }, 0.3, "010101", 3, 4 / 16. },
  { "/choose/top-k-at-its-ties-end", { 1, 3, 1 }, 0.2, "010101", 1, 4 / 16. },
  { "/choose/top-k-four", { 1, 4, 1 }, 0.23, "011101", 2, 2 / 18. },
  { "/choose/top-k-all", { 1, 6, 1 }, 0.97, "111111", 5, 8 / 20. },
  { "/choose/top-k-more-than-there-are", { 1, 100, 1 }, 0.02, "111111", 0, 1 / 20. },
  { "/choose/top-p-keeps-the-first", { 1, 0, 0.01 }, 0.5, "000001", 5, 1 },
  { "/choose/top-p-keeps-the-one-that-crosses", { 1, 0, 0.41 }, 0.1, "010001", 1, 4 / 12. },
  { "/choose/top-p-takes-ties-by-index", { 1, 0, 0.59 }, 0.99, "010001", 5, 8 / 12. },
  { "/choose/top-p-takes-both-ties", { 1, 0, 0.61 }, 0.4, "010101", 3, 4 / 16. },
  { "/choose/top-p-counts-what-top-k-left", { 1, 3, 0.51 }, 0.4, "010001", 5, 8 / 12. },
  { "/choose/top-p-of-tempered-weights", { 0.5, 0, 0.63 }, 0.1, "010001", 1, 16 / 80. },
  { "/choose/temperature-zero", { 0, 5, 0.5 }, 0.01, "000001", 5, 1 },
  { "/choose/temperature-tiny", { 1e-300, 0, 1 }, 0.01, "111111", 5, 1 },
};

static void
follows_the_rules (gconstpointer data)
{
  const Row *row = data;
  const float logits[] = { ln (1), ln (4), ln (2), ln (4), ln (1), ln (8) };
  float scratch[12];
  guint8 kept[6];
  double log_probability;
  const int token =
      choose_token (logits, 6, &row->options, row->u, kept, scratch, &log_probability);

  for (int i = 0; i < 6; i++)
    g_assert_cmpint (kept[i], ==, row->kept[i] - '0');
  g_assert_cmpint (token, ==, row->token);
  g_assert_cmpfloat_with_epsilon (exp (log_probability), row->probability, 1e-6);
  g_assert_cmpint (choose_token (logits, 6, &row->options, row->u, NULL, scratch, NULL), ==, token);
}

static void
greedy_takes_the_first_of_equals (void)
{
  const float logits[] = { -3, 2, -INFINITY, 2, 1 };
  float scratch[10];

  g_assert_cmpint (choose_token (logits, 5, &(ChooseOptions){ 0, 0, 1 }, 0.9, NULL, scratch, NULL),
                   ==, 1);
}

static void
refuses_what_is_no_distribution (void)
{
  static const float bad[][3] = { { 0, NAN, 1 },
                                  { 1, 2, INFINITY },
                                  { -INFINITY, -INFINITY, -INFINITY } };
  float scratch[6];

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    for (int temperature = 0; temperature < 2; temperature++)
      g_assert_cmpint (choose_token (bad[i], 3, &(ChooseOptions){ temperature, 2, 0.9 }, 0.5, NULL,
                                     scratch, NULL),
                       ==, -1);
}

/* ---- against a plain implementation -------------------------------------------------------- */

static const float *sorted_logits; /* qsort has no place for it */

static int
falling (const void *a, const void *b)
{
  const int i = *(const int *) a, j = *(const int *) b;
  const float x = sorted_logits[i], y = sorted_logits[j];

  return x > y ? -1 : x < y ? 1 : i - j;
}

static int
plain (const float *logits, int n, const ChooseOptions *options, double u, guint8 *kept)
{
  int order[MAX_N], left = n;
  double sum = 0, running = 0;

  for (int i = 0; i < n; i++)
    order[i] = i;
  sorted_logits = logits;
  qsort (order, n, sizeof *order, falling);
  if (options->top_k > 0 && options->top_k < n)
    for (left = options->top_k; left < n && logits[order[left]] == logits[order[left - 1]];)
      left++;
  for (int i = 0; i < left; i++)
    sum += exp (logits[order[i]] / options->temperature);
  memset (kept, 0, MAX_N);
  for (int i = 0; i < left && (options->top_p >= 1 || running / sum <= options->top_p); i++)
    {
      kept[order[i]] = 1;
      running += exp (logits[order[i]] / options->temperature);
    }
  sum = running;
  running = 0;
  for (int i = 0; i < n; i++)
    if (kept[i] && (running += exp (logits[i] / options->temperature)) / sum > u)
      return i;
  g_assert_not_reached ();
}

/* Few different values, both signs and zeros among them: many ties. top_p and u are odd multiples
 * of 2^-31, so that no sum of shares meets them by chance within rounding. */
static void
equals_a_plain_implementation (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);
  float logits[MAX_N], scratch[2 * MAX_N];
  guint8 want[MAX_N], got[MAX_N];

  for (int round = 0; round < 4000; round++)
    {
      const int n = g_rand_int_range (rand, 1, MAX_N + 1);
      const int values = g_rand_int_range (rand, 1, 200);
      const ChooseOptions options = { g_rand_double_range (rand, 0.2, 3),
                                      g_rand_int_range (rand, 0, n + 3),
                                      g_rand_boolean (rand) ? 1
                                                            : (g_rand_int (rand) | 1) * 0x1p-32 };
      const double u = (g_rand_int (rand) | 1) * 0x1p-32;

      for (int i = 0; i < n; i++)
        logits[i] = 0.05f * (float) g_rand_int_range (rand, -values, values) * (i % 7 ? 1 : -1);
      g_assert_cmpint (choose_token (logits, n, &options, u, got, scratch, NULL), ==,
                       plain (logits, n, &options, u, want));
      g_assert_cmpmem (got, n, want, n);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add_data_func (rows[i].name, &rows[i], follows_the_rules);
  g_test_add_func ("/choose/greedy-takes-the-first-of-equals", greedy_takes_the_first_of_equals);
  g_test_add_func ("/choose/refuses-what-is-no-distribution", refuses_what_is_no_distribution);
  g_test_add_func ("/choose/equals-a-plain-implementation", equals_a_plain_implementation);
  return g_test_run ();
}
