#include "picture_decode.h"
#include "picture_exif.h"
#include "picture_meta.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include <tiffio.h>

/* LZMA and Zstandard know no bound; the memory limit has the last word. */
enum { TIFF_EXPANSION = 1 << 16, MAX_BAND_BYTES = 1 << 30 };

typedef struct {
  PictureBytes bytes;
  gsize at;
  TIFF *tiff;
  PictureOutcome *outcome;
  guint32 width, height;
  guint16 bits, samples, photometric, planar, format, n_extra, extra;
  guint32 band_height; /* rows that are decoded at once */
  gsize row_bytes;     /* of one plane of a band */
  guint8 *band;        /* [planes][band_height][row_bytes], owned */
} Reader;

static tmsize_t
read_bytes (thandle_t handle, void *to, tmsize_t n)
{
  Reader *reader = handle;
  const gsize size = MIN ((gsize) n, reader->bytes.size - MIN (reader->at, reader->bytes.size));

  memcpy (to, reader->bytes.data + reader->at, size);
  reader->at += size;
  return (tmsize_t) size;
}

static tmsize_t
write_bytes (thandle_t handle G_GNUC_UNUSED, void *from G_GNUC_UNUSED, tmsize_t n G_GNUC_UNUSED)
{
  return -1;
}

static toff_t
seek (thandle_t handle, toff_t offset, int whence)
{
  Reader *reader = handle;
  const toff_t base = whence == SEEK_SET   ? 0
                      : whence == SEEK_CUR ? (toff_t) reader->at
                                           : (toff_t) reader->bytes.size;

  reader->at = MIN ((gsize) (base + offset), reader->bytes.size);
  return (toff_t) reader->at;
}

static int
close_nothing (thandle_t handle G_GNUC_UNUSED)
{
  return 0;
}

static toff_t
size_of (thandle_t handle)
{
  return (toff_t) ((Reader *) handle)->bytes.size;
}

static int
note_error (TIFF *tiff G_GNUC_UNUSED, void *data, const char *module G_GNUC_UNUSED,
            const char *format, va_list args)
{
  Reader *reader = data;
  g_autofree char *text = g_strdup_vprintf (format, args);
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_strdelimit (valid, "\n", ' ');
  if (g_str_has_suffix (valid, "."))
    valid[strlen (valid) - 1] = 0;
  picture_decode_refuse (reader->outcome, FAILURE_FILE_READ, _ ("cannot be read: %s"), valid);
  return 1; /* it is not to be printed */
}

static int
note_warning (TIFF *tiff G_GNUC_UNUSED, void *data G_GNUC_UNUSED, const char *module G_GNUC_UNUSED,
              const char *format G_GNUC_UNUSED, va_list args G_GNUC_UNUSED)
{
  return 1; /* private tags, mostly */
}

static gboolean
no_kind (Reader *reader, const char *what)
{
  return picture_decode_refuse (reader->outcome, FAILURE_FILE_TYPE,
                                _ ("is a TIFF that Tessera does not read: %s"), what);
}

static gboolean
is_float (const Reader *reader)
{
  return reader->format == SAMPLEFORMAT_IEEEFP;
}

static int
n_colours (const Reader *reader)
{
  return reader->photometric == PHOTOMETRIC_RGB ? 3 : 1;
}

/* Which files are read. */
static gboolean
check_kind (Reader *reader)
{
  const guint16 bits = reader->bits;

  if (reader->photometric == PHOTOMETRIC_YCBCR)
    return no_kind (reader, _ ("its colors are YCbCr and not compressed as JPEG"));
  if (reader->photometric > PHOTOMETRIC_PALETTE)
    return no_kind (reader, _ ("its colors are neither gray nor RGB nor a palette"));
  if (is_float (reader))
    {
      if (reader->bytes.kind != PICTURE_VALUES)
        return no_kind (reader, _ ("it holds floating-point numbers"));
      return (bits == 32 && reader->samples == 1)
             || no_kind (reader, _ ("depth is one channel of 32-bit numbers"));
    }
  if (reader->format == SAMPLEFORMAT_INT || reader->format > SAMPLEFORMAT_IEEEFP)
    return no_kind (reader, _ ("its numbers are signed or complex"));
  if (bits != 8 && bits != 16
      && !(n_colours (reader) == 1 && reader->samples == 1
           && (bits == 1 || bits == 2 || bits == 4)))
    return no_kind (reader, _ ("a sample has not 8 or 16 bits"));
  if (reader->photometric == PHOTOMETRIC_PALETTE && (bits > 8 || reader->samples > 1))
    return no_kind (reader, _ ("its palette is too large"));
  if (reader->samples != n_colours (reader) && reader->samples != n_colours (reader) + 1)
    return no_kind (reader, _ ("it has more channels than color and transparency"));
  if (reader->bytes.kind == PICTURE_IDS && (bits > 8 || n_colours (reader) > 1))
    return picture_decode_no_ids (reader->outcome);
  return TRUE;
}

