#include "picture_decode.h"
#include "picture_meta.h"
#include <glib/gi18n-lib.h>
#include <webp/decode.h>
#include <webp/demux.h>

/* A lossless picture of one colour takes a few bytes, whatever its size; WebP ends at 16383 pixels
 * a side. */
enum { WEBP_EXPANSION = 1 << 26 };

/* The chunk of that name, if there is one. */
static void
take_chunk (WebPDemuxer *demuxer, const char *name, void (*add) (Picture *, const guint8 *, gsize),
            Picture *picture)
{
  WebPChunkIterator chunk;

  if (!WebPDemuxGetChunk (demuxer, name, 1, &chunk))
    return;
  add (picture, chunk.chunk.bytes, chunk.chunk.size);
  WebPDemuxReleaseChunkIterator (&chunk);
}

/* Some programs put JPEG's "Exif\0\0" in front. */
static void
add_exif (Picture *picture, const guint8 *data, gsize size)
{
  const gsize skip = size > 6 && !memcmp (data, "Exif\0", 6) ? 6 : 0;

  picture_add_exif (picture, data + skip, size - skip);
}

static void
take_chunks (PictureBytes bytes, Picture *picture)
{
  const WebPData data = { bytes.data, bytes.size };
  WebPDemuxer *demuxer = WebPDemux (&data);

  if (!demuxer)
    return;
  take_chunk (demuxer, "ICCP", picture_add_profile, picture);
  take_chunk (demuxer, "EXIF", add_exif, picture);
  WebPDemuxDelete (demuxer);
}

gboolean
picture_decode_webp (PictureBytes bytes, PictureOutcome *outcome)
{
  WebPBitstreamFeatures features;
  Picture *picture;
  int channels, row;
  guint8 *done;

  if (WebPGetFeatures (bytes.data, bytes.size, &features) != VP8_STATUS_OK)
    return picture_decode_refuse (outcome, FAILURE_FILE_READ,
                                  _ ("cannot be read: its header is damaged"));
  if (features.has_animation)
    return picture_decode_refuse (outcome, FAILURE_FILE_TYPE,
                                  _ ("is an animation, which Tessera does not read"));
  channels = features.has_alpha ? 4 : 3;
  row = features.width * channels;
  /* the decoder holds the picture a second time */
  if (!picture_decode_check (bytes, (guint64) features.width, (guint64) features.height,
                             2 * (guint64) row, WEBP_EXPANSION, outcome))
    return FALSE;
  picture = picture_new (features.width, features.height, channels, 8);
  if (!picture)
    return picture_decode_refuse (outcome, FAILURE_NO_MEMORY,
                                  _ ("cannot be read: the computer ran out of memory"));
  done = (channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto) (
      bytes.data, bytes.size, picture->samples, (gsize) row * (gsize) features.height, row);
  if (!done)
    {
      picture_free (picture);
      return picture_decode_refuse (outcome, FAILURE_FILE_READ,
                                    _ ("cannot be read: its data are damaged or cut off"));
    }
  take_chunks (bytes, picture);
  outcome->picture = picture;
  return TRUE;
}
