/* Settings, texts, outlines and the worker: what the window knows without a screen. */
#include "format.h"
#include "outline.h"
#include "settings.h"
#include "worker.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* ---- settings ------------------------------------------------------------------------------ */

static void
settings_come_back (void)
{
  g_autofree char *folder = g_dir_make_tmp ("tessera-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "deep", "window.ini", NULL);
  g_autofree char *deep = g_path_get_dirname (file);
  UiSettings saved, loaded;

  ui_settings_init (&saved);
  saved.variations = 7;
  saved.variety = 0.35;
  saved.match_color = FALSE;
  saved.effort = TESSERA_EFFORT_HIGH;
  saved.left = 99;
  ui_settings_save (&saved, file);
  ui_settings_init (&loaded);
  ui_settings_load (&loaded, file);
  g_assert_cmpint (loaded.variations, ==, 7);
  g_assert_cmpfloat (loaded.variety, ==, 0.35);
  g_assert_false (loaded.match_color);
  g_assert_cmpint (loaded.effort, ==, TESSERA_EFFORT_HIGH);
  g_assert_cmpint (loaded.left, ==, 0); /* belongs to one picture */
  g_unlink (file);
  g_rmdir (deep);
  g_rmdir (folder);
}

static void
damaged_settings_are_defaults (void)
{
  static const char *const texts[] = {
    "", "garbage", "[window]\nvariations=900\nvariety=nan\nsoften=-3\neffort=77\ntexture=abc\n",
    "[window\nvariations=2", "\xff\xfe\x00"
  };
  g_autofree char *file = NULL;
  const int handle = g_file_open_tmp ("tessera-XXXXXX", &file, NULL);
  UiSettings fresh, loaded;

  close (handle);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (g_file_set_contents (file, texts[i], -1, NULL));
      ui_settings_init (&fresh);
      loaded = fresh;
      ui_settings_load (&loaded, file);
      g_assert_cmpmem (&loaded, sizeof loaded, &fresh, sizeof fresh);
    }
  g_unlink (file);
}

static void
estimates_learn (void)
{
  UiSettings settings;

  ui_settings_init (&settings);
  ui_settings_learn (&settings, 2, 8);
  g_assert_cmpfloat_with_epsilon (settings.speed, 4, 1e-9);
  for (int i = 0; i < 30; i++)
    ui_settings_learn (&settings, 2, 1);
  g_assert_cmpfloat_with_epsilon (settings.speed, 0.5, 0.01);
}

static void
requests_hold_the_settings (void)
{
  const UiQuery query = { .mode = UI_MODE_EXTEND, .label_layer = UI_NO_LAYER };
  g_autoptr (UiScene) scene = ui_scene_new (&query);
  TesseraRequest request, fresh;
  UiSettings settings;

  tessera_request_init (&fresh);
  ui_settings_init (&settings);
  settings.wrap = TRUE;
  settings.variety = 0.5;
  settings.memory = 3;
  settings.soften = 9;
  scene->part = (TesseraBox){ 0, 0, 5, 6 };
  ui_settings_to_request (&settings, scene, &request);
  g_assert_true (request.wrap);
  g_assert_cmpfloat (request.temperature, ==, 0.5);
  g_assert_cmpuint (request.memory_limit, ==, 3000000);
  g_assert_cmpfloat (request.soften, ==, 9);
  g_assert_cmpint (request.top_k, ==, fresh.top_k); /* 0 = as the model advises */
  g_assert_cmpint (request.picture.height, ==, 6);
  scene->query.mode = UI_MODE_SELECTION;
  ui_settings_to_request (&settings, scene, &request);
  g_assert_false (request.wrap);
}

/* ---- texts --------------------------------------------------------------------------------- */

static void
assert_text (char *text, const char *wanted)
{
  g_assert_cmpstr (text, ==, wanted);
  g_free (text);
}

