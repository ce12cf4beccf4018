/* The import's inner parts: numbers and their types, the writer's promises, and the tensors of the
 * older container. */
#include "checkpoint/checkpoint.h"
#include "checkpoint/writer.h"
#include "model/safetensors.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* The value of a binary16 number by its definition. */
static double
half_value (guint16 half)
{
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  const double sign = half >> 15 ? -1 : 1;

  if (exponent == 31)
    return mantissa ? NAN : sign * INFINITY;
  return exponent ? sign * ldexp (mantissa + 1024, exponent - 25) : sign * ldexp (mantissa, -24);
}

static void
every_half (void)
{
  for (guint i = 0; i < 65536; i++)
    {
      const double value = half_value ((guint16) i);
      const float wide = float_from_half ((guint16) i);

      if (isnan (value))
        {
          g_assert_true (isnan (wide));
          g_assert_true (isnan (float_from_half (half_from_float (wide))));
          continue;
        }
      g_assert_true ((double) wide == value && !signbit (wide) == !signbit (value));
      g_assert_cmphex (half_from_float (wide), ==, i);
    }
}

/* Halfway between two neighbours, and just beside it. */
static void
rounding_to_half (void)
{
  for (guint i = 0; i < 0x7bff; i++)
    {
      const float low = float_from_half ((guint16) i), high = float_from_half ((guint16) (i + 1));
      const float middle = low + (high - low) / 2; /* exact: binary32 has 13 bits more */
      const guint16 even = (guint16) (i % 2 ? i + 1 : i);

      g_assert_cmphex (half_from_float (middle), ==, even);
      g_assert_cmphex (half_from_float (nextafterf (middle, 0)), ==, i);
      g_assert_cmphex (half_from_float (nextafterf (middle, INFINITY)), ==, i + 1);
      g_assert_cmphex (half_from_float (-middle), ==, even | 0x8000);
    }
  g_assert_cmphex (half_from_float (65519.99f), ==, 0x7bff);
  g_assert_cmphex (half_from_float (65520.0f), ==, 0x7c00);
  g_assert_cmphex (half_from_float (1e-30f), ==, 0);
}

