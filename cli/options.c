#include "options_private.h"
#include "failure.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Names of an earlier version. */
static const struct {
  const char *old, *name;
} aliases[] = { { "temperature", "variety" }, { "match-rim", "match-color" } };

const char *
options_command_name (Command command)
{
  for (const CommandRow *row = options_commands; row->name; row++)
    if (row->command == command)
      return row->name;
  return "";
}

Command
options_command (const char *name)
{
  for (const CommandRow *row = options_commands; row->name; row++)
    if (!strcmp (row->name, name))
      return row->command;
  return COMMAND_NONE;
}

/* How many letters must change to make b of a (Levenshtein); both below 32 letters. */
static int
distance (const char *a, const char *b)
{
  int row[32];
  const int n = (int) strlen (b);

  if (strlen (a) > 31 || n > 31)
    return 32;
  for (int j = 0; j <= n; j++)
    row[j] = j;
  for (int i = 1; a[i - 1]; i++)
    {
      int corner = row[0];

      row[0] = i;
      for (int j = 1; j <= n; j++)
        {
          const int best = MIN (MIN (row[j], row[j - 1]) + 1, corner + (a[i - 1] != b[j - 1]));

          corner = row[j];
          row[j] = best;
        }
    }
  return row[n];
}

/* The known word that is nearest, if it is near. */
static const char *
nearest (gboolean is_option, const char *word, Command command)
{
  const char *near = NULL;
  int least = 3; /* farther is no misspelling */

  for (const Option *option = options_table; is_option && option->name; option++)
    if ((!command || option->commands & command) && distance (word, option->name) < least)
      {
        least = distance (word, option->name);
        near = option->name;
      }
  for (const CommandRow *row = options_commands; !is_option && row->name; row++)
    if (!row->hidden && distance (word, row->name) < least)
      {
        least = distance (word, row->name);
        near = row->name;
      }
  return near;
}

static void
unknown_option (const char *word, Command command, GError **error)
{
  const char *near = nearest (TRUE, word, command), *name = options_command_name (command);

  if (near)
    g_set_error (error, FAILURE, FAILURE_USAGE,
                 _ ("--%s: there is no such option. Did you mean --%s?"), word, near);
  else
    g_set_error (error, FAILURE, FAILURE_USAGE,
                 _ ("--%s: there is no such option. Try \"tessera %s%s--help\"."), word, name,
                 *name ? " " : "");
}

static void
unknown_command (const char *word, GError **error)
{
  const char *near = nearest (FALSE, word, COMMAND_NONE);

  if (near)
    g_set_error (error, FAILURE, FAILURE_USAGE,
                 _ ("%s: there is no such command. Did you mean %s?"), word, near);
  else
    g_set_error (error, FAILURE, FAILURE_USAGE,
                 _ ("%s: there is no such command. Try \"tessera --help\"."), word);
}

/* The option of that name; of two, the one that the command knows. */
static const Option *
find_option (const char *name, Command command)
{
  const Option *found = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (!strcmp (name, aliases[i].old))
      name = aliases[i].name;
  for (const Option *option = options_table; option->name; option++)
    if (!strcmp (option->name, name) && (!found || option->commands & command))
      found = option;
  return found;
}

/* Applies one option, if the command takes it. */
static gboolean
apply (Options *options, const Option *option, const char *text, GError **error)
{
  const char *command = options_command_name (options->command);
  GError *cause = NULL;

  if (options->command && !(option->commands & options->command))
    g_set_error (error, FAILURE, FAILURE_USAGE,
                 _ ("--%s: it does not belong to \"tessera %s\". Try \"tessera %s --help\"."),
                 option->name, command, command);
  else if (option->set (options, option, text, &cause))
    return TRUE;
  else if (cause)
    g_propagate_error (error, cause);
  else
    g_set_error (error, FAILURE, FAILURE_USAGE, _ ("--%s: expected is %s, not \"%s\"."),
                 option->name, option->wants ? _ (option->wants) : _ ("yes or no"), text);
  return FALSE;
}