static void
numbers_read_well (void)
{
  assert_text (format_time (0.2), "1\u00a0s");
  assert_text (format_time (7.1), "8\u00a0s");
  assert_text (format_time (31), "35\u00a0s");
  assert_text (format_time (125), "3\u00a0min");
  assert_text (format_time (4000), "more than an hour");
  assert_text (format_memory (310400000), "311\u00a0MB");
  assert_text (format_memory (1440000000), "1.4\u00a0GB");
  assert_text (format_extent (640, 410, 1), "640 × 410 pixels");
  assert_text (format_extent (640, 410, 2), "640 × 410 pixels in 2 places");
}

/* ---- outlines ------------------------------------------------------------------------------ */

static void
outlines_of_a_box (void)
{
  float mask[6][8] = { { 0 } };
  g_autoptr (GArray) lines = NULL, grown = NULL;
  int box[4], length = 0;

  for (int y = 1; y < 4; y++)
    for (int x = 2; x < 7; x++)
      mask[y][x] = 1;
  mask[5][0] = 0.1f;
  lines = outline_new (&mask[0][0], 8, 6, 0.5f);
  g_assert_cmpuint (lines->len, ==, 4); /* runs are one line */
  for (guint i = 0; i < lines->len; i++)
    {
      const OutlineLine *line = &g_array_index (lines, OutlineLine, i);

      length += ABS (line->x2 - line->x1) + ABS (line->y2 - line->y1);
    }
  g_assert_cmpint (length, ==, 2 * (5 + 3));
  g_assert_cmpint (outline_places (&mask[0][0], 8, 6, box), ==, 2);
  g_assert_cmpint (box[0], ==, 0);
  g_assert_cmpint (box[1], ==, 1);
  g_assert_cmpint (box[2], ==, 7);
  g_assert_cmpint (box[3], ==, 5);
  mask[5][0] = 0;
  grown = outline_grown (&mask[0][0], 8, 6, 1);
  length = 0;
  for (guint i = 0; i < grown->len; i++)
    {
      const OutlineLine *line = &g_array_index (grown, OutlineLine, i);

      length += ABS (line->x2 - line->x1) + ABS (line->y2 - line->y1);
    }
  g_assert_cmpint (length, ==, 2 * (7 + 5)); /* a cross-shaped growth has the box's length */
}

/* Around a disc with a hole the lines are two: dashes run on around corners. */
static void
outlines_are_connected (void)
{
  enum { SIDE = 64 };
  g_autofree float *mask = g_new0 (float, SIDE *SIDE);
  g_autoptr (GArray) lines = NULL;
  int begins = 0, length = 0, corners = 0;

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        const int away = (x - 32) * (x - 32) + (y - 32) * (y - 32);

        mask[y * SIDE + x] = away < 900 && away > 100;
      }
  for (int y = 1; y < SIDE; y++)
    for (int x = 1; x < SIDE; x++)
      {
        corners += mask[y * SIDE + x] != mask[y * SIDE + x - 1];
        corners += mask[y * SIDE + x] != mask[(y - 1) * SIDE + x];
      }
  lines = outline_new (mask, SIDE, SIDE, 0.5f);
  for (guint i = 0; i < lines->len; i++)
    {
      const OutlineLine *line = &g_array_index (lines, OutlineLine, i);

      begins += i == 0 || line->x1 != line[-1].x2 || line->y1 != line[-1].y2;
      length += ABS (line->x2 - line->x1) + ABS (line->y2 - line->y1);
    }
  g_assert_cmpint (begins, ==, 2);
  g_assert_cmpint (length, ==, corners); /* every border between pixels, once */
}

/* ---- the worker ---------------------------------------------------------------------------- */

typedef struct {
  GMainLoop *loop;
  UiWorker *worker;
  const TesseraModel *model;
  int n_grown, n_done;
  gboolean estimated, failed, stop;
} Told;

static void
opened (const TesseraModel *model, GError *error, gpointer data)
{
  Told *told = data;

  told->model = model;
  told->failed = error != NULL;
  g_clear_error (&error);
  g_main_loop_quit (told->loop);
}

static void
estimated (const TesseraEstimate *estimate, GError *error, gpointer data)
{
  Told *told = data;

  g_assert_no_error (error);
  told->estimated = estimate->seconds > 0;
}

