/* import: a checkpoint of the published system becomes a model file. */
#pragma once
#include "tessera.h"

/* tessera_import, its arguments checked. */
gboolean import_run (const TesseraImport *request, TesseraImported *imported, GError **error);
