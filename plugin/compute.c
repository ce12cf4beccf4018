#include "compute.h"
#include "message.h"
#include <glib/gi18n.h>

TesseraResult *
compute (const TesseraModel *model, const Region *region, TesseraRequest *request,
         Progress *progress, Report *report, GError **error)
{
  g_autoptr (TesseraResult) result = NULL;
  GError *reason = NULL;

  region_to_request (region, tessera_model_info (model), request);
  request->progress = progress_tell;
  request->progress_data = progress;
  gimp_progress_init (_ ("Tessera: completing…"));
  result = tessera_complete (model, request, &reason);
  gimp_progress_end ();
  if (progress->closed)
    {
      g_clear_error (&reason);
      message_closed (error);
      return NULL;
    }
  if (result && tessera_result_n_variations (result) == request->n_variations)
    {
      report->engine = tessera_result_times (result);
      return g_steal_pointer (&result);
    }
  if (result || g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_CANCELLED))
    {
      g_clear_error (&reason);
      g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED, "stopped");
    }
  else
    message_take (error, reason, "");
  return NULL;
}
