/* options: the command line, from one table that also makes --help. */
#pragma once
#include "tessera.h"

typedef enum {
  COMMAND_NONE = 0,
  COMMAND_INFO = 1,
  COMMAND_COMPLETE = 2,
  COMMAND_RECONSTRUCT = 4,
  COMMAND_IMPORT = 64,
} Command; /* bits: an option lists the commands that know it */

typedef struct {
  Command command;
  char *input;                 /* NULL = none; for info: the model */
  char *output;                /* NULL = none */
  char *model, *mask, *labels; /* NULL = not given */
  GArray *boxes;               /* of TesseraBox: --hole WxH+X+Y */
  gboolean transparent;        /* --hole transparent */
  gboolean invert_mask, plan, only_best, json, force, quiet, verbose, help, version;
  gboolean new_seed;                             /* draw one */
  char *config, *first_stage, *name, *condition; /* import; NULL = not given */
  int heads, label_shift;                        /* import; 0 and -1 = not given */
  TesseraWeights weights;                        /* import */
  gint64 memory;                                 /* bytes, 0 = not given */
  TesseraRequest request;                        /* all its settings but the pictures */
} Options;

/* The caller's. FAILURE_USAGE with one sentence; --help and --version are left to the caller. */
Options *options_parse (int argc, char **argv, GError **error);
void options_free (Options *options); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Options, options_free)

/* "complete"; "" for none. */
const char *options_command_name (Command command);

/* Both write to standard output: what the program is; what a command (or none: all) takes. */
void options_print_intro (void);
void options_print_help (Command command);
