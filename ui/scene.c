#include "host.h"

UiScene *
ui_scene_new (const UiQuery *query)
{
  UiScene *scene = g_new0 (UiScene, 1);

  scene->ref_count = 1;
  scene->query = *query;
  return scene;
}

UiScene *
ui_scene_ref (UiScene *scene)
{
  g_atomic_int_inc (&scene->ref_count);
  return scene;
}

void
ui_scene_unref (UiScene *scene)
{
  if (!scene || !g_atomic_int_dec_and_test (&scene->ref_count))
    return;
  g_free (scene->pixels);
  g_free (scene->hole);
  g_free (scene->labels);
  g_free (scene);
}
