#include "columns.h"
#include "options_private.h"
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

/* The text in lines of at most 79 columns, from column 27. */
static void
print_wrapped (const char *text)
{
  enum { LEFT_COLUMN = 27, RIGHT_COLUMN = 79 };
  int column = LEFT_COLUMN;
  gboolean blank;
  char *piece;

  while ((piece = columns_next (&text, &blank)))
    {
      const int length = columns_of (piece);

      if (column > LEFT_COLUMN && column + blank + length > RIGHT_COLUMN)
        {
          printf ("\n%*s", LEFT_COLUMN, "");
          column = LEFT_COLUMN;
        }
      blank = blank && column > LEFT_COLUMN;
      printf ("%s%s", blank ? " " : "", piece);
      column += blank + length;
      g_free (piece);
    }
  puts ("");
}

static void
print_option (const Options *fresh, const Option *option)
{
  g_autofree char *standard = options_default (fresh, option);
  g_autofree char *help = g_strconcat (_ (option->help), standard, NULL);
  g_autofree char *name =
      g_strdup_printf ("--%s%s%s%s", option->negatable ? "[no-]" : "", option->name,
                       option->value ? " " : "", option->value ? option->value : "");

  printf ("  %c%c%c %-20s ", option->letter ? '-' : ' ', option->letter ? option->letter : ' ',
          option->letter ? ',' : ' ', name);
  print_wrapped (help);
}

void
options_print_intro (void)
{
  printf (_ ("Tessera %s completes, extends and paints pictures, offline, on any computer.\n"
             "\n"
             "  tessera complete photo.png --mask mask.png -o out.png   fill the white parts\n"
             "  tessera extend beach.jpg --left 25%% --right 25%% -o wide.png  paint two sides\n"
             "  tessera paint --labels sketch.png -o scene.png      a picture from labels\n"
             "\n"
             "Commands: complete, extend, paint; reconstruct (what the model can represent),\n"
             "info (model, labels, this computer), import (published checkpoints to a model),\n"
             "serve (answers JSON lines).\n"
             "\n"
             "Help on one of them: tessera COMMAND --help\n"
             "All of it: man tessera\n"),
          tessera_version ());
}

void
options_print_help (Command command)
{
  g_autoptr (Options) fresh = options_new ();

  for (const CommandRow *row = options_commands; row->name; row++)
    if (command ? row->command == command : !row->hidden)
      printf (_ ("Usage: tessera %s %s [options]\n  %s\n\n"), row->name, row->usage, _ (row->what));
  puts (_ ("Options:"));
  for (const Option *option = options_table; option->name; option++)
    if (!command || option->commands & command)
      print_option (fresh, option);
  puts (_ ("\nExit status: 0 done, 1 internal error, 2 wrong usage, 3 input unreadable,\n"
           "4 output not writable, 5 model, 6 nothing to do, 7 memory, 8 inputs do not fit\n"
           "together, 9 some of several pictures failed, 124 time limit, 130 stopped,\n"
           "143 terminated."));
}
