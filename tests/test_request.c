/* What a host may ask of a completion beside the filling itself: variations alone and similar ones,
 * effort, previews, stopping, recipes, tokens. With the small random model of the golden cases. */
#include "tessera.h"
#include <math.h>
#include <string.h>

enum { WIDTH = 61, HEIGHT = 47, HOLE_X = 8, HOLE_Y = 6, HOLE_SIDE = 34 };

typedef struct {
  TesseraModel *model;
  float pixels[HEIGHT][WIDTH][3], hole[HEIGHT][WIDTH];
  TesseraRequest request;
  float shown[3][HEIGHT][WIDTH][3]; /* what previews have put there */
  int n_shown[3], n_whole,
      n_coarse; /* previews; those of whole variations, wanted of coarse ones */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "golden", "fill_plain", "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  f->model = tessera_model_open (path, &error);
  g_assert_no_error (error);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        f->pixels[y][x][c] = 0.5f + 0.3f * sinf (0.2f * x + c) * cosf (0.15f * y);
  for (int y = HOLE_Y; y < HOLE_Y + HOLE_SIDE; y++)
    for (int x = HOLE_X; x < HOLE_X + HOLE_SIDE; x++)
      f->hole[y][x] = 1;
  tessera_request_init (&f->request);
  f->request.picture = (TesseraPicture){ WIDTH, HEIGHT, &f->pixels[0][0][0] };
  f->request.hole = &f->hole[0][0];
  f->request.n_variations = 3;
  f->request.seed = 7;
  f->request.texture = 0; /* it draws by a chance of its own */
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

static size_t
bytes_of (const TesseraResult *result)
{
  const TesseraBox box = tessera_result_box (result);

  return (size_t) box.width * box.height * 4 * sizeof (float);
}

/* Rank of variation v. */
static int
rank_of (const TesseraResult *result, int v)
{
  for (int i = 0; i < tessera_result_n_variations (result); i++)
    if (tessera_result_variation (result, i) == v)
      return i;
  g_assert_not_reached ();
}

static gboolean
same_pixels (const TesseraResult *a, int v, const TesseraResult *b, int w)
{
  return memcmp (tessera_result_pixels (a, rank_of (a, v)),
                 tessera_result_pixels (b, rank_of (b, w)), bytes_of (a))
         == 0;
}

static void
a_recipe_makes_it_again (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) three = complete (f), again = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 3; i++)
    {
      TesseraRequest *request = &f->request;

      request->seed = 1;
      request->temperature = 0.2;
      g_assert_true (tessera_recipe_read (tessera_result_recipe (three, i), request, &error));
      g_assert_cmpint (request->n_variations, ==, 1);
      again = complete (f);
      g_assert_true (same_pixels (three, tessera_result_variation (three, i), again,
                                  tessera_result_variation (three, i)));
      g_clear_pointer (&again, tessera_result_free);
    }
}

static void
bad_recipes_are_refused (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) result = complete (f);
  const char *good = tessera_result_recipe (result, 0);
  const TesseraRequest before = f->request;
  static const char *const members[] = { "\"seed\"",   "\"variation\"", "\"sampling\"",
                                         "\"edges\"",  "\"detail\"",    "\"wrap\"",
                                         "\"format\"", "\"variety\"",   "\"soften\"",
                                         "\"top_p\"" };

  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *bad = g_strdup (good);
      g_autoptr (GError) error = NULL;

      strstr (bad, members[i])[1] = 'X'; /* a member of that name is missing now */
      g_assert_false (tessera_recipe_read (bad, &f->request, &error));
      g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
      g_assert_cmpmem (&f->request, sizeof before, &before, sizeof before);
    }
  for (size_t length = 0; length < strlen (good); length += 7)
    {
      g_autofree char *bad = g_strndup (good, length);
      g_autoptr (GError) error = NULL;

      g_assert_false (tessera_recipe_read (bad, &f->request, &error));
      g_assert_nonnull (error);
    }
}

static void
a_newer_recipe_is_refused (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tessera_recipe_read ("{\"format\":2}", &f->request, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED);
}

/* Amount 0 is the parent itself, under another seed; amount 1 still has its coarse forms. */
static void
similar_ones_keep_the_parent (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) parent = complete (f), same = NULL, changed = NULL;

  f->request.seed = 99;
  f->request.n_variations = 1;
  f->request.similar_seed = 7;
  f->request.similar_variation = 1;
  f->request.amount = 0;
  same = complete (f);
  g_assert_true (same_pixels (parent, 1, same, 0));
  f->request.amount = 0.5;
  changed = complete (f);
  g_assert_false (same_pixels (parent, 1, changed, 0));
}

static void
effort_high_keeps_the_best (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) all = NULL, best = NULL;

  f->request.n_variations = 4;
  all = complete (f);
  f->request.n_variations = 2;
  f->request.effort = TESSERA_EFFORT_HIGH;
  best = complete (f);
  g_assert_cmpint (tessera_result_n_variations (best), ==, 2);
  for (int i = 0; i < 2; i++)
    {
      g_assert_cmpint (tessera_result_variation (best, i), ==, tessera_result_variation (all, i));
      g_assert_cmpmem (tessera_result_pixels (best, i), bytes_of (best),
                       tessera_result_pixels (all, i), bytes_of (all));
    }
}

