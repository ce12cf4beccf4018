/* What the transformer is told of a hole at a level without a guide: the underpainted picture, or the
 * tints of its labels. With a small model of the golden cases; values, not looks. */
#include "run/canvas.h"
#include "run/pixels.h"
#include <string.h>

enum { SIDE = 16, N = SIDE * SIDE, FREE = TESSERA_FREE };

typedef struct {
  Nets *nets;
  Pool *pool;
  float pixels[N][3], hole[N];
  guint8 labels[N];
  TesseraRequest request;
} Fixture;

static void
set_up (Fixture *f, gconstpointer name)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "golden", (const char *) name, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  f->nets = nets_open (path, &error);
  g_assert_no_error (error);
  f->pool = pool_new (1);
  for (int i = 0; i < N; i++)
    for (int c = 0; c < 3; c++)
      f->pixels[i][c] = (float) ((i * 7 + c * 31) % 64) / 63;
  memset (f->labels, FREE, sizeof f->labels);
  tessera_request_init (&f->request);
  f->request.picture = (TesseraPicture){ SIDE, SIDE, &f->pixels[0][0] };
  f->request.hole = f->hole;
  f->request.labels = f->labels;
}

static void
tear_down (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  pool_free (f->pool);
  nets_close (f->nets);
}

/* The canvas of the only level, with what it is told. */
static Scene *
look (Fixture *f, Canvas *canvas)
{
  Job job = { .pool = f->pool };
  g_autoptr (GError) error = NULL;
  g_autoptr (Scene) scene = scene_new (&job, f->nets, &f->request, &error);
  g_auto (Map) vectors = { 0 };

  g_assert_no_error (error);
  g_assert_cmpint (scene->plan->frame.n_levels, ==, 1);
  pixels_encode (&job, f->nets->vqgan, scene->levels[0].picture, SIDE, SIDE, FALSE, &vectors,
                 &error);
  g_assert_no_error (error);
  canvas_init (canvas, scene, 0, 2, &vectors, &error);
  g_assert_no_error (error);
  canvas_guess (canvas, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&scene);
}

static void
tells_the_underpainted_picture (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  g_auto (Canvas) canvas = { 0 };
  g_autoptr (Scene) scene = NULL;

  for (int i = 0; i < N; i++)
    f->hole[i] = i / SIDE < 4 && i % SIDE < 4;
  memset (f->labels, 1, sizeof f->labels);
  scene = look (f, &canvas);
  g_assert_false (canvas.tinted || canvas.guided);
  g_assert_cmpmem (canvas.coarse, canvas_cells (&canvas) * 2 * canvas.embed_dim * sizeof (float),
                   canvas.vectors, canvas_cells (&canvas) * 2 * canvas.embed_dim * sizeof (float));
  for (int i = 0; i < N; i++)
    if (f->hole[i] == 0)
      g_assert_cmpmem (scene->levels[0].picture + 3 * i, 12, f->pixels[i], 12);
}

/* Label i of n has the tint (3 i + c) / (3 n - 1) in colour c: training/golden.py. */
static void
tells_the_tints (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  g_auto (Canvas) canvas = { 0 };
  g_autoptr (Scene) scene = NULL;
  const int n = f->nets->fill.n_labels, factor = vq_factor (vqgan_schema (f->nets->vqgan));

  for (int i = 0; i < N; i++)
    f->hole[i] = 1;
  for (int i = 0; i < N; i++) /* top: label 2; below: free, but for a cell half of label 0 */
    f->labels[i] = i / SIDE < SIDE / 2 ? 2 : i >= N - SIDE && i % SIDE >= SIDE - factor ? 0 : FREE;
  scene = look (f, &canvas);
  g_assert_true (canvas.tinted);
  g_assert_nonnull (canvas.coarse);
  for (int i = 0; i < N; i++)
    for (int c = 0; c < 3; c++)
      {
        const gboolean corner = i / SIDE >= SIDE - factor && i % SIDE >= SIDE - factor;
        const float top = (float) (3 * 2 + c) / (float) (3 * n - 1);
        const float mixed = 0.5f + ((float) c / (float) (3 * n - 1) - 0.5f) / (float) factor;
        const float wanted = i / SIDE < SIDE / 2 ? top : corner ? mixed : 0.5f;

        g_assert_cmpfloat_with_epsilon (scene->levels[0].picture[3 * i + c], wanted, 1e-3f);
      }
}

static void
tells_nothing_of_nothing (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  g_auto (Canvas) canvas = { 0 };
  g_autoptr (Scene) scene = NULL;

  for (int i = 0; i < N; i++)
    f->hole[i] = 1;
  f->nets->model->schema.paints = TRUE;
  scene = look (f, &canvas);
  g_assert_false (canvas.tinted);
  g_assert_null (canvas.coarse);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test)                                                                            \
  g_test_add ("/guess/" path, Fixture, "fill_labels_coarse", set_up, test, tear_down)
  ADD ("tells-the-underpainted-picture", tells_the_underpainted_picture);
  ADD ("tells-the-tints", tells_the_tints);
  ADD ("tells-nothing-of-nothing", tells_nothing_of_nothing);
#undef ADD
  return g_test_run ();
}
