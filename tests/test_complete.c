/* A completion as a host sees it, with the small random model of the golden cases: what must hold
 * whatever the weights are. */
#include "tessera.h"
#include <math.h>
#include <string.h>

enum { WIDTH = 61, HEIGHT = 47 };

typedef struct {
  TesseraModel *model;
  float pixels[HEIGHT][WIDTH][3], hole[HEIGHT][WIDTH];
  TesseraRequest request;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "golden", "fill_plain", "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  f->model = tessera_model_open (path, &error);
  g_assert_no_error (error);
  memset (f->hole, 0, sizeof f->hole);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        f->pixels[y][x][c] = 0.5f + 0.3f * sinf (0.2f * x + c) * cosf (0.15f * y);
  for (int y = 11; y < 29; y++)
    for (int x = 17; x < 40; x++)
      f->hole[y][x] = x < 19 ? 0.5f : 1;
  tessera_request_init (&f->request);
  f->request.picture = (TesseraPicture){ WIDTH, HEIGHT, &f->pixels[0][0][0] };
  f->request.hole = &f->hole[0][0];
  f->request.n_variations = 3;
  f->request.seed = 7;
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  tessera_model_close (f->model);
}

static TesseraResult *
complete (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  TesseraResult *result = tessera_complete (f->model, &f->request, &error);

  g_assert_no_error (error);
  return result;
}

static void
assert_same (const TesseraResult *a, const TesseraResult *b, gboolean same)
{
  const TesseraBox box = tessera_result_box (a);
  const size_t bytes = (size_t) box.width * box.height * 4 * sizeof (float);

  g_assert_cmpint (tessera_result_n_variations (a), ==, tessera_result_n_variations (b));
  for (int i = 0; i < tessera_result_n_variations (a); i++)
    g_assert_cmpint (
        memcmp (tessera_result_pixels (a, i), tessera_result_pixels (b, i), bytes) == 0, ==, same);
}

static void
covers_the_hole_alone (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) result = complete (f);
  const TesseraBox box = tessera_result_box (result);
  float before[HEIGHT][WIDTH][3];

  g_assert_true (box.x == 17 && box.y == 11 && box.width == 23 && box.height == 18);
  memcpy (before, f->pixels, sizeof before);
  tessera_result_apply (result, 0, &f->pixels[0][0][0], WIDTH);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        const float *rgba =
            tessera_result_pixels (result, 0) + 4 * ((y - box.y) * box.width + x - box.x);

        if (f->hole[y][x] == 0)
          g_assert_cmpmem (f->pixels[y][x], 12, before[y][x], 12);
        else
          for (int c = 0; c < 3; c++)
            {
              g_assert_cmpfloat (rgba[3], ==, f->hole[y][x]);
              g_assert_true (rgba[c] >= 0 && rgba[c] <= 1);
              g_assert_cmpfloat_with_epsilon (
                  f->pixels[y][x][c], before[y][x][c] * (1 - rgba[3]) + rgba[c] * rgba[3], 1e-6f);
            }
      }
}

static void
same_seed_same_bytes (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) once = NULL, again = NULL, other = NULL;

  f->request.n_threads = 1;
  once = complete (f);
  f->request.n_threads = 3;
  again = complete (f);
  assert_same (once, again, TRUE);
  g_assert_cmpstr (tessera_result_recipe (once, 0), ==, tessera_result_recipe (again, 0));
  g_clear_pointer (&once, tessera_result_free);
  f->request.texture = 0; /* which draws by chance too: the tokens alone must differ */
  once = complete (f);
  f->request.seed = 8;
  other = complete (f);
  assert_same (once, other, FALSE);
}

/* A variation does not depend on how many are made beside it. */
static void
batch_does_not_matter (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) three = complete (f), one = NULL;
  const TesseraBox box = tessera_result_box (three);
  const size_t bytes = (size_t) box.width * box.height * 4 * sizeof (float);

  f->request.n_variations = 1;
  one = complete (f);
  for (int i = 0; i < 3; i++)
    if (tessera_result_variation (three, i) == 0)
      g_assert_cmpmem (tessera_result_pixels (three, i), bytes, tessera_result_pixels (one, 0),
                       bytes);
}

static gboolean
stop_later (double done, gpointer data)
{
  double *last = data;

  g_assert_cmpfloat (done, >=, *last);
  g_assert_cmpfloat (done, <=, 1);
  *last = done;
  return done < 0.3;
}

static void
stops_when_asked (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  double last = 0;

  f->request.progress = stop_later;
  f->request.progress_data = &last;
  g_assert_null (tessera_complete (f->model, &f->request, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED);
}

static void
assert_refused (Fixture *f, TesseraError code, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tessera_complete (f->model, &f->request, &error));
  g_assert_error (error, TESSERA_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
refuses_with_a_sentence (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->request.memory_limit = 1000;
  assert_refused (f, TESSERA_ERROR_MEMORY, "memory");
  f->request.memory_limit = 0;
  f->request.temperature = -1;
  assert_refused (f, TESSERA_ERROR_FORMAT, "temperature");
  f->request.temperature = 1;
  f->request.n_variations = 99;
  assert_refused (f, TESSERA_ERROR_FORMAT, "variations");
  f->request.n_variations = 1;
  f->pixels[20][20][1] = NAN;
  assert_refused (f, TESSERA_ERROR_FORMAT, "not numbers");
  f->pixels[20][20][1] = 0;
  memset (f->hole, 0, sizeof f->hole);
  assert_refused (f, TESSERA_ERROR_EMPTY, "nothing to fill");
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      f->hole[y][x] = 1;
  assert_refused (f, TESSERA_ERROR_EMPTY, "whole picture");
}

/* Every size and place of a hole has a plan, a result and finite pixels. */
static void
any_hole_works (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const int holes[][4] = { { 0, 0, 1, 1 },    { 60, 46, 1, 1 }, { 0, 0, 61, 20 },
                                  { 30, 0, 31, 47 }, { 1, 1, 59, 45 }, { 5, 40, 3, 7 } };

  f->request.n_variations = 1;
  for (size_t i = 0; i < G_N_ELEMENTS (holes); i++)
    {
      const int *h = holes[i];
      g_autoptr (TesseraResult) result = NULL;

      memset (f->hole, 0, sizeof f->hole);
      for (int y = h[1]; y < h[1] + h[3]; y++)
        for (int x = h[0]; x < h[0] + h[2]; x++)
          f->hole[y][x] = 1;
      result = complete (f);
      for (int p = 0; p < h[2] * h[3] * 4; p++)
        g_assert_true (isfinite (tessera_result_pixels (result, 0)[p]));
    }
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add ("/complete/" #name, Fixture, NULL, set_up, name, tear_down)
  g_test_init (&argc, &argv, NULL);
  TEST (covers_the_hole_alone);
  TEST (same_seed_same_bytes);
  TEST (batch_does_not_matter);
  TEST (stops_when_asked);
  TEST (refuses_with_a_sentence);
  TEST (any_hole_works);
  return g_test_run ();
}