static void
read_fields (Reader *reader)
{
  guint16 *extra = NULL;
  guint16 compression = 0;

  TIFFGetField (reader->tiff, TIFFTAG_IMAGEWIDTH, &reader->width);
  TIFFGetField (reader->tiff, TIFFTAG_IMAGELENGTH, &reader->height);
  TIFFGetFieldDefaulted (reader->tiff, TIFFTAG_BITSPERSAMPLE, &reader->bits);
  TIFFGetFieldDefaulted (reader->tiff, TIFFTAG_SAMPLESPERPIXEL, &reader->samples);
  TIFFGetFieldDefaulted (reader->tiff, TIFFTAG_PLANARCONFIG, &reader->planar);
  TIFFGetFieldDefaulted (reader->tiff, TIFFTAG_SAMPLEFORMAT, &reader->format);
  TIFFGetFieldDefaulted (reader->tiff, TIFFTAG_COMPRESSION, &compression);
  if (!TIFFGetField (reader->tiff, TIFFTAG_PHOTOMETRIC, &reader->photometric))
    reader->photometric = reader->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  if (TIFFGetField (reader->tiff, TIFFTAG_EXTRASAMPLES, &reader->n_extra, &extra)
      && reader->n_extra)
    reader->extra = extra[0];
  if (reader->photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG
      && TIFFSetField (reader->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB))
    reader->photometric = PHOTOMETRIC_RGB; /* libtiff converts */
}

/* The rows of one strip, or of one row of tiles, of one plane. */
static gboolean
read_band (Reader *reader, guint32 y, guint16 plane, guint8 *to)
{
  const guint32 rows = MIN (reader->band_height, reader->height - y);
  guint32 tile_width = 0;
  g_autofree guint8 *tile = NULL;
  gsize tile_row;

  if (!TIFFIsTiled (reader->tiff))
    return TIFFReadEncodedStrip (reader->tiff, TIFFComputeStrip (reader->tiff, y, plane), to,
                                 (tmsize_t) (rows * reader->row_bytes))
           == (tmsize_t) (rows * reader->row_bytes);
  TIFFGetField (reader->tiff, TIFFTAG_TILEWIDTH, &tile_width);
  tile_row = (gsize) TIFFTileRowSize (reader->tiff);
  tile = g_try_malloc0 ((gsize) TIFFTileSize (reader->tiff));
  if (!tile || !tile_width || (gsize) TIFFTileSize (reader->tiff) < tile_row * reader->band_height)
    return FALSE;
  for (guint32 x = 0; x < reader->width; x += tile_width)
    {
      const gsize left = x / tile_width * tile_row;

      if (TIFFReadTile (reader->tiff, tile, x, y, 0, plane) < 0 || left >= reader->row_bytes)
        return FALSE;
      for (guint32 row = 0; row < rows; row++)
        memcpy (to + row * reader->row_bytes + left, tile + row * tile_row,
                MIN (tile_row, reader->row_bytes - left));
    }
  return TRUE;
}

/* Sample i of a row, as it stands there. */
static guint
sample (const Reader *reader, const guint8 *row, gsize i)
{
  const guint bits = reader->bits;

  if (bits == 16)
    return ((const guint16 *) (const void *) row)[i];
  if (bits == 8)
    return row[i];
  return row[i * bits / 8] >> (8 - bits - i * bits % 8) & ((1u << bits) - 1);
}

