/* How much labels count: with a small random model of the golden cases, what must hold whatever the
 * weights are. That the numbers are right, the golden case fill_steered tests. */
#include "tessera.h"
#include <math.h>
#include <string.h>

enum { SIDE = 24, N = SIDE * SIDE };

typedef struct {
  TesseraModel *model;
  float pixels[N][3], hole[N];
  guint8 labels[N];
  TesseraRequest request;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", "fill_labels_coarse",
                                                 "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  f->model = tessera_model_open (path, &error);
  g_assert_no_error (error);
  for (int i = 0; i < N; i++)
    {
      const int x = i % SIDE, y = i / SIDE;

      for (int c = 0; c < 3; c++)
        f->pixels[i][c] = 0.5f + 0.3f * sinf (0.4f * x + c) * cosf (0.3f * y);
      f->hole[i] = x >= 8 && x < 14 && y >= 6 && y < 12; /* two levels */
      f->labels[i] = (guint8) (y < 9);
    }
  tessera_request_init (&f->request);
  f->request.picture = (TesseraPicture){ SIDE, SIDE, &f->pixels[0][0] };
  f->request.hole = f->hole;
  f->request.labels = f->labels;
  f->request.n_variations = 3;
  f->request.seed = 3;
  f->request.texture = 0; /* which looks at labels by itself */
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  tessera_model_close (f->model);
}

static TesseraResult *
complete (Fixture *f, double strength)
{
  g_autoptr (GError) error = NULL;
  TesseraResult *result;

  f->request.label_strength = strength;
  result = tessera_complete (f->model, &f->request, &error);
  g_assert_no_error (error);
  return result;
}

/* Whether variation v looks the same in both. */
static gboolean
same (const TesseraResult *a, const TesseraResult *b, int v)
{
  const TesseraBox box = tessera_result_box (a);
  const float *pixels[2] = { NULL };
  const TesseraResult *results[] = { a, b };

  for (int r = 0; r < 2; r++)
    for (int i = 0; i < tessera_result_n_variations (results[r]); i++)
      if (tessera_result_variation (results[r], i) == v)
        pixels[r] = tessera_result_pixels (results[r], i);
  g_assert_true (pixels[0] && pixels[1]);
  return memcmp (pixels[0], pixels[1], (size_t) box.width * box.height * 4 * sizeof (float)) == 0;
}

static gboolean
all_same (const TesseraResult *a, const TesseraResult *b)
{
  return same (a, b, 0) && same (a, b, 1) && same (a, b, 2);
}

static void
zero_is_as_if_unpainted (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) zero = complete (f, 0), one = complete (f, 1), free = NULL;

  f->request.labels = NULL;
  free = complete (f, 1);
  g_assert_true (all_same (zero, free));
  g_assert_false (all_same (one, free));
}

/* Where nothing is known, the tints that labels lend to the picture are part of them. */
static void
zero_forgets_the_tints_too (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  TesseraResult *zeros[2], *ones[2];

  for (int i = 0; i < N; i++)
    f->hole[i] = 1;
  f->request.picture = (TesseraPicture){ 16, 16, &f->pixels[0][0] };
  for (int label = 0; label < 2; label++)
    {
      memset (f->labels, label, sizeof f->labels);
      zeros[label] = complete (f, 0);
      ones[label] = complete (f, 1);
    }
  g_assert_true (all_same (zeros[0], zeros[1]));
  g_assert_false (all_same (ones[0], ones[1]));
  for (int i = 0; i < 2; i++)
    {
      tessera_result_free (zeros[i]);
      tessera_result_free (ones[i]);
    }
}

static void
more_makes_a_difference (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) one = complete (f, 1), ten = complete (f, 10), without = NULL;

  g_assert_false (all_same (one, ten));
  f->request.labels = NULL;
  g_clear_pointer (&one, tessera_result_free);
  g_clear_pointer (&ten, tessera_result_free);
  one = complete (f, 1);
  without = complete (f, 10); /* where nothing is painted there is nothing to count */
  g_assert_true (all_same (one, without));
}

static void
same_bytes_in_any_batch (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) three = NULL, alone = NULL;

  f->request.n_threads = 1;
  three = complete (f, 4);
  f->request.n_threads = 3;
  f->request.n_variations = 1;
  f->request.first_variation = 2;
  alone = complete (f, 4);
  g_assert_true (same (three, alone, 2));
}

static void
old_recipes_are_kept (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) result = complete (f, 2.5), one = complete (f, 1);
  const char *recipe = tessera_result_recipe (result, 0);
  g_autofree char *old = g_strdup (tessera_result_recipe (one, 0));
  g_autoptr (GError) error = NULL;

  g_assert_true (tessera_recipe_read (recipe, &f->request, &error));
  g_assert_cmpfloat (f->request.label_strength, ==, 2.5);
  strstr (old, "\"label_strength\"")[1] = 'X'; /* as if it had not been known */
  g_assert_true (tessera_recipe_read (old, &f->request, &error));
  g_assert_cmpfloat (f->request.label_strength, ==, 1);
  memcpy (strstr (old, "\"Xabel_strength\":") + 1, "label_strength\":99", 18);
  g_assert_false (tessera_recipe_read (old, &f->request, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
}

static void
its_price_is_known (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  TesseraEstimate one, more, without;
  g_autoptr (GError) error = NULL;

  f->request.label_strength = 1;
  g_assert_true (tessera_estimate (f->model, &f->request, &one, NULL, &error));
  f->request.label_strength = 4;
  g_assert_true (tessera_estimate (f->model, &f->request, &more, NULL, &error));
  memset (f->labels, TESSERA_FREE, sizeof f->labels);
  g_assert_true (tessera_estimate (f->model, &f->request, &without, NULL, &error));
  g_assert_cmpint (one.n_levels, ==, 2);
  g_assert_cmpfloat (more.flop, >, one.flop);
  g_assert_cmpfloat (more.seconds, >, one.seconds);
  g_assert_cmpuint (more.bytes, >, one.bytes);
  g_assert_cmpfloat (without.flop, ==, one.flop);
}

static void
what_is_out_of_range_is_refused (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const double bad[] = { -0.1, TESSERA_MAX_LABEL_STRENGTH + 0.1, NAN };

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      f->request.label_strength = bad[i];
      g_assert_null (tessera_complete (f->model, &f->request, &error));
      g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
      g_assert_nonnull (strstr (error->message, "label strength"));
    }
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add ("/label-strength/" #name, Fixture, NULL, set_up, name, tear_down)
  g_test_init (&argc, &argv, NULL);
  TEST (zero_is_as_if_unpainted);
  TEST (zero_forgets_the_tints_too);
  TEST (more_makes_a_difference);
  TEST (same_bytes_in_any_batch);
  TEST (old_recipes_are_kept);
  TEST (its_price_is_known);
  TEST (what_is_out_of_range_is_refused);
  return g_test_run ();
}
