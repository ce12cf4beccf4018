#include "progress_line.h"
#include "columns.h"
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { REDRAW_MICROSECONDS = 100000 };

void
progress_line_begin (ProgressLine *line, const char *title, const char *tail, gboolean bar)
{
  *line = (ProgressLine){ .title = g_strdup (title), .tail = g_strdup (tail) };
  line->begun = g_get_monotonic_time ();
  line->terminal = bar || isatty (STDERR_FILENO);
}

double
progress_line_seconds_left (gint64 begun, double done)
{
  const double seconds = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;

  return done > 0.01 && seconds > 0.2 ? seconds * (1 - done) / done : -1;
}

static char *
left_text (const ProgressLine *line, double done)
{
  const double left = progress_line_seconds_left (line->begun, done);

  if (left < 0)
    return g_strdup ("");
  if (left < 100)
    return g_strdup_printf (_ ("  %3.0f s left"), left);
  return g_strdup_printf (_ ("  %3.0f min left"), left / 60);
}

static int
terminal_width (void)
{
  struct winsize size;

  return !ioctl (STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

/* "beach.png  3 variations [###########.........]  55 %   6 s left  310 MiB" */
static void
draw_bar (ProgressLine *line, double done, const char *left)
{
  const int width = terminal_width () - 1; /* a full line would wrap */
  const int others = columns_of (line->title) + columns_of (left) + columns_of (line->tail);
  const int bar = CLAMP (width - others - 14, 0, 40);
  g_autofree char *filled = g_strnfill ((gsize) (done * bar), '#');
  g_autofree char *open = g_strnfill ((gsize) bar - strlen (filled), '.');

  if (bar > 3)
    fprintf (stderr, "\r\033[K%s [%s%s] %3.0f %%%s%s", line->title, filled, open, done * 100, left,
             line->tail);
  else
    fprintf (stderr, "\r\033[K%3.0f %%", done * 100);
  fflush (stderr);
}

void
progress_line_update (ProgressLine *line, double done)
{
  const gint64 now = g_get_monotonic_time ();
  const int tenth = (int) (done * 10 + 1e-9);
  g_autofree char *left = NULL;

  if (line->terminal ? now - line->drawn < REDRAW_MICROSECONDS && done < 1 : tenth <= line->tenth)
    return;
  left = left_text (line, done);
  if (line->terminal)
    draw_bar (line, done, left);
  else
    fprintf (stderr, "%s  %3d %%%s\n", line->title, tenth * 10, left);
  line->drawn = now;
  line->tenth = tenth;
}

void
progress_line_end (ProgressLine *line)
{
  if (line->terminal && line->drawn)
    fputs ("\r\033[K", stderr);
  g_clear_pointer (&line->title, g_free);
  g_clear_pointer (&line->tail, g_free);
}
