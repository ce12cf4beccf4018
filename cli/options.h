/* options: the command line, from one table that also makes --help, the manual page and the
 * completion of shells. */
#pragma once
#include "tessera.h"

typedef enum {
  COMMAND_NONE = 0,
  COMMAND_INFO = 1,
  COMMAND_COMPLETE = 2,
  COMMAND_RECONSTRUCT = 4,
  COMMAND_EXTEND = 8,
  COMMAND_PAINT = 16,
  COMMAND_SERVE = 32,
  COMMAND_IMPORT = 64,
  COMMAND_DOCUMENT = 128, /* what the build asks for: manual page, completions */
} Command;                /* bits: an option lists the commands that know it */

typedef enum { LEFT, RIGHT, TOP, BOTTOM, N_SIDES } Side;

typedef struct {
  double amount;
  gboolean percent; /* of the picture's width or height; else pixels */
} Margin;

typedef enum { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_NONE, PROGRESS_JSON } ProgressMode;

typedef struct {
  Command command;
  GPtrArray *inputs;               /* of char * */
  char *output, *out_dir, *suffix; /* this and what follows: NULL = not given */
  char *model, *mask, *mask_dir, *labels, *under, *depth, *drawing, *codes, *from_codes, *socket;
  GArray *boxes;        /* of TesseraBox: --hole WxH+X+Y */
  GArray *prefix;       /* of int */
  gboolean transparent; /* --hole transparent */
  gboolean invert_mask, label_ids, only_best, no_recipe, plan, list_labels, gimp, check;
  gboolean json, force, quiet, verbose, help, version;
  int progress; /* ProgressMode */
  Margin margins[N_SIDES];
  int ratio_width, ratio_height; /* 0 = not given */
  int width, height;             /* --size; 0 = not given */
  int anchor;                    /* 3 * row + column of a board of nine, 4 = center */
  gboolean new_seed;             /* draw one */
  gint64 memory;                 /* bytes, 0 = not given */
  double time_limit;             /* seconds, 0 = none */
  double similar;                /* per cent of cells to choose anew; negative = not given */
  char *config, *first_stage, *name, *condition; /* import; NULL = not given */
  int heads, label_shift;                        /* import; 0 and -1 = not given */
  int weights;                                   /* import: TesseraWeights */
  gboolean seed_given;                           /* after the recipe, if there is one */
  guint64 base_seed;                             /* of the recipe */
  int base_variation;                            /* of the recipe, 0-based */
  char *recipe;                                  /* its text */
  char *recipe_model, *recipe_sum; /* name and SHA-256 of the model it was made with */
  GHashTable *given;               /* files that came in a message: name -> GBytes */
  TesseraRequest request;          /* all its settings but the pictures */
} Options;

/* All fields as they are without any option. The caller's. */
Options *options_new (void);

/* The caller's. FAILURE_USAGE with one sentence; --help and --version are left to the caller. */
Options *options_parse (int argc, char **argv, GError **error);
void options_free (Options *options); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Options, options_free)

/* Sets one option of options->command by its name, without dashes; text NULL or "yes" switches a
 * flag on, "no" off. FAILURE_USAGE where there is none, or the text is wrong for it. */
gboolean options_set (Options *options, const char *name, const char *text, GError **error);

/* The first input; NULL = none. */
const char *options_input (const Options *options);

/* "complete"; "" for none. The command of that name, COMMAND_NONE where there is none. */
const char *options_command_name (Command command);
Command options_command (const char *name);

/* These write to standard output: what the program is; what a command (or none: all) takes; the
 * manual page; the completion for "bash", "zsh" or "fish". FALSE for any other word. */
void options_print_intro (void);
void options_print_help (Command command);
gboolean options_print_document (const char *what);
