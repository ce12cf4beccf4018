#include "net2net_fixture.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

const RandomNet2net net2net_models[N_MODELS] = {
  { "\"type\":\"segmentation\",\"n_labels\":7,\"label_shift\":0", 7, "identity", 0, 30, 511 },
  { "\"type\":\"segmentation\",\"n_labels\":7,\"label_shift\":1", 7, "identity", 0, 30, 511 },
  { "\"type\":\"depth\"", 1, "identity", 0, 30, 511 },
  { "\"type\":\"picture\"", 3, "identity", 0, 33, 511 },
  { "\"type\":\"coord\",\"n_embed\":30,\"down_factor\":4", 0, "identity", 0, 30, 512 },
  { "\"type\":\"class\",\"n_classes\":5", 0, "identity", 0, 30, 256 },
  { "\"type\":\"sos\",\"sos_token\":2", 0, "identity", 0, 30, 256 },
  { "\"type\":\"prefix\",\"n_tokens\":4", 0, "identity", 0, 30, 259 },
};

static void
open_model (Fixture *f, const RandomNet2net *model)
{
  g_autofree char *path = random_net2net_write (model);
  g_autoptr (GError) error = NULL;

  f->model = tessera_model_open (path, &error);
  g_assert_no_error (error);
  g_unlink (path);
}

void
fixture_give_conditions (Fixture *f)
{
  const TesseraCondition condition = tessera_model_info (f->model)->condition;
  TesseraRequest *request = &f->request;

  request->labels = condition == TESSERA_CONDITION_SEGMENTATION ? &f->labels[0][0] : NULL;
  request->depth = condition == TESSERA_CONDITION_DEPTH ? &f->depth[0][0] : NULL;
  request->drawing = condition == TESSERA_CONDITION_PICTURE ? &f->drawing[0][0][0] : NULL;
  request->class_number = condition == TESSERA_CONDITION_CLASS ? 3 : -1;
  request->prefix = condition == TESSERA_CONDITION_PREFIX ? f->prefix : NULL;
  request->n_prefix = condition == TESSERA_CONDITION_PREFIX ? 4 : 0;
}

Fixture *
fixture_new (const RandomNet2net *model)
{
  Fixture *f = g_new0 (Fixture, 1);

  open_model (f, model);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        for (int c = 0; c < 3; c++)
          {
            f->pixels[y][x][c] = 0.5f + 0.3f * sinf (0.2f * x + c) * cosf (0.15f * y);
            f->drawing[y][x][c] = (x / 9 + y / 7 + c) % 2;
          }
        f->labels[y][x] = (guint8) ((x / 11 + y / 8) % 6);
        f->depth[y][x] = 40 + 3 * sinf (0.1f * x) + 0.2f * y;
        f->hole[y][x] = y >= 21 && y < 58 && x >= 30 && x < 71 ? (x < 33 ? 0.4f : 1) : 0;
      }
  f->prefix[1] = 7;
  tessera_request_init (&f->request);
  f->request.picture = (TesseraPicture){ WIDTH, HEIGHT, &f->pixels[0][0][0] };
  f->request.hole = &f->hole[0][0];
  f->request.n_variations = 2;
  f->request.seed = 5;
  f->request.top_k = 12;
  fixture_give_conditions (f);
  return f;
}

void
fixture_free (Fixture *f)
{
  tessera_model_close (f->model);
  g_free (f);
}
TesseraResult *
fixture_complete (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  TesseraResult *result = tessera_complete (f->model, &f->request, &error);

  g_assert_no_error (error);
  return result;
}

size_t
fixture_result_bytes (const TesseraResult *result)
{
  const TesseraBox box = tessera_result_box (result);

  return (size_t) box.width * box.height * 4 * sizeof (float);
}

void
fixture_assert_refused (Fixture *f, TesseraError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tessera_complete (f->model, &f->request, &error));
  g_assert_error (error, TESSERA_ERROR, (int) code);
  if (!strstr (error->message, words))
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}
