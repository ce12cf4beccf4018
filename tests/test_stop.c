/* Whoever stops the engine waits for no more than a tenth of a second, whatever runs: single layers of
 * the published nets at the sizes of large pictures, each for a while, and the longest time in which
 * nobody was asked. Processor time of the caller, the least of some tries, so that a busy machine
 * does not count. */
#include "nn/attention.h"
#include "nn/conv.h"
#include "nn/dense.h"
#include "nn/kernels.h"
#include "vqgan/quantiser.h"
#include <time.h>

enum { TRIES = 3 };

/* Seconds. A sanitizer makes everything slower. */
static const double enough = 0.15; /* of a layer, then it is stopped */
#if defined(__SANITIZE_ADDRESS__)
static const double most = 1;
#else
static const double most = 0.1;
#endif

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

typedef struct {
  double begun, asked, longest;
} Watch;

static gboolean
ask (double done G_GNUC_UNUSED, gpointer data)
{
  Watch *watch = data;
  const double time = now ();

  watch->longest = MAX (watch->longest, time - watch->asked);
  watch->asked = time;
  return time - watch->begun < enough;
}

/* All that a layer may need; its weights are zeros, which take no less time. */
typedef struct {
  const char *name;
  gboolean (*run) (Job *job, gconstpointer layer, GError **error);
  int kind, kernel, n_in, n_out; /* ConvKind; of attention and of the quantiser: heads and width */
  int height, width;             /* or rows, 1 */
  RowType type;
} Layer;

static Rows
weights (const Layer *layer, size_t n, size_t k)
{
  Rows rows = { .type = layer->type, .n = n, .k = k };

  rows.owned = buffer_new (n * k, sizeof (float), "weights", NULL); /* more than enough */
  g_assert_nonnull (rows.owned);
  rows.data = rows.scales = (const guint8 *) rows.owned;
  return rows;
}

static gboolean
run_conv (Job *job, gconstpointer data, GError **error)
{
  const Layer *layer = data;
  g_autofree float *bias = g_new0 (float, layer->n_out);
  g_auto (Map) in = { 0 }, out = { 0 };
  Scratch scratch = { 0 };
  Norm norm = norm_new (NORM_GROUP, layer->n_in, 1, bias, bias);
  const gboolean normed = layer->kernel == 3 && layer->kind == CONV_SAME && layer->n_in % 32 == 0;
  Conv conv;
  gboolean done;

  g_assert_true (conv_init (
      &conv, (ConvKind) layer->kind, layer->kernel, layer->n_in, layer->n_out,
      weights (layer, layer->n_out, (size_t) layer->n_in * layer->kernel * layer->kernel), bias,
      error));
  norm.scale = norm.shift = g_new0 (float, layer->n_in);
  g_assert_true (map_init (&in, layer->height, layer->width, layer->n_in, error));
  ((Watch *) job->progress_data)->asked = now ();
  done = conv_run (job, &conv, normed ? &norm : NULL, CONV_SUMS, &scratch, &in, &out, error);
  g_free (norm.scale);
  scratch_clear (&scratch);
  conv_clear (&conv);
  return done;
}

static gboolean
run_labels (Job *job, gconstpointer data, GError **error)
{
  const Layer *layer = data;
  g_autofree float *bias = g_new0 (float, layer->n_out);
  g_autofree guint8 *labels = g_malloc0 ((gsize) layer->height * layer->width);
  g_auto (Map) out = { 0 };
  Scratch scratch = { 0 };
  Conv conv;
  gboolean done;

  g_assert_true (conv_init (&conv, CONV_SAME, 3, layer->n_in, layer->n_out,
                            weights (layer, layer->n_out, (size_t) layer->n_in * 9), bias, error));
  ((Watch *) job->progress_data)->asked = now ();
  done = conv_run_labels (job, &conv, CONV_SUMS, &scratch, labels, layer->height, layer->width,
                          &out, error);
  scratch_clear (&scratch);
  conv_clear (&conv);
  return done;
}

static gboolean
run_norm (Job *job, gconstpointer data, GError **error)
{
  const Layer *layer = data;
  g_auto (Map) in = { 0 }, out = { 0 };
  g_autofree float *numbers = g_new0 (float, layer->n_in);
  const Norm norm = norm_new ((NormKind) layer->kind, layer->n_in, 1, numbers, numbers);

  g_assert_true (map_init (&in, layer->height, layer->width, layer->n_in, error)
                 && map_init (&out, layer->height, layer->width, layer->n_in, error));
  ((Watch *) job->progress_data)->asked = now ();
  return norm_run (job, &norm, &in, &out, error);
}

static gboolean
run_attention (Job *job, gconstpointer data, GError **error)
{
  const Layer *layer = data;
  const size_t n = (size_t) layer->height * layer->width, width = layer->n_in;
  g_autofree float *x = g_new0 (float, n *width), *y = g_new (float, n *width);
  const Attention attention = { .n_queries = n,
                                .n_heads = layer->n_out,
                                .width = width / layer->n_out,
                                .q = x,
                                .y = y,
                                .q_stride = width,
                                .y_stride = width,
                                .own = { .n = n,
                                         .k = x,
                                         .v = x,
                                         .k_stride = width,
                                         .v_stride = width,
                                         .head_stride = width / layer->n_out } };

  ((Watch *) job->progress_data)->asked = now ();
  return attention_run (job, &attention, 1, error);
}

