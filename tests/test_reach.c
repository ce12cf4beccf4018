/* How far a completion reaches: softened edges, pictures that go round, holes that leave nothing.
 * With the small random models of the golden cases: what must hold whatever the weights are. */
#include "run/nets.h"
#include "run/pixels.h"
#include "tessera.h"
#include <math.h>
#include <string.h>

enum { WIDTH = 96, HEIGHT = 48, N = WIDTH * HEIGHT };

typedef struct {
  TesseraModel *model;
  float pixels[N][3], hole[N];
  guint8 labels[N];
  TesseraRequest request;
} Fixture;

/* A picture without a step anywhere, at its border neither. */
static void
set_up (Fixture *f, gconstpointer name)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "golden", (const char *) name, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  f->model = tessera_model_open (path, &error);
  g_assert_no_error (error);
  for (int i = 0; i < N; i++)
    for (int c = 0; c < 3; c++)
      f->pixels[i][c] = (float) (0.5
                                 + 0.3 * sin (2 * G_PI * 3 * (i % WIDTH) / WIDTH + c)
                                       * cos (0.15 * (int) (i / WIDTH)));
  memset (f->labels, TESSERA_FREE, sizeof f->labels);
  tessera_request_init (&f->request);
  f->request.picture = (TesseraPicture){ WIDTH, HEIGHT, &f->pixels[0][0] };
  f->request.hole = f->hole;
  f->request.n_variations = 1;
}

static void
tear_down (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  tessera_model_close (f->model);
}

static void
set_hole (Fixture *f, int left, int top, int width, int height)
{
  memset (f->hole, 0, sizeof f->hole);
  for (int y = top; y < top + height; y++)
    for (int x = left; x < left + width; x++)
      f->hole[y * WIDTH + (x + WIDTH) % WIDTH] = 1;
}

/* The whole picture afterwards. */
static void
complete (Fixture *f, float (*after)[3])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TesseraResult) result = tessera_complete (f->model, &f->request, &error);

  g_assert_no_error (error);
  memcpy (after, f->pixels, sizeof f->pixels);
  tessera_result_apply (result, 0, &after[0][0], WIDTH);
}

static void
softens (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  static float after[N][3];
  int n_faded = 0;

  set_hole (f, 30, 16, 20, 12);
  f->request.soften = 6;
  complete (f, after);
  for (int i = 0; i < N; i++)
    {
      const int x = i % WIDTH, y = i / WIDTH;
      const int dx = MAX (MAX (30 - x, x - 49), 0), dy = MAX (MAX (16 - y, y - 27), 0);
      const gboolean changed = memcmp (after[i], f->pixels[i], 12) != 0;

      if (dx * dx + dy * dy >= 36)
        g_assert_false (changed);
      else
        n_faded += changed && dx + dy > 0;
    }
  g_assert_cmpint (n_faded, >, 200); /* of about 460 pixels in the zone */
}

/* The border is nowhere: a picture turned by k columns gives the result turned by k columns. */
static void
turns_with_the_picture (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  static float straight[N][3], turned[N][3], pixels[N][3];
  const int by = 41;

  set_hole (f, 36, 10, 24, 20);
  f->request.wrap = TRUE;
  f->request.soften = 3;
  complete (f, straight);
  memcpy (pixels, f->pixels, sizeof pixels);
  for (int i = 0; i < N; i++)
    memcpy (f->pixels[i / WIDTH * WIDTH + (i + by) % WIDTH], pixels[i], 12);
  set_hole (f, 36 + by, 10, 24, 20); /* now across the border */
  complete (f, turned);
  for (int i = 0; i < N; i++)
    g_assert_cmpmem (turned[i / WIDTH * WIDTH + (i + by) % WIDTH], 12, straight[i], 12);
}

typedef struct {
  int n, n_bad;
} Boxes;

