/* job: one running request as the layers see it: the threads to work with, how far it is, and
 * whether the caller has asked to stop. */
#pragma once
#include "base/pool.h"
#include "base/status.h"

typedef struct {
  Pool *pool;                                        /* borrowed */
  double done, total;                                /* in FLOP of the plan; total 0 = unknown */
  gboolean (*progress) (double done, gpointer data); /* done 0..1, FALSE = stop; may be NULL */
  gpointer progress_data;
} Job;

/* To be called between kernels, every few milliseconds, with the work done since the last call.
 * CANCELLED error where the caller has asked to stop. */
gboolean job_advance (Job *job, double flop, GError **error);

/* pool_run for a phase that may take longer than a few milliseconds, which is `flop` of work: the
 * calling thread sees between its chunks whether to stop. A chunk should take less than 50 ms.
 * Without a pool the caller does it alone. */
gboolean job_run (Job *job, size_t n_chunks, double flop,
                  void (*task) (gpointer data, size_t chunk), gpointer data, GError **error);
