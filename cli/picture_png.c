/* libpng reports errors by longjmp. So one function calls setjmp and does nothing else, and one
 * body has its state in a struct outside and owns nothing. */
#include "picture_decode.h"
#include "picture_encode.h"
#include "picture_file.h"
#include <png.h>
#include <glib/gi18n-lib.h>
#include <setjmp.h>
#include <string.h>

/* One byte of deflate data stands for at most 1032 bytes. */
enum { DEFLATE_EXPANSION = 1032, MAX_CHUNK_BYTES = 64 << 20 };

const char picture_kept_chunks[5 * PICTURE_N_KEPT_CHUNKS] =
    "iCCP\0sRGB\0gAMA\0cHRM\0cICP\0pHYs\0tEXt\0zTXt\0iTXt\0eXIf";

typedef struct {
  PictureBytes bytes;
  gsize at;
  png_structp png;
  png_infop info;
  png_bytep *rows;
  GString *complaint;
  PictureOutcome *outcome;
  jmp_buf jump;
} Reader;

static void
read_bytes (png_structp png, png_bytep to, gsize n)
{
  Reader *reader = png_get_io_ptr (png);

  if (n > reader->bytes.size - reader->at)
    png_error (png, _ ("the file ends too early"));
  memcpy (to, reader->bytes.data + reader->at, n);
  reader->at += n;
}

static void
read_error (png_structp png, png_const_charp message)
{
  Reader *reader = png_get_error_ptr (png);

  if (!*reader->outcome->reason)
    {
      reader->outcome->failure = FAILURE_FILE_READ;
      g_snprintf (reader->outcome->reason, sizeof reader->outcome->reason, _ ("cannot be read: %s"),
                  message);
    }
  longjmp (reader->jump, 1);
}

static void
read_warning (png_structp png, png_const_charp message)
{
  Reader *reader = png_get_error_ptr (png);

  if (!reader->complaint->len)
    g_string_append (reader->complaint, message);
}

static void
keep_chunks (png_structp png)
{
  png_set_keep_unknown_chunks (png, PNG_HANDLE_CHUNK_ALWAYS, (png_const_bytep) picture_kept_chunks,
                               PICTURE_N_KEPT_CHUNKS);
}

/* Whatever the file holds becomes 8 or 16 bits of gray or RGB, with or without alpha. */
static void
normalise (Reader *reader, int depth, int colour)
{
  if (reader->bytes.kind == PICTURE_IDS)
    {
      png_set_packing (reader->png);
      return;
    }
  if (colour == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb (reader->png);
  if (colour == PNG_COLOR_TYPE_GRAY && depth < 8)
    png_set_expand_gray_1_2_4_to_8 (reader->png);
  if (png_get_valid (reader->png, reader->info, PNG_INFO_tRNS))
    png_set_tRNS_to_alpha (reader->png);
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN && depth == 16)
    png_set_swap (reader->png);
}

static void
take_chunks (Reader *reader)
{
  png_unknown_chunkp chunks;
  const int n = png_get_unknown_chunks (reader->png, reader->info, &chunks);

  for (int i = 0; i < n; i++)
    picture_add_chunk (reader->outcome->picture, (const char *) chunks[i].name, chunks[i].location,
                       chunks[i].data, chunks[i].size);
}

static void
read_all (Reader *reader)
{
  png_uint_32 width, height;
  int depth, colour;

  png_set_read_fn (reader->png, reader, read_bytes);
  png_set_user_limits (reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max (reader->png, MAX_CHUNK_BYTES);
  keep_chunks (reader->png);
  png_read_info (reader->png, reader->info);
  png_get_IHDR (reader->png, reader->info, &width, &height, &depth, &colour, NULL, NULL, NULL);
  if (reader->bytes.kind == PICTURE_IDS
      && (depth > 8 || (colour != PNG_COLOR_TYPE_PALETTE && colour != PNG_COLOR_TYPE_GRAY)))
    {
      picture_decode_no_ids (reader->outcome);
      png_error (reader->png, "");
    }
  if (!picture_decode_check (reader->bytes, width, height,
                             png_get_rowbytes (reader->png, reader->info), DEFLATE_EXPANSION,
                             reader->outcome))
    png_error (reader->png, "");
  normalise (reader, depth, colour);
  png_set_interlace_handling (reader->png);
  png_read_update_info (reader->png, reader->info);
  if (!picture_decode_check (reader->bytes, width, height,
                             png_get_rowbytes (reader->png, reader->info), G_MAXUINT32,
                             reader->outcome))
    png_error (reader->png, "");
  reader->outcome->picture =
      picture_new ((int) width, (int) height, png_get_channels (reader->png, reader->info),
                   png_get_bit_depth (reader->png, reader->info));
  reader->rows = g_try_new (png_bytep, height);
  if (!reader->outcome->picture || !reader->rows)
    png_error (reader->png, _ ("the computer ran out of memory"));
  for (png_uint_32 y = 0; y < height; y++)
    reader->rows[y] = (png_bytep) reader->outcome->picture->samples
                      + y * picture_row_bytes (reader->outcome->picture);
  png_read_image (reader->png, reader->rows);
  png_read_end (reader->png, reader->info);
  take_chunks (reader);
}

static gboolean
read_guarded (Reader *reader)
{
  if (setjmp (reader->jump))
    return FALSE;
  read_all (reader);
  return TRUE;
}

gboolean
picture_decode_png (PictureBytes bytes, PictureOutcome *outcome)
{
  Reader *reader = g_new0 (Reader, 1);
  gboolean done = FALSE;

  reader->bytes = bytes;
  reader->outcome = outcome;
  reader->complaint = g_string_new (NULL);
  reader->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, reader, read_error, read_warning);
  reader->info = reader->png ? png_create_info_struct (reader->png) : NULL;
  if (reader->info)
    done = read_guarded (reader);
  else
    {
      outcome->failure = FAILURE_NO_MEMORY;
      g_strlcpy (outcome->reason, _ ("cannot be read: the computer ran out of memory"),
                 sizeof outcome->reason);
    }
  if (done)
    g_string_assign (outcome->picture->complaint, reader->complaint->str);
  else
    g_clear_pointer (&outcome->picture, picture_free);
  png_destroy_read_struct (&reader->png, &reader->info, NULL);
  g_string_free (reader->complaint, TRUE);
  g_free (reader->rows);
  g_free (reader);
  return done;
}
