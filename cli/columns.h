/* columns: how much room text takes on a terminal. */
#pragma once
#include <glib.h>

/* Columns of a text in UTF-8: two for each wide letter, as of Chinese and Japanese. */
int columns_of (const char *text);

/* The text up to where a line may end, from `text` on: a word, or a wide letter and the marks
 * behind it. NULL at the end; *text moves on, behind the blank that may follow. *blank: whether a
 * blank stood before it. The caller frees it. */
char *columns_next (const char **text, gboolean *blank);
