#include "base/buffer.h"
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 }; /* a cache line, and the widest vector */

void *
buffer_new_unset (size_t n, size_t size, const char *what, GError **error)
{
  size_t bytes;
  void *memory = NULL;

  if (__builtin_mul_overflow (n, size, &bytes) || bytes > G_MAXSSIZE - ALIGN
      || posix_memalign (&memory, ALIGN, bytes ? bytes : ALIGN) != 0)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MEMORY,
                   "There is not enough memory for %s (%.1f MiB).", what,
                   (double) n * (double) size / (1 << 20));
      return NULL;
    }
  return memory;
}

void *
buffer_new (size_t n, size_t size, const char *what, GError **error)
{
  void *memory = buffer_new_unset (n, size, what, error);

  if (memory)
    memset (memory, 0, n * size);
  return memory;
}

void
buffer_free (void *buffer)
{
  free (buffer);
}
