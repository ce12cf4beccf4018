/* work: one call from reading to writing. Every procedure says what it wants in a Work; the steps
 * are the same for all. */
#pragma once
#include "place.h"
#include "progress.h"

typedef struct {
  GimpImage *image;
  GimpDrawable **drawables; /* GIMP's list of what is chosen, ends with NULL */
  GimpDrawable **picture;   /* the same for SOURCE_LAYER; NULL = drawables */
  const char *op;           /* "complete", "extend", "paint"; for the recipe */
  Output output;
  Source source;
  Conditions conditions;
  gboolean needs_labels;  /* of the conditions, where the model is told labels */
  GimpItem **without;     /* layers that are no part of the picture, ends with NULL; or NULL */
  TesseraRequest request; /* settings; picture and hole are filled in */
  Hole hole;              /* kind, margins and what is stored; owned */
  TesseraModel *model;    /* owned */

  Progress progress; /* listens where the procedure has told it to */
  Region region;     /* what the steps make; owned */
  Blend blend;
  TesseraResult *result;
  const int *ranks; /* which of it are written, ends with -1; NULL = all; borrowed */
  Placement placement;
  Report report;
} Work;

/* The settings' share of a Work. label_layer stays the settings'. */
void work_begin (Work *work, GimpImage *image, GimpDrawable **drawables, const Settings *settings);
void work_clear (Work *work);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* All steps. model: as models_open takes it, unless work->model is there. FALSE and a message
 * where something is not possible; then the image is as before. */
gboolean work_run (Work *work, const char *model, GError **error);

/* The steps one by one, in this order; for a host that shows what it does between them. */
gboolean work_read (Work *work, const char *model, GError **error);
gboolean work_compute (Work *work, GError **error);
gboolean work_write (Work *work, GError **error);
