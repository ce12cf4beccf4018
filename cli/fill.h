/* fill: what complete, extend and paint have in common: the estimate, the run, the results. */
#pragma once
#include "part.h"

/* One name for each result of this input (NULL = -o alone counts); refuses those that are taken
 * before anything is computed. Of char *; the caller's. */
GPtrArray *fill_names (const Options *options, const char *input, GError **error);

/* Cuts the part, tells the plan and, unless that was all, runs it and writes the results. names
 * NULL: they are told as JSON, with the pictures in it. */
gboolean fill_run (Work *work, Part *part, const GPtrArray *names, GError **error);
