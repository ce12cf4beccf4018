/* The kernels of the transformer: every table that this processor can run against the plain C one,
 * on random data with odd sizes and with guards behind the outputs; those that promise the same
 * numbers for any batch are held to it byte by byte. */
#include "nn/kernels.h"
#include <glib.h>
#include <math.h>
#include <string.h>

enum { MAX_ROWS = 9, MAX_OUT = 11, MAX_K = 2 * DOTS_BLOCK + 77, GUARD = 16 };

#define NOTHING 1e-30f /* the bound must be above zero */

typedef struct {
  GRand *rand;
  float x[MAX_ROWS * MAX_K], w[MAX_OUT * MAX_K], want[MAX_ROWS * 32], got[MAX_ROWS * 32];
  guint8 stored[MAX_OUT * MAX_K * 4 + 1]; /* the weights as a file has them, at an odd address */
} Data;

static void
fill (GRand *rand, float *v, size_t n)
{
  for (size_t i = 0; i < n; i++)
    v[i] = (float) g_rand_double_range (rand, -1, 1);
}

static Data *
data_new (void)
{
  Data *data = g_new0 (Data, 1);

  data->rand = g_rand_new_with_seed (20210623);
  fill (data->rand, data->x, G_N_ELEMENTS (data->x));
  fill (data->rand, data->w, G_N_ELEMENTS (data->w));
  return data;
}

static void
data_free (Data *data)
{
  g_rand_free (data->rand);
  g_free (data);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Data, data_free)

/* Random bits of a type, no infinities, exponents near 1; and what they mean. */
static void
store_weights (Data *data, RowType type, size_t n)
{
  guint8 *to = data->stored + 1;

  for (size_t i = 0; i < n; i++)
    {
      const guint32 random = g_rand_int (data->rand);
      guint32 bits = type == ROWS_F32    ? (random & 0x80ffffff) | 0x3e000000
                     : type == ROWS_BF16 ? (random & 0x80ff) | 0x3e00
                                         : (random & 0x8fff) | 0x2000;

      memcpy (to + i * (type == ROWS_F32 ? 4 : 2), &bits, type == ROWS_F32 ? 4 : 2);
    }
  kernels_table (0)->rows.widen (type, n, to, data->w);
}

static const size_t lengths[] = { 1, 7, 8, 31, 64, 100, DOTS_BLOCK, DOTS_BLOCK + 9, MAX_K };

/* Against sums in double, and one row at a time against all rows. */
static void
check_dots (Data *data, const RowKernels *kernels, RowType type, size_t k, size_t n_rows,
            size_t n_out)
{
  Dots dots = { n_rows, n_out,     k, data->stored + 1, k * (type == ROWS_F32 ? 4 : 2), data->x,
                k,      data->got, 32 };

  fill (data->rand, data->want, G_N_ELEMENTS (data->want));
  memcpy (data->got, data->want, sizeof data->got);
  kernels->dots (type, &dots);
  for (size_t r = 0; r < MAX_ROWS; r++)
    for (size_t o = 0; o < 32; o++)
      {
        double sum = data->want[r * 32 + o];

        for (size_t i = 0; r < n_rows && o < n_out && i < k; i++)
          sum += (double) data->w[o * k + i] * data->x[r * k + i];
        g_assert_cmpfloat_with_epsilon (data->got[r * 32 + o], sum,
                                        r < n_rows && o < n_out ? 3e-7f * (float) (k + 4)
                                                                : NOTHING);
      }
  for (size_t r = 0; r < n_rows; r++)
    {
      dots.n_rows = 1;
      dots.x = data->x + r * k;
      dots.y = data->want + r * 32;
      kernels->dots (type, &dots);
    }
  g_assert_cmpmem (data->got, sizeof data->got, data->want, sizeof data->want);
}

static void
test_dots (gconstpointer table)
{
  const RowKernels *kernels = &((const Kernels *) table)->rows;
  g_autoptr (Data) data = data_new ();

  for (RowType type = ROWS_F32; type <= ROWS_BF16; type++)
    for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++)
      {
        store_weights (data, type, MAX_OUT * lengths[i]);
        for (size_t n_rows = 1; n_rows <= MAX_ROWS; n_rows++)
          for (size_t n_out = 1; n_out <= MAX_OUT; n_out += 3)
            check_dots (data, kernels, type, lengths[i], n_rows, n_out);
      }
}

