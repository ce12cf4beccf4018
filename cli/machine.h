/* machine: what the command asks the operating system: memory, processor, where the model lies,
 * and the signals that stop a run. */
#pragma once
#include <glib.h>

/* Bytes that programs can still have; 0 where the system does not say. */
gsize machine_free_memory (void);

/* What a run may use: `asked`, or three quarters of what is free where that is 0. */
gsize machine_memory_limit (gsize asked);

/* The most memory that this process has held so far, in bytes. */
gsize machine_peak_memory (void);

/* "Intel(R) Core(TM) ..."; the caller frees it. */
char *machine_cpu (void);

/* The model file to use: `asked`, else the environment's TESSERA_MODEL, else the bundled one.
 * The caller frees it. NULL and FAILURE_NO_MODEL, with the places, where none is there. */
char *machine_model (const char *asked, GError **error);

/* The folder of the translations. The caller frees it. */
char *machine_catalogues (void);

/* Between hold and release SIGINT and SIGTERM wait to be asked for, so that a run can end in
 * order; the second one ends the process at once. Signals that the caller of the command has
 * ignored stay ignored. */
void machine_hold_signals (void);
void machine_release_signals (void);

/* The signal that has come since hold, 0 = none. */
int machine_signal (void);
