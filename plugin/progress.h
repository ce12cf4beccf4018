/* progress: shows the engine's progress in GIMP and listens for a wish to stop.
 *
 * The cross of GIMP's progress bar kills the process, which leaves the image untouched, since
 * nothing is written before everything is computed. The signals SIGTERM and SIGINT stop softly:
 * the procedure returns "cancelled". */
#pragma once
#include <glib.h>

typedef struct {
  gint64 next_update; /* monotonic microseconds */
  double done;        /* 0..1, what was said last */
  gboolean stopped;
} Progress;

/* Between these two, stop signals wait until progress_tell sees them. From the main thread. */
void progress_begin (Progress *progress, const char *text);
void progress_end (Progress *progress);

/* A TesseraProgress; data: the Progress. */
gboolean progress_tell (double done, gpointer data);
