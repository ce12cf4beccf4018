/* failure: what can go wrong for a user of the command. Each failure has a code for scripts, which
 * never changes, and an exit status; the message of the GError is one whole sentence. */
#pragma once
#include <glib.h>

typedef enum {
  FAILURE_INTERNAL,
  FAILURE_USAGE,
  FAILURE_FILE_READ,
  FAILURE_FILE_TYPE,
  FAILURE_FILE_WRITE,
  FAILURE_FILE_EXISTS,
  FAILURE_NO_MODEL,
  FAILURE_BAD_MODEL,
  FAILURE_MODEL_NEWER,
  FAILURE_MODEL_CANNOT,
  FAILURE_EMPTY_HOLE,
  FAILURE_OUTSIDE,
  FAILURE_NO_TRANSPARENT,
  FAILURE_NO_CONTEXT,
  FAILURE_TOO_LARGE,
  FAILURE_NO_MEMORY,
  FAILURE_SIZE,
  FAILURE_LABEL_TYPE,
  FAILURE_LABEL_UNKNOWN,
  FAILURE_MISFIT,
  FAILURE_MODEL_WRONG,
  FAILURE_NO_MARGIN,
  FAILURE_HUGE_IMAGE,
  FAILURE_NO_LABELS,
  FAILURE_LABEL_EMPTY,
  FAILURE_NO_RECIPE,
  FAILURE_RECIPE_BAD,
  FAILURE_RECIPE_NEWER,
  FAILURE_CODES,
  FAILURE_BATCH,
  FAILURE_TIME,
  FAILURE_STOPPED,    /* by SIGINT */
  FAILURE_TERMINATED, /* by SIGTERM */
} Failure;

#define FAILURE (failure_quark ())
GQuark failure_quark (void);

/* "E-SIZE"; "E-INTERNAL" for errors of other domains. */
const char *failure_code (const GError *error);

/* The exit status that belongs to it, 1..143. */
int failure_exit (const GError *error);

/* Both take the engine's error over and return one of this domain, which is the caller's. */
GError *failure_from_open (GError *error, const char *path);
GError *failure_from_run (GError *error);

/* "1.5 GiB". The caller frees it. */
char *failure_size (gsize bytes);
