/* models: where model files are looked for. In this order: the folder models/ next to the plug-in,
 * the user's data folder, the folder of the installed package. */
#pragma once
#include "tessera.h"

/* The model that `wanted` means: a file, a name such as "landscape", or "" for the file named by
 * the environment variable TESSERA_MODEL or else the bundled model. NULL and a message where there
 * is none or it cannot be used. path: receives its path, the caller's; may be NULL. */
TesseraModel *models_open (const char *wanted, char **path, GError **error);

/* Paths of all model files that are there, sorted, in that order of folders; g_ptr_array_unref. */
GPtrArray *models_list (void);
