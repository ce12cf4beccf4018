/* commands: one function for each, and what they share. FALSE sets the error. */
#pragma once
#include "report.h"
#include "picture_file.h"

gboolean cmd_info (const Options *options, Report *report, GError **error);
gboolean cmd_complete (const Options *options, Report *report, GError **error);
gboolean cmd_extend (const Options *options, Report *report, GError **error);
gboolean cmd_paint (const Options *options, Report *report, GError **error);
gboolean cmd_import (const Options *options, Report *report, GError **error);
gboolean cmd_reconstruct (const Options *options, Report *report, GError **error);
gboolean cmd_serve (const Options *options, Report *report, GError **error);

/* Why a run has ended before its end. */
typedef enum { STOP_NONE, STOP_INTERRUPT, STOP_TERMINATE, STOP_TIME, STOP_CANCEL } Stop;

/* What all commands that use a model need. */
typedef struct {
  const Options *options; /* borrowed */
  Report *report;         /* borrowed */
  TesseraModel *model;    /* owned, unless it is kept */
  gboolean kept;          /* the model belongs to the server */
  const gint *cancelled;  /* atomic; not 0 = stop; NULL = signals stop the run */
  gint64 deadline;        /* monotonic microseconds; 0 = none */
  Stop stop;
  double done; /* how far the run has come, 0..1 */
} Work;

/* Opens the model and says so; refuses a recipe of another model. */
gboolean work_open (Work *work, const Options *options, Report *report, GError **error);

/* The same with a model that is open already. */
gboolean work_adopt (Work *work, const Options *options, Report *report, TesseraModel *model,
                     GError **error);
void work_clear (Work *work);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* Limits, threads and progress of a request; its other settings are those of the options. */
void work_request (Work *work, TesseraRequest *request);

/* A picture that an option names. The caller's. */
Picture *work_read (const Work *work, const char *path, PictureKind kind, GError **error);

/* The engine's error as the user's; the caller's. A stopped run says how far it came. */
GError *work_failure (const Work *work, GError *error);

/* The error of a stopped run, of which n_finished results out of n could be kept. */
GError *work_stop_error (const Work *work, int n_finished, int n);

/* TRUE where a signal, the time limit or a cancellation has come. */
gboolean work_stopped (Work *work);

/* Bytes that a picture may take. */
gsize work_memory (const Work *work);

/* Whether -o (and an input, if one is needed) is there and can be written, and does not mix with JSON. */
gboolean work_check_output (const Options *options, gboolean needs_input, GError **error);

gboolean work_usage (const Options *options, const char *sentence, GError **error);
void work_no_memory (GError **error);

/* The three commands with a model and without a look at the command line. names: where the results
 * go, NULL = into the report. */
gboolean command_complete (Work *work, const GPtrArray *names, GError **error);
gboolean command_extend (Work *work, const GPtrArray *names, GError **error);
gboolean command_paint (Work *work, const GPtrArray *names, GError **error);
