/* The kernels of convolutions and norms: plain C against their definitions, every other table that
 * this processor can run against plain C, on random data, odd sizes, and with guards behind what may
 * be written. */
#include "nn/kernels.h"
#include <glib.h>
#include <math.h>
#include <string.h>

enum { GUARD = 16, CHANNELS = 32, TILES = WINO_TILES, LINE = (4 * TILES + 2) * CHANNELS };

static float *
random_floats (GRand *rand, size_t n, double range)
{
  float *v = g_new (float, n + GUARD);

  for (size_t i = 0; i < n + GUARD; i++)
    v[i] = (float) g_rand_double_range (rand, -range, range);
  return v;
}

static float *
copy_of (const float *v, size_t n)
{
  return g_memdup2 (v, (n + GUARD) * sizeof *v);
}

/* GUARD numbers more are compared exactly. */
static void
assert_near (const float *got, const float *want, size_t n, double epsilon)
{
  for (size_t i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (got[i], want[i], epsilon);
  g_assert_cmpmem (got + n, GUARD * sizeof *got, want + n, GUARD * sizeof *want);
}

/* The four steps in a row for one tile, against the sum over nine taps. */
static void
test_wino_is_a_convolution (gconstpointer data)
{
  const ConvKernels *k = &((const Kernels *) data)->conv;
  enum { N_IN = 5, N_OUT = 3 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autofree float *x = random_floats (rand, 36 * LANES_MAX, 1);
  g_autofree float *w = random_floats (rand, N_OUT * N_IN * 9, 1);
  g_autofree float *u = g_new (float, WINO *LANES_MAX *PANEL_COLS);
  float v[WINO * LANES_MAX], m[WINO * PANEL_COLS], y[16 * N_OUT];
  const float bias[PANEL_COLS] = { 0.5f, -1, 2 };
  const WinoRun in = { 1, 6 * LANES_MAX, LANES_MAX, LANES_MAX };
  const WinoRun out = { 1, 4 * N_OUT, N_OUT, PANEL_COLS };
  const WinoPart all = { 4, 4, N_OUT };

  k->wino_weights (N_OUT, N_IN, LANES_MAX, w, u);
  k->wino_in (&in, x, v);
  k->wino_product (1, LANES_MAX, v, u, m);
  k->wino_out (&out, &all, m, bias, 0, y, NULL);
  for (int i = 0; i < 16 * N_OUT; i++)
    {
      const int o = i % N_OUT, row = i / N_OUT / 4, col = i / N_OUT % 4;
      double want = bias[o];

      for (int c = 0; c < N_IN; c++)
        for (int tap = 0; tap < 9; tap++)
          want += (double) w[(o * N_IN + c) * 9 + tap]
                  * x[((row + tap / 3) * 6 + col + tap % 3) * LANES_MAX + c];
      g_assert_cmpfloat_with_epsilon (y[i], want, 2e-5);
    }
}

static void
test_wino_weights (gconstpointer data)
{
  const ConvKernels *c = &kernels_table (0)->conv, *twin = &((const Kernels *) data)->conv;
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);

  for (size_t n_out = 1; n_out <= PANEL_COLS; n_out += 5)
    for (size_t n_in = 1; n_in <= CHANNELS; n_in += 7)
      {
        const size_t channels = (n_in + LANES_MAX - 1) / LANES_MAX * LANES_MAX;
        const size_t n = WINO * channels * PANEL_COLS;
        g_autofree float *w = random_floats (rand, n_out * n_in * 9, 1);
        g_autofree float *want = random_floats (rand, n, 1), *got = copy_of (want, n);

        c->wino_weights (n_out, n_in, channels, w, want);
        twin->wino_weights (n_out, n_in, channels, w, got);
        assert_near (got, want, n, 1e-6);
      }
}

static void
test_wino_in (gconstpointer data)
{
  const ConvKernels *c = &kernels_table (0)->conv, *twin = &((const Kernels *) data)->conv;
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);
  g_autofree float *x = random_floats (rand, 6 * LINE, 1);

  for (size_t tiles = 1; tiles <= TILES; tiles += 3)
    {
      const size_t step = (tiles + 2) * CHANNELS, n = WINO * step;
      const WinoRun run = { tiles, LINE, CHANNELS, step };
      g_autofree float *want = random_floats (rand, n, 1), *got = copy_of (want, n);

      c->wino_in (&run, x, want);
      twin->wino_in (&run, x, got);
      assert_near (got, want, n, 2e-5); /* numbers up to 36 */
    }
}

static void
test_wino_product (gconstpointer data)
{
  const ConvKernels *c = &kernels_table (0)->conv, *twin = &((const Kernels *) data)->conv;
  g_autoptr (GRand) rand = g_rand_new_with_seed (14);
  g_autofree float *v = random_floats (rand, WINO * TILES * CHANNELS, 1);
  g_autofree float *u = random_floats (rand, WINO * CHANNELS * PANEL_COLS, 1);

  for (size_t tiles = 1; tiles <= TILES; tiles++)
    {
      const size_t n = WINO * tiles * PANEL_COLS;
      g_autofree float *want = random_floats (rand, n, 1), *got = copy_of (want, n);

      c->wino_product (tiles, CHANNELS, v, u, want);
      twin->wino_product (tiles, CHANNELS, v, u, got);
      assert_near (got, want, n, 1.2e-7 * CHANNELS * 4);
    }
}

