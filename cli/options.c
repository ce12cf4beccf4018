#include "options_private.h"
#include "failure.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ALL = COMMAND_INFO | COMMAND_COMPLETE | COMMAND_RECONSTRUCT | COMMAND_IMPORT };
enum { WORK = COMMAND_COMPLETE | COMMAND_RECONSTRUCT };

static gboolean
set_flag (Options *options, const Option *option, const char *text)
{
  G_STRUCT_MEMBER (gboolean, options, option->place) = text == NULL; /* "no" for --no-NAME */
  return TRUE;
}

static gboolean
set_text (Options *options, const Option *option, const char *text)
{
  char **field = &G_STRUCT_MEMBER (char *, options, option->place);

  g_free (*field);
  *field = g_strdup (text);
  return *text != 0;
}

static gboolean
set_int (Options *options, const Option *option, const char *text)
{
  gint64 number;

  if (!g_ascii_string_to_signed (text, 10, (gint64) option->low, (gint64) option->high, &number,
                                 NULL))
    return FALSE;
  G_STRUCT_MEMBER (int, options, option->place) = (int) number;
  return TRUE;
}

static gboolean
set_real (Options *options, const Option *option, const char *text)
{
  char *end;
  const double number = g_ascii_strtod (text, &end);

  if (end == text || *end || !isfinite (number) || number < option->low || number > option->high)
    return FALSE;
  G_STRUCT_MEMBER (double, options, option->place) = number;
  return TRUE;
}

static gboolean
set_seed (Options *options, const Option *option G_GNUC_UNUSED, const char *text)
{
  gint64 number;

  options->new_seed = !strcmp (text, "new");
  if (options->new_seed)
    return TRUE;
  if (!g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &number, NULL))
    return FALSE;
  options->request.seed = (guint64) number;
  return TRUE;
}

