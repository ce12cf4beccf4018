/* The published system through the public header: completes and paints. */
#include "model/safetensors.h"
#include "net2net_fixture.h"
#include <math.h>
#include <string.h>

/* Rank of a variation, counted from the seed. */
static int
rank_of (const TesseraResult *result, int variation)
{
  for (int i = 0; i < tessera_result_n_variations (result); i++)
    if (tessera_result_variation (result, i) == variation)
      return i;
  g_assert_not_reached ();
}

static gboolean
same_variation (const TesseraResult *a, const TesseraResult *b, int variation)
{
  const int i = rank_of (a, variation), j = rank_of (b, variation);

  return fixture_result_bytes (a) == fixture_result_bytes (b)
         && memcmp (tessera_result_pixels (a, i), tessera_result_pixels (b, j),
                    fixture_result_bytes (a))
                == 0
         && strcmp (tessera_result_recipe (a, i), tessera_result_recipe (b, j)) == 0;
}

/* ---- the published system ------------------------------------------------------------------ */

/* The greedy picture of the golden case, made from nothing but its size. */
static void
paints_as_published (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "golden", "taming_coord", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *truth = g_build_filename (folder, "expected.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TesseraModel) model = tessera_model_open (path, &error);
  g_autoptr (Safetensors) expected = safetensors_open (truth, &error);
  g_autoptr (TesseraResult) result = NULL;
  const Tensor *image;
  TesseraRequest request;

  g_assert_no_error (error);
  image = safetensors_find (expected, "greedy_image");
  tessera_request_init (&request);
  request.picture = (TesseraPicture){ 44, 32, NULL };
  request.strategy = TESSERA_STRATEGY_EXACT;
  request.temperature = 0;
  request.n_variations = 1;
  result = tessera_complete (model, &request, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 44 * 32; i++)
    for (int c = 0; c < 3; c++)
      g_assert_cmpfloat_with_epsilon (
          tessera_result_pixels (result, 0)[4 * i + c],
          CLAMP ((tensor_number (image, (size_t) c * 44 * 32 + i) + 1) / 2, 0, 1), 1e-4);
}

/* ---- sameness ------------------------------------------------------------------------------ */

static void
check_sameness (Fixture *f)
{
  g_autoptr (TesseraResult) first = NULL, alone = NULL;

  f->request.n_variations = 3;
  f->request.n_threads = 1;
  first = fixture_complete (f);
  for (f->request.n_threads = 2; f->request.n_threads <= 3; f->request.n_threads++)
    {
      g_autoptr (TesseraResult) again = fixture_complete (f);

      for (int v = 0; v < 3; v++)
        g_assert_true (same_variation (first, again, v));
    }
  f->request.n_variations = 1;
  f->request.first_variation = 2;
  alone = fixture_complete (f);
  g_assert_true (same_variation (first, alone, 2));
  f->request.first_variation = 1;
  g_clear_pointer (&alone, tessera_result_free);
  alone = fixture_complete (f);
  g_assert_true (same_variation (first, alone, 1));
  g_assert_true (memcmp (tessera_result_pixels (first, rank_of (first, 0)),
                         tessera_result_pixels (alone, 0), fixture_result_bytes (alone))
                 != 0);
}

static void
same_seed_same_bytes (void)
{
  for (int painting = 0; painting < 2; painting++)
    for (int exact = 0; exact < 2; exact++)
      {
        g_autoptr (Fixture) f = fixture_new (&net2net_models[painting ? SEGMENTATION : COORD]);

        f->request.strategy = exact ? TESSERA_STRATEGY_EXACT : TESSERA_STRATEGY_ANCHORED;
        if (painting)
          f->request.picture.pixels = NULL;
        check_sameness (f);
      }
}

/* Where one window holds all, both rules are the same. */
static void
one_window_is_exact (void)
{
  g_autoptr (Fixture) f = fixture_new (&net2net_models[DEPTH]);
  g_autoptr (TesseraResult) exact = NULL, anchored = NULL;
  const float *a, *b;

  f->request.picture = (TesseraPicture){ 64, 64, NULL };
  f->request.n_variations = 1;
  f->request.strategy = TESSERA_STRATEGY_EXACT;
  exact = fixture_complete (f);
  f->request.strategy = TESSERA_STRATEGY_AUTO;
  anchored = fixture_complete (f);
  a = tessera_result_pixels (exact, 0);
  b = tessera_result_pixels (anchored, 0);
  g_assert_cmpmem (a, fixture_result_bytes (exact), b, fixture_result_bytes (anchored));
}

/* ---- pixels -------------------------------------------------------------------------------- */

static void
covers_the_hole_alone (void)
{
  g_autoptr (Fixture) f = fixture_new (&net2net_models[SOS]);
  g_autofree float *after = g_memdup2 (f->pixels, sizeof f->pixels);
  g_autoptr (TesseraResult) result = fixture_complete (f);
  const TesseraBox box = tessera_result_box (result);
  int changed = 0;

  g_assert_true (box.x == 30 && box.y == 21 && box.width == 41 && box.height == 37);
  tessera_result_apply (result, 0, after, WIDTH);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      if (f->hole[y][x] == 0)
        g_assert_cmpmem (after + 3 * (y * WIDTH + x), 12, f->pixels[y][x], 12);
      else
        changed += memcmp (after + 3 * (y * WIDTH + x), f->pixels[y][x], 12) != 0;
  g_assert_cmpint (changed, >, 1000);
}

/* Smaller than a window, one pixel, sides that are no whole cells: all get their full size. */
static void
any_size (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 5, 93 }, { 93, 3 }, { 64, 64 }, { 65, 71 } };
  g_autoptr (Fixture) f = fixture_new (&net2net_models[SHIFTED]);

  f->request.n_variations = 1;
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (TesseraResult) result = NULL;
      TesseraBox box;

      f->request.picture = (TesseraPicture){ sizes[i][0], MIN (sizes[i][1], HEIGHT), NULL };
      result = fixture_complete (f);
      box = tessera_result_box (result);
      g_assert_true (box.x == 0 && box.y == 0 && box.width == sizes[i][0]
                     && box.height == MIN (sizes[i][1], HEIGHT));
      for (size_t p = 0; p < fixture_result_bytes (result) / sizeof (float); p++)
        g_assert_true (tessera_result_pixels (result, 0)[p] >= 0
                       && tessera_result_pixels (result, 0)[p] <= 1);
    }
}

