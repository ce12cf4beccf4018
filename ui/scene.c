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
  if (scene->host_free)
    scene->host_free (scene->host_data);
  else
    {
      g_free (scene->pixels);
      g_free (scene->hole);
      g_free (scene->labels);
    }
  g_free (scene);
}

UiResult *
ui_result_new (TesseraResult *result)
{
  UiResult *counted = g_new0 (UiResult, 1);

  counted->ref_count = 1;
  counted->result = result;
  return counted;
}

UiResult *
ui_result_ref (UiResult *result)
{
  g_atomic_int_inc (&result->ref_count);
  return result;
}

void
ui_result_unref (UiResult *result)
{
  if (!result || !g_atomic_int_dec_and_test (&result->ref_count))
    return;
  tessera_result_free (result->result);
  g_free (result);
}