/* One pixel of the band, in the picture's own numbers: gray, or the channels of RGB, and alpha. */
static void
convert_pixel (const Reader *reader, guint32 row, guint32 x, guint *values)
{
  const gboolean apart = reader->planar == PLANARCONFIG_SEPARATE;
  const guint top = reader->bits == 16 ? 65535 : (1u << reader->bits) - 1;
  const guint white = reader->bits == 16 ? 65535 : 255;
  const int colours = n_colours (reader);

  for (int c = 0; c < reader->samples; c++)
    {
      const gsize plane = apart ? (gsize) c * reader->band_height : 0;
      const guint8 *place = reader->band + (plane + row) * reader->row_bytes;
      guint value = sample (reader, place, apart ? x : (gsize) x * reader->samples + (gsize) c);

      if (reader->photometric == PHOTOMETRIC_MINISWHITE && c < colours)
        value = top - value;
      values[c] = reader->bytes.kind == PICTURE_IDS ? value : value * white / top;
    }
  if (reader->samples > colours && reader->extra == EXTRASAMPLE_ASSOCALPHA && values[colours])
    for (int c = 0; c < colours; c++) /* colours were multiplied by alpha: undo it */
      values[c] = MIN (
          white, (guint) (((guint64) values[c] * white + values[colours] / 2) / values[colours]));
}

static void
convert_band (Reader *reader, guint32 y, const guint16 *const *palette)
{
  Picture *picture = reader->outcome->picture;
  const guint32 rows = MIN (reader->band_height, reader->height - y);
  gsize place = (gsize) y * reader->width * (gsize) picture->channels;

  for (guint32 row = 0; row < rows; row++)
    for (guint32 x = 0; x < reader->width; x++)
      {
        guint values[4];

        if (palette)
          for (int c = 0; c < 3; c++)
            values[c] = palette[c][sample (reader, reader->band + row * reader->row_bytes, x)] >> 8;
        else
          convert_pixel (reader, row, x, values);
        for (int c = 0; c < picture->channels; c++)
          picture_set (picture, place++, values[c]);
      }
}

static gboolean
read_bands (Reader *reader, const guint16 *const *palette)
{
  const guint16 planes = reader->planar == PLANARCONFIG_SEPARATE ? reader->samples : 1;
  const gsize band = reader->band_height * reader->row_bytes;

  for (guint32 y = 0; y < reader->height; y += reader->band_height)
    {
      for (guint16 plane = 0; plane < planes; plane++)
        if (!read_band (reader, y, plane, reader->band + plane * band))
          return picture_decode_refuse (reader->outcome, FAILURE_FILE_READ,
                                        _ ("cannot be read: its data are damaged or cut off"));
      convert_band (reader, y, palette);
    }
  return TRUE;
}

/* Depth maps of floats: all of it at once, then as 16 bits. */
static gboolean
read_floats (Reader *reader)
{
  g_autofree float *values = g_try_new (float, (gsize) reader->width * reader->height);

  for (guint32 y = 0; values && y < reader->height; y += reader->band_height)
    {
      const guint32 rows = MIN (reader->band_height, reader->height - y);

      if (!read_band (reader, y, 0, reader->band))
        return picture_decode_refuse (reader->outcome, FAILURE_FILE_READ,
                                      _ ("cannot be read: its data are damaged or cut off"));
      memcpy (values + (gsize) y * reader->width, reader->band,
              (gsize) rows * reader->width * sizeof (float));
    }
  return values ? picture_decode_values (values, 1, (int) reader->width, (int) reader->height,
                                         reader->outcome)
                : picture_decode_refuse (reader->outcome, FAILURE_NO_MEMORY,
                                         _ ("cannot be read: the computer ran out of memory"));
}

/* How much is decoded at once, and whether that may be. */
static gboolean
plan_bands (Reader *reader)
{
  const gboolean apart = reader->planar == PLANARCONFIG_SEPARATE;
  const guint64 samples = (guint64) reader->width * (apart ? 1 : reader->samples);

  reader->band_height = 0;
  TIFFGetFieldDefaulted (reader->tiff,
                         TIFFIsTiled (reader->tiff) ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP,
                         &reader->band_height);
  reader->band_height = CLAMP (reader->band_height, 1, reader->height);
  reader->row_bytes = (gsize) ((samples * reader->bits + 7) / 8);
  if (reader->row_bytes * reader->band_height * (apart ? reader->samples : 1) > MAX_BAND_BYTES)
    return picture_decode_refuse (reader->outcome, FAILURE_TOO_LARGE,
                                  _ ("is stored in parts of more than 1 GiB, which is not read"));
  reader->band =
      g_try_malloc0_n (reader->band_height, reader->row_bytes * (apart ? reader->samples : 1));
  return reader->band
         || picture_decode_refuse (reader->outcome, FAILURE_NO_MEMORY,
                                   _ ("cannot be read: the computer ran out of memory"));
}