static void
a_draft_costs_less (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) normal = complete (f), draft = NULL;
  g_autoptr (GError) error = NULL;
  TesseraEstimate before, after;

  g_assert_true (tessera_estimate (f->model, &f->request, &before, NULL, &error));
  g_assert_cmpint (before.n_levels, >, 1);
  f->request.effort = TESSERA_EFFORT_DRAFT;
  g_assert_true (tessera_estimate (f->model, &f->request, &after, NULL, &error));
  g_assert_cmpfloat (after.flop, <, before.flop / 2);
  g_assert_cmpint (after.n_cells, <, before.n_cells);
  draft = complete (f);
  g_assert_false (same_pixels (normal, 0, draft, 0));
  for (size_t i = 0; i < bytes_of (draft) / sizeof (float); i++)
    g_assert_true (isfinite (tessera_result_pixels (draft, 0)[i]));
}

static void
look (int k, TesseraBox box, const float *pixels, gpointer data)
{
  Fixture *f = data;

  g_assert_true (k >= 0 && k < 3 && box.x >= HOLE_X && box.y >= HOLE_Y
                 && box.x + box.width <= HOLE_X + HOLE_SIDE
                 && box.y + box.height <= HOLE_Y + HOLE_SIDE);
  for (int y = 0; y < box.height; y++)
    memcpy (f->shown[k][box.y + y][box.x], pixels + (size_t) y * box.width * 3,
            box.width * 3 * sizeof (float));
  f->n_shown[k]++;
}

static void
the_last_preview_is_the_result (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) quiet = complete (f), result = NULL;

  f->request.preview = look;
  f->request.preview_data = f;
  result = complete (f);
  for (int k = 0; k < 3; k++)
    {
      const float *pixels = tessera_result_pixels (result, rank_of (result, k));

      g_assert_true (same_pixels (quiet, k, result, k));
      g_assert_cmpint (f->n_shown[k], >, 2); /* coarse, windows, the end */
      for (int y = 0; y < HOLE_SIDE; y++)
        for (int x = 0; x < HOLE_SIDE; x++)
          g_assert_cmpmem (f->shown[k][HOLE_Y + y][HOLE_X + x], 12,
                           pixels + 4 * (y * HOLE_SIDE + x), 12);
    }
}

/* Counts variations whose whole box was shown at full size: at the end of each. */
static void
count_whole (int k G_GNUC_UNUSED, TesseraBox box, const float *pixels G_GNUC_UNUSED, gpointer data)
{
  Fixture *f = data;

  f->n_whole += box.width == HOLE_SIDE && box.height == HOLE_SIDE;
}

static gboolean
stop_after_one (double done G_GNUC_UNUSED, gpointer data)
{
  const Fixture *f = data;

  return f->n_whole <= f->n_coarse; /* until the first of full size */
}

static void
stopping_keeps_what_is_finished (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) all = complete (f), some = NULL;
  TesseraEstimate estimate;

  g_assert_true (tessera_estimate (f->model, &f->request, &estimate, NULL, NULL));
  f->n_coarse = 3 * (estimate.n_levels - 1);
  f->request.preview = count_whole;
  f->request.preview_data = f;
  f->request.progress = stop_after_one;
  f->request.progress_data = f;
  some = complete (f);
  g_assert_cmpint (tessera_result_n_variations (some), >=, 1);
  g_assert_cmpint (tessera_result_n_variations (some), <, 3);
  g_assert_true (same_pixels (all, 0, some, 0));
}

static void
tokens_there_and_back (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const int rows = tessera_cells (f->model, HEIGHT), cols = tessera_cells (f->model, WIDTH);
  g_autofree int *tokens = g_new0 (int, (gsize) rows *cols);
  g_autofree float *at_once = g_new0 (float, HEIGHT *WIDTH * 3);
  g_autofree float *in_two = g_new0 (float, HEIGHT *WIDTH * 3);
  g_autoptr (GError) error = NULL;

  g_assert_true (tessera_reconstruct (f->model, &f->request, at_once, &error));
  g_assert_true (tessera_encode (f->model, &f->request, tokens, &error));
  g_assert_true (tessera_decode (f->model, &f->request, tokens, in_two, &error));
  g_assert_cmpmem (at_once, HEIGHT * WIDTH * 12, in_two, HEIGHT * WIDTH * 12);
  tokens[5] = tessera_model_info (f->model)->n_codes;
  g_assert_false (tessera_decode (f->model, &f->request, tokens, in_two, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add ("/request/" #name, Fixture, NULL, set_up, name, tear_down)
  g_test_init (&argc, &argv, NULL);
  TEST (a_recipe_makes_it_again);
  TEST (bad_recipes_are_refused);
  TEST (a_newer_recipe_is_refused);
  TEST (similar_ones_keep_the_parent);
  TEST (effort_high_keeps_the_best);
  TEST (a_draft_costs_less);
  TEST (the_last_preview_is_the_result);
  TEST (stopping_keeps_what_is_finished);
  TEST (tokens_there_and_back);
  return g_test_run ();
}
