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

/* What previews of many windows have cost and shown so far; begins as { .begun = now }. */
typedef struct {
  gint64 begun, spent; /* microseconds */
  int shown;           /* windows */
} PreviewPace;

/* The windows of a net2net that lie before number `end` and were not shown yet, where that ends a row
 * of cells or the windows are larger, and where showing has taken less than a fifth of the time. */
gboolean preview_windows (Job *job, const Nets *nets, const TesseraRequest *request,
                          const Scene *scene, const Canvas *canvas, int end, PreviewPace *pace,
                          GError **error);

/* After variation k of a level was finished: the hole's box of it, enlarged to full size; at level
 * 0 these are the result's pixels. picture: the level's. */
void preview_level (const TesseraRequest *request, const Scene *scene, int level, int k,
                    const float *picture);
