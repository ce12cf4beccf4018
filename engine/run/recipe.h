/* recipe: the JSON that says how a result was made, and how to make it again. */
#pragma once
#include "run/complete.h"

enum { RECIPE_FORMAT = 1, RECIPE_MAX_BYTES = 1 << 16 };

/* One line, keys sorted, the caller's (g_free). completed: the variation it is about. */
char *recipe_write (const Nets *nets, const TesseraRequest *request, const Completed *completed);

/* As tessera_recipe_read in tessera.h. */
gboolean recipe_read (const char *text, TesseraRequest *request, GError **error);