static void
element_types (void)
{
  static const struct {
    Element element;
    guint8 bytes[8];
    double value;
  } rows[] = {
    { ELEMENT_F32, { 0, 0, 0x20, 0xc1 }, -10 },
    { ELEMENT_F16, { 0, 0xc5 }, -5 },
    { ELEMENT_BF16, { 0x20, 0xc1 }, -10 },
    { ELEMENT_F64, { 0, 0, 0, 0, 0, 0, 0x24, 0xc0 }, -10 },
    { ELEMENT_I64, { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, -2 },
    { ELEMENT_I32, { 0xfd, 0xff, 0xff, 0xff }, -3 },
    { ELEMENT_I16, { 0xfc, 0xff }, -4 },
    { ELEMENT_I8, { 0xfb }, -5 },
    { ELEMENT_U8, { 0xfb }, 251 },
    { ELEMENT_BOOL, { 1 }, 1 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      float wide;

      element_widen (rows[i].element, rows[i].bytes, &wide, 1);
      g_assert_cmpfloat (element_read (rows[i].element, rows[i].bytes), ==, rows[i].value);
      g_assert_cmpfloat (wide, ==, rows[i].value);
    }
}

static void
brain_floats (void)
{
  static const struct {
    float number;
    guint16 bits;
  } rows[] = {
    { 1.0f, 0x3f80 },        { 1.00390625f, 0x3f80 }, /* halfway: to even */
    { 1.01171875f, 0x3f82 }, { -2.0f, 0xc000 },       { 3.4e38f, 0x7f80 }, { 0.0f, 0 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint8 out[2];

      element_narrow (ELEMENT_BF16, &rows[i].number, out, 1);
      g_assert_cmphex (out[0] | out[1] << 8, ==, rows[i].bits);
    }
}

typedef struct {
  char *folder, *path;
} Place;

static void
place_init (Place *place)
{
  place->folder = g_dir_make_tmp ("tessera-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "made.safetensors", NULL);
}

static int
n_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
place_clear (Place *place)
{
  g_unlink (place->path);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0); /* nothing else was left */
  g_free (place->folder);
  g_free (place->path);
}

/* Three tensors, one of which is no multiple of a cache line; written in any order. */
static gboolean
write_some (Writer *writer, GError **error)
{
  Written tensors[] = { { "c", ELEMENT_F32, 1, { 3 }, 0, 12 },
                        { "a", ELEMENT_F32, 2, { 2, 16 }, 0, 128 },
                        { "b", ELEMENT_I64, 1, { 8 }, 0, 64 } };
  guint8 bytes[128];

  if (!writer_begin (writer, "{\"quote\": \"\\\"\"}", tensors, 3, error))
    return FALSE;
  for (int i = 2; i >= 0; i--)
    {
      memset (bytes, tensors[i].name[0], sizeof bytes);
      if (!writer_put (writer, tensors[i].offset, bytes, tensors[i].bytes, error))
        return FALSE;
    }
  return TRUE;
}

static void
writes_safetensors (void)
{
  Place place;
  g_autoptr (GError) error = NULL;
  g_autoptr (Safetensors) file = NULL;
  const Tensor *tensor;

  place_init (&place);
  {
    g_autoptr (Writer) writer = writer_new (place.path, FALSE, &error);

    g_assert_true (writer && write_some (writer, &error));
    g_assert_false (g_file_test (place.path, G_FILE_TEST_EXISTS));
    g_assert_true (writer_finish (writer, &error));
    g_assert_cmpint (n_files (place.folder), ==, 1);
  }
  file = safetensors_open (place.path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (safetensors_metadata (file, "format"), ==, "tessera");
  g_assert_cmpstr (safetensors_metadata (file, "tessera"), ==, "{\"quote\": \"\\\"\"}");
  for (const char *name = "abc"; *name; name++)
    {
      tensor = safetensors_find (file, (char[2]){ *name, 0 });
      g_assert_nonnull (tensor);
      for (size_t i = 0; i < tensor->data.size; i++)
        g_assert_cmpint (tensor->data.data[i], ==, *name);
      g_assert_cmpuint ((tensor->data.data - safetensors_bytes (file).data) % 64, ==, 0);
    }
  place_clear (&place);
}

static void
leaves_nothing_unfinished (void)
{
  Place place;
  g_autoptr (GError) error = NULL;

  place_init (&place);
  {
    g_autoptr (Writer) writer = writer_new (place.path, FALSE, &error);

    g_assert_true (writer && write_some (writer, &error));
    g_assert_cmpint (n_files (place.folder), ==, 1);
  }
  g_assert_cmpint (n_files (place.folder), ==, 0);
  place_clear (&place);
}

/* Also where the name was taken while it was written. */
static void
does_not_replace (void)
{
  Place place;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  place_init (&place);
  {
    g_autoptr (Writer) writer = writer_new (place.path, FALSE, &error);

    g_assert_true (writer && write_some (writer, &error));
    g_assert_true (g_file_set_contents (place.path, "mine", 4, NULL));
    g_assert_false (writer_finish (writer, &error));
    g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  }
  g_clear_error (&error);
  g_assert_null (writer_new (place.path, FALSE, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  g_assert_true (g_file_get_contents (place.path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_assert_cmpint (n_files (place.folder), ==, 1);
  place_clear (&place);
}

/* A tensor of the checkpoint against the one of the model file; *n counts those that were there. */
static void
compare (const Checkpoint *checkpoint, const Safetensors *model, const char *name, int *n)
{
  const Tensor *tensor = safetensors_find (model, name);
  const Stored *stored = checkpoint_find (checkpoint, name);
  g_autofree float *numbers = g_new (float, tensor->n);

  if (!stored)
    return;
  ++*n;
  g_assert_cmpuint (stored->n, ==, tensor->n);
  stored_read (stored, 0, tensor->n / 3, numbers);
  stored_read (stored, tensor->n / 3, tensor->n - tensor->n / 3, numbers + tensor->n / 3);
  for (size_t i = 0; i < tensor->n; i++)
    g_assert_cmpfloat (numbers[i], ==, tensor_number (tensor, i));
}

/* Both containers of the golden checkpoint: full and half precision, views, strides. */
static void
golden_tensors (gconstpointer data)
{
  static const struct {
    const char *file;
    int n;
  } rows[] = { { "last.ckpt", 211 }, { "last-legacy.ckpt", 43 } };
  const char *folder = data;
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (Safetensors) model = safetensors_open (path, NULL);
  g_autofree const char **names = safetensors_names (model);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *file = g_build_filename (folder, rows[i].file, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (Checkpoint) checkpoint = checkpoint_open (file, &error);
      int n = 0;

      g_assert_no_error (error);
      for (size_t j = 0; names[j]; j++)
        compare (checkpoint, model, names[j], &n);
      g_assert_cmpint (n, ==, rows[i].n);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *golden = NULL;

  g_test_init (&argc, &argv, NULL);
  golden = g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "golden",
                                  "taming_segmentation", NULL);
  g_test_add_func ("/checkpoint/every-half", every_half);
  g_test_add_func ("/checkpoint/rounding-to-half", rounding_to_half);
  g_test_add_func ("/checkpoint/element-types", element_types);
  g_test_add_func ("/checkpoint/brain-floats", brain_floats);
  g_test_add_func ("/checkpoint/writer/safetensors", writes_safetensors);
  g_test_add_func ("/checkpoint/writer/unfinished", leaves_nothing_unfinished);
  g_test_add_func ("/checkpoint/writer/no-replacing", does_not_replace);
  if (g_file_test (golden, G_FILE_TEST_IS_DIR))
    g_test_add_data_func ("/checkpoint/golden", golden, golden_tensors);
  else
    g_test_message ("the golden checkpoints beside the project are not there");
  return g_test_run ();
}
