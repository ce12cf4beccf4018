/* report: everything the command says while it works: sentences and the bar for people on standard
 * error, or JSON lines for programs on standard output. Keys of JSON lines are only added, never
 * renamed. */
#pragma once
#include "options.h"
#include "progress_line.h"

typedef struct {
  gboolean json, quiet, verbose;
  const char *input; /* borrowed from the options; NULL = none */
  gint64 begun;      /* microseconds, monotonic */
  gint64 told;       /* the last progress line in JSON */
  int n_cells;       /* of the plan, for all levels; 0 = not known */
  gboolean line_open;
  ProgressLine line;
  GPtrArray *files; /* of char *: what has been written */
} Report;

void report_init (Report *report, gboolean json);
void report_clear (Report *report);

/* What is known once the options are read. */
void report_options (Report *report, const Options *options);

void report_start (Report *report, const TesseraModel *model);
void report_plan (Report *report, const TesseraEstimate *estimate, gboolean always);

void report_begin (Report *report, const char *title, gsize bytes);
void report_progress (Report *report, double done);
void report_finish (Report *report);

typedef struct {
  const char *file;
  int rank, variation; /* both from 1; 0 where there is only one result */
  guint64 seed;
  double rim_ratio, log_likelihood;
  double psnr; /* dB, of a reconstruction */
  GBytes *bytes;
} ReportResult;

void report_variation (Report *report, const ReportResult *result);
void report_reconstruction (Report *report, const ReportResult *result);

/* A model file that was made of a checkpoint. */
void report_model (Report *report, const char *file, const TesseraImported *imported);

void report_warning (Report *report, const char *code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* The last words: error NULL = all is well. Returns the exit status. */
int report_end (Report *report, const GError *error);
