/* serve_lines: lines of bounded length from a file descriptor. */
#pragma once
#include <glib.h>

typedef struct {
  int fd;
  gsize limit; /* bytes of a line */
  GByteArray *buffer;
  gsize seen; /* bytes of the buffer in which there is no line feed */
  gboolean ended;
} ServeLines;

typedef enum { LINE_READ, LINE_TOO_LONG, LINE_END } LineKind;

void serve_lines_init (ServeLines *lines, int fd, gsize limit);
void serve_lines_clear (ServeLines *lines);

/* The next line, without its line feed; the caller's. A line that is too long is skipped up to its
 * end, and no more of it than the limit is ever held. */
LineKind serve_lines_next (ServeLines *lines, char **line, gsize *length);
