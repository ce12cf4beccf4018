#include "picture_decode.h"
#include <glib/gi18n-lib.h>
#include <math.h>

/* For each pixel the run also holds 2 bytes of hole and, at most, a map of labels in colours. */
enum { WORKING_BYTES = 2 + 4 };

gboolean
picture_decode_refuse (PictureOutcome *outcome, Failure failure, const char *format, ...)
{
  va_list args;

  if (*outcome->reason)
    return FALSE;
  outcome->failure = failure;
  va_start (args, format);
  g_vsnprintf (outcome->reason, sizeof outcome->reason, format, args);
  va_end (args);
  return FALSE;
}

gboolean
picture_decode_check (PictureBytes bytes, guint64 width, guint64 height, guint64 row_bytes,
                      guint64 expansion, PictureOutcome *outcome)
{
  g_autofree char *size =
      g_strdup_printf ("%" G_GUINT64_FORMAT " x %" G_GUINT64_FORMAT, width, height);
  g_autofree char *present = failure_size (bytes.size);
  guint64 need;

  if (width < 1 || height < 1)
    return picture_decode_refuse (outcome, FAILURE_FILE_READ,
                                  _ ("cannot be read: it has no pixels"));
  if (width > PICTURE_MAX_SIDE || height > PICTURE_MAX_SIDE)
    return picture_decode_refuse (
        outcome, FAILURE_TOO_LARGE,
        _ ("says that it is %s pixels, but at most %d a side are allowed"), size, PICTURE_MAX_SIDE);
  need = height * row_bytes; /* below 2^19 * 2^24: cannot wrap */
  if (need / expansion > bytes.size)
    return picture_decode_refuse (outcome, FAILURE_FILE_READ,
                                  _ ("cannot be read: %s are too few for %s pixels"), present,
                                  size);
  need += WORKING_BYTES * width * height;
  if (need > bytes.limit)
    {
      g_autofree char *needed = failure_size (need), *allowed = failure_size (bytes.limit);

      return picture_decode_refuse (outcome, FAILURE_TOO_LARGE,
                                    _ ("needs %s of memory; %s is allowed"), needed, allowed);
    }
  return TRUE;
}

gboolean
picture_decode_no_ids (PictureOutcome *outcome)
{
  return picture_decode_refuse (
      outcome, FAILURE_LABEL_TYPE,
      _ ("holds colors, but labels are the numbers of an 8-bit gray or palette picture"));
}

gboolean
picture_decode_values (const float *values, gsize step, int width, int height,
                       PictureOutcome *outcome)
{
  const gsize n = (gsize) width * (gsize) height;
  Picture *picture = picture_new (width, height, 1, 16);
  double low = INFINITY, high = -INFINITY;

  if (!picture)
    return picture_decode_refuse (outcome, FAILURE_NO_MEMORY,
                                  _ ("cannot be read: the computer ran out of memory"));
  for (gsize i = 0; i < n; i++)
    if (isfinite (values[step * i]))
      {
        low = MIN (low, (double) values[step * i]);
        high = MAX (high, (double) values[step * i]);
      }
  for (gsize i = 0; i < n; i++)
    {
      const double value = isfinite (values[step * i]) ? (double) values[step * i] : low;

      picture_set (picture, i,
                   high > low ? (guint) ((value - low) / (high - low) * 65535 + 0.5) : 0);
    }
  outcome->picture = picture;
  return TRUE;
}
