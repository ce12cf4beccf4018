#include "random_net2net.h"
#include <glib/gstdio.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { CH = 32, Z = 6, EMBED = 5, CODES = 30, D = 32, LAYERS = 2, HEADS = 2, LEVELS = 3 };

/* The file while it is made: the header's entries and the data. */
typedef struct {
  GString *header;
  GByteArray *data;
  GRand *rand;
  const char *prefix;
} Writer;

static void tensor (Writer *writer, const char *shape, int n, double centre, double radius,
                    const char *format, ...) G_GNUC_PRINTF (6, 7);

static void
tensor (Writer *writer, const char *shape, int n, double centre, double radius, const char *format,
        ...)
{
  g_autofree char *name = NULL;
  const guint begin = writer->data->len;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  for (int i = 0; i < n; i++)
    {
      const float number = (float) (centre + radius * g_rand_double_range (writer->rand, -1, 1));

      g_byte_array_append (writer->data, (const guint8 *) &number, sizeof number);
    }
  g_string_append_printf (writer->header,
                          ",\"%s%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%u,%u]}",
                          writer->prefix, name, shape, begin, writer->data->len);
}

/* NAME.weight [rows][cols] or of a vector (cols 0), and NAME.bias. */
static void
layer (Writer *writer, const char *name, int rows, int cols, double gain)
{
  g_autofree char *shape =
      cols ? g_strdup_printf ("%d,%d", rows, cols) : g_strdup_printf ("%d", rows);
  g_autofree char *vector = g_strdup_printf ("%d", rows);

  tensor (writer, shape, rows * MAX (cols, 1), cols ? 0 : 1, cols ? gain / sqrt (cols) : 0.2,
          "%s.weight", name);
  tensor (writer, vector, rows, 0, 0.1, "%s.bias", name);
}

static void
conv (Writer *writer, const char *name, int out, int in, int kernel)
{
  g_autofree char *shape = g_strdup_printf ("%d,%d,%d,%d", out, in, kernel, kernel);
  g_autofree char *vector = g_strdup_printf ("%d", out);

  tensor (writer, shape, out * in * kernel * kernel, 0, 2 / sqrt (in * kernel * kernel),
          "%s.weight", name);
  tensor (writer, vector, out, 0, 0.1, "%s.bias", name);
}

static void
res (Writer *writer, const char *name)
{
  g_autofree char *norm1 = g_strconcat (name, ".norm1", NULL);
  g_autofree char *norm2 = g_strconcat (name, ".norm2", NULL);
  g_autofree char *conv1 = g_strconcat (name, ".conv1", NULL);
  g_autofree char *conv2 = g_strconcat (name, ".conv2", NULL);

  layer (writer, norm1, CH, 0, 1);
  conv (writer, conv1, CH, CH, 3);
  layer (writer, norm2, CH, 0, 1);
  conv (writer, conv2, CH, CH, 3);
}

static void
middle (Writer *writer, const char *side)
{
  static const char *const parts[] = { "q", "k", "v", "proj_out" };

  for (int i = 1; i <= 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.mid.block_%d", side, i);

      res (writer, name);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.mid.attn_1.%s", side, parts[i]);

      conv (writer, name, CH, CH, 1);
    }
  g_autofree char *norm = g_strdup_printf ("%s.mid.attn_1.norm", side);
  g_autofree char *last = g_strdup_printf ("%s.norm_out", side);

  layer (writer, norm, CH, 0, 1);
  layer (writer, last, CH, 0, 1);
}

static void
levels (Writer *writer, const char *side, const char *way, const char *resize, int n_blocks,
        int without)
{
  for (int level = 0; level < LEVELS; level++)
    {
      for (int block = 0; block < n_blocks; block++)
        {
          g_autofree char *name = g_strdup_printf ("%s.%s.%d.block.%d", side, way, level, block);

          res (writer, name);
        }
      if (level != without)
        {
          g_autofree char *name = g_strdup_printf ("%s.%s.%d.%s.conv", side, way, level, resize);

          conv (writer, name, CH, CH, 3);
        }
    }
}

static void
vqgan (Writer *writer, const char *prefix, int channels, gboolean has_decoder)
{
  writer->prefix = prefix;
  conv (writer, "encoder.conv_in", CH, channels, 3);
  levels (writer, "encoder", "down", "downsample", 1, LEVELS - 1);
  middle (writer, "encoder");
  conv (writer, "encoder.conv_out", Z, CH, 3);
  conv (writer, "quant_conv", EMBED, Z, 1);
  tensor (writer, "30,5", CODES * EMBED, 0, 1, "quantize.embedding.weight");
  if (!has_decoder)
    return;
  conv (writer, "post_quant_conv", Z, EMBED, 1);
  conv (writer, "decoder.conv_in", CH, Z, 3);
  middle (writer, "decoder");
  levels (writer, "decoder", "up", "upsample", 2, 0);
  conv (writer, "decoder.conv_out", channels, CH, 3);
}

