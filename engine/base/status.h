/* status: the error domain of libtessera. One code for each failure a caller treats differently;
 * failures of the file system keep GLib's own domain (G_FILE_ERROR). */
#pragma once
#include <glib.h>

typedef enum {
  TESSERA_ERROR_FORMAT,      /* not a valid model file, recipe or request */
  TESSERA_ERROR_UNSUPPORTED, /* valid, but unknown to this build, or the model cannot do it */
  TESSERA_ERROR_MEMORY,      /* above the memory limit, or an allocation failed */
  TESSERA_ERROR_CANCELLED,   /* the caller asked to stop */
  TESSERA_ERROR_EMPTY,       /* nothing to fill, or nothing known to go by */
  TESSERA_ERROR_QUESTION,    /* the files leave open what the person must say */
  TESSERA_ERROR_MISFIT,      /* two things that were given do not fit together */
} TesseraError;

#define TESSERA_ERROR (tessera_error_quark ())
GQuark tessera_error_quark (void);
