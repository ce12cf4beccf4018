/* Hostile and broken model files: one row a fault, and what the sentence must contain. */
#include "model/model.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Writes header length, header and `data` zero bytes. */
static char *
write_file (const char *header, guint64 length, size_t data)
{
  char *path = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *zeros = g_malloc0 (data + 1);
  const guint64 little = GUINT64_TO_LE (length);

  g_byte_array_append (bytes, (const guint8 *) &little, sizeof little);
  g_byte_array_append (bytes, (const guint8 *) header, strlen (header));
  g_byte_array_append (bytes, zeros, data);
  close (g_file_open_tmp ("tessera-XXXXXX.safetensors", &path, NULL));
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  return path;
}

typedef struct {
  const char *name, *header;
  guint64 length; /* 0 = the true one */
  size_t data;
  const char *sentence;
} Row;

static void
refuses (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *path =
      write_file (row->header, row->length ? row->length : strlen (row->header), row->data);
  g_autoptr (GError) error = NULL;
  g_autoptr (Model) model = model_open (path, &error);

  g_unlink (path);
  g_assert_null (model);
  g_assert_nonnull (error);
  g_assert_true (error->domain == TESSERA_ERROR);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, row->sentence));
  g_assert_true (g_str_has_prefix (error->message, path));
}

static void
refuses_deep_nesting (void)
{
  g_autofree char *deep = g_strnfill (1 << 20, '[');
  g_autofree char *header = g_strdup_printf ("{\"a\":%s", deep);
  const Row row = { NULL, header, 0, 0, "nested too deep" };

  refuses (&row);
}

static void
refuses_what_is_shorter_than_a_length (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  close (g_file_open_tmp ("tessera-XXXXXX.safetensors", &path, NULL));
  g_assert_true (g_file_set_contents (path, "\4\0\0", 3, NULL));
  g_assert_null (model_open (path, &error));
  g_unlink (path);
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT);
}

#define FILE_OF(json) "{\"__metadata__\":{\"format\":\"tessera\",\"tessera\":\"" json "\"}}"
#define FILL(vq, gpt)                                                                              \
  FILE_OF ("{\\\"version\\\":1,\\\"kind\\\":\\\"fill\\\",\\\"vqgan\\\":{" vq                       \
           "},\\\"transformer\\\":{" gpt "}}")
#define VQ(more)                                                                                   \
  FILE_OF ("{\\\"version\\\":1,\\\"kind\\\":\\\"vqgan\\\",\\\"vqgan\\\":{\\\"ch\\\":32,"           \
           "\\\"ch_mult\\\":[1],\\\"num_res_blocks\\\":1,\\\"attn_resolutions\\\":[],"             \
           "\\\"resolution\\\":256,\\\"in_channels\\\":3,\\\"out_ch\\\":3,\\\"z_channels\\\":4,"   \
           "\\\"embed_dim\\\":5,\\\"n_embed\\\":9," more "}}")

static const Row rows[] = {
  { "header-past-end", "{}", 1000, 0, "header" },
  { "length-that-wraps", "{}", G_MAXUINT64 - 3, 0, "header length" },
  { "no-json", "hello", 0, 0, "header" },
  { "no-object", "[]", 0, 0, "not a JSON object" },
  { "not-utf8", "{\"\377\":1}", 0, 0, "UTF-8" },
  { "no-metadata", "{}", 0, 0, "not a Tessera model" },
  { "tensor-past-end", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 0, 4,
    "a: bytes 0 to 8 of 4" },
  { "offsets-reversed", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,4]}}", 0, 8,
    "a: bytes" },
  { "shape-disagrees", "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 0, 8,
    "do not agree" },
  { "shape-overflows",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}", 0, 8,
    "too large" },
  { "shape-negative", "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}", 0, 8,
    "whole numbers" },
  { "unknown-type", "{\"a\":{\"dtype\":\"Q7\",\"shape\":[1],\"data_offsets\":[0,1]}}", 0, 1,
    "unknown" },
  { "overlap",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
    "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
    0, 8, "overlap" },
  { "newer-version", FILE_OF ("{\\\"version\\\":2,\\\"kind\\\":\\\"fill\\\"}"), 0, 0, "version 2" },
  { "unknown-kind", FILE_OF ("{\\\"version\\\":1,\\\"kind\\\":\\\"magic\\\"}"), 0, 0, "magic" },
  { "no-hyper-parameters", FILL ("", ""), 0, 0, "ch" },
  { "huge-codebook",
    FILL ("\\\"ch\\\":32,\\\"ch_mult\\\":[1],\\\"num_res_blocks\\\":1,\\\"attn_resolutions\\\":[],"
          "\\\"resolution\\\":256,\\\"in_channels\\\":3,\\\"out_ch\\\":3,\\\"z_channels\\\":4,"
          "\\\"embed_dim\\\":4,\\\"n_embed\\\":99999999999",
          ""),
    0, 0, "n_embed" },
  { "unknown-quantizer", VQ ("\\\"quantizer\\\":\\\"dice\\\""), 0, 0, "\"dice\" is unknown" },
  { "gumbel-widths", VQ ("\\\"quantizer\\\":\\\"gumbel\\\""), 0, 0, "embed_dim" },
  { "double-z", VQ ("\\\"double_z\\\":true"), 0, 0, "double_z" },
  { "remap-no-boolean", VQ ("\\\"remap\\\":3"), 0, 0, "remap" },
  { "unknown-index", VQ ("\\\"unknown_index\\\":\\\"none\\\""), 0, 0, "unknown_index" },
  { "unknown-index-negative", VQ ("\\\"unknown_index\\\":-2"), 0, 0, "unknown_index" },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("/model/refuses/%s", rows[i].name);

      g_test_add_data_func (name, &rows[i], refuses);
    }
  g_test_add_func ("/model/refuses/deep-nesting", refuses_deep_nesting);
  g_test_add_func ("/model/refuses/short", refuses_what_is_shorter_than_a_length);
  return g_test_run ();
}