static void
transformer (Writer *writer, int vocab_size, int block_size)
{
  static const char *const square[] = { "query", "key", "value", "proj" };
  g_autofree char *table = g_strdup_printf ("%d,%d", vocab_size, D);
  g_autofree char *places = g_strdup_printf ("1,%d,%d", block_size, D);

  writer->prefix = "transformer.";
  tensor (writer, table, vocab_size * D, 0, 1, "tok_emb.weight");
  tensor (writer, places, block_size * D, 0, 0.5, "pos_emb");
  tensor (writer, table, vocab_size * D, 0, 0.7, "head.weight");
  layer (writer, "ln_f", D, 0, 1);
  for (int i = 0; i < LAYERS; i++)
    {
      g_autofree char *prefix = g_strdup_printf ("transformer.blocks.%d.", i);

      writer->prefix = prefix;
      layer (writer, "ln1", D, 0, 1);
      layer (writer, "ln2", D, 0, 1);
      for (size_t k = 0; k < G_N_ELEMENTS (square); k++)
        {
          g_autofree char *name = g_strdup_printf ("attn.%s", square[k]);

          layer (writer, name, D, D, 1.7);
        }
      layer (writer, "mlp.0", 4 * D, D, 1.7);
      layer (writer, "mlp.2", D, 4 * D, 1.7);
    }
}

/* An order by chance, where the permuter is one: backwards. */
static void
order (Writer *writer, const RandomNet2net *model)
{
  const int n = model->permuter_side * model->permuter_side;
  const guint begin = writer->data->len;

  if (strcmp (model->permuter, "random") != 0)
    return;
  for (gint64 i = n - 1; i >= 0; i--)
    g_byte_array_append (writer->data, (const guint8 *) &i, sizeof i);
  g_string_append_printf (writer->header,
                          ",\"permuter.forward_shuffle_idx\":{\"dtype\":\"I64\",\"shape\":[%d],"
                          "\"data_offsets\":[%u,%u]}",
                          n, begin, writer->data->len);
}

static char *
vq_json (int channels)
{
  return g_strdup_printf (
      "{\"quantizer\":\"vq\",\"ch\":%d,\"ch_mult\":[1,1,1],\"num_res_blocks\":1,"
      "\"attn_resolutions\":[],\"resolution\":64,\"in_channels\":%d,\"out_ch\":%d,"
      "\"z_channels\":%d,\"double_z\":false,\"embed_dim\":%d,\"n_embed\":%d}",
      CH, channels, channels, Z, EMBED, CODES);
}

static char *
description (const RandomNet2net *model)
{
  g_autofree char *first = vq_json (3), *second = vq_json (model->condition_channels);

  return g_strdup_printf (
      "{\"version\":1,\"kind\":\"net2net\",\"name\":\"random\",\"vqgan\":%s,\"transformer\":{"
      "\"vocab_size\":%d,\"block_size\":%d,\"n_layer\":%d,\"n_head\":%d,\"n_embd\":%d,"
      "\"n_unmasked\":0},\"condition\":{%s%s%s},\"permuter\":{\"type\":\"%s\",\"H\":%d,\"W\":%d}}",
      first, model->vocab_size, model->block_size, LAYERS, HEADS, D, model->condition,
      model->condition_channels ? ",\"vqgan\":" : "", model->condition_channels ? second : "",
      model->permuter, model->permuter_side, model->permuter_side);
}

char *
random_net2net_write (const RandomNet2net *model)
{
  g_autoptr (GString) header = g_string_new (NULL);
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autofree char *text = description (model), *escaped = g_strescape (text, NULL);
  Writer writer = { header, data, rand, "" };
  char *path = NULL;
  guint64 length;

  g_string_append_printf (header, "{\"__metadata__\":{\"format\":\"tessera\",\"tessera\":\"%s\"}",
                          escaped);
  vqgan (&writer, "first_stage_model.", 3, TRUE);
  if (model->condition_channels)
    vqgan (&writer, "cond_stage_model.", model->condition_channels, FALSE);
  transformer (&writer, model->vocab_size, model->block_size);
  order (&writer, model);
  g_string_append_c (header, '}');
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  length = GUINT64_TO_LE (header->len);
  g_byte_array_prepend (data, (const guint8 *) header->str, (guint) header->len);
  g_byte_array_prepend (data, (const guint8 *) &length, sizeof length);

  const int descriptor = g_file_open_tmp ("tessera-XXXXXX.safetensors", &path, NULL);

  if (descriptor < 0 || !g_close (descriptor, NULL)
      || !g_file_set_contents (path, (const char *) data->data, data->len, NULL))
    g_error ("a random model could not be written");
  return path;
}
