/* The gallery's model: growing, finishing, choosing, making room. Results come from the small random
 * model of the golden cases. */
#include "gallery.h"
#include <string.h>

enum { SIDE = 48, HOLE = 10, HOLE_SIDE = 20 };

typedef struct {
  Gallery gallery;
  UiScene *scene;
  TesseraBox box;
  UiResult *result;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const UiQuery query = { .mode = UI_MODE_SELECTION, .label_layer = UI_NO_LAYER };

  gallery_init (&f->gallery);
  f->scene = ui_scene_new (&query);
  f->scene->canvas_width = f->scene->canvas_height = 200;
  f->scene->part = (TesseraBox){ 100, 50, SIDE, SIDE };
  f->scene->pixels = g_new (float, 3 * SIDE * SIDE);
  f->scene->hole = g_new0 (float, SIDE *SIDE);
  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    f->scene->pixels[i] = (float) (i % 97) / 96;
  for (int y = HOLE; y < HOLE + HOLE_SIDE; y++)
    for (int x = HOLE; x < HOLE + HOLE_SIDE; x++)
      f->scene->hole[y * SIDE + x] = x == HOLE ? 0.5f : 1;
  f->box = (TesseraBox){ 100 + HOLE, 50 + HOLE, HOLE_SIDE, HOLE_SIDE };
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gallery_clear (&f->gallery);
  ui_result_unref (f->result);
  ui_scene_unref (f->scene);
}

static TesseraResult *
complete (Fixture *f, int n, TesseraEffort effort)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "golden", "fill_plain", "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TesseraModel) model = tessera_model_open (path, &error);
  TesseraRequest request;
  TesseraResult *result;

  g_assert_no_error (error);
  tessera_request_init (&request);
  request.picture = (TesseraPicture){ SIDE, SIDE, f->scene->pixels };
  request.hole = f->scene->hole;
  request.n_variations = n;
  request.effort = effort;
  request.seed = 5;
  result = tessera_complete (model, &request, &error);
  g_assert_no_error (error);
  return result;
}

static guint
add (Fixture *f, int n, int parent)
{
  int dropped;
  const guint batch = gallery_add (&f->gallery, f->scene, n, 5, f->box, parent, &dropped);

  g_assert_cmpuint (batch, >, 0);
  return batch;
}

/* Takes the result, which lives as long as the test. */
static void
finish (Fixture *f, guint batch, TesseraResult *result, double seconds)
{
  f->result = ui_result_new (result);
  gallery_finish (&f->gallery, batch, f->result, seconds);
}

static void
rows_grow_where_the_hole_is (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const guint batch = add (f, 2, 0);
  Variation *second = gallery_in_batch (&f->gallery, batch, 1);
  float pixels[3 * 4 * 4];
  const guint before = second->version;

  for (int i = 0; i < 48; i++)
    pixels[i] = 0.25f;
  gallery_grow (second, (TesseraBox){ f->box.x - 2, f->box.y, 4, 4 }, pixels);
  g_assert_cmpuint (second->version, >, before);
  g_assert_cmpfloat (second->rgba[0], ==, 0.25f);
  g_assert_cmpfloat (second->rgba[3], ==, 0.5f); /* the soft edge */
  g_assert_cmpfloat (second->rgba[4 + 3], ==, 1);
  g_assert_cmpfloat (second->rgba[8 + 3], ==, 0); /* not grown yet */
  g_assert_cmpfloat (gallery_at (&f->gallery, 0)->rgba[3], ==, 0);
}

static void
ranks_become_the_order (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const guint batch = add (f, 4, 0);
  TesseraResult *result = complete (f, 4, TESSERA_EFFORT_NORMAL);

  finish (f, batch, result, 1.5);
  for (int i = 0; i < 4; i++)
    {
      const Variation *variation = gallery_at (&f->gallery, (guint) i);

      g_assert_cmpint (variation->variation, ==, tessera_result_variation (result, i));
      g_assert_cmpint (variation->state, ==, VARIATION_DONE);
      g_assert_cmpmem (variation->rgba, HOLE_SIDE * HOLE_SIDE * 16,
                       tessera_result_pixels (result, i), HOLE_SIDE * HOLE_SIDE * 16);
      g_assert_cmpint (variation->box.x, ==, f->box.x);
      g_assert_cmpint (variation->ticked, ==, i == 0);
      g_assert_cmpstr (variation->recipe, ==, tessera_result_recipe (result, i));
    }
  g_assert_cmpuint (f->gallery.current, ==, gallery_at (&f->gallery, 0)->id);
}