gboolean
options_set (Options *options, const char *name, const char *text, GError **error)
{
  const Option *option = find_option (name, options->command);

  if (!option)
    {
      unknown_option (name, options->command, error);
      return FALSE;
    }
  if (option->value && !text)
    {
      g_set_error (error, FAILURE, FAILURE_USAGE, _ ("--%s: expected is %s, but nothing follows."),
                   name, _ (option->wants));
      return FALSE;
    }
  return apply (options, option, text, error);
}

typedef struct {
  int argc, at;
  char **argv;
  Options *options;
  gboolean commanded; /* the command's word has passed */
} Parser;

/* The value of an option that takes one: what follows it, or the next word. */
static gboolean
apply_value (Parser *parser, const Option *option, const char *attached, GError **error)
{
  if (!attached && parser->at + 1 < parser->argc)
    attached = parser->argv[++parser->at];
  if (attached)
    return apply (parser->options, option, attached, error);
  return options_set (parser->options, option->name, NULL, error);
}

static gboolean
parse_long (Parser *parser, const char *word, GError **error)
{
  const char *equal = strchr (word, '=');
  g_autofree char *name = equal ? g_strndup (word, (gsize) (equal - word)) : g_strdup (word);
  const Option *option = find_option (name, parser->options->command);
  const char *text = NULL;

  if (!option && g_str_has_prefix (name, "no-"))
    {
      option = find_option (name + 3, parser->options->command);
      option = option && option->negatable ? option : NULL;
      text = "no";
    }
  if (!option)
    {
      unknown_option (name, parser->options->command, error);
      return FALSE;
    }
  if (option->value)
    return apply_value (parser, option, equal ? equal + 1 : NULL, error);
  if (!equal)
    return apply (parser->options, option, text, error);
  g_set_error (error, FAILURE, FAILURE_USAGE, _ ("--%s: it takes no value."), name);
  return FALSE;
}

/* One letter or several flags in one word: -f, -qf, -n4, -n 4. */
static gboolean
parse_letters (Parser *parser, const char *word, GError **error)
{
  for (; *word; word++)
    {
      const Option *option = options_table;

      while (option->name && option->letter != *word)
        option++;
      if (!option->name)
        {
          g_set_error (error, FAILURE, FAILURE_USAGE,
                       _ ("-%c: there is no such option. Try \"tessera --help\"."), *word);
          return FALSE;
        }
      option = find_option (option->name, parser->options->command);
      if (option->value)
        return apply_value (parser, option, word[1] ? word + 1 : NULL, error);
      if (!apply (parser->options, option, NULL, error))
        return FALSE;
    }
  return TRUE;
}

/* A word that is no option: the command, or a file. */
static gboolean
parse_word (Parser *parser, const char *word, GError **error)
{
  if (parser->commanded)
    g_ptr_array_add (parser->options->inputs, g_strdup (word));
  else if (!options_command (word))
    {
      unknown_command (word, error);
      return FALSE;
    }
  parser->commanded = TRUE;
  return TRUE;
}

