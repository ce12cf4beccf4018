#include "picture_encode.h"
#include "picture_exif.h"
#include "picture_meta.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include <tiffio.h>

typedef struct {
  GByteArray *out;
  gsize at;
  char reason[256];
} Writer;

static tmsize_t
read_bytes (thandle_t handle, void *to, tmsize_t n)
{
  Writer *writer = handle;
  const gsize size = MIN ((gsize) n, writer->out->len - MIN (writer->at, writer->out->len));

  memcpy (to, writer->out->data + writer->at, size);
  writer->at += size;
  return (tmsize_t) size;
}

static tmsize_t
write_bytes (thandle_t handle, void *from, tmsize_t n)
{
  Writer *writer = handle;

  if (writer->at + (gsize) n > G_MAXUINT32)
    return -1; /* beyond what classic TIFF can hold */
  if (writer->at + (gsize) n > writer->out->len)
    g_byte_array_set_size (writer->out, (guint) (writer->at + (gsize) n));
  memcpy (writer->out->data + writer->at, from, (gsize) n);
  writer->at += (gsize) n;
  return n;
}

static toff_t
seek (thandle_t handle, toff_t offset, int whence)
{
  Writer *writer = handle;
  const toff_t base = whence == SEEK_SET   ? 0
                      : whence == SEEK_CUR ? (toff_t) writer->at
                                           : (toff_t) writer->out->len;

  writer->at = (gsize) (base + offset);
  return base + offset;
}

static int
close_nothing (thandle_t handle G_GNUC_UNUSED)
{
  return 0;
}

static toff_t
size_of (thandle_t handle)
{
  return ((Writer *) handle)->out->len;
}

static int
note_error (TIFF *tiff G_GNUC_UNUSED, void *data, const char *module G_GNUC_UNUSED,
            const char *format, va_list args)
{
  Writer *writer = data;

  g_vsnprintf (writer->reason, sizeof writer->reason, format, args);
  return 1; /* it is not to be printed */
}

static void
put_fields (TIFF *tiff, const Picture *picture)
{
  const guint16 alpha = EXTRASAMPLE_UNASSALPHA;
  g_autoptr (GBytes) profile = picture_profile (picture);
  double x, y;

  TIFFSetField (tiff, TIFFTAG_IMAGEWIDTH, (guint32) picture->width);
  TIFFSetField (tiff, TIFFTAG_IMAGELENGTH, (guint32) picture->height);
  TIFFSetField (tiff, TIFFTAG_BITSPERSAMPLE, picture->depth);
  TIFFSetField (tiff, TIFFTAG_SAMPLESPERPIXEL, picture->channels);
  TIFFSetField (tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField (tiff, TIFFTAG_PHOTOMETRIC,
                picture->channels >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
  TIFFSetField (tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField (tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  TIFFSetField (tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize (tiff, 0));
  if (picture_has_alpha (picture))
    TIFFSetField (tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
  if (profile)
    TIFFSetField (tiff, TIFFTAG_ICCPROFILE, (guint32) g_bytes_get_size (profile),
                  g_bytes_get_data (profile, NULL));
  if (!picture_resolution (picture, &x, &y))
    return;
  TIFFSetField (tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  TIFFSetField (tiff, TIFFTAG_XRESOLUTION, x * 0.0254);
  TIFFSetField (tiff, TIFFTAG_YRESOLUTION, y * 0.0254);
}

static gboolean
write_rows (TIFF *tiff, const Picture *picture)
{
  const gsize size = picture_row_bytes (picture);
  g_autofree guint8 *row = g_malloc (size); /* libtiff changes what it is given */

  for (int y = 0; y < picture->height; y++)
    {
      memcpy (row, (const guint8 *) picture->samples + (gsize) y * size, size);
      if (TIFFWriteScanline (tiff, row, (guint32) y, 0) < 0)
        return FALSE;
    }
  return TRUE;
}

GBytes *
picture_encode_tiff (const Picture *picture, GError **error)
{
  const PictureChunk *exif = picture_exif (picture);
  const gboolean big = exif && exif_is_big_endian (exif->data, exif->size);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  Writer writer = { .out = out };
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc ();
  TIFF *tiff;
  gboolean done = FALSE;

  TIFFOpenOptionsSetErrorHandlerExtR (options, note_error, &writer);
  tiff = TIFFClientOpenExt ("picture", big ? "wbm" : "wlm", &writer, read_bytes, write_bytes, seek,
                            close_nothing, size_of, NULL, NULL, options);
  TIFFOpenOptionsFree (options);
  if (tiff)
    {
      put_fields (tiff, picture);
      done = write_rows (tiff, picture) && TIFFFlush (tiff);
      TIFFClose (tiff);
    }
  if (!done)
    {
      g_set_error (error, FAILURE, FAILURE_INTERNAL,
                   _ ("The picture cannot be made into a TIFF file: %s."),
                   *writer.reason ? writer.reason : _ ("the computer ran out of memory"));
      return NULL;
    }
  if (exif)
    exif_into_tiff (out, exif->data, exif->size);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