/* Every number of rows, columns and channels that may exist. */
static void
test_wino_out (gconstpointer data)
{
  const ConvKernels *c = &kernels_table (0)->conv, *twin = &((const Kernels *) data)->conv;
  enum { RUN = 3, PIXEL = PANEL_COLS + 3, ROW = 4 * RUN * PIXEL + 5, N = 4 * ROW };
  g_autoptr (GRand) rand = g_rand_new_with_seed (15);
  g_autofree float *m = random_floats (rand, WINO * RUN * PANEL_COLS, 1);
  g_autofree float *bias = random_floats (rand, PANEL_COLS, 1);
  const WinoRun run = { RUN, ROW, PIXEL, RUN * PANEL_COLS };

  for (size_t rows = 1; rows <= 4; rows++)
    for (size_t cols = 1; cols <= 4 * RUN; cols++)
      for (size_t channels = 1; channels <= PANEL_COLS; channels += channels == 7 ? 1 : 3)
        for (int add = 0; add <= 1; add++)
          {
            const WinoPart part = { rows, cols, channels };
            g_autofree float *want = random_floats (rand, N, 1), *got = copy_of (want, N);
            double want_sums[2 * PANEL_COLS] = { 3 }, got_sums[2 * PANEL_COLS] = { 3 };

            c->wino_out (&run, &part, m, bias, add, want, want_sums);
            twin->wino_out (&run, &part, m, bias, add, got, got_sums);
            assert_near (got, want, N, 1e-5);
            for (int i = 0; i < 2 * PANEL_COLS; i++)
              g_assert_cmpfloat_with_epsilon (got_sums[i], want_sums[i],
                                              1e-5 * (1 + fabs (want_sums[i])));
          }
}

static void
test_swish_and_norm (gconstpointer data)
{
  const ConvKernels *c = &kernels_table (0)->conv, *twin = &((const Kernels *) data)->conv;
  g_autoptr (GRand) rand = g_rand_new_with_seed (16);
  enum { PIXELS = 5, MOST = 67 };

  for (size_t channels = 1; channels <= MOST; channels++)
    {
      const size_t stride = channels + 4, n = PIXELS * stride;
      g_autofree float *x = random_floats (rand, PIXELS * channels, 60);
      g_autofree float *scale = random_floats (rand, channels, 2);
      g_autofree float *shift = random_floats (rand, channels, 2);
      g_autofree float *want = random_floats (rand, n, 1), *got = copy_of (want, n);

      x[0] = 90; /* beyond the exponent's range after the scale */
      c->scale_swish (PIXELS, channels, x, scale, shift, want, stride);
      twin->scale_swish (PIXELS, channels, x, scale, shift, got, stride);
      assert_near (got, want, n, 3e-5); /* numbers up to 180 */
      for (int swish = 0; swish <= 1; swish++)
        {
          c->layer_norm (PIXELS, channels, x, scale, shift, 1e-5f, swish, want, stride);
          twin->layer_norm (PIXELS, channels, x, scale, shift, 1e-5f, swish, got, stride);
          assert_near (got, want, n, 1e-5);
        }
    }
}

static void
test_sum (gconstpointer data)
{
  const ConvKernels *c = &kernels_table (0)->conv, *twin = &((const Kernels *) data)->conv;
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);

  for (size_t n = 1; n <= 40; n += 13)
    for (size_t channels = 1; channels <= 67; channels += 3)
      {
        g_autofree float *x = random_floats (rand, n * channels, 1);
        g_autofree double *want = g_new0 (double, 2 * channels + 1);
        g_autofree double *got = g_new0 (double, 2 * channels + 1);

        want[0] = got[0] = 2;
        want[2 * channels] = got[2 * channels] = 5;
        c->sum (n, channels, x, want);
        twin->sum (n, channels, x, got);
        for (size_t i = 0; i < 2 * channels; i++)
          g_assert_cmpfloat_with_epsilon (got[i], want[i], 2e-6);
        g_assert_cmpfloat (got[2 * channels], ==, want[2 * channels]);
      }
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*run) (gconstpointer table);
  } tests[] = {
    { "wino-is-a-convolution", test_wino_is_a_convolution },
    { "wino-weights", test_wino_weights },
    { "wino-in", test_wino_in },
    { "wino-product", test_wino_product },
    { "wino-out", test_wino_out },
    { "swish-and-norm", test_swish_and_norm },
    { "sum", test_sum },
  };
  const Kernels *table;

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; (table = kernels_table (i)); i++)
    for (size_t t = 0; t < G_N_ELEMENTS (tests); t++)
      {
        g_autofree char *path = g_strdup_printf ("/kernels/%s/%s", table->isa, tests[t].name);

        g_test_add_data_func (path, table, tests[t].run);
      }
  return g_test_run ();
}