static gboolean
parse_words (Parser *parser, GError **error)
{
  gboolean ended = FALSE; /* by -- */

  for (parser->at = 1; parser->at < parser->argc; parser->at++)
    {
      const char *word = parser->argv[parser->at];
      gboolean done = TRUE;

      if (!ended && !strcmp (word, "--"))
        ended = TRUE;
      else if (ended || *word != '-' || !word[1])
        done = parse_word (parser, word, error);
      else
        done = word[1] == '-' ? parse_long (parser, word + 2, error)
                              : parse_letters (parser, word + 1, error);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

/* The command's word may stand behind options, but decides what they mean: it is the first word
 * that is a command and no value of an option before it. */
static Command
find_command (int argc, char **argv)
{
  for (int i = 1; i < argc && strcmp (argv[i], "--"); i++)
    if (*argv[i] != '-' && options_command (argv[i]))
      return options_command (argv[i]);
  return COMMAND_NONE;
}

static gboolean
check_inputs (const Options *options, GError **error)
{
  static const Command one_file =
      COMMAND_INFO | COMMAND_RECONSTRUCT | COMMAND_EXTEND | COMMAND_IMPORT | COMMAND_DOCUMENT;
  const guint most = options->command == COMMAND_COMPLETE ? G_MAXUINT
                     : (options->command & one_file)      ? 1
                                                          : 0;

  if (options->inputs->len <= most)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_USAGE,
               _ ("%s: one file too many. Try \"tessera %s --help\"."),
               (const char *) g_ptr_array_index (options->inputs, most),
               options_command_name (options->command));
  return FALSE;
}

char *
options_default (const Options *fresh, const Option *option)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (option->set == option_int && G_STRUCT_MEMBER (int, fresh, option->place) > 0)
    return g_strdup_printf (_ (" (default: %d)"), G_STRUCT_MEMBER (int, fresh, option->place));
  if (option->set == option_choice)
    return g_strdup_printf (_ (" (default: %s)"),
                            option->choices[G_STRUCT_MEMBER (int, fresh, option->place)]);
  if (option->set != option_real || G_STRUCT_MEMBER (double, fresh, option->place) < 0)
    return g_strdup ("");
  g_ascii_formatd (number, sizeof number, "%g", G_STRUCT_MEMBER (double, fresh, option->place));
  return g_strdup_printf (_ (" (default: %s)"), number);
}

Options *
options_new (void)
{
  Options *options = g_new0 (Options, 1);

  options->inputs = g_ptr_array_new_with_free_func (g_free);
  options->boxes = g_array_new (FALSE, FALSE, sizeof (TesseraBox));
  options->prefix = g_array_new (FALSE, FALSE, sizeof (int));
  options->new_seed = TRUE;
  options->anchor = 4;
  options->similar = -1;
  options->label_shift = -1;
  tessera_request_init (&options->request);
  options->request.n_variations = 1;
  options->request.soften = 4;
  return options;
}

static gboolean
read_environment (Options *options, GError **error)
{
  const char *threads = g_getenv ("TESSERA_THREADS");
  gint64 number;

  if (!threads || !*threads)
    return TRUE;
  if (g_ascii_string_to_signed (threads, 10, 1, 1024, &number, NULL))
    {
      options->request.n_threads = (int) number;
      return TRUE;
    }
  g_set_error (error, FAILURE, FAILURE_USAGE,
               _ ("TESSERA_THREADS: expected is a whole number from 1 to 1024, not \"%s\"."),
               threads);
  return FALSE;
}

Options *
options_parse (int argc, char **argv, GError **error)
{
  g_autoptr (Options) options = options_new ();
  Parser parser = { .argc = argc, .argv = argv, .options = options };

  options->command = find_command (argc, argv);
  if (!read_environment (options, error) || !parse_words (&parser, error)
      || !check_inputs (options, error))
    return NULL;
  options->json |= options->progress == PROGRESS_JSON;
  return g_steal_pointer (&options);
}

const char *
options_input (const Options *options)
{
  return options->inputs->len ? g_ptr_array_index (options->inputs, 0) : NULL;
}

void
options_free (Options *options)
{
  if (!options)
    return;
  char *const texts[] = { options->output,     options->out_dir,  options->suffix,
                          options->model,      options->mask,     options->mask_dir,
                          options->labels,     options->under,    options->depth,
                          options->drawing,    options->codes,    options->from_codes,
                          options->socket,     options->recipe,   options->recipe_model,
                          options->recipe_sum, options->config,   options->first_stage,
                          options->name,       options->condition };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_ptr_array_unref (options->inputs);
  g_array_unref (options->boxes);
  g_array_unref (options->prefix);
  g_clear_pointer (&options->given, g_hash_table_unref);
  g_free (options);
}
