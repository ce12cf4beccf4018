/* models: where model files are looked for. In this order: the folder models/ next to the plug-in,
 * the user's data folder, the folder of the installed package. */
#pragma once
#include <glib.h>

/* Path of the model that `wanted` means, the caller's: a file, a name such as "landscape", or ""
 * for the file named by the environment variable TESSERA_MODEL or else the bundled model.
 * NULL and a message with the places looked at where there is none. */
char *models_find (const char *wanted, GError **error);