/* ---- stopping and showing ------------------------------------------------------------------ */

typedef struct {
  int calls, last_rows;
  double stop_at, done;
} Watch;

static gboolean
watch_progress (double done, gpointer data)
{
  Watch *watch = data;

  g_assert_cmpfloat (done, >=, watch->done);
  watch->done = done;
  return done < watch->stop_at;
}

static void
watch_preview (int k, TesseraBox box, const float *pixels, gpointer data)
{
  Watch *watch = data;

  g_assert_true (k >= 0 && k < 2 && box.x >= 30 && box.x + box.width <= 71 && box.y >= 21
                 && box.y + box.height <= 58);
  for (int i = 0; i < box.width * box.height * 3; i++)
    g_assert_true (pixels[i] >= 0 && pixels[i] <= 1);
  watch->calls++;
  watch->last_rows = box.height;
}

static void
shows_rows_and_stops (void)
{
  g_autoptr (Fixture) f = fixture_new (&net2net_models[DEPTH]);
  g_autoptr (TesseraResult) shown = NULL, quiet = fixture_complete (f);
  g_autoptr (GError) error = NULL;
  Watch watch = { .stop_at = 2 };

  f->request.progress = watch_progress;
  f->request.progress_data = &watch;
  f->request.preview = watch_preview;
  f->request.preview_data = &watch;
  shown = fixture_complete (f);
  g_assert_cmpint (watch.calls, >, 2); /* two are the finished variations */
  g_assert_cmpint (watch.last_rows, ==, 37);
  g_assert_cmpfloat (watch.done, ==, 1);
  g_assert_true (same_variation (shown, quiet, 0) && same_variation (shown, quiet, 1));
  watch = (Watch){ .stop_at = 0.4 };
  g_assert_null (tessera_complete (f->model, &f->request, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED);
}

/* More like this: amount 0 is the old one again, amount 1 another, in between some of both. */
static void
more_like_this (void)
{
  g_autoptr (Fixture) f = fixture_new (&net2net_models[SOS]);
  g_autoptr (TesseraResult) first = NULL, same = NULL, other = NULL;

  f->request.n_variations = 1;
  f->request.texture = 0; /* which draws by the new seed */
  first = fixture_complete (f);
  f->request.similar_seed = f->request.seed;
  f->request.seed = 77;
  f->request.amount = 0;
  same = fixture_complete (f);
  f->request.amount = 0.5;
  other = fixture_complete (f);
  g_assert_cmpmem (tessera_result_pixels (first, 0), fixture_result_bytes (first),
                   tessera_result_pixels (same, 0), fixture_result_bytes (same));
  g_assert_true (memcmp (tessera_result_pixels (first, 0), tessera_result_pixels (other, 0),
                         fixture_result_bytes (first))
                 != 0);
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add_func ("/net2net/" #name, name)
  g_test_init (&argc, &argv, NULL);
  TEST (paints_as_published);
  TEST (same_seed_same_bytes);
  TEST (one_window_is_exact);
  TEST (covers_the_hole_alone);
  TEST (any_size);
  TEST (shows_rows_and_stops);
  TEST (more_like_this);
  return g_test_run ();
}
