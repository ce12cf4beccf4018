/* reconstruct: a picture through the tokenizer and back, every cell quantised; or one of the two
 * ways alone. */
#pragma once
#include "run/nets.h"
#include "tessera.h"

/* given: tokens [rows][cols] to start from instead of the picture, or NULL. tokens: where the
 * picture's go, or NULL. pixels: [height][width][3], or NULL where only the tokens are wanted.
 * FORMAT error where a given token is none. */
gboolean reconstruct_run (const Nets *nets, const TesseraRequest *request, const int *given,
                          int *tokens, float *pixels, GError **error);
