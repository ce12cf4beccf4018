/* What models of the published system are told beside the pixels, and in which order they go. */
#include "net2net_fixture.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* ---- what a model says of itself ----------------------------------------------------------- */

static void
models_describe_themselves (void)
{
  static const TesseraCondition conditions[] = {
    TESSERA_CONDITION_SEGMENTATION, TESSERA_CONDITION_SEGMENTATION, TESSERA_CONDITION_DEPTH,
    TESSERA_CONDITION_PICTURE,      TESSERA_CONDITION_COORDINATES,  TESSERA_CONDITION_CLASS,
    TESSERA_CONDITION_NONE,         TESSERA_CONDITION_PREFIX,
  };

  for (size_t i = 0; i < N_MODELS; i++)
    {
      g_autoptr (Fixture) f = fixture_new (&net2net_models[i]);
      const TesseraModelInfo *info = tessera_model_info (f->model);

      g_assert_cmpstr (info->kind, ==, "net2net");
      g_assert_cmpint (info->condition, ==, conditions[i]);
      g_assert_cmpint (info->window, ==, 16);
      g_assert_cmpint (info->n_labels, ==, i == SEGMENTATION ? 7 : i == SHIFTED ? 6 : 0);
      g_assert_cmpint (info->needs_all_labels, ==, i == SEGMENTATION);
      g_assert_cmpint (info->n_classes, ==, i == CLASS ? 5 : 0);
      g_assert_cmpint (info->n_prefix, ==, i == PREFIX ? 4 : 0);
      g_assert_true (info->can_complete && info->can_paint && info->can_reconstruct);
      if (i == SHIFTED)
        g_assert_cmpstr (tessera_model_label (f->model, 5), ==, "label 5");
    }
}

/* Colours of labels without colours of their own: far enough from one another. */
static void
labels_have_colours (void)
{
  const RandomNet2net many = {
    "\"type\":\"segmentation\",\"n_labels\":183,\"label_shift\":1", 183, "identity", 0, 30, 511
  };
  g_autoptr (Fixture) f = fixture_new (&many);

  for (int i = 0; i < 182; i++)
    for (int j = 0; j < i; j++)
      {
        const guint32 a = tessera_model_label_color (f->model, i);
        const guint32 b = tessera_model_label_color (f->model, j);
        int most = 0;

        for (int shift = 0; shift < 24; shift += 8)
          most = MAX (most, ABS ((int) (a >> shift & 255) - (int) (b >> shift & 255)));
        g_assert_cmpint (most, >=, 8);
      }
}

/* ---- conditions ---------------------------------------------------------------------------- */

static void
change_condition (Fixture *f)
{
  memset (f->labels, 2, sizeof f->labels);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        f->depth[y][x] = (float) (x * y);
        f->drawing[y][x][0] = 1 - f->drawing[y][x][0];
      }
  f->prefix[1] = 9;
  if (f->request.class_number >= 0)
    f->request.class_number = 0;
}

static void
conditions_decide (void)
{
  for (size_t i = 0; i < N_MODELS; i++)
    {
      g_autoptr (Fixture) f = fixture_new (&net2net_models[i]);
      g_autoptr (TesseraResult) one = NULL, other = NULL;

      f->request.n_variations = 1;
      f->request.temperature = 0; /* nothing but the condition can make a difference */
      one = fixture_complete (f);
      change_condition (f);
      other = fixture_complete (f);
      g_assert_cmpint (memcmp (tessera_result_pixels (one, 0), tessera_result_pixels (other, 0),
                               fixture_result_bytes (one))
                           == 0,
                       ==, i == COORD || i == SOS);
    }
}

static void
missing_conditions_are_refused (void)
{
  static const char *const words[] = { "needs a label map",
                                       "needs a label map",
                                       "needs a depth map",
                                       "needs a drawing",
                                       NULL,
                                       "needs a class",
                                       NULL,
                                       "needs a list of tokens" };

  for (size_t i = 0; i < N_MODELS; i++)
    {
      g_autoptr (Fixture) f = fixture_new (&net2net_models[i]);

      f->request.labels = NULL;
      f->request.depth = f->request.drawing = NULL;
      f->request.class_number = -1;
      f->request.prefix = NULL;
      if (words[i])
        fixture_assert_refused (f, TESSERA_ERROR_FORMAT, words[i]);
      fixture_give_conditions (f);
      if (i != DEPTH)
        {
          f->request.depth = &f->depth[0][0];
          fixture_assert_refused (f, TESSERA_ERROR_UNSUPPORTED, "takes no depth map");
        }
    }
}

static void
wrong_conditions_are_refused (void)
{
  g_autoptr (Fixture) labels = fixture_new (&net2net_models[SEGMENTATION]);
  g_autoptr (Fixture) shifted = fixture_new (&net2net_models[SHIFTED]);
  g_autoptr (Fixture) depth = fixture_new (&net2net_models[DEPTH]);
  g_autoptr (Fixture) class = fixture_new (&net2net_models[CLASS]);
  g_autoptr (Fixture) prefix = fixture_new (&net2net_models[PREFIX]);
  g_autoptr (TesseraResult) result = NULL;

  labels->labels[40][50] = TESSERA_FREE;
  fixture_assert_refused (labels, TESSERA_ERROR_FORMAT, "not painted at column 50, row 40");
  labels->labels[40][50] = 7;
  fixture_assert_refused (labels, TESSERA_ERROR_FORMAT, "label 7 at column 50, row 40");
  shifted->labels[40][50] = TESSERA_FREE; /* which has a channel of its own there */
  result = fixture_complete (shifted);
  shifted->labels[40][50] = 6;
  fixture_assert_refused (shifted, TESSERA_ERROR_FORMAT, "0 to 5");
  depth->depth[3][3] = NAN;
  fixture_assert_refused (depth, TESSERA_ERROR_FORMAT, "not numbers");
  class->request.class_number = 5;
  fixture_assert_refused (class, TESSERA_ERROR_FORMAT, "0 to 4");
  prefix->prefix[2] = 30;
  fixture_assert_refused (prefix, TESSERA_ERROR_FORMAT, "0 to 29");
  prefix->request.n_prefix = 3;
  fixture_assert_refused (prefix, TESSERA_ERROR_FORMAT, "4 tokens");
}

