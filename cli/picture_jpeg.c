/* As in picture_png.c: libjpeg reports errors by longjmp, so the body owns nothing. */
#include "picture_decode.h"
#include "picture_meta.h"
#include <glib/gi18n-lib.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>

/* A block of 64 samples takes at least one bit: 3 colours, 512 samples a byte. */
enum { JPEG_EXPANSION = 1536 };

typedef struct {
  struct jpeg_error_mgr base; /* first: libjpeg knows only this part */
  struct jpeg_decompress_struct jpeg;
  PictureBytes bytes;
  PictureOutcome *outcome;
  JOCTET *profile; /* of malloc: libjpeg's */
  unsigned profile_size;
  jmp_buf jump;
} Reader;

static void
fail (j_common_ptr jpeg)
{
  Reader *reader = (Reader *) jpeg->err;

  if (!*reader->outcome->reason)
    {
      char message[JMSG_LENGTH_MAX];

      jpeg->err->format_message (jpeg, message);
      reader->outcome->failure = FAILURE_FILE_READ;
      g_snprintf (reader->outcome->reason, sizeof reader->outcome->reason, _ ("cannot be read: %s"),
                  message);
    }
  longjmp (reader->jump, 1);
}

/* libjpeg paints missing data gray and only warns; here that is an error. */
static void
message (j_common_ptr jpeg, int level)
{
  if (level >= 0)
    return;
  jpeg->err->num_warnings++;
  if (jpeg->err->msg_code == JWRN_JPEG_EOF || jpeg->err->msg_code == JWRN_HIT_MARKER)
    fail (jpeg);
}

static void
refuse (Reader *reader, Failure failure, const char *reason)
{
  reader->outcome->failure = failure;
  g_strlcpy (reader->outcome->reason, reason, sizeof reader->outcome->reason);
  fail ((j_common_ptr) &reader->jpeg);
}

static void
read_all (Reader *reader)
{
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  JSAMPROW row;

  jpeg_create_decompress (jpeg);
  jpeg_mem_src (jpeg, reader->bytes.data, reader->bytes.size);
  jpeg_save_markers (jpeg, JPEG_APP0 + 1, 0xffff);
  jpeg_save_markers (jpeg, JPEG_APP0 + 2, 0xffff);
  jpeg_read_header (jpeg, TRUE);
  if (jpeg->num_components != 1 && jpeg->num_components != 3)
    refuse (reader, FAILURE_FILE_TYPE,
            _ ("is a CMYK picture, which Tessera does not read. Convert it to RGB first"));
  jpeg->out_color_space = jpeg->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  if (!picture_decode_check (reader->bytes, jpeg->image_width, jpeg->image_height,
                             (guint64) jpeg->image_width * (guint64) jpeg->num_components,
                             JPEG_EXPANSION, reader->outcome))
    fail ((j_common_ptr) jpeg);
  jpeg_start_decompress (jpeg);
  reader->outcome->picture =
      picture_new ((int) jpeg->output_width, (int) jpeg->output_height, jpeg->output_components, 8);
  if (!reader->outcome->picture)
    refuse (reader, FAILURE_NO_MEMORY, _ ("cannot be read: the computer ran out of memory"));
  while (jpeg->output_scanline < jpeg->output_height)
    {
      row = (JSAMPROW) reader->outcome->picture->samples
            + jpeg->output_scanline * picture_row_bytes (reader->outcome->picture);
      jpeg_read_scanlines (jpeg, &row, 1);
    }
  jpeg_read_icc_profile (jpeg, &reader->profile, &reader->profile_size);
}

static gboolean
read_guarded (Reader *reader)
{
  if (setjmp (reader->jump))
    return FALSE;
  read_all (reader);
  return TRUE;
}

static void
add_exif (Reader *reader)
{
  for (jpeg_saved_marker_ptr m = reader->jpeg.marker_list; m; m = m->next)
    if (m->marker == JPEG_APP0 + 1 && m->data_length > 6 && !memcmp (m->data, "Exif\0", 6))
      picture_add_exif (reader->outcome->picture, m->data + 6, m->data_length - 6);
}

static void
add_resolution (Reader *reader)
{
  const double metre = reader->jpeg.density_unit == 1 ? 1 / 0.0254 : 100; /* inch, centimetre */

  if (reader->jpeg.saw_JFIF_marker && reader->jpeg.density_unit)
    picture_add_resolution (reader->outcome->picture, reader->jpeg.X_density * metre,
                            reader->jpeg.Y_density * metre);
}

gboolean
picture_decode_jpeg (PictureBytes bytes, PictureOutcome *outcome)
{
  Reader *reader = g_new0 (Reader, 1);
  gboolean done;

  reader->bytes = bytes;
  reader->outcome = outcome;
  reader->jpeg.err = jpeg_std_error (&reader->base);
  reader->base.error_exit = fail;
  reader->base.emit_message = message;
  done = read_guarded (reader);
  if (done)
    {
      if (reader->profile)
        picture_add_profile (outcome->picture, reader->profile, reader->profile_size);
      add_exif (reader);
      add_resolution (reader);
      if (reader->base.num_warnings)
        g_string_assign (outcome->picture->complaint, _ ("some of its data are corrupt"));
    }
  else
    g_clear_pointer (&outcome->picture, picture_free);
  jpeg_destroy_decompress (&reader->jpeg);
  free (reader->profile);
  g_free (reader);
  return done;
}
