/* procedure: what the procedures have in common, as GIMP sees them. */
#pragma once
#include "work.h"

typedef struct {
  const char *label;        /* of the menu entry */
  const char *const *menus; /* paths, ends with NULL */
  const char *blurb;        /* tooltip; has the words that people search */
  const char *help;
} ProcedureText;

/* A procedure for images that is never grey: what is missing is said. Without arguments yet. */
GimpProcedure *procedure_new (GimpPlugIn *plug_in, const char *name, const ProcedureText *text,
                              GimpRunImageFunc run);

/* The first thing in a run function: readies GEGL, of which Tessera needs nothing but buffers. */
void procedure_begin (void);

/* GIMP's own dialog with all arguments; FALSE where the person does not want to. */
gboolean procedure_ask (GimpProcedure *procedure, GimpProcedureConfig *config, const char *title);

/* All steps, and the values that the call returns. */
GimpValueArray *procedure_run_work (GimpProcedure *procedure, GimpRunMode mode, Work *work,
                                    const char *model);

/* The values of a call that worked, where error is NULL, or of one that failed; takes the error.
 * Tells the person what the report has to say, or that the image is no longer there. */
GimpValueArray *procedure_finish (GimpProcedure *procedure, GimpRunMode mode, const Work *work,
                                  GError *error);

/* The values of a call that failed; takes the error. */
GimpValueArray *procedure_refuse (GimpProcedure *procedure, GimpRunMode mode, GError *error);
