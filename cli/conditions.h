/* conditions: what a model is told beside the pixels: labels, depth, a drawing, a class, tokens. */
#pragma once
#include "part.h"

/* MODEL_CANNOT where the model does not know what the options give, USAGE where a number is wrong
 * for it. Before any picture is read. */
gboolean conditions_check (const Work *work, GError **error);

/* TRUE where the options give any. */
gboolean conditions_given (const Options *options);

/* Reads what the options name, for the part's box. */
gboolean conditions_cut (const Work *work, Part *part, GError **error);