static void
take_about (Reader *reader)
{
  Picture *picture = reader->outcome->picture;
  g_autoptr (GByteArray) exif = exif_from_tiff (reader->bytes.data, reader->bytes.size);
  float x = 0, y = 0;
  guint16 unit = RESUNIT_INCH;
  guint32 size;
  void *profile;

  if (TIFFGetField (reader->tiff, TIFFTAG_ICCPROFILE, &size, &profile))
    picture_add_profile (picture, profile, size);
  TIFFGetFieldDefaulted (reader->tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
  if (TIFFGetField (reader->tiff, TIFFTAG_XRESOLUTION, &x)
      && TIFFGetField (reader->tiff, TIFFTAG_YRESOLUTION, &y) && unit != RESUNIT_NONE)
    picture_add_resolution (picture, (double) x * (unit == RESUNIT_INCH ? 1 / 0.0254 : 100),
                            (double) y * (unit == RESUNIT_INCH ? 1 / 0.0254 : 100));
  if (exif)
    picture_add_exif (picture, exif->data, exif->len);
}

static gboolean
read_picture (Reader *reader)
{
  const gboolean ids = reader->bytes.kind == PICTURE_IDS;
  const guint16 *palette[3] = { NULL };
  gboolean mapped;
  int channels;

  read_fields (reader);
  mapped = reader->photometric == PHOTOMETRIC_PALETTE && !ids;
  channels = mapped ? 3 : reader->samples;
  /* the picture and, at worst, all of it once more in one band */
  if (!check_kind (reader)
      || !picture_decode_check (reader->bytes, reader->width, reader->height,
                                2 * (guint64) reader->width * (guint64) channels
                                    * (is_float (reader)    ? 4
                                       : reader->bits == 16 ? 2
                                                            : 1),
                                TIFF_EXPANSION, reader->outcome)
      || !plan_bands (reader))
    return FALSE;
  if (is_float (reader))
    return read_floats (reader);
  if (mapped
      && !TIFFGetField (reader->tiff, TIFFTAG_COLORMAP, &palette[0], &palette[1], &palette[2]))
    return no_kind (reader, _ ("its palette is missing"));
  reader->outcome->picture = picture_new ((int) reader->width, (int) reader->height, channels,
                                          reader->bits == 16 ? 16 : 8);
  if (!reader->outcome->picture)
    return picture_decode_refuse (reader->outcome, FAILURE_NO_MEMORY,
                                  _ ("cannot be read: the computer ran out of memory"));
  return read_bands (reader, mapped ? palette : NULL);
}

gboolean
picture_decode_tiff (PictureBytes bytes, PictureOutcome *outcome)
{
  Reader reader = { .bytes = bytes, .outcome = outcome };
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc ();
  gboolean done = FALSE;

  TIFFOpenOptionsSetErrorHandlerExtR (options, note_error, &reader);
  TIFFOpenOptionsSetWarningHandlerExtR (options, note_warning, &reader);
  TIFFOpenOptionsSetMaxSingleMemAlloc (options, (tmsize_t) MIN (bytes.limit, MAX_BAND_BYTES));
  reader.tiff = TIFFClientOpenExt ("picture", "rm", &reader, read_bytes, write_bytes, seek,
                                   close_nothing, size_of, NULL, NULL, options);
  TIFFOpenOptionsFree (options);
  if (reader.tiff)
    done = read_picture (&reader);
  if (done)
    take_about (&reader);
  else
    {
      g_clear_pointer (&outcome->picture, picture_free);
      picture_decode_refuse (outcome, FAILURE_FILE_READ, _ ("cannot be read: it is damaged"));
    }
  if (reader.tiff)
    TIFFClose (reader.tiff);
  g_free (reader.band);
  return done;
}
