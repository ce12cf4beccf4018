/* progress: shows the engine's progress in GIMP and listens for a wish to stop.
 *
 * The cross of GIMP's progress bar kills the process, which leaves the image untouched, since
 * nothing is written before everything is computed. The signals SIGTERM and SIGINT stop softly:
 * the procedure returns "cancelled". */
#pragma once
#include <libgimp/gimp.h>

typedef struct {
  GMainContext *context; /* of the two signals alone, so that nothing else runs meanwhile */
  GSource *sources[2];
  gint64 next_update; /* monotonic microseconds */
  GimpImage *image;   /* watched: work for an image that is gone is given up */
  gboolean stopped, closed;
} Progress;

/* From now on the signals stop softly, at the next call of progress_tell. From the main thread. */
void progress_listen (Progress *progress, GimpImage *image);
void progress_clear (Progress *progress);

/* A TesseraProgress; data: the Progress. */
gboolean progress_tell (double done, gpointer data);