static void
see_box (int k G_GNUC_UNUSED, TesseraBox box, const float *pixels G_GNUC_UNUSED, gpointer data)
{
  Boxes *boxes = data;

  boxes->n++;
  boxes->n_bad += box.x < 0 || box.y < 0 || box.width < 1 || box.x + box.width > WIDTH
                  || box.y + box.height > HEIGHT;
}

static void
previews_both_sides (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  static float after[N][3];
  Boxes boxes = { 0 };

  set_hole (f, 86, 10, 24, 20);
  f->request.wrap = TRUE;
  f->request.preview = see_box;
  f->request.preview_data = &boxes;
  complete (f, after);
  g_assert_cmpint (boxes.n, >=, 2);
  g_assert_cmpint (boxes.n_bad, ==, 0);
}

/* Mean step from column x - 1 to x, of the rows that were filled. */
static double
step_at (float (*picture)[3], int x, int rows)
{
  double sum = 0;

  for (int y = 0; y < rows; y++)
    for (int c = 0; c < 3; c++)
      sum += fabsf (picture[y * WIDTH + x][c] - picture[y * WIDTH + (x + WIDTH - 1) % WIDTH][c]);
  return sum / (3 * rows);
}

/* All columns: with weights that know nothing every column differs from the next, but the border
 * must not differ more. */
static void
closes_a_circle (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  static float after[N][3];
  double inside = 0, most = 0;

  set_hole (f, 0, 0, WIDTH, 20);
  f->request.wrap = TRUE;
  complete (f, after);
  for (int x = 1; x < WIDTH; x++)
    {
      inside += step_at (after, x, 20) / (WIDTH - 1);
      most = MAX (most, step_at (after, x, 20));
    }
  g_test_message ("border %.4f, others %.4f, at most %.4f", step_at (after, 0, 20), inside, most);
  g_assert_cmpfloat (step_at (after, 0, 20), <, 1.5 * inside);
  f->request.picture.width = WIDTH - 1; /* no whole cells around */
  f->request.hole = NULL;
  memset (f->labels, 0, sizeof f->labels);
  g_assert_null (tessera_complete (f->model, &f->request, NULL));
}

/* The nets themselves know no border of a circle. */
static void
nets_go_round (Fixture *f, gconstpointer name)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "golden", (const char *) name, "model.safetensors", NULL);
  Nets *nets = nets_open (path, NULL);
  const int factor = vq_factor (vqgan_schema (nets->vqgan)), by = 3 * factor;
  const int cols = WIDTH / factor, rows = HEIGHT / factor;
  static float turned[N][3], out[2][N][3];
  Job job = { 0 };
  g_auto (Map) a = { 0 }, b = { 0 };

  job.pool = pool_new (1);
  for (int i = 0; i < N; i++)
    memcpy (turned[i / WIDTH * WIDTH + (i + by) % WIDTH], f->pixels[i], 12);
  g_assert_true (
      pixels_encode (&job, nets->vqgan, &f->pixels[0][0], HEIGHT, WIDTH, TRUE, &a, NULL));
  g_assert_true (pixels_encode (&job, nets->vqgan, &turned[0][0], HEIGHT, WIDTH, TRUE, &b, NULL));
  for (int i = 0; i < rows * cols * a.channels; i++)
    {
      const int row = i / a.channels / cols, col = i / a.channels % cols;

      g_assert_cmpfloat_with_epsilon (
          b.data[(row * cols + (col + 3) % cols) * a.channels + i % a.channels], a.data[i], 1e-4f);
    }
  g_assert_true (pixels_decode (&job, nets->vqgan, a.data, cols, (CellBox){ 0, 0, rows, cols },
                                NULL, NULL, WIDTH, TRUE, &out[0][0][0], NULL));
  g_assert_true (pixels_decode (&job, nets->vqgan, b.data, cols, (CellBox){ 0, 0, rows, cols },
                                NULL, NULL, WIDTH, TRUE, &out[1][0][0], NULL));
  for (int i = 0; i < N; i++)
    for (int c = 0; c < 3; c++)
      g_assert_cmpfloat_with_epsilon (out[1][i / WIDTH * WIDTH + (i + by) % WIDTH][c], out[0][i][c],
                                      0.02f); /* margins end; without any it is 0.13 */
  pool_free (job.pool);
  nets_close (nets);
}

