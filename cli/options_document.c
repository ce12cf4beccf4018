/* What the build installs beside the program, from the same table as --help. */
#include "options_private.h"
#include <stdio.h>
#include <string.h>

/* ---- manual page --------------------------------------------------------------------------- */

/* For roff: a hyphen is a minus, a point at the beginning of a line is no command. */
static void
print_roff (const char *text)
{
  if (*text == '.' || *text == '\'')
    fputs ("\\&", stdout);
  for (; *text; text++)
    if (*text == '-')
      fputs ("\\-", stdout);
    else if (*text == '\\')
      fputs ("\\e", stdout);
    else
      putchar (*text);
}

static void
print_man_option (const Options *fresh, const Option *option)
{
  g_autofree char *standard = options_default (fresh, option);
  g_autofree char *help = g_strconcat (option->help, standard, NULL);
  g_autofree char *choices = option->choices ? g_strjoinv (", ", (char **) option->choices) : NULL;

  puts (".TP");
  if (option->letter)
    printf ("\\fB\\-%c\\fR, ", option->letter);
  fputs ("\\fB\\-\\-", stdout);
  print_roff (option->negatable ? "[no-]" : "");
  print_roff (option->name);
  fputs ("\\fR", stdout);
  if (option->value)
    {
      fputs (" \\fI", stdout);
      print_roff (option->value);
      fputs ("\\fR", stdout);
    }
  putchar ('\n');
  print_roff (help);
  if (choices)
    {
      fputs (" [", stdout);
      print_roff (choices);
      putchar (']');
    }
  puts (".");
}

static void
print_man_command (const Options *fresh, const CommandRow *row)
{
  printf (".SS tessera %s ", row->name);
  print_roff (row->usage);
  putchar ('\n');
  print_roff (row->what);
  puts (".");
  for (const Option *option = options_table; option->name; option++)
    if (option->commands & row->command)
      print_man_option (fresh, option);
}

/* What follows the commands, in roff. */
static const char *const man_rest[] = {
  ".SH EXIT STATUS",
  ".nf",

  "0    done",
  "1    internal error",
  "2    wrong usage",
  "3    input unreadable or of a kind that is not read",
  "4    output not writable, or it exists",
  "5    model missing, broken, or it cannot do this",
  "6    nothing to do",
  "7    memory",
  "8    inputs do not fit together",
  "9    some of several pictures failed",
  "124  time limit",
  "130  stopped by Ctrl+C",
  "143  stopped by SIGTERM",
  ".fi",
  ".PP",
  "A run that is stopped, or out of time, still writes the variations that are finished. A "
  "second",
  "Ctrl+C ends it at once. The last line on standard error is",
  "\\fBtessera: CODE: sentence\\fR; the codes never change.",
  ".SH JSON LINES",
  "With \\fB\\-\\-json\\fR every line of standard output is an object with a member \"event\": "
  "start,",
  "plan, progress, variation (file, rank, variation, seed, score_edge, log_likelihood, sha256),",
  "reconstruction, model, warning and error (code, message), end (ok, exit, seconds, files).",
  "Keys are only added, never renamed. Messages are English, whatever the language of the person.",
  ".SH SERVE",
  "Each line of standard input is a request, each line of the answer carries its \"id\":",
  ".PP",
  ".nf",
  "{\"id\":1,\"op\":\"complete\",\"image\":\"in.png\",\"mask\":\"mask.png\",\"output\":\"out."
  "png\"}",
  "{\"id\":2,\"op\":\"extend\",\"image\":{\"png_base64\":\"...\"},\"right\":\"25%\",\"rows\":"
  "true}",
  "{\"id\":3,\"op\":\"paint\",\"labels\":\"sketch.png\",\"settings\":{\"seed\":7,\"variety\":0.5}"
  "}",
  "{\"id\":4,\"op\":\"cancel\",\"target\":2}   {\"id\":5,\"op\":\"info\"}   "
  "{\"id\":6,\"op\":\"quit\"}",
  ".fi",
  ".PP",
  "Members have the names of the command's options, with _ for \\-; \"settings\" may also have "
  "the",
  "form of a recipe. Without \"output\" the pictures come in the answer, as \"png_base64\". With",
  "\"rows\" parts of the pictures come while they are made. One request runs at a time, others",
  "wait (event queued). A line that cannot be understood is answered with an error; the end of "
  "the",
  "input ends the server when all is done.",
  ".SH ENVIRONMENT",
  ".TP",
  "TESSERA_MODEL",
  "the model file, where \\fB\\-\\-model\\fR names none",
  ".TP",
  "TESSERA_THREADS",
  "how many threads, where \\fB\\-\\-threads\\fR says nothing",
  ".SH EXAMPLES",
  ".nf",
  "tessera complete photo.png \\-\\-mask mask.png \\-o out.png",
  "tessera complete scan.tif \\-\\-hole transparent \\-n 4 \\-o \"scan\\-%d.png\"",
  "tessera extend beach.png \\-\\-left 25% \\-\\-right 25% \\-o wide.png",
  "tessera paint \\-\\-labels sketch.png \\-\\-size 768x512 \\-o scene.png",
  "tessera complete scans/*.png \\-\\-mask dust.png \\-\\-out\\-dir clean",
  "tessera complete big.png \\-\\-mask m.png \\-\\-plan",
  "tessera complete again.png \\-\\-recipe out.png \\-o same.png",
  ".fi",
  NULL,
};

