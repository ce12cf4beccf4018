/* report: everything the command says while it works: sentences and the bar for people on standard
 * error, or JSON lines for programs on standard output. Keys of JSON lines are only added, never
 * renamed. */
#pragma once
#include "options.h"
#include "progress_line.h"

/* Where lines go; several reports may share one. */
typedef struct {
  int fd;
  GMutex mutex;
  gboolean broken; /* nobody reads any more */
} ReportOut;

typedef struct {
  gboolean json, quiet, verbose;
  gboolean rows;     /* a server's client wants to see parts as they come */
  const char *id;    /* of a server's request: a JSON value as text; NULL = none. Borrowed */
  ReportOut *out;    /* borrowed; NULL = standard output */
  int progress;      /* ProgressMode */
  const char *input; /* borrowed from the options; NULL = none */
  gint64 begun;      /* microseconds, monotonic */
  gint64 told;       /* the last progress line in JSON */
  int n_cells;       /* of the plan, for all levels; 0 = not known */
  int n_variations;  /* of the run that has begun */
  guint n_before;    /* files of earlier inputs */
  gboolean line_open;
  ProgressLine line;
  GPtrArray *files; /* of char *: what has been written */
} Report;

void report_init (Report *report, gboolean json);
void report_clear (Report *report);

/* What is known once the options are read. */
void report_options (Report *report, const Options *options);

/* n_threads: 0 = one for each core. */
void report_start (Report *report, const TesseraModel *model, int n_threads);

/* text: the plan as a table, for people. always: they have asked for it. */
void report_plan (Report *report, const TesseraEstimate *estimate, const char *text,
                  gboolean always);

void report_begin (Report *report, int n_variations, gsize bytes);
void report_progress (Report *report, double done);
void report_finish (Report *report);

/* A part of variation k (from 1) as it is now: [box.height][box.width][3]. */
void report_row (Report *report, int k, TesseraBox box, const float *pixels);

typedef struct {
  const char *file;    /* NULL = none: the bytes go into the line */
  int rank, variation; /* both from 1; 0 where there is only one result */
  guint64 seed;
  double score_edge, log_likelihood;
  double psnr;   /* dB, of a reconstruction */
  GBytes *bytes; /* of the file */
} ReportResult;

void report_variation (Report *report, const ReportResult *result);
void report_reconstruction (Report *report, const ReportResult *result);

/* A model file that was made of a checkpoint. */
void report_model (Report *report, const char *file, const TesseraImported *imported);

/* "beach.png  3 variations  14.2 s  seed 81723  -> beach-1.png ..." of this input's files. */
void report_done (Report *report, int n_variations, guint64 seed);

void report_warning (Report *report, const char *code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* What went wrong with one of several inputs. */
void report_error (Report *report, const GError *error);

/* The last words: error NULL = all is well. Returns the exit status. */
int report_end (Report *report, const GError *error);

/* Whether nobody reads any more what is written. */
gboolean report_is_broken (const Report *report);

/* Writes one line of JSON, at once and whole: "text" and a line feed. out NULL: standard output. */
void report_line (ReportOut *out, const char *text);
