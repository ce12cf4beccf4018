/* compute: the engine's work for one call, with GIMP's progress bar. */
#pragma once
#include "progress.h"
#include "region.h"

/* Completes the region; fills the request's picture, hole, conditions and progress. NULL and a
 * message where that fails or the image was closed meanwhile; CANCELLED of TESSERA_ERROR where a
 * signal stopped it before all was finished. progress: listens already. */
TesseraResult *compute (const TesseraModel *model, const Region *region, TesseraRequest *request,
                        Progress *progress, Report *report, GError **error);