static void
strategies_belong_to_kinds (void)
{
  g_autoptr (Fixture) f = fixture_new (&net2net_models[SOS]);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  TesseraEstimate estimate;

  f->request.strategy = TESSERA_STRATEGY_PYRAMID;
  fixture_assert_refused (f, TESSERA_ERROR_UNSUPPORTED, "anchored");
  f->request.strategy = TESSERA_STRATEGY_EXACT;
  g_assert_true (tessera_estimate (f->model, &f->request, &estimate, &text, &error));
  g_assert_nonnull (strstr (text, "exact"));
  g_assert_nonnull (strstr (text, "GFLOP"));
  g_assert_cmpfloat (estimate.flop, >, 1e8);
  f->request.memory_limit = estimate.bytes - 1;
  fixture_assert_refused (f, TESSERA_ERROR_MEMORY, "memory");
  f->request.memory_limit = 0;
  f->request.wrap = TRUE;
  f->request.hole = NULL;
  fixture_assert_refused (f, TESSERA_ERROR_UNSUPPORTED, "from left to right");
}

/* Few cells, for valgrind, under which a picture takes seconds: two sequences in a batch, and a window
 * for each cell. */
static void
small_cases (void)
{
  static const struct {
    int model, n;
    TesseraStrategy strategy;
  } cases[] = { { SEGMENTATION, 2, TESSERA_STRATEGY_ANCHORED },
                { DEPTH, 1, TESSERA_STRATEGY_EXACT } };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Fixture) f = fixture_new (&net2net_models[cases[i].model]);
      g_autoptr (TesseraResult) result = NULL;
      gboolean changed = FALSE;

      memset (f->hole, 0, sizeof f->hole);
      f->hole[31][34] = f->hole[31][39] = 1;
      f->request.strategy = cases[i].strategy;
      f->request.n_threads = 1; /* valgrind runs one at a time, and the others would spin */
      f->request.n_variations = cases[i].n;
      f->request.picture.height = 40;
      result = fixture_complete (f);
      for (int k = 0; k < cases[i].n; k++)
        {
          const float *pixel = tessera_result_pixels (result, k);

          for (size_t n = fixture_result_bytes (result) / (4 * sizeof (float)); n > 0;
               n--, pixel += 4)
            {
              g_assert_true (pixel[0] >= 0 && pixel[0] <= 1 && pixel[3] >= 0);
              changed |= pixel[3] > 0;
            }
        }
      g_assert_true (changed);
    }
}

/* ---- permuters ----------------------------------------------------------------------------- */

static void
every_permuter (void)
{
  static const char *const types[] = { "subsample", "z_curve",   "spiral_out",
                                       "spiral_in", "alternate", "random" };

  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    {
      const RandomNet2net model = { "\"type\":\"class\",\"n_classes\":5", 0, types[i], 8, 30, 64 };
      g_autoptr (Fixture) f = fixture_new (&model);
      g_autoptr (TesseraResult) result = NULL;

      g_assert_cmpint (tessera_model_info (f->model)->window, ==, 8);
      result = fixture_complete (f);
      g_assert_cmpint (tessera_result_n_variations (result), ==, 2);
      f->request.strategy = TESSERA_STRATEGY_EXACT;
      fixture_assert_refused (f, TESSERA_ERROR_UNSUPPORTED, "order");
    }
}

static void
assert_no_model (RandomNet2net model, const char *words)
{
  g_autofree char *path = random_net2net_write (&model);
  g_autoptr (GError) error = NULL;

  g_assert_null (tessera_model_open (path, &error));
  g_unlink (path);
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
  if (!strstr (error->message, words))
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static void
impossible_models_are_refused (void)
{
  RandomNet2net model = net2net_models[SEGMENTATION];

  model.condition_channels = 8;
  assert_no_model (model, "in_channels");
  model = net2net_models[SEGMENTATION];
  model.vocab_size = 29;
  assert_no_model (model, "vocab_size");
  model = net2net_models[SOS];
  model.condition = "\"type\":\"sos\",\"sos_token\":30";
  assert_no_model (model, "sos_token");
  model.condition = "\"type\":\"coord\",\"n_embed\":30,\"down_factor\":8";
  assert_no_model (model, "down_factor");
  model.condition = "\"type\":\"prefix\",\"n_tokens\":257"; /* more than all positions */
  assert_no_model (model, "n_tokens");
  model = net2net_models[CLASS];
  model.permuter = "z_curve";
  model.permuter_side = 12;
  assert_no_model (model, "z_curve");
  model.permuter = "spiral_out";
  model.permuter_side = 18; /* 324 cells where the model has 256 places */
  assert_no_model (model, "block_size");
  model.permuter = "backwards";
  assert_no_model (model, "backwards");
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add_func ("/net2net_conditions/" #name, name)
  g_test_init (&argc, &argv, NULL);
  TEST (models_describe_themselves);
  TEST (labels_have_colours);
  TEST (conditions_decide);
  TEST (missing_conditions_are_refused);
  TEST (wrong_conditions_are_refused);
  TEST (strategies_belong_to_kinds);
  TEST (small_cases);
  TEST (every_permuter);
  TEST (impossible_models_are_refused);
  return g_test_run ();
}
