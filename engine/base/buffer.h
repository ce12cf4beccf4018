/* buffer: memory whose size comes from a file or a picture. It may fail, so it goes through here
 * and not through g_malloc, which would abort the host program. */
#pragma once
#include "base/status.h"
#include <stddef.h>

/* n elements of `size` bytes, zeroed, aligned to 64 bytes; never NULL on success, even for n = 0.
 * MEMORY error naming `what` where the product overflows or the system has no more. */
void *buffer_new (size_t n, size_t size, const char *what, GError **error);

/* The same with any content, for what will be written as a whole. */
void *buffer_new_unset (size_t n, size_t size, const char *what, GError **error);

void buffer_free (void *buffer); /* NULL is fine */

/* g_autoptr's sibling for plain arrays: buffer_auto float *x = NULL; */
static inline void
buffer_cleanup (void *place)
{
  buffer_free (*(void **) place);
}
#define buffer_auto __attribute__ ((cleanup (buffer_cleanup)))
