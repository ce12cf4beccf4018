/* options_private: the table that options.c parses by and options_help.c prints. */
#pragma once
#include "options.h"

typedef struct Option Option;
typedef gboolean (*OptionSet) (Options *options, const Option *option, const char *text);

struct Option {
  char letter;        /* 0 = none */
  const char *name;   /* without -- */
  const char *value;  /* what it takes, as help calls it; NULL = nothing */
  guint commands;     /* who knows it */
  OptionSet set;      /* FALSE where the text is wrong */
  gsize place;        /* of the field in Options */
  double low, high;   /* limits of numbers */
  gboolean negatable; /* --no-NAME too */
  const char *wants;  /* "a whole number from 1 to 16"; NULL where it takes nothing */
  const char *help;
};

typedef struct {
  Command command;
  const char *name, *usage, *what;
} CommandRow;

enum { OPTIONS_N = 30, OPTIONS_N_COMMANDS = 4 };

extern const Option options_table[OPTIONS_N];
extern const CommandRow options_commands[OPTIONS_N_COMMANDS];

/* All fields as they are without any option. */
Options *options_new (void);

/* " (default: 4)" from the request's own defaults, so that help and engine cannot differ; "" where
 * there is none to tell. The caller frees it. */
char *options_default (const Options *fresh, const Option *option);
