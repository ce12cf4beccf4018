/* report: what a call has to tell beside its result: how long each step took, what the labels
 * held, and what the person should know although it worked. */
#pragma once
#include "tessera.h"

typedef struct {
  gint64 start, mark;               /* monotonic microseconds */
  double reading, loading, writing; /* seconds; loading: the model */
  TesseraTimes engine;
  gboolean has_labels;
  TesseraLabelCount labels;
  const char *sameness; /* of a repetition: "identical", "changed", "other"; NULL = none was made */
  GPtrArray *warnings;  /* "W-FAINT: The selection is ..." */
} Report;

void report_begin (Report *report);
void report_clear (Report *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Report, report_clear)

/* Adds the time since the last call to one of the sums. */
void report_lap (Report *report, double *sum);

/* `sentence` is a printf format, translated. */
void report_warn (Report *report, const char *code, const char *sentence, ...) G_GNUC_PRINTF (3, 4);

/* JSON, one line, the caller's:
 * {"seconds":{"reading","loading","encoding","sampling","decoding","pixels","writing","total"},
 *  "peak_bytes":N,"labels":{"painted","snapped","unknown"} (pixels),"repetition":TEXT,
 *  "warnings":[{"code","sentence"}]} */
char *report_json (const Report *report);

/* The sentences for people, one a line, without codes; NULL where there is nothing to say. */
char *report_sentences (const Report *report);
