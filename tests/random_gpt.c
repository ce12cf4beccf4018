#include "random_gpt.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TABLE = 1 << 16, GROUP = 32 };

typedef enum { F32, F16, BF16, I8 } Type;

static const struct {
  const char *name;
  size_t size;
} types[] = { { "F32", 4 }, { "F16", 2 }, { "BF16", 2 }, { "I8", 1 } };

typedef struct {
  FILE *file; /* NULL while the header is made */
  GString *header;
  size_t offset;
  Type matrix, other; /* types of matrices and of all the rest */
  guint64 state;      /* of the random numbers */
  float numbers[TABLE];
  guint16 bits[TABLE]; /* the same as F16 or BF16 */
} Writer;

static guint16
to_half (float value)
{
  const int sign = value < 0 ? 1 << 15 : 0;
  int exponent;
  const float fraction = frexpf (fabsf (value), &exponent); /* 0.5 .. 1 */

  if (value == 0 || exponent < -13)
    return (guint16) (sign | (int) lrintf (ldexpf (fabsf (value), 24)));
  return (guint16) (sign + ((exponent + 14) << 10) + (int) lrintf (ldexpf (fraction, 11)) - 1024);
}

static guint16
to_bfloat (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return (guint16) ((bits + 0x8000) >> 16);
}

static guint64
next (Writer *writer)
{
  writer->state ^= writer->state << 13; /* Marsaglia's xorshift: quick, good enough for weights */
  writer->state ^= writer->state >> 7;
  writer->state ^= writer->state << 17;
  return writer->state;
}

/* Numbers equally spread over centre +- radius. */
static void
fill_table (Writer *writer, Type type, float centre, float radius)
{
  for (int i = 0; i < TABLE; i++)
    {
      const float value = centre + radius * ((float) i / (TABLE / 2) - 1);

      writer->numbers[i] = value;
      writer->bits[i] = type == BF16 ? to_bfloat (value) : to_half (value);
    }
}

static void
put (Writer *writer, Type type, size_t n)
{
  guint8 block[4 << 12];
  const size_t size = types[type].size;

  for (size_t done = 0; done < n;)
    {
      const size_t part = MIN (n - done, 1 << 12);

      for (size_t i = 0; i < part; i += 4)
        {
          guint64 random = next (writer);

          for (size_t j = i; j < MIN (i + 4, part); j++, random >>= 16)
            if (type == F32)
              memcpy (block + 4 * j, &writer->numbers[random & 0xffff], 4);
            else if (type == I8)
              block[j] = (guint8) (gint8) (((int) (random & 0xffff) * 255 >> 16) - 127);
            else
              memcpy (block + 2 * j, &writer->bits[random & 0xffff], 2);
        }
      if (fwrite (block, size, part, writer->file) != part)
        g_error ("a random model could not be written");
      done += part;
    }
}

/* The entry of one tensor in the header, or its numbers. */
static void
tensor (Writer *writer, Type type, float centre, float radius, size_t rows, size_t cols,
        const char *format, ...)
{
  const size_t n = MAX (rows, 1) * cols, bytes = n * types[type].size;
  g_autofree char *name = NULL;
  va_list arguments;

  if (writer->file)
    {
      fill_table (writer, type, centre, radius);
      put (writer, type, n);
      return;
    }
  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_string_append_printf (writer->header, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", name,
                          types[type].name);
  if (strcmp (name, "pos_emb") == 0)
    g_string_append (writer->header, "1,");
  if (rows > 0)
    g_string_append_printf (writer->header, "%zu,", rows);
  g_string_append_printf (writer->header, "%zu],\"data_offsets\":[%zu,%zu]}", cols, writer->offset,
                          writer->offset + bytes);
  writer->offset += bytes;
}

