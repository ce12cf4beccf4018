/* preview: shows what has been made so far, while the rest is being made. Nothing that is shown
 * goes into the result, so a preview cannot change it. */
#pragma once
#include "run/canvas.h"
#include "tessera.h"

/* After a window of the finest level was sampled: its cells, decoded with little around them; no
 * colour match, no texture. Does nothing where nobody looks. */
gboolean preview_window (Job *job, const Nets *nets, const TesseraRequest *request,
                         const Scene *scene, const Canvas *canvas, const PlanWindow *window,
                         GError **error);

/* After variation k of a level was finished: the hole's box of it, enlarged to full size; at level
 * 0 these are the result's pixels. picture: the level's. */
void preview_level (const TesseraRequest *request, const Scene *scene, int level, int k,
                    const float *picture);