static gboolean
run_quantiser (Job *job, gconstpointer data, GError **error)
{
  const Layer *layer = data;
  const size_t n = (size_t) layer->height * layer->width;
  g_autofree float *x = g_new0 (float, n * layer->n_in);
  g_autofree float *rows = g_new0 (float, (gsize) layer->n_in * layer->n_out);
  g_autofree float *offsets = g_new0 (float, layer->n_out);
  g_autofree int *entries = g_new (int, n);
  const Quantiser quantiser = { .n_entries = layer->n_out,
                                .width = layer->n_in,
                                .entries = rows,
                                .rows = rows,
                                .offsets = offsets };

  ((Watch *) job->progress_data)->asked = now ();
  return quantiser_choose (job, &quantiser, x, n, NULL, entries, error);
}

static gboolean
run_dense (Job *job, gconstpointer data, GError **error)
{
  const Layer *layer = data;
  const size_t n = (size_t) layer->height;
  g_autofree float *x = g_new0 (float, n * layer->n_in), *y = g_new0 (float, n * layer->n_out);
  g_autofree float *room = g_new (float, dense_room (n, layer->n_in));
  Dense dense = { weights (layer, layer->n_out, layer->n_in), NULL };
  const DenseOutput output = { &dense, y, DENSE_GELU };
  gboolean done;

  ((Watch *) job->progress_data)->asked = now ();
  done = dense_run (job, n, x, &output, 1, room, error);
  dense_clear (&dense);
  return done;
}

/* At 1024 x 672 and more; the last ones at widths of a small model. */
static const Layer layers[] = {
  { "conv 512 at 42 x 64", run_conv, CONV_SAME, 3, 512, 512, 42, 64, ROWS_F16 },
  { "conv 512 at 84 x 96", run_conv, CONV_SAME, 3, 512, 512, 84, 96, ROWS_F32 },
  { "conv 512 at 128 x 160", run_conv, CONV_SAME, 3, 512, 512, 128, 160, ROWS_F16 },
  { "conv up 512 at 42 x 64", run_conv, CONV_UP, 3, 512, 512, 42, 64, ROWS_F16 },
  { "conv 256 at 168 x 256", run_conv, CONV_SAME, 3, 256, 256, 168, 256, ROWS_F16 },
  { "conv 128 at 256 x 1024", run_conv, CONV_SAME, 3, 128, 128, 256, 1024, ROWS_F16 },
  { "conv 128 to 3 at 256 x 1024", run_conv, CONV_SAME, 3, 128, 3, 256, 1024, ROWS_F16 },
  { "conv 3 to 128 at 256 x 2048", run_conv, CONV_SAME, 3, 3, 128, 256, 2048, ROWS_F16 },
  { "conv down 128 at 256 x 2048", run_conv, CONV_DOWN, 3, 128, 128, 256, 2048, ROWS_F16 },
  { "conv down 512 at 128 x 256", run_conv, CONV_DOWN, 3, 512, 512, 128, 256, ROWS_F16 },
  { "1x1 512 at 128 x 160", run_conv, CONV_SAME, 1, 512, 512, 128, 160, ROWS_F16 },
  { "labels 182 at 256 x 2048", run_labels, CONV_SAME, 3, 182, 128, 256, 2048, ROWS_F16 },
  { "group norm 512 at 128 x 160", run_norm, NORM_GROUP, 1, 512, 512, 128, 160, ROWS_F32 },
  { "group norm 128 at 256 x 1024", run_norm, NORM_GROUP, 1, 128, 128, 256, 1024, ROWS_F32 },
  { "layer norm 128 at 256 x 1024", run_norm, NORM_LAYER, 1, 128, 128, 256, 1024, ROWS_F32 },
  { "attention 512 at 42 x 64", run_attention, 0, 0, 512, 1, 42, 64, ROWS_F32 },
  { "attention 512 at 84 x 128", run_attention, 0, 0, 512, 1, 84, 128, ROWS_F32 },
  { "attention 16 x 64 of 4096", run_attention, 0, 0, 1024, 16, 1, 4096, ROWS_F32 },
  { "quantiser 16384 of 256 at 42 x 64", run_quantiser, 0, 0, 256, 16384, 42, 64, ROWS_F32 },
  { "dense 1024 to 4096, 256 rows", run_dense, 0, 0, 1024, 4096, 256, 1, ROWS_F16 },
  { "dense 4096 to 1024, 256 rows", run_dense, 0, 0, 4096, 1024, 256, 1, ROWS_F16 },
  { "dense 4096 to 1024, 256 rows, 8 bits", run_dense, 0, 0, 4096, 1024, 256, 1, ROWS_I8 },
  { "dense 600 to 512, 4096 rows", run_dense, 0, 0, 600, 512, 4096, 1, ROWS_F16 },
  { "dense 1024 to 16384, 15 rows", run_dense, 0, 0, 1024, 16384, 15, 1, ROWS_I8 },
};

static double
longest (const Layer *layer, int n_threads)
{
  g_autoptr (Pool) pool = pool_new (n_threads);
  double least = G_MAXDOUBLE;

  for (int i = 0; i < TRIES && least > most / 2; i++)
    {
      Watch watch = { .begun = now () };
      Job job = { .pool = pool, .progress = ask, .progress_data = &watch };
      g_autoptr (GError) error = NULL;

      if (!layer->run (&job, layer, &error))
        g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED);
      ask (0, &watch);
      least = MIN (least, watch.longest);
    }
  return least;
}

static void
asks_often (gconstpointer data)
{
  const Layer *layer = data;

  for (int n_threads = 1; n_threads <= 2; n_threads++)
    {
      const double seconds = longest (layer, n_threads);

      g_test_message ("%s, %d threads: %.0f ms", kernels_best ()->isa, n_threads, 1e3 * seconds);
      g_assert_cmpfloat (seconds, <, most);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/stop/%s", layers[i].name);

      g_test_add_data_func (path, &layers[i], asks_often);
    }
  return g_test_run ();
}
