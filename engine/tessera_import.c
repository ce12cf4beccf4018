#include "tessera.h"
#include "checkpoint/import.h"

void
tessera_import_init (TesseraImport *import)
{
  *import = (TesseraImport){ .label_shift = -1 };
}

gboolean
tessera_import (const TesseraImport *import, TesseraImported *imported, GError **error)
{
  g_return_val_if_fail (import->checkpoint && import->output, FALSE);
  if (!import_run (import, imported, error))
    return FALSE;
  if (import->progress)
    import->progress (1, import->progress_data); /* too late to stop */
  return TRUE;
}