static void
print_man_rest (void)
{
  for (gsize i = 0; man_rest[i]; i++)
    puts (man_rest[i]);
}

static void
print_man (void)
{
  static const char *const head[] = {
    ".SH NAME",
    "tessera \\- completes, extends and paints pictures",
    ".SH SYNOPSIS",
    ".B tessera",
    ".I COMMAND",
    "[",
    ".I OPTIONS",
    "]",
    ".SH DESCRIPTION",
    "Fills holes in pictures with what could be there, paints what could lie beyond their borders,",
    "and makes pictures from labels. It works offline, on any processor. Options and files may "
    "come",
    "in any order; \\fB\\-\\-opt=value\\fR and \\fB\\-\\-opt value\\fR are the same, and",
    "\\fB\\-\\-\\fR ends the options. A single \\fB\\-\\fR is standard input or output.",
    ".PP",
    "Reads PNG, JPEG, WebP, TIFF and PNM; writes PNG and TIFF by the suffix of the output. Depth "
    "of",
    "8 or 16 bits, transparency, color profile, EXIF and resolution are kept; a picture that EXIF",
    "calls turned is turned upright. PNG files carry the recipe of how they were made.",
    ".SH COMMANDS",
    NULL,
  };
  g_autoptr (Options) fresh = options_new ();

  printf (".TH TESSERA 1 \"\" \"tessera %s\"\n", tessera_version ());
  for (gsize i = 0; head[i]; i++)
    puts (head[i]);
  for (const CommandRow *row = options_commands; row->name; row++)
    if (!row->hidden)
      print_man_command (fresh, row);
  print_man_rest ();
}

/* ---- completion of shells ------------------------------------------------------------------ */

static gboolean
takes_folder (const Option *option)
{
  return option->value && !strcmp (option->value, "DIR");
}

static gboolean
takes_file (const Option *option)
{
  return option->value && (!strcmp (option->value, "FILE") || !strcmp (option->value, "PATH"));
}

/* --a --no-a -n: all words that the command takes, with blanks between them. */
static void
print_words (Command command)
{
  for (const Option *option = options_table; option->name; option++)
    if (option->commands & command)
      {
        printf (" --%s", option->name);
        if (option->negatable)
          printf (" --no-%s", option->name);
        if (option->letter)
          printf (" -%c", option->letter);
      }
}

static void
print_command_names (void)
{
  for (const CommandRow *row = options_commands; row->name; row++)
    if (!row->hidden)
      printf (" %s", row->name);
}

/* What may follow an option: one case of the shell's for each. */
static void
print_bash_value (const Option *option)
{
  g_autofree char *letter =
      option->letter ? g_strdup_printf ("|-%c", option->letter) : g_strdup ("");
  g_autofree char *words = option->choices ? g_strjoinv (" ", (char **) option->choices) : NULL;

  printf ("    --%s%s)\n      ", option->name, letter);
  if (words)
    printf ("COMPREPLY=($(compgen -W '%s' -- \"$word\"))", words);
  else if (takes_folder (option))
    printf ("COMPREPLY=($(compgen -d -- \"$word\"))");
  else if (takes_file (option))
    printf ("COMPREPLY=($(compgen -f -- \"$word\"))");
  else
    printf ("COMPREPLY=()");
  puts ("\n      return ;;");
}

