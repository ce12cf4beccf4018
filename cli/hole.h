/* hole: what is to be filled, from what the command line says. */
#pragma once
#include "commands.h"
#include "part.h"

/* Which file marks it: --mask, or the one of --mask-dir; NULL = none. Sets part->hole and
 * part->opaque by part->picture. FAILURE_EMPTY_HOLE where nothing would be filled,
 * FAILURE_NO_CONTEXT where all would, and what the files themselves are at fault for. */
gboolean hole_make (const Work *work, const char *mask, Part *part, GError **error);

/* Of `paint`: only a mask, which may be white everywhere. */
gboolean hole_from_mask (const Work *work, const char *mask, Part *part, GError **error);