/* All 65536 numbers of binary16 and bfloat16. */
static void
test_widen (gconstpointer table)
{
  const RowKernels *kernels = &((const Kernels *) table)->rows;
  g_autofree guint16 *bits = g_new (guint16, 65536);
  g_autofree float *got = g_new (float, 65536);

  for (int i = 0; i < 65536; i++)
    bits[i] = (guint16) i;
  kernels->widen (ROWS_F16, 65536 - 3, bits, got);
  g_assert_cmpfloat (got[0x3c00], ==, 1);
  g_assert_cmpfloat (got[0xc248], ==, -3.140625f);
  g_assert_cmpfloat (got[1], ==, 0x1p-24f);
  for (int i = 0; i < 65536 - 3; i++)
    {
      const int exponent = i >> 10 & 31;
      const double size =
          exponent == 0 ? ldexp (i & 1023, -24) : ldexp (1024 + (i & 1023), exponent - 25);

      if (exponent == 31)
        g_assert_true (i & 1023 ? isnan (got[i]) : isinf (got[i]));
      else
        g_assert_cmpfloat (got[i], ==, (float) (i >> 15 ? -size : size));
    }
  kernels->widen (ROWS_BF16, 65536, bits, got);
  g_assert_cmpfloat (got[0x3f80], ==, 1);
  g_assert_cmpfloat (got[0xc049], ==, -3.140625f);
}

/* Quantised inputs and products: the same bits as plain C, and near the true products. */
static void
check_q8 (Data *data, const RowKernels *kernels, size_t k, size_t n_rows, size_t n_out)
{
  const size_t groups = (k + Q8_GROUP - 1) / Q8_GROUP;
  g_autofree gint8 *all_q = g_new0 (gint8, 2 * MAX_ROWS * groups * Q8_GROUP);
  g_autofree float *all_scales = g_new0 (float, 2 * MAX_ROWS * groups);
  gint8 *const q[] = { all_q, all_q + MAX_ROWS * groups * Q8_GROUP };
  float *const scales[] = { all_scales, all_scales + MAX_ROWS * groups };
  g_autofree guint16 *w_scales = g_new (guint16, MAX_OUT * groups);
  const RowKernels *all[] = { &kernels_table (0)->rows, kernels };
  float *y[] = { data->want, data->got };

  for (size_t i = 0; i < MAX_OUT * groups; i++)
    w_scales[i] = 0x2000 | (g_rand_int (data->rand) & 0x3ff);
  fill (data->rand, data->want, G_N_ELEMENTS (data->want));
  memcpy (data->got, data->want, sizeof data->got);
  for (int t = 0; t < 2; t++)
    {
      DotsQ8 dots = { n_rows,    n_out, k, (gint8 *) data->stored + 1, (guint8 *) w_scales, q[t],
                      scales[t], y[t],  32 };

      for (size_t r = 0; r < n_rows; r++)
        all[t]->quantise (k, data->x + r * k, q[t] + r * groups * Q8_GROUP, scales[t] + r * groups);
      all[t]->dots_q8 (&dots);
    }
  g_assert_cmpmem (q[0], n_rows * groups * Q8_GROUP, q[1], n_rows * groups * Q8_GROUP);
  g_assert_cmpmem (scales[0], n_rows * groups * 4, scales[1], n_rows * groups * 4);
  g_assert_cmpmem (data->got, sizeof data->got, data->want, sizeof data->want);
  for (size_t i = 0; i < k; i++)
    g_assert_cmpfloat_with_epsilon (q[0][i] * scales[0][i / Q8_GROUP], data->x[i],
                                    0.51f * scales[0][i / Q8_GROUP] + 2 * Q8_SMALLEST);
}

