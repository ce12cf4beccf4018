/* commands: one function for each, and what they share. FALSE sets the error. */
#pragma once
#include "report.h"
#include "picture_file.h"

gboolean cmd_info (const Options *options, Report *report, GError **error);
gboolean cmd_complete (const Options *options, Report *report, GError **error);
gboolean cmd_import (const Options *options, Report *report, GError **error);
gboolean cmd_reconstruct (const Options *options, Report *report, GError **error);

/* What a run needs before it can begin. */
typedef struct {
  TesseraModel *model;
  Picture *picture;
  float *pixels;  /* of the picture */
  int signal;     /* that stopped the run; 0 = none */
  Report *report; /* borrowed */
} Work;

/* -o and an input are there, and only one of them is a stream. */
gboolean work_check (const Options *options, GError **error);

/* Opens the model, reads the picture and sets request->picture, limits and progress. */
gboolean work_begin (Work *work, const Options *options, Report *report, TesseraRequest *request,
                     GError **error);
void work_clear (Work *work);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* The engine's error as the user's; the caller's. A stopped run says how far it came. */
GError *work_failure (const Work *work, GError *error);

/* TRUE and the error where a signal has come. */
gboolean work_stopped (Work *work, const char *sentence, GError **error);
