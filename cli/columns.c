#include "columns.h"
#include <string.h>

static int
width_of (gunichar letter)
{
  return g_unichar_iszerowidth (letter) ? 0 : g_unichar_iswide (letter) ? 2 : 1;
}

int
columns_of (const char *text)
{
  int n = 0;

  for (; *text; text = g_utf8_next_char (text))
    n += width_of (g_utf8_get_char (text));
  return n;
}

/* No line begins with a closing mark and none ends with an opening one. */
static gboolean
may_part (gunichar before, gunichar after)
{
  const GUnicodeType end = g_unichar_type (before), begin = g_unichar_type (after);

  return (g_unichar_iswide (before) || g_unichar_iswide (after))
         && end != G_UNICODE_OPEN_PUNCTUATION && begin != G_UNICODE_CLOSE_PUNCTUATION
         && begin != G_UNICODE_OTHER_PUNCTUATION && after != 0x30fc /* long vowel */;
}

char *
columns_next (const char **text, gboolean *blank)
{
  const char *begin = *text, *end;

  *blank = *begin == ' ';
  begin += strspn (begin, " ");
  for (end = begin; *end && *end != ' ';)
    {
      const gunichar before = g_utf8_get_char (end);

      end = g_utf8_next_char (end);
      if (*end && may_part (before, g_utf8_get_char (end)))
        break;
    }
  *text = end;
  return end > begin ? g_strndup (begin, (gsize) (end - begin)) : NULL;
}