static void
test_q8 (gconstpointer table)
{
  const RowKernels *kernels = &((const Kernels *) table)->rows;
  g_autoptr (Data) data = data_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (data->stored); i++)
    data->stored[i] = (guint8) g_rand_int (data->rand); /* -128 too: files may hold it */
  for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (size_t n_rows = 1; n_rows <= MAX_ROWS; n_rows++)
      check_q8 (data, kernels, lengths[i], n_rows, 1 + (3 * n_rows + i) % MAX_OUT);
  memset (data->x, 0, 64 * sizeof (float));
  data->x[40] = 1e-38f; /* too small to be divided by */
  check_q8 (data, kernels, 64, 1, 4);
}

/* The plain product of a row of ones with known weights: what the scales mean. */
static void
test_q8_meaning (gconstpointer table)
{
  const RowKernels *kernels = &((const Kernels *) table)->rows;
  gint8 w[40], q[64];
  const guint16 w_scales[] = { 0x3c00, 0x4000 }; /* 1, 2 */
  float x[40], scales[2], y = 10;
  const DotsQ8 dots = { 1, 1, 40, w, (const guint8 *) w_scales, q, scales, &y, 1 };

  for (int i = 0; i < 40; i++)
    {
      w[i] = (gint8) (i < 32 ? 1 : -3);
      x[i] = i < 32 ? 0.5f : 2;
    }
  kernels->quantise (40, x, q, scales);
  kernels->dots_q8 (&dots);
  g_assert_cmpfloat_with_epsilon (y, 10 + 32 * 0.5 - 8 * 3 * 2 * 2, 1e-4);
}

static void
test_norm (gconstpointer table)
{
  const Kernels *c = kernels_table (0), *twin = table;
  g_autoptr (Data) data = data_new ();
  float want[131], got[131];

  for (size_t n = 2; n <= 131; n++)
    {
      const float *scale = data->x + 1000, *shift = data->x + 2000;

      fill (data->rand, data->x, n);
      data->x[n / 2] += 30;
      c->rows.norm (n, data->x, scale, shift, 1e-5f, want);
      memcpy (got, data->x, n * sizeof (float));
      twin->rows.norm (n, got, scale, shift, 1e-5f, got);
      for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon (got[i], want[i], 4e-6f);
    }
}

/* Within 4e-7, or the last bit where that is more. */
static void
test_gelu (gconstpointer table)
{
  const RowKernels *kernels = &((const Kernels *) table)->rows;
  double worst = 0;

  for (int step = -120000; step <= 120000; step += 5)
    {
      float x[5];

      for (int i = 0; i < 5; i++)
        x[i] = (float) (step + i) * 1e-4f;
      kernels->gelu (5, x);
      for (int i = 0; i < 5; i++)
        {
          const double at = (float) (step + i) * 1e-4f;
          const double error = fabs (x[i] - 0.5 * at * (1 + erf (at * M_SQRT1_2)));

          worst = MAX (worst, error / MAX (4e-7, 1.2e-7 * at));
        }
    }
  g_test_message ("largest error %.2f of what is allowed", worst);
  g_assert_cmpfloat (worst, <, 1);
}

static void
test_soften (gconstpointer table)
{
  const RowKernels *kernels = &((const Kernels *) table)->rows;
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (size_t n = 1; n <= 64; n++)
    {
      float raw[64], scores[64 + GUARD], top = n % 3 ? (float) n / 10 : -INFINITY, shrink;
      const float before = top;
      double want_top = top, want_sum = 0;

      for (size_t j = 0; j < n; j++)
        raw[j] = (float) g_rand_double_range (rand, -100, n % 2 ? 3 : 90);
      memcpy (scores, raw, sizeof raw);
      for (size_t j = 0; j < n; j++)
        want_top = MAX (want_top, raw[j]);
      for (size_t j = 0; j < GUARD; j++)
        scores[64 + j] = 7;

      const float sum = kernels->soften (n, scores, &top, &shrink);

      g_assert_cmpfloat (top, ==, (float) want_top);
      g_assert_cmpfloat_with_epsilon (shrink, exp (before - want_top), 2e-7);
      for (size_t j = 0; j < n; j++)
        {
          g_assert_cmpfloat_with_epsilon (scores[j], exp (raw[j] - want_top), 2e-7);
          want_sum += exp (raw[j] - want_top);
        }
      g_assert_cmpfloat_with_epsilon (sum, want_sum, 1e-6 * want_sum + 1e-30);
      for (size_t j = 0; j < GUARD; j++)
        g_assert_cmpfloat (scores[64 + j], ==, 7);
    }
}