/* More are tried than shown: each of the best finds a place. */
static void
high_effort_fills_all_places (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const guint batch = add (f, 2, 0);
  TesseraResult *result = complete (f, 2, TESSERA_EFFORT_HIGH);

  finish (f, batch, result, 1);
  for (int i = 0; i < 2; i++)
    {
      const Variation *variation = gallery_at (&f->gallery, (guint) i);

      g_assert_cmpint (variation->state, ==, VARIATION_DONE);
      g_assert_cmpint (variation->variation, ==, tessera_result_variation (result, i));
    }
}

static void
what_was_not_finished_is_cut (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const guint batch = add (f, 5, 0);
  TesseraResult *result = complete (f, 2, TESSERA_EFFORT_NORMAL);
  g_autoptr (GPtrArray) list = NULL;

  finish (f, batch, result, 1);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (gallery_at (&f->gallery, i)->state, ==,
                     i < 2 ? VARIATION_DONE : VARIATION_CUT);
  g_assert_cmpint (gallery_n_unapplied (&f->gallery), ==, 2);
  gallery_discard_cut (&f->gallery);
  g_assert_cmpuint (gallery_size (&f->gallery), ==, 2);
  list = gallery_to_apply (&f->gallery);
  g_assert_cmpuint (list->len, ==, 1);
}

static void
a_choice_is_left_alone (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  const guint batch = add (f, 4, 0);
  TesseraResult *result = complete (f, 4, TESSERA_EFFORT_NORMAL);
  guint chosen;

  g_assert_true (gallery_step (&f->gallery, 2));
  chosen = f->gallery.current;
  finish (f, batch, result, 1);
  g_assert_cmpuint (f->gallery.current, ==, chosen);
  for (int i = 0; i < 4; i++)
    g_assert_cmpint (gallery_at (&f->gallery, (guint) i)->variation, ==, i);
}

static void
children_stand_behind_their_parent (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  add (f, 3, 0);
  add (f, 2, 1);
  add (f, 1, 1);
  g_assert_cmpint (gallery_at (&f->gallery, 0)->number, ==, 1);
  g_assert_cmpint (gallery_at (&f->gallery, 1)->number, ==, 4);
  g_assert_cmpint (gallery_at (&f->gallery, 2)->number, ==, 5);
  g_assert_cmpint (gallery_at (&f->gallery, 3)->number, ==, 6);
  g_assert_cmpint (gallery_at (&f->gallery, 4)->number, ==, 2);
}

static void
old_ones_make_room (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  int dropped;

  for (int i = 0; i < GALLERY_MAX / 16; i++)
    add (f, 16, 0);
  for (guint i = 0; i < GALLERY_MAX; i++)
    gallery_at (&f->gallery, i)->state = VARIATION_DONE;
  gallery_at (&f->gallery, 0)->ticked = TRUE;
  gallery_at (&f->gallery, 2)->starred = TRUE;
  gallery_add (&f->gallery, f->scene, 3, 1, f->box, 0, &dropped);
  g_assert_cmpint (dropped, ==, 3);
  g_assert_cmpuint (gallery_size (&f->gallery), ==, GALLERY_MAX);
  g_assert_cmpint (gallery_at (&f->gallery, 0)->number, ==, 1);
  g_assert_cmpint (gallery_at (&f->gallery, 1)->number, ==, 3);
  g_assert_cmpint (gallery_at (&f->gallery, 2)->number, ==, 6);
}

static void
discarding_moves_on (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  add (f, 3, 0);
  gallery_show (&f->gallery, gallery_at (&f->gallery, 1)->id);
  gallery_discard (&f->gallery, f->gallery.current);
  g_assert_cmpint (gallery_current (&f->gallery)->number, ==, 3);
  gallery_discard (&f->gallery, f->gallery.current);
  g_assert_cmpint (gallery_current (&f->gallery)->number, ==, 1);
  gallery_discard (&f->gallery, f->gallery.current);
  g_assert_null (gallery_current (&f->gallery));
  gallery_discard (&f->gallery, 12345);
}

static void
steps_stay_inside (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_assert_false (gallery_step (&f->gallery, 1));
  add (f, 3, 0);
  g_assert_false (gallery_step (&f->gallery, -1));
  g_assert_true (gallery_step (&f->gallery, 100));
  g_assert_cmpint (gallery_current (&f->gallery)->number, ==, 3);
  g_assert_false (gallery_step (&f->gallery, 1));
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add ("/gallery/" #name, Fixture, NULL, set_up, name, tear_down)
  g_test_init (&argc, &argv, NULL);
  TEST (rows_grow_where_the_hole_is);
  TEST (ranks_become_the_order);
  TEST (high_effort_fills_all_places);
  TEST (what_was_not_finished_is_cut);
  TEST (a_choice_is_left_alone);
  TEST (children_stand_behind_their_parent);
  TEST (old_ones_make_room);
  TEST (discarding_moves_on);
  TEST (steps_stay_inside);
  return g_test_run ();
}