static gboolean
set_type (Options *options, const Option *option G_GNUC_UNUSED, const char *text)
{
  static const char *const names[] = { [TESSERA_WEIGHTS_F16] = "f16",
                                       [TESSERA_WEIGHTS_F32] = "f32",
                                       [TESSERA_WEIGHTS_BF16] = "bf16",
                                       [TESSERA_WEIGHTS_I8] = "i8" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (!g_ascii_strcasecmp (text, names[i]))
      {
        options->weights = (TesseraWeights) i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
set_memory (Options *options, const Option *option G_GNUC_UNUSED, const char *text)
{
  static const char *const units[] = { "B", "K", "M", "G", "T" };
  char *end;
  double bytes = g_ascii_strtod (text, &end);

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++, bytes *= 1024)
    {
      g_autofree char *ib = g_strconcat (units[i], "iB", NULL);

      if (end == text || !(bytes >= 1 && bytes < 1e18))
        continue;
      if (!g_ascii_strcasecmp (end, units[i]) || !g_ascii_strcasecmp (end, ib) || (i == 0 && !*end))
        {
          options->memory = (gint64) bytes;
          return TRUE;
        }
    }
  return FALSE;
}

/* ImageMagick's geometry: WIDTHxHEIGHT+X+Y. */
static gboolean
set_hole (Options *options, const Option *option G_GNUC_UNUSED, const char *text)
{
  TesseraBox box;
  int used = 0;

  options->transparent |= !strcmp (text, "transparent");
  if (!strcmp (text, "transparent"))
    return TRUE;
  if (strlen (text) > 40
      || sscanf (text, "%6dx%6d%7d%7d%n", &box.width, &box.height, &box.x, &box.y, &used) != 4
      || text[used] || box.width < 1 || box.height < 1)
    return FALSE;
  g_array_append_val (options->boxes, box);
  return TRUE;
}

#define PLACE(field) G_STRUCT_OFFSET (Options, field)

const Option options_table[] = {
  { 'o', "output", "FILE", WORK | COMMAND_IMPORT, set_text, PLACE (output), .wants = "a file name",
    .help = "where the result goes; with several variations out-1.png (the best), out-2.png, ... "
            "or where a %d stands; - = standard output" },
  { 0, "mask", "FILE", COMMAND_COMPLETE, set_text, PLACE (mask), .wants = "a file name",
    .help = "what to fill: white = fill, gray = blend softly; a mask that has only transparency: "
            "opaque = fill" },
  { 0, "hole", "WxH+X+Y", COMMAND_COMPLETE, set_hole, 0,
    .wants = "a box like 96x96+200+120, or the word transparent",
    .help = "what to fill: a box, in pixels (may be given several times), or the word transparent "
            "(what a picture with transparency and without mask or box fills anyway)" },
  { 0, "invert-mask", NULL, COMMAND_COMPLETE, set_flag, PLACE (invert_mask),
    .help = "fill what the mask leaves and keep what it marks" },
  { 0, "labels", "FILE", COMMAND_COMPLETE | COMMAND_IMPORT, set_text, PLACE (labels),
    .wants = "a file name",
    .help = "what should come where: an 8-bit gray or palette PNG of label numbers (see tessera "
            "info), 255 = free; import: a text file, a name for each label a line" },
  { 'm', "model", "FILE", ALL & ~COMMAND_IMPORT, set_text, PLACE (model), .wants = "a file name",
    .help = "model file (otherwise: the environment's TESSERA_MODEL, then the bundled one)" },
  { 'n', "variations", "N", COMMAND_COMPLETE, set_int, PLACE (request.n_variations), 1,
    TESSERA_MAX_VARIATIONS, .wants = "a whole number from 1 to 16",
    .help = "how many different results" },
  { 0, "only-best", NULL, COMMAND_COMPLETE, set_flag, PLACE (only_best),
    .help = "write only the best of them, under the very name of -o" },
  { 0, "seed", "N|new", COMMAND_COMPLETE, set_seed, 0,
    .wants = "the word new, or a whole number from 0",
    .help = "start of the random numbers; the same seed makes the same result again (default: new; "
            "it is printed)" },
  { 0, "temperature", "X", COMMAND_COMPLETE, set_real, PLACE (request.temperature), 0, 10,
    .wants = "a number from 0 to 10", .help = "0 = always the likeliest, higher = more daring" },
  { 0, "top-k", "N", COMMAND_COMPLETE, set_int, PLACE (request.top_k), 0, 1 << 20,
    .wants = "a whole number from 0", .help = "choose among the N likeliest, 0 = among all" },
  { 0, "top-p", "X", COMMAND_COMPLETE, set_real, PLACE (request.top_p), 1e-9, 1,
    .wants = "a number above 0 up to 1",
    .help = "choose among the likeliest that together have this probability" },
  { 0, "match-rim", NULL, COMMAND_COMPLETE, set_flag, PLACE (request.match_rim), .negatable = TRUE,
    .help = "shift the colors of the filling so that they meet the rim (default: yes)" },
  { 0, "texture", "PCT", COMMAND_COMPLETE, set_real, PLACE (request.texture), 0, 100,
    .wants = "a number from 0 to 100",
    .help = "per cent of fine structure borrowed from the rest of the picture; 0 = the model's "
            "own picture" },
  { 0, "threads", "N", WORK, set_int, PLACE (request.n_threads), 1, 1024,
    .wants = "a whole number from 1 to 1024",
    .help = "otherwise: the environment's TESSERA_THREADS, then one for each core" },
  { 0, "memory", "SIZE", WORK, set_memory, 0, .wants = "a size like 2GiB or 500M",
    .help = "refuse what needs more (default: three quarters of what is free)" },
  { 0, "config", "FILE", COMMAND_IMPORT, set_text, PLACE (config), .wants = "a file name",
    .help = "the yaml file that belongs to the checkpoint" },
  { 0, "first-stage", "FILE", COMMAND_IMPORT, set_text, PLACE (first_stage), .wants = "a file name",
    .help = "the tokenizer's checkpoint, where it is a file of its own" },
  { 0, "type", "TYPE", COMMAND_IMPORT, set_type, 0, .wants = "f16, f32, bf16 or i8",
    .help = "numbers of the model file: f16, f32, bf16, or i8: the transformer's large products "
            "with 8 bits (default: f16)" },
  { 0, "name", "TEXT", COMMAND_IMPORT, set_text, PLACE (name), .wants = "a text",
    .help = "name of the model (default: the name of the output)" },
  { 0, "heads", "N", COMMAND_IMPORT, set_int, PLACE (heads), 1, 256,
    .wants = "a whole number from 1 to 256",
    .help = "attention heads of the transformer, where no yaml file says it" },
  { 0, "condition", "KIND", COMMAND_IMPORT, set_text, PLACE (condition),
    .wants = "segmentation, depth, picture, coord, class:N, sos or prefix:N",
    .help = "what the transformer goes by, where no file says it: segmentation, depth, picture, "
            "coord, class:CLASSES, sos, prefix:TOKENS" },
  { 0, "label-shift", "N", COMMAND_IMPORT, set_int, PLACE (label_shift), 0, 1, .wants = "0 or 1",
    .help = "what is added to label numbers (default: 1 for COCO's 183 labels, otherwise 0)" },
  { 0, "plan", NULL, COMMAND_COMPLETE, set_flag, PLACE (plan),
    .help = "print what it would cost, and stop" },
  { 0, "json", NULL, ALL, set_flag, PLACE (json),
    .help = "one JSON object a line on standard output" },
  { 'f', "force", NULL, WORK | COMMAND_IMPORT, set_flag, PLACE (force),
    .help = "replace files that exist" },
  { 'q', "quiet", NULL, ALL, set_flag, PLACE (quiet), .help = "print nothing but errors" },
  { 'v', "verbose", NULL, ALL, set_flag, PLACE (verbose), .help = "print more" },
  { 'h', "help", NULL, ALL, set_flag, PLACE (help), .help = "print this, and stop" },
  { 0, "version", NULL, ALL, set_flag, PLACE (version), .help = "print the version, and stop" },
};

const CommandRow options_commands[] = {
  { COMMAND_COMPLETE, "complete", "IN -o OUT [--mask FILE | --hole WxH+X+Y]",
    "fill holes in a picture" },
  { COMMAND_RECONSTRUCT, "reconstruct", "IN -o OUT",
    "encode and decode a picture: shows what the model can represent" },
  { COMMAND_IMPORT, "import", "CKPT -o MODEL [--config FILE.yaml]",
    "make a model file of a published checkpoint (PyTorch, or .safetensors)" },
  { COMMAND_INFO, "info", "[MODEL]", "about this program, this computer and the model" },
};

const char *
options_command_name (Command command)
{
  for (gsize i = 0; i < OPTIONS_N_COMMANDS; i++)
    if (options_commands[i].command == command)
      return options_commands[i].name;
  return "";
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

/* Sets the error for a word that is unknown, and says which known one is near. */
static void
unknown (const char *kind, const char *dashes, const char *word, Command command, GError **error)
{
  const char *near = NULL, *name = options_command_name (command);
  int least = 3; /* farther is no misspelling */

  for (gsize i = 0; i < (*dashes ? OPTIONS_N : OPTIONS_N_COMMANDS); i++)
    {
      const char *candidate = *dashes ? options_table[i].name : options_commands[i].name;

      if (distance (word, candidate) < least)
        {
          least = distance (word, candidate);
          near = candidate;
        }
    }
  if (near)
    g_set_error (error, FAILURE, FAILURE_USAGE, "%s%s: there is no such %s. Did you mean %s%s?",
                 dashes, word, kind, dashes, near);
  else
    g_set_error (error, FAILURE, FAILURE_USAGE,
                 "%s%s: there is no such %s. Try \"tessera %s%s--help\".", dashes, word, kind, name,
                 *name ? " " : "");
}

typedef struct {
  int argc, at;
  char **argv;
  Options *options;
  GPtrArray *words; /* what is no option; borrowed from argv */
  guint8 used[OPTIONS_N];
} Parser;

static gboolean
apply (Parser *parser, const Option *option, const char *text, GError **error)
{
  parser->used[option - options_table] = TRUE;
  if (option->set (parser->options, option, text))
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_USAGE, "--%s: expected is %s, not \"%s\".", option->name,
               option->wants, text);
  return FALSE;
}

/* The value of an option that takes one: what follows it, or the next word. */
static gboolean
apply_value (Parser *parser, const Option *option, const char *attached, GError **error)
{
  if (!attached && parser->at + 1 < parser->argc)
    attached = parser->argv[++parser->at];
  if (attached)
    return apply (parser, option, attached, error);
  g_set_error (error, FAILURE, FAILURE_USAGE, "--%s: expected is %s, but nothing follows.",
               option->name, option->wants);
  return FALSE;
}

static gboolean
parse_long (Parser *parser, const char *word, GError **error)
{
  const char *equal = strchr (word, '=');
  g_autofree char *name = equal ? g_strndup (word, (gsize) (equal - word)) : g_strdup (word);

  for (gsize i = 0; i < OPTIONS_N; i++)
    {
      const gboolean no = options_table[i].negatable && g_str_has_prefix (name, "no-")
                          && !strcmp (name + 3, options_table[i].name);

      if (strcmp (name, options_table[i].name) && !no)
        continue;
      if (options_table[i].value)
        return apply_value (parser, &options_table[i], equal ? equal + 1 : NULL, error);
      if (!equal)
        return apply (parser, &options_table[i], no ? "no" : NULL, error);
      g_set_error (error, FAILURE, FAILURE_USAGE, "--%s: it takes no value.", name);
      return FALSE;
    }
  unknown ("option", "--", name, parser->options->command, error);
  return FALSE;
}

/* One letter or several flags in one word: -f, -qf, -n4, -n 4. */
static gboolean
parse_letters (Parser *parser, const char *word, GError **error)
{
  for (; *word; word++)
    {
      const Option *option = NULL;

      for (gsize i = 0; i < OPTIONS_N; i++)
        if (options_table[i].letter == *word)
          option = &options_table[i];
      if (!option)
        {
          g_set_error (error, FAILURE, FAILURE_USAGE,
                       "-%c: there is no such option. Try \"tessera --help\".", *word);
          return FALSE;
        }
      if (option->value)
        return apply_value (parser, option, word[1] ? word + 1 : NULL, error);
      if (!apply (parser, option, NULL, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_words (Parser *parser, GError **error)
{
  gboolean ended = FALSE; /* by -- */

  for (parser->at = 1; parser->at < parser->argc; parser->at++)
    {
      const char *word = parser->argv[parser->at];

      if (ended || *word != '-' || !word[1])
        g_ptr_array_add (parser->words, (gpointer) word);
      else if (!strcmp (word, "--"))
        ended = TRUE;
      else if (word[1] == '-' ? !parse_long (parser, word + 2, error)
                              : !parse_letters (parser, word + 1, error))
        return FALSE;
    }
  return TRUE;
}

/* Which command, its picture, and whether it knows all that was given. */
static gboolean
check_words (Parser *parser, GError **error)
{
  Options *options = parser->options;
  const char *first = parser->words->len ? g_ptr_array_index (parser->words, 0) : NULL;

  for (gsize i = 0; first && i < OPTIONS_N_COMMANDS; i++)
    if (!strcmp (first, options_commands[i].name))
      options->command = options_commands[i].command;
  if (first && !options->command)
    {
      unknown ("command", "", first, COMMAND_NONE, error);
      return FALSE;
    }
  for (gsize i = 0; options->command && i < OPTIONS_N; i++)
    if (parser->used[i] && !(options_table[i].commands & options->command))
      {
        g_set_error (error, FAILURE, FAILURE_USAGE,
                     "--%s: it does not belong to \"tessera %s\". Try \"tessera %s --help\".",
                     options_table[i].name, first, first);
        return FALSE;
      }
  if (parser->words->len > 2)
    {
      g_set_error (error, FAILURE, FAILURE_USAGE,
                   "%s: one file too many. Try \"tessera %s --help\".",
                   (const char *) g_ptr_array_index (parser->words, 2), first);
      return FALSE;
    }
  if (parser->words->len == 2)
    options->input = g_strdup (g_ptr_array_index (parser->words, 1));
  return TRUE;
}

char *
options_default (const Options *fresh, const Option *option)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (option->set == set_int && G_STRUCT_MEMBER (int, fresh, option->place) > 0)
    return g_strdup_printf (" (default: %d)", G_STRUCT_MEMBER (int, fresh, option->place));
  if (option->set != set_real)
    return g_strdup ("");
  g_ascii_formatd (number, sizeof number, "%g", G_STRUCT_MEMBER (double, fresh, option->place));
  return g_strdup_printf (" (default: %s)", number);
}

Options *
options_new (void)
{
  Options *options = g_new0 (Options, 1);

  options->boxes = g_array_new (FALSE, FALSE, sizeof (TesseraBox));
  options->new_seed = TRUE;
  options->label_shift = -1;
  tessera_request_init (&options->request);
  return options;
}

Options *
options_parse (int argc, char **argv, GError **error)
{
  g_autoptr (Options) options = options_new ();
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  Parser parser = { .argc = argc, .argv = argv, .options = options, .words = words };
  const char *threads = g_getenv ("TESSERA_THREADS");

  if (threads && *threads
      && !(g_ascii_string_to_signed (threads, 10, 1, 1024, NULL, NULL)
           && (options->request.n_threads = atoi (threads))))
    {
      g_set_error (error, FAILURE, FAILURE_USAGE,
                   "TESSERA_THREADS: expected is a whole number from 1 to 1024, not \"%s\".",
                   threads);
      return NULL;
    }
  if (!parse_words (&parser, error) || !check_words (&parser, error))
    return NULL;
  return g_steal_pointer (&options);
}

void
options_free (Options *options)
{
  if (!options)
    return;
  g_free (options->input);
  g_free (options->output);
  g_free (options->model);
  g_free (options->mask);
  g_free (options->labels);
  g_free (options->config);
  g_free (options->first_stage);
  g_free (options->name);
  g_free (options->condition);
  g_array_unref (options->boxes);
  g_free (options);
}