/* Against double, and one row at a time against all. */
static void
check_mix (Data *data, const RowKernels *kernels, RowType type, size_t width, size_t n_rows)
{
  enum { N = 13, WIDE = 150 };
  float want[MAX_ROWS * WIDE], got[MAX_ROWS * WIDE];
  Mix mix = { n_rows, N, width, data->x, N + 2, data->stored + 1, WIDE, got, WIDE };

  fill (data->rand, want, G_N_ELEMENTS (want));
  memcpy (got, want, sizeof got);
  kernels->mix_rows (type, &mix);
  for (size_t r = 0; r < MAX_ROWS; r++)
    for (size_t i = 0; i < WIDE; i++)
      {
        const gboolean inside = r < n_rows && i < width;
        double sum = want[r * WIDE + i];

        for (size_t j = 0; inside && j < N; j++)
          sum += (double) data->x[r * (N + 2) + j] * data->w[j * WIDE + i];
        g_assert_cmpfloat_with_epsilon (got[r * WIDE + i], sum, inside ? 2e-6f : NOTHING);
      }
  mix.n_rows = 1;
  for (size_t r = 0; r < n_rows; r++)
    {
      mix.p = data->x + r * (N + 2);
      mix.y = want + r * WIDE;
      kernels->mix_rows (type, &mix);
    }
  g_assert_cmpmem (got, sizeof got, want, sizeof want);
}

static void
test_mix (gconstpointer table)
{
  g_autoptr (Data) data = data_new ();

  for (RowType type = ROWS_F32; type <= ROWS_F16; type++)
    {
      store_weights (data, type, 13 * 150);
      for (size_t width = 1; width < 147; width += width < 20 ? 1 : 7)
        for (size_t n_rows = 1; n_rows <= MAX_ROWS; n_rows++)
          check_mix (data, &((const Kernels *) table)->rows, type, width, n_rows);
    }
}

/* Every binary16 number comes back; what lies between two goes to the nearer, ties to the even. */
static void
test_narrow (gconstpointer table)
{
  const RowKernels *kernels = &((const Kernels *) table)->rows;
  g_autofree guint16 *bits = g_new (guint16, 0x7c00), *got = g_new (guint16, 0x7c00);
  g_autofree float *numbers = g_new (float, 0x7c00), *between = g_new (float, 0x7c00);
  const float beyond[] = { 1e6f, -1e6f, -0.0f };

  for (int i = 0; i < 0x7c00; i++)
    bits[i] = (guint16) i;
  kernels->widen (ROWS_F16, 0x7c00, bits, numbers);
  kernels->narrow (0x7c00, numbers, got);
  g_assert_cmpmem (got, 2 * 0x7c00, bits, 2 * 0x7c00);
  for (int part = 1; part < 4; part++)
    {
      for (int i = 0; i < 0x7bff; i++)
        between[i] = -(numbers[i] + 0.25f * (float) part * (numbers[i + 1] - numbers[i]));
      kernels->narrow (0x7bff, between, got);
      for (int i = 0; i < 0x7bff; i++)
        g_assert_cmpint (got[i] - 0x8000, ==, part == 2 ? i + i % 2 : i + part / 3);
    }
  kernels->narrow (3, beyond, got);
  g_assert_cmpint (got[0], ==, 0x7bff);
  g_assert_cmpint (got[1], ==, 0xfbff);
  g_assert_cmpint (got[2], ==, 0x8000);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*test) (gconstpointer table);
  } tests[] = {
    { "dots", test_dots },     { "widen", test_widen },           { "q8", test_q8 },
    { "norm", test_norm },     { "q8_meaning", test_q8_meaning }, { "gelu", test_gelu },
    { "soften", test_soften }, { "mix_rows", test_mix },          { "narrow", test_narrow },
  };
  const Kernels *table;

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; (table = kernels_table (i)); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (tests); j++)
      {
        g_autofree char *path = g_strdup_printf ("/row_kernels/%s/%s", table->isa, tests[j].name);

        g_test_add_data_func (path, table, tests[j].test);
      }
  return g_test_run ();
}
