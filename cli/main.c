#include "commands.h"
#include "machine.h"
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

typedef gboolean (*CommandRun) (const Options *options, Report *report, GError **error);

static gboolean
cmd_document (const Options *options, Report *report G_GNUC_UNUSED, GError **error)
{
  const char *what = options_input (options);

  return (what && options_print_document (what))
         || work_usage (options, "document: expected is man, bash, zsh or fish.", error);
}

static CommandRun
run_of (Command command)
{
  switch (command)
    {
    case COMMAND_INFO:
      return cmd_info;
    case COMMAND_COMPLETE:
      return cmd_complete;
    case COMMAND_EXTEND:
      return cmd_extend;
    case COMMAND_PAINT:
      return cmd_paint;
    case COMMAND_RECONSTRUCT:
      return cmd_reconstruct;
    case COMMAND_IMPORT:
      return cmd_import;
    case COMMAND_SERVE:
      return cmd_serve;
    case COMMAND_DOCUMENT:
      return cmd_document;
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

/* Mistakes in the options are told in JSON too, wherever that is asked for. */
static gboolean
wants_json (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (!strcmp (argv[i], "--json") || !strcmp (argv[i], "--progress=json")
        || (!strcmp (argv[i], "--progress") && i + 1 < argc && !strcmp (argv[i + 1], "json")))
      return TRUE;
  return FALSE;
}

/* JSON lines and what the build installs are the same in every language. */
static gboolean
is_for_people (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (!strcmp (argv[i], "document") || !strcmp (argv[i], "serve"))
      return FALSE;
  return !wants_json (argc, argv);
}

/* People are told in their language, programs in English; file names follow the locale, numbers
 * keep their point. */
static void
set_language (gboolean for_people)
{
  g_autofree char *catalogues = machine_catalogues ();

  setlocale (LC_CTYPE, "");
  if (for_people)
    setlocale (LC_MESSAGES, "");
  bindtextdomain (GETTEXT_PACKAGE, catalogues);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
main (int argc, char **argv)
{
  const gboolean json = wants_json (argc, argv);
  g_autoptr (GError) error = NULL;
  g_autoptr (Options) options = NULL;
  Report report;
  int status;

  set_language (is_for_people (argc, argv));
  report_init (&report, json);
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
