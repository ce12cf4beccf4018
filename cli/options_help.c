#include "options_private.h"
#include <stdio.h>
#include <string.h>

/* The text in lines of at most 100 columns, from column 27. */
static void
print_wrapped (const char *text)
{
  enum { LEFT = 27, RIGHT = 100 };
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  gsize column = LEFT;

  for (gsize i = 0; words[i]; i++)
    {
      if (column > LEFT && column + 1 + strlen (words[i]) > RIGHT)
        {
          printf ("\n%*s", LEFT, "");
          column = LEFT;
        }
      column += (gsize) printf (column > LEFT ? " %s" : "%s", words[i]);
    }
  puts ("");
}

static void
print_options (Command command)
{
  g_autoptr (Options) fresh = options_new ();

  puts ("Options:");
  for (gsize i = 0; i < OPTIONS_N; i++)
    {
      const Option *option = &options_table[i];
      g_autofree char *standard = options_default (fresh, option);
      g_autofree char *help = g_strconcat (option->help, standard, NULL);
      g_autofree char *name =
          g_strdup_printf ("--%s%s%s%s", option->negatable ? "[no-]" : "", option->name,
                           option->value ? " " : "", option->value ? option->value : "");

      if (command && !(option->commands & command))
        continue;
      printf ("  %c%c%c %-20s ", option->letter ? '-' : ' ', option->letter ? option->letter : ' ',
              option->letter ? ',' : ' ', name);
      print_wrapped (help);
    }
}

void
options_print_intro (void)
{
  printf (
      "Tessera %s completes pictures: it fills holes with what could be there.\n\n"
      "  tessera complete photo.png --mask hole.png -o out.png   fill the white parts of a mask\n"
      "  tessera complete photo.png --hole 96x96+200+120 -n 1 -o out.png   fill a box\n"
      "  tessera complete photo.png --mask hole.png --plan       what would it cost\n\n"
      "Commands:\n",
      tessera_version ());
  for (gsize i = 0; i < OPTIONS_N_COMMANDS; i++)
    printf ("  %-12s %s\n", options_commands[i].name, options_commands[i].what);
  puts ("\nTry \"tessera COMMAND --help\".");
}

void
options_print_help (Command command)
{
  for (gsize i = 0; i < OPTIONS_N_COMMANDS; i++)
    if (!command || options_commands[i].command == command)
      printf ("Usage: tessera %s %s [options]\n  %s\n\n", options_commands[i].name,
              options_commands[i].usage, options_commands[i].what);
  print_options (command);
  puts (
      "\nExit status: 0 done, 1 internal error, 2 wrong usage, 3 picture unreadable, 4 output not\n"
      "writable, 5 model, 6 nothing to fill, 7 memory, 8 files do not fit together, 130 stopped.");
}
