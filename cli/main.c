#include "commands.h"
#include <locale.h>
#include <stdio.h>
#include <string.h>

typedef gboolean (*CommandRun) (const Options *options, Report *report, GError **error);

static CommandRun
run_of (Command command)
{
  switch (command)
    {
    case COMMAND_INFO:
      return cmd_info;
    case COMMAND_COMPLETE:
      return cmd_complete;
    case COMMAND_RECONSTRUCT:
      return cmd_reconstruct;
    case COMMAND_IMPORT:
      return cmd_import;
    case COMMAND_NONE:
      break;
    }
  return NULL;
}

/* What needs no command: TRUE where that was all. */
static gboolean
print_only (const Options *options)
{
  if (options->version)
    printf ("tessera %s\n", tessera_version ());
  else if (options->help)
    options_print_help (options->command);
  else if (!options->command)
    options_print_intro ();
  return options->version || options->help || !options->command;
}

/* Mistakes in the options are told in JSON too, wherever --json stands. */
static gboolean
wants_json (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (!strcmp (argv[i], "--json"))
      return TRUE;
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Options) options = NULL;
  Report report;
  int status;

  setlocale (LC_CTYPE, ""); /* file names; numbers keep their point */
  report_init (&report, wants_json (argc, argv));
  options = options_parse (argc, argv, &error);
  if (options && print_only (options))
    {
      report_clear (&report);
      return 0;
    }
  if (options)
    {
      report_options (&report, options);
      run_of (options->command) (options, &report, &error);
    }
  status = report_end (&report, error);
  report_clear (&report);
  return status;
}
