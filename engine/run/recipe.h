/* recipe: the JSON that says how a result was made. */
#pragma once
#include "run/nets.h"
#include "tessera.h"

/* One line, keys sorted, the caller's (g_free). */
char *recipe_write (const Nets *nets, const TesseraRequest *request);
