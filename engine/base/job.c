#include "base/job.h"
#include <glib/gi18n-lib.h>

/* Says how far the job is, with `flop` of a running phase done. */
static gboolean
tell (const Job *job, double flop)
{
  /* 1 is said at the end alone, by whoever ends the job. */
  const double share = job->total > 0 ? MIN ((job->done + flop) / job->total, 0.999) : 0;

  return !job->progress || job->progress (share, job->progress_data);
}

static gboolean
stopped (GError **error)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED, _ ("Stopped."));
  return FALSE;
}

gboolean
job_advance (Job *job, double flop, GError **error)
{
  job->done += flop;
  return tell (job, 0) || stopped (error);
}

enum { OFTEN = 5000 }; /* microseconds: chunks may be much shorter */

typedef struct {
  const Job *job;
  double flop_of_chunk;
  gint64 told; /* microseconds */
} Phase;

static gboolean
go_on (gpointer data, size_t finished)
{
  Phase *phase = data;
  const gint64 now = g_get_monotonic_time ();

  if (now - phase->told < OFTEN)
    return TRUE;
  phase->told = now;
  return tell (phase->job, phase->flop_of_chunk * (double) finished);
}

gboolean
job_run (Job *job, size_t n_chunks, double flop, void (*task) (gpointer data, size_t chunk),
         gpointer data, GError **error)
{
  Phase phase = { job, flop / (double) MAX (n_chunks, 1), g_get_monotonic_time () };

  return pool_run_while (job->pool, n_chunks, task, data, go_on, &phase)
             ? job_advance (job, flop, error)
             : stopped (error);
}
