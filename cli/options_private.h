/* options_private: the table that options.c parses by and others print. */
#pragma once
#include "options.h"

typedef struct Option Option;

/* FALSE where the text is wrong; an error set by it says more than the table's `wants`. text NULL:
 * a flag is switched on. */
typedef gboolean (*OptionSet) (Options *options, const Option *option, const char *text,
                               GError **error);

struct Option {
  char letter;       /* 0 = none */
  const char *name;  /* without -- */
  const char *value; /* what it takes, as help calls it; NULL = nothing */
  guint commands;    /* who knows it */
  OptionSet set;
  gsize place;                /* of the field in Options */
  double low, high;           /* limits of numbers */
  gboolean negatable;         /* --no-NAME too */
  const char *const *choices; /* NULL-terminated words; NULL = not a choice */
  const char *wants;          /* "a whole number from 1 to 16"; NULL where it takes nothing */
  const char *help;
};

typedef struct {
  Command command;
  gboolean hidden;
  const char *name, *usage, *what;
} CommandRow;

/* Both end with a row without name. */
extern const Option options_table[];
extern const CommandRow options_commands[];

/* The option's setters. */
gboolean option_flag (Options *options, const Option *option, const char *text, GError **error);
gboolean option_text (Options *options, const Option *option, const char *text, GError **error);
gboolean option_int (Options *options, const Option *option, const char *text, GError **error);
gboolean option_real (Options *options, const Option *option, const char *text, GError **error);
gboolean option_choice (Options *options, const Option *option, const char *text, GError **error);
gboolean option_seed (Options *options, const Option *option, const char *text, GError **error);
gboolean option_top_k (Options *options, const Option *option, const char *text, GError **error);
gboolean option_top_p (Options *options, const Option *option, const char *text, GError **error);
gboolean option_memory (Options *options, const Option *option, const char *text, GError **error);
gboolean option_time (Options *options, const Option *option, const char *text, GError **error);
gboolean option_hole (Options *options, const Option *option, const char *text, GError **error);
gboolean option_margin (Options *options, const Option *option, const char *text, GError **error);
gboolean option_ratio (Options *options, const Option *option, const char *text, GError **error);
gboolean option_size (Options *options, const Option *option, const char *text, GError **error);
gboolean option_prefix (Options *options, const Option *option, const char *text, GError **error);
gboolean option_recipe (Options *options, const Option *option, const char *text, GError **error);

/* " (default: 4)" from the request's own defaults, so that help and engine cannot differ; "" where
 * there is none to tell. The caller frees it. */
char *options_default (const Options *fresh, const Option *option);
