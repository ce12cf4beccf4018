/* progress_line: how far a run is, on standard error: a bar where that is a terminal, otherwise a
 * line for every tenth. */
#pragma once
#include <glib.h>

typedef struct {
  char *title;  /* owned */
  char *tail;   /* owned: behind the seconds; "" = nothing */
  gint64 begun; /* microseconds, monotonic */
  gint64 drawn; /* when last; 0 = never */
  int tenth;    /* the last that was printed */
  gboolean terminal;
} ProgressLine;

/* bar: draw one even where standard error is no terminal. */
void progress_line_begin (ProgressLine *line, const char *title, const char *tail, gboolean bar);

/* done: 0..1. Cheap where there is nothing new to show. */
void progress_line_update (ProgressLine *line, double done);

/* Clears the bar. After it, begin may be called again. */
void progress_line_end (ProgressLine *line);

/* What is left at the speed so far; negative while nobody can know. */
double progress_line_seconds_left (gint64 begun, double done);
