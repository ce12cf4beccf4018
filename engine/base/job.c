#include "base/job.h"

gboolean
job_advance (Job *job, double flop, GError **error)
{
  job->done += flop;
  if (!job->progress)
    return TRUE;

  /* 1 is said at the end alone, by whoever ends the job. */
  double share = job->total > 0 ? MIN (job->done / job->total, 0.999) : 0;

  if (job->progress (share, job->progress_data))
    return TRUE;
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED, "Stopped.");
  return FALSE;
}

typedef struct {
  void (*task) (gpointer data, size_t chunk);
  gpointer data;
  size_t first;
} Group;

static void
run_chunk (gpointer data, size_t chunk)
{
  const Group *group = data;

  group->task (group->data, group->first + chunk);
}

gboolean
job_run (Job *job, size_t n_chunks, size_t group, void (*task) (gpointer data, size_t chunk),
         gpointer data, GError **error)
{
  for (size_t first = 0; first < n_chunks; first += group)
    {
      Group now = { task, data, first };
      const size_t n = MIN (group, n_chunks - first);

      if (!job_advance (job, 0, error))
        return FALSE;
      if (job->pool)
        pool_run (job->pool, n, run_chunk, &now);
      else
        for (size_t chunk = 0; chunk < n; chunk++)
          run_chunk (&now, chunk);
    }
  return TRUE;
}
