#include "serve_lines.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

void
serve_lines_init (ServeLines *lines, int fd, gsize limit)
{
  *lines = (ServeLines){ .fd = fd, .limit = limit, .buffer = g_byte_array_new () };
}

void
serve_lines_clear (ServeLines *lines)
{
  g_clear_pointer (&lines->buffer, g_byte_array_unref);
}

/* FALSE at the end. */
static gboolean
read_more (ServeLines *lines)
{
  guint8 part[65536];
  gssize n;

  do
    n = read (lines->fd, part, sizeof part);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    g_byte_array_append (lines->buffer, part, (guint) n);
  lines->ended = n <= 0;
  return n > 0;
}

/* Where the next line ends; G_MAXSIZE = not yet known. */
static gsize
find_end (ServeLines *lines)
{
  const guint8 *found =
      lines->buffer->len > lines->seen
          ? memchr (lines->buffer->data + lines->seen, '\n', lines->buffer->len - lines->seen)
          : NULL;

  lines->seen = lines->buffer->len;
  return found ? (gsize) (found - lines->buffer->data) : G_MAXSIZE;
}

static void
drop (ServeLines *lines, gsize n)
{
  g_byte_array_remove_range (lines->buffer, 0, (guint) MIN (n, lines->buffer->len));
  lines->seen = 0;
}

LineKind
serve_lines_next (ServeLines *lines, char **line, gsize *length)
{
  gboolean too_long = FALSE;
  gsize end;

  while ((end = find_end (lines)) == G_MAXSIZE)
    {
      if (lines->buffer->len > lines->limit)
        {
          too_long = TRUE;
          drop (lines, lines->buffer->len);
        }
      if (!lines->ended && read_more (lines))
        continue;
      if (!lines->buffer->len)
        return too_long ? LINE_TOO_LONG : LINE_END;
      end = lines->buffer->len; /* the last line may lack its line feed */
      break;
    }
  if (too_long || end > lines->limit)
    {
      drop (lines, end + 1);
      return LINE_TOO_LONG;
    }
  *line = g_malloc (end + 1);
  memcpy (*line, lines->buffer->data, end);
  (*line)[end] = 0;
  *length = end;
  drop (lines, end + 1);
  return LINE_READ;
}