static void
grown (guint batch, int k, TesseraBox box, const float *pixels, gpointer data)
{
  Told *told = data;

  g_assert_cmpuint (batch, ==, 3);
  g_assert_true (k >= 0 && k < 2 && box.width > 0 && pixels);
  told->n_grown++;
  if (told->stop)
    ui_worker_stop (told->worker, 3);
}

static void
finished (guint batch, TesseraResult *result, double seconds, GError *error, gpointer data)
{
  Told *told = data;

  g_assert_cmpuint (batch, ==, 3);
  g_assert_cmpfloat (seconds, >, 0);
  told->n_done = result ? tessera_result_n_variations (result) : 0;
  told->failed = error != NULL;
  tessera_result_free (result);
  g_clear_error (&error);
  g_main_loop_quit (told->loop);
}

static const UiWorkerEvents events = { opened, estimated, grown, finished };

static UiScene *
small_scene (int side)
{
  const UiQuery query = { .mode = UI_MODE_SELECTION, .label_layer = UI_NO_LAYER };
  UiScene *scene = ui_scene_new (&query);

  scene->part = (TesseraBox){ 0, 0, side, side };
  scene->pixels = g_new0 (float, 3 * side * side);
  scene->hole = g_new0 (float, side *side);
  for (int y = side / 4; y < side / 2; y++)
    for (int x = side / 4; x < side / 2; x++)
      scene->hole[y * side + x] = 1;
  return scene;
}

static void
run_worker (Told *told, int side)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "golden", "fill_plain", "model.safetensors", NULL);
  g_autoptr (UiScene) scene = small_scene (side);
  UiSettings settings;
  TesseraRequest request;

  told->loop = g_main_loop_new (NULL, FALSE);
  told->worker = ui_worker_new (&events, told);
  ui_worker_open (told->worker, "/no/such/file");
  g_main_loop_run (told->loop);
  g_assert_true (told->failed && !told->model);
  ui_worker_open (told->worker, path);
  g_main_loop_run (told->loop);
  g_assert_true (!told->failed && told->model);
  ui_settings_init (&settings);
  settings.variations = 2;
  ui_settings_to_request (&settings, scene, &request);
  ui_worker_estimate (told->worker, scene, &request);
  ui_worker_run (told->worker, 3, scene, &request, TRUE);
  g_main_loop_run (told->loop);
  g_main_loop_unref (told->loop);
}

static void
the_worker_tells (void)
{
  Told told = { 0 };

  run_worker (&told, 60);
  g_assert_true (told.estimated && !told.failed);
  g_assert_cmpint (told.n_done, ==, 2);
  g_assert_cmpint (told.n_grown, >=, 4);
  ui_worker_free (told.worker);
}

static void
the_worker_stops (void)
{
  Told told = { .stop = TRUE };

  run_worker (&told, 200);
  g_assert_cmpint (told.n_done, <, 2);
  ui_worker_free (told.worker);
}

/* Freed in the middle of a run: no news arrives, nothing leaks (the sanitized build looks). */
static void
the_worker_goes_away (void)
{
  Told told = { 0 };
  g_autoptr (UiScene) scene = small_scene (200);
  UiSettings settings;
  TesseraRequest request;
  int before;

  run_worker (&told, 60);
  ui_settings_init (&settings);
  ui_settings_to_request (&settings, scene, &request);
  ui_worker_run (told.worker, 3, scene, &request, TRUE);
  before = told.n_grown;
  g_usleep (50000);
  ui_worker_free (told.worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (told.n_grown, ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/come_back", settings_come_back);
  g_test_add_func ("/settings/damaged", damaged_settings_are_defaults);
  g_test_add_func ("/settings/learn", estimates_learn);
  g_test_add_func ("/settings/requests", requests_hold_the_settings);
  g_test_add_func ("/format/numbers", numbers_read_well);
  g_test_add_func ("/outline/box", outlines_of_a_box);
  g_test_add_func ("/outline/connected", outlines_are_connected);
  g_test_add_func ("/worker/tells", the_worker_tells);
  g_test_add_func ("/worker/stops", the_worker_stops);
  g_test_add_func ("/worker/goes_away", the_worker_goes_away);
  return g_test_run ();
}
