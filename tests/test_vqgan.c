/* The tokenizer where the golden vectors do not look: labels, remapped codebooks, sizes, threads. */
#include "vqgan/quantiser.h"
#include "vqgan/vqgan.h"
#include <string.h>

static Model *
open_model (const char *name)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "golden", name, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  Model *model = model_open (path, &error);

  g_assert_no_error (error);
  return model;
}

static Vqgan *
encoder_of (const Model *model)
{
  g_autoptr (GError) error = NULL;
  Vqgan *vqgan = vqgan_new_encoder (model, &model->schema.vqgan, "", &error);

  g_assert_no_error (error);
  return vqgan;
}

/* A table look-up must be the convolution of the one-hot picture. */
static void
test_labels (void)
{
  enum { HEIGHT = 37, WIDTH = 50 };
  g_autoptr (Pool) pool = pool_new (2);
  g_autoptr (Model) model = open_model ("vqgan_f16_encode_decode");
  g_autoptr (Vqgan) vqgan = encoder_of (model);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GError) error = NULL;
  g_auto (Map) picture = { 0 }, want = { 0 }, got = { 0 };
  guint8 labels[HEIGHT * WIDTH];
  Job job = { .pool = pool };

  g_assert_true (map_init (&picture, HEIGHT, WIDTH, 3, &error));
  for (int i = 0; i < HEIGHT * WIDTH; i++)
    {
      labels[i] = (guint8) g_rand_int_range (rand, 0, 3);
      picture.data[3 * i + labels[i]] = 1;
    }
  g_assert_true (vqgan_encode (&job, vqgan, &picture, &want, &error));
  g_assert_true (vqgan_encode_labels (&job, vqgan, labels, HEIGHT, WIDTH, &got, &error));
  g_assert_cmpint (got.height, ==, HEIGHT / 16);
  g_assert_cmpint (got.width, ==, WIDTH / 16);
  for (size_t i = 0; i < map_cells (&got) * got.channels; i++)
    g_assert_cmpfloat_with_epsilon (got.data[i], want.data[i], 1e-4);

  labels[WIDTH * 2 + 5] = 3;
  map_clear (&got);
  g_assert_false (vqgan_encode_labels (&job, vqgan, labels, HEIGHT, WIDTH, &got, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
  g_assert_cmpstr (
      error->message, ==,
      "The label map holds label 3 at column 5, row 2; the model knows labels 0 to 2.");
}

static void
test_too_small (void)
{
  g_autoptr (Pool) pool = pool_new (1);
  g_autoptr (Model) model = open_model ("vqgan_f16_encode_decode");
  g_autoptr (Vqgan) vqgan = encoder_of (model);
  g_autoptr (GError) error = NULL;
  g_auto (Map) picture = { 0 }, vectors = { 0 };
  Job job = { .pool = pool };

  g_assert_true (map_init (&picture, 16, 15, 3, &error));
  g_assert_false (vqgan_encode (&job, vqgan, &picture, &vectors, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
}

/* used = [5, 2, 5]: the first place counts; everything else is unknown. */
static void
test_remap (void)
{
  int used[] = { 5, 2, 5 };
  Quantiser q = { .n_entries = 8, .width = 1, .n_used = 3, .used = used };
  gboolean seen[3] = { FALSE };

  q.unknown = UNKNOWN_EXTRA;
  g_assert_cmpint (quantiser_n_tokens (&q), ==, 4);
  g_assert_cmpint (quantiser_token (&q, 5, 0), ==, 0);
  g_assert_cmpint (quantiser_token (&q, 2, 0), ==, 1);
  g_assert_cmpint (quantiser_token (&q, 7, 0), ==, 3);
  g_assert_cmpint (quantiser_entry (&q, 1), ==, 2);
  g_assert_cmpint (quantiser_entry (&q, 3), ==, 5);

  q.unknown = 1;
  g_assert_cmpint (quantiser_n_tokens (&q), ==, 3);
  g_assert_cmpint (quantiser_token (&q, 7, 0), ==, 1);

  q.unknown = UNKNOWN_RANDOM;
  g_assert_cmpint (quantiser_n_tokens (&q), ==, 3);
  g_assert_cmpint (quantiser_token (&q, 2, 0), ==, 1);
  for (size_t place = 0; place < 100; place++)
    {
      const int token = quantiser_token (&q, 7, place);

      g_assert_cmpint (token, >=, 0);
      g_assert_cmpint (token, <, 3);
      g_assert_cmpint (token, ==, quantiser_token (&q, 7, place)); /* of its place alone */
      seen[token] = TRUE;
    }
  g_assert_true (seen[0] && seen[1] && seen[2]);
}

/* Equal vectors, equal entries: the first row counts. */
static void
test_first_of_equals (void)
{
  float entries[] = { 1, 2, 3, 3, 0 }, offsets[] = { -0.5f, -2, -4.5f, -4.5f, 0 };
  const float vectors[] = { 2.9f, 1.1f, -9 };
  const Quantiser q = {
    .n_entries = 5, .width = 1, .entries = entries, .rows = entries, .offsets = offsets
  };
  g_autoptr (Pool) pool = pool_new (1);
  g_autoptr (GError) error = NULL;
  Job job = { .pool = pool };
  int got[3];

  g_assert_true (quantiser_choose (&job, &q, vectors, 3, NULL, got, &error));
  g_assert_cmpint (got[0], ==, 2);
  g_assert_cmpint (got[1], ==, 0);
  g_assert_cmpint (got[2], ==, 4);
}

/* The bytes of encoding and decoding are the same with any number of threads. */
static void
test_threads (void)
{
  g_autoptr (Model) model = open_model ("vqgan_f8_gumbel");
  g_autoptr (GError) error = NULL;
  g_autoptr (Vqgan) vqgan = vqgan_new (model, "", &error);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_auto (Map) picture = { 0 }, first = { 0 };

  g_assert_no_error (error);
  g_assert_true (map_init (&picture, 8 * 13, 8 * 21, 3, &error));
  for (size_t i = 0; i < map_cells (&picture) * 3; i++)
    picture.data[i] = (float) g_rand_double_range (rand, -1, 1);
  for (int n_threads = 1; n_threads <= 3; n_threads++)
    {
      g_autoptr (Pool) pool = pool_new (n_threads);
      g_auto (Map) vectors = { 0 }, decoded = { 0 };
      Job job = { .pool = pool };

      g_assert_true (vqgan_encode (&job, vqgan, &picture, &vectors, &error));
      g_assert_true (vqgan_decode (&job, vqgan, &vectors, NULL, &decoded, &error));
      if (n_threads == 1)
        map_replace (&first, &decoded);
      else
        g_assert_cmpmem (decoded.data, map_cells (&decoded) * 12, first.data,
                         map_cells (&first) * 12);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vqgan/labels", test_labels);
  g_test_add_func ("/vqgan/too-small", test_too_small);
  g_test_add_func ("/vqgan/remap", test_remap);
  g_test_add_func ("/vqgan/first-of-equals", test_first_of_equals);
  g_test_add_func ("/vqgan/threads", test_threads);
  return g_test_run ();
}
