/* reconstruct: a picture through the tokenizer and back, every cell quantised. */
#pragma once
#include "run/nets.h"
#include "tessera.h"

gboolean reconstruct_run (const Nets *nets, const TesseraRequest *request, float *pixels,
                          GError **error);
