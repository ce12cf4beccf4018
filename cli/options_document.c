#include "options_private.h"

gboolean
options_print_document (const char *what)
{
  return what == NULL;
}