static void
refuse (Fixture *f, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tessera_complete (f->model, &f->request, &error));
  g_assert_error (error, TESSERA_ERROR, code);
}

static void
paints_from_labels (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  g_autoptr (TesseraResult) result = NULL, same = NULL;
  TesseraEstimate estimate;
  g_autoptr (GError) error = NULL;
  TesseraBox box;

  g_assert_true (tessera_model_info (f->model)->can_paint);
  f->request.hole = NULL;
  refuse (f, TESSERA_ERROR_EMPTY);
  f->request.labels = f->labels;
  refuse (f, TESSERA_ERROR_EMPTY); /* all free */
  for (int i = 0; i < N; i++)
    f->labels[i] = (guint8) (i < N / 2 ? 0 : 1);
  result = tessera_complete (f->model, &f->request, &error);
  g_assert_no_error (error);
  box = tessera_result_box (result);
  g_assert_true (box.x == 0 && box.y == 0 && box.width == WIDTH && box.height == HEIGHT);
  g_assert_cmpfloat (tessera_result_pixels (result, 0)[3], ==, 1);
  f->request.picture.pixels = NULL; /* what was there counts for nothing */
  g_assert_true (tessera_estimate (f->model, &f->request, &estimate, NULL, &error));
  g_assert_cmpint (estimate.context.width, ==, WIDTH);
  same = tessera_complete (f->model, &f->request, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (tessera_result_pixels (result, 0), N * 16, tessera_result_pixels (same, 0),
                   N * 16);
}

static void
refuses_unknown_labels (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  set_hole (f, 30, 16, 20, 12);
  f->request.labels = f->labels;
  refuse (f, TESSERA_ERROR_UNSUPPORTED); /* the model knows none */
  g_assert_false (tessera_model_info (f->model)->can_paint);
}

/* Half of the picture, and all but a corner. */
static void
fills_up_to_the_border (Fixture *f, gconstpointer name G_GNUC_UNUSED)
{
  static float after[N][3];

  for (int round = 0; round < 2; round++)
    {
      int n_kept = 0;

      set_hole (f, round ? 0 : WIDTH / 2, 0, round ? WIDTH : WIDTH / 2, HEIGHT);
      if (round)
        for (int y = HEIGHT - 9; y < HEIGHT; y++)
          memset (&f->hole[y * WIDTH + WIDTH - 9], 0, 9 * sizeof (float));
      complete (f, after);
      for (int i = 0; i < N; i++)
        n_kept += memcmp (after[i], f->pixels[i], 12) == 0;
      g_assert_cmpint (n_kept, >=, round ? 81 : N / 2);
      g_assert_cmpint (n_kept, <, round ? 200 : N / 2 + 200);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, model, function)                                                                 \
  g_test_add ("/reach/" name, Fixture, model, set_up, function, tear_down)
  ADD ("softens", "fill_plain", softens);
  ADD ("turns-with-the-picture", "fill_plain", turns_with_the_picture);
  ADD ("previews-both-sides", "fill_plain", previews_both_sides);
  ADD ("closes-a-circle", "fill_plain", closes_a_circle);
  ADD ("nets-go-round", "fill_plain", nets_go_round);
  ADD ("paints-from-labels", "fill_labels_coarse", paints_from_labels);
  ADD ("refuses-unknown-labels", "fill_plain", refuses_unknown_labels);
  ADD ("fills-up-to-the-border", "fill_plain", fills_up_to_the_border);
  return g_test_run ();
}
