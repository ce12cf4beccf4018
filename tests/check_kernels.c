/* Every kernel table that this processor can run against the plain C one, on random data. */
#include "nn/kernels.h"
#include <glib.h>
#include <math.h>
#include <string.h>

enum { MAX_K = 67, GUARD = 16 };

static void
fill (GRand *rand, float *v, size_t n)
{
  for (size_t i = 0; i < n; i++)
    v[i] = (float) g_rand_double_range (rand, -1, 1);
}

/* All row counts, odd lengths, strides wider than the data, and a guard behind the outputs. */
static void
test_panel (gconstpointer data)
{
  const Kernels *c = kernels_table (0), *twin = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (20210623);
  enum { ROW = MAX_K + 3, OUT = PANEL_COLS + 5, SEGMENT = ROW * (PANEL_ROWS + 1) };
  float x[3 * SEGMENT], w[3 * MAX_K * PANEL_COLS], bias[PANEL_COLS];
  float want[PANEL_ROWS * OUT + GUARD], got[PANEL_ROWS * OUT + GUARD];

  for (size_t rows = 1; rows <= PANEL_ROWS; rows++)
    for (size_t segments = 1; segments <= 3; segments += 2)
      for (size_t k = 1; k <= MAX_K; k += 11)
        {
          const PanelShape shape = { rows, segments, k, ROW, SEGMENT, OUT };

          fill (rand, x, G_N_ELEMENTS (x));
          fill (rand, w, G_N_ELEMENTS (w));
          fill (rand, bias, PANEL_COLS);
          fill (rand, want, G_N_ELEMENTS (want));
          memcpy (got, want, sizeof got);
          c->panel (&shape, x, w, bias, want);
          twin->panel (&shape, x, w, bias, got);
          for (size_t r = 0; r < rows; r++)
            for (size_t j = 0; j < PANEL_COLS; j++)
              g_assert_cmpfloat_with_epsilon (got[r * OUT + j], want[r * OUT + j],
                                              1.2e-7f * (float) (segments * k + 1));
          for (size_t r = 0; r < PANEL_ROWS; r++) /* between the rows and behind them */
            {
              const size_t from = r < rows ? PANEL_COLS : 0;

              g_assert_cmpmem (got + r * OUT + from, (OUT - from) * 4, want + r * OUT + from,
                               (OUT - from) * 4);
            }
        }
}

int
main (int argc, char **argv)
{
  const Kernels *table;

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; (table = kernels_table (i)); i++)
    {
      g_autofree char *panel = g_strdup_printf ("/kernels/%s/panel", table->isa);

      g_test_add_data_func (panel, table, test_panel);
    }
  return g_test_run ();
}
