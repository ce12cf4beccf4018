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