static void
print_bash (void)
{
  puts ("# bash completion of tessera\n"
        "_tessera() {\n"
        "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} i command=\n"
        "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "    case ${COMP_WORDS[i]} in");
  for (const CommandRow *row = options_commands; row->name; row++)
    if (!row->hidden)
      printf ("      %s) command=%s; break ;;\n", row->name, row->name);
  puts ("    esac\n  done\n  case $before in");
  for (const Option *option = options_table; option->name; option++)
    if (option->value)
      print_bash_value (option);
  fputs ("  esac\n  local words='--help --version", stdout);
  print_command_names ();
  puts ("'\n  case $command in");
  for (const CommandRow *row = options_commands; row->name; row++)
    if (!row->hidden)
      {
        printf ("    %s) words='", row->name);
        print_words (row->command);
        puts ("' ;;");
      }
  puts ("  esac\n"
        "  if [[ $word == -* || -z $command ]]; then\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
        "  else\n"
        "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
        "  fi\n"
        "}\n"
        "complete -o filenames -F _tessera tessera");
}

/* The text between quotes, with a backslash before each of the characters that mean something. */
static void
print_quoted (const char *text, const char *special)
{
  for (; *text; text++)
    if (*text == '\'')
      fputs ("'\\''", stdout);
    else
      printf (strchr (special, *text) ? "\\%c" : "%c", *text);
}

/* '--name=[help]:value:action' */
static void
print_zsh_word (const Option *option, const char *dashes, const char *name)
{
  g_autofree char *words = option->choices ? g_strjoinv (" ", (char **) option->choices) : NULL;

  printf (" \\\n      '*%s%s%s[", dashes, name, option->value && dashes[1] ? "=" : "");
  print_quoted (option->help, "[]:\\");
  putchar (']');
  if (option->value)
    {
      putchar (':');
      print_quoted (option->value, ":\\");
      printf (":%s%s%s", words ? "(" : "",
              words                   ? words
              : takes_folder (option) ? "_files -/"
              : takes_file (option)   ? "_files"
                                      : " ",
              words ? ")" : "");
    }
  putchar ('\'');
}

static void
print_zsh_options (Command command)
{
  for (const Option *option = options_table; option->name; option++)
    if (option->commands & command)
      {
        const char letter[2] = { option->letter, 0 };
        g_autofree char *no = g_strconcat ("no-", option->name, NULL);

        print_zsh_word (option, "--", option->name);
        if (option->negatable)
          print_zsh_word (option, "--", no);
        if (option->letter)
          print_zsh_word (option, "-", letter);
      }
}

static void
print_zsh (void)
{
  puts ("#compdef tessera\n"
        "_tessera() {\n"
        "  local -a commands\n"
        "  commands=(");
  for (const CommandRow *row = options_commands; row->name; row++)
    if (!row->hidden)
      {
        printf ("    '%s:", row->name);
        print_quoted (row->what, ":\\");
        puts ("'");
      }
  puts ("  )\n"
        "  if (( CURRENT == 2 )); then\n"
        "    _describe command commands\n"
        "    return\n"
        "  fi\n"
        "  case $words[2] in");
  for (const CommandRow *row = options_commands; row->name; row++)
    if (!row->hidden)
      {
        printf ("    %s) _arguments", row->name);
        print_zsh_options (row->command);
        puts (" \\\n      '*:file:_files' ;;");
      }
  puts ("  esac\n"
        "}\n"
        "_tessera \"$@\"");
}

static void
print_fish_option (const Option *option, const CommandRow *row, gboolean no)
{
  g_autofree char *words = option->choices ? g_strjoinv (" ", (char **) option->choices) : NULL;

  printf ("complete -c tessera -n '__fish_seen_subcommand_from %s' -l %s%s", row->name,
          no ? "no-" : "", option->name);
  if (option->letter && !no)
    printf (" -s %c", option->letter);
  if (words)
    printf (" -x -a '%s'", words);
  else if (option->value)
    fputs (takes_file (option) || takes_folder (option) ? " -r -F" : " -x", stdout);
  fputs (" -d '", stdout);
  for (const char *text = option->help; *text; text++)
    printf (*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
  puts ("'");
}

static void
print_fish (void)
{
  puts ("# fish completion of tessera");
  for (const CommandRow *row = options_commands; row->name; row++)
    {
      if (row->hidden)
        continue;
      printf ("complete -c tessera -n __fish_use_subcommand -f -a %s -d '%s'\n", row->name,
              row->what);
      for (const Option *option = options_table; option->name; option++)
        {
          if (!(option->commands & row->command))
            continue;
          print_fish_option (option, row, FALSE);
          if (option->negatable)
            print_fish_option (option, row, TRUE);
        }
    }
}

gboolean
options_print_document (const char *what)
{
  static const struct {
    const char *name;
    void (*print) (void);
  } documents[] = {
    { "man", print_man }, { "bash", print_bash }, { "zsh", print_zsh }, { "fish", print_fish }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++)
    if (!strcmp (what, documents[i].name))
      {
        documents[i].print ();
        return TRUE;
      }
  return FALSE;
}