static void
matrix (Writer *writer, size_t n_out, size_t n_in, const char *name, int layer)
{
  const float radius = 1.2f / sqrtf ((float) n_in);
  const size_t groups = (n_in + GROUP - 1) / GROUP;
  guint64 state;

  tensor (writer, writer->matrix, 0, radius, n_out, n_in, "blocks.%d.%s.weight", layer, name);
  state = writer->state;
  if (writer->matrix == I8)
    tensor (writer, F16, radius / 127, 0, n_out, groups, "blocks.%d.%s.weight.scale", layer, name);
  writer->state = state; /* the scales are no part of the shape's random numbers */
  tensor (writer, writer->other, 0, 0.1f, 0, n_out, "blocks.%d.%s.bias", layer, name);
}

static void
norm (Writer *writer, size_t width, const char *name, int layer)
{
  if (layer < 0)
    {
      tensor (writer, writer->other, 1, 0.2f, 0, width, "%s.weight", name);
      tensor (writer, writer->other, 0, 0.2f, 0, width, "%s.bias", name);
      return;
    }
  tensor (writer, writer->other, 1, 0.2f, 0, width, "blocks.%d.%s.weight", layer, name);
  tensor (writer, writer->other, 0, 0.2f, 0, width, "blocks.%d.%s.bias", layer, name);
}

static void
tensors (Writer *writer, const RandomGpt *gpt)
{
  static const char *const square[] = { "attn.query", "attn.key", "attn.value", "attn.proj" };
  const Type table = writer->matrix == I8 ? F16 : writer->matrix;
  const size_t d = gpt->n_embd;

  writer->state = 88172645463325252u;
  for (int layer = 0; layer < gpt->n_layer; layer++)
    {
      for (size_t i = 0; i < G_N_ELEMENTS (square); i++)
        matrix (writer, d, d, square[i], layer);
      matrix (writer, 4 * d, d, "mlp.0", layer);
      matrix (writer, d, 4 * d, "mlp.2", layer);
      norm (writer, d, "ln1", layer);
      norm (writer, d, "ln2", layer);
    }
  norm (writer, d, "ln_f", -1);
  tensor (writer, table, 0, 1, gpt->vocab_size, d, "tok_emb.weight");
  tensor (writer, table, 0, 0.5f, gpt->block_size, d, "pos_emb");
  tensor (writer, table, 0, 4 / sqrtf ((float) d), gpt->vocab_size, d, "head.weight");
}

static void
begin_header (Writer *writer, const RandomGpt *gpt)
{
  g_string_append_printf (
      writer->header,
      "{\"__metadata__\":{\"format\":\"tessera\",\"tessera\":\"{\\\"version\\\":1,\\\"kind\\\":"
      "\\\"gpt\\\",\\\"name\\\":\\\"random\\\",\\\"transformer\\\":{\\\"vocab_size\\\":%d,"
      "\\\"block_size\\\":%d,\\\"n_layer\\\":%d,\\\"n_head\\\":%d,\\\"n_embd\\\":%d,"
      "\\\"n_unmasked\\\":%d}}\"}",
      gpt->vocab_size, gpt->block_size, gpt->n_layer, gpt->n_head, gpt->n_embd, gpt->n_unmasked);
}

char *
random_gpt_write (const RandomGpt *gpt)
{
  g_autofree Writer *writer = g_new0 (Writer, 1);
  g_autoptr (GString) header = g_string_new (NULL);
  char *path = NULL;
  const int descriptor = g_file_open_tmp ("tessera-XXXXXX.safetensors", &path, NULL);
  guint64 length;

  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (gpt->dtype, types[i].name) == 0)
      writer->matrix = (Type) i;
  writer->other = writer->matrix == F32 ? F32 : F16;
  writer->header = header;
  begin_header (writer, gpt);
  tensors (writer, gpt);
  g_string_append_c (header, '}');
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  length = GUINT64_TO_LE (header->len);
  writer->file = descriptor < 0 ? NULL : fdopen (descriptor, "wb");
  if (!writer->file || fwrite (&length, sizeof length, 1, writer->file) != 1
      || fwrite (header->str, 1, header->len, writer->file) != header->len)
    g_error ("a random model could not be written");
  tensors (writer, gpt);
  if (fclose (writer->file) != 0)
    g_error ("a random model could not be written");
  return path;
}
