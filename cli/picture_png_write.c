/* As in picture_png.c: libpng reports errors by longjmp, so the body owns nothing. */
#include "picture_encode.h"
#include "picture_meta.h"
#include <glib/gi18n-lib.h>
#include <png.h>
#include <setjmp.h>
#include <string.h>

typedef struct {
  const Picture *picture;
  const char *recipe;
  png_structp png;
  png_infop info;
  GByteArray *out;
  char reason[256];
  jmp_buf jump;
} Writer;

static void
write_bytes (png_structp png, png_bytep from, gsize n)
{
  Writer *writer = png_get_io_ptr (png);

  g_byte_array_append (writer->out, from, (guint) n);
}

static void
write_error (png_structp png, png_const_charp message)
{
  Writer *writer = png_get_error_ptr (png);

  g_strlcpy (writer->reason, message, sizeof writer->reason);
  longjmp (writer->jump, 1);
}

static void
ignore_warning (png_structp png G_GNUC_UNUSED, png_const_charp message G_GNUC_UNUSED)
{
}

static gboolean
is_old_recipe (const PictureChunk *chunk)
{
  static const char key[] = PICTURE_RECIPE;

  return !strcmp (chunk->type, "iTXt") && chunk->size >= sizeof key
         && !memcmp (chunk->data, key, sizeof key);
}

static void
put_texts (Writer *writer)
{
  png_unknown_chunk unknown;
  png_text text = { .compression = PNG_ITXT_COMPRESSION_NONE };

  png_set_keep_unknown_chunks (writer->png, PNG_HANDLE_CHUNK_ALWAYS,
                               (png_const_bytep) picture_kept_chunks, PICTURE_N_KEPT_CHUNKS);
  for (guint i = 0; i < writer->picture->chunks->len; i++)
    {
      const PictureChunk *chunk = g_ptr_array_index (writer->picture->chunks, i);

      if (is_old_recipe (chunk)) /* it tells of the picture before */
        continue;
      unknown =
          (png_unknown_chunk){ .data = chunk->data, .size = chunk->size, .location = chunk->place };
      memcpy (unknown.name, chunk->type, sizeof unknown.name);
      png_set_unknown_chunks (writer->png, writer->info, &unknown, 1);
    }
  if (!writer->recipe)
    return;
  text.key = (png_charp) PICTURE_RECIPE;
  text.text = (png_charp) writer->recipe; /* libpng copies both */
  text.itxt_length = strlen (writer->recipe);
  png_set_text (writer->png, writer->info, &text, 1);
}

static void
write_all (Writer *writer)
{
  static const int colours[] = { 0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                 PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA };
  const Picture *picture = writer->picture;
  const guint8 *samples = picture->samples;

  png_set_write_fn (writer->png, writer, write_bytes, NULL);
  png_set_user_limits (writer->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_IHDR (writer->png, writer->info, (png_uint_32) picture->width,
                (png_uint_32) picture->height, picture->depth, colours[picture->channels],
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  put_texts (writer);
  png_write_info (writer->png, writer->info);
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN && picture->depth == 16)
    png_set_swap (writer->png);
  for (int y = 0; y < picture->height; y++)
    png_write_row (writer->png, samples + (gsize) y * picture_row_bytes (picture));
  png_write_end (writer->png, writer->info);
}

static gboolean
write_guarded (Writer *writer)
{
  if (setjmp (writer->jump))
    return FALSE;
  write_all (writer);
  return TRUE;
}

GBytes *
picture_encode_png (const Picture *picture, const char *recipe, GError **error)
{
  Writer *writer = g_new0 (Writer, 1);
  GBytes *bytes = NULL;

  writer->picture = picture;
  writer->recipe = recipe;
  writer->out = g_byte_array_new ();
  writer->png =
      png_create_write_struct (PNG_LIBPNG_VER_STRING, writer, write_error, ignore_warning);
  writer->info = writer->png ? png_create_info_struct (writer->png) : NULL;
  if (writer->info && write_guarded (writer))
    bytes = g_byte_array_free_to_bytes (g_steal_pointer (&writer->out));
  else
    g_set_error (error, FAILURE, FAILURE_INTERNAL,
                 _ ("The picture cannot be made into a PNG file: %s."),
                 *writer->reason ? writer->reason : _ ("the computer ran out of memory"));
  png_destroy_write_struct (&writer->png, &writer->info);
  g_clear_pointer (&writer->out, g_byte_array_unref);
  g_free (writer);
  return bytes;
}
