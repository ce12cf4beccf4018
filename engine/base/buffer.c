#include "base/buffer.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
  ALIGN = 64,      /* a cache line, and the widest vector */
  HUGE = 2 << 20,  /* a large page of x86 and ARM */
  LARGE = 4 * HUGE /* from here on they pay */
};

/* Large pages: a system takes a decoder's activations back in 10 ms of them, in 90 of small ones, and
 * whoever stops waits for that. */
static void
prefer_large_pages (void *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
  if (bytes >= LARGE)
    madvise (memory, bytes, MADV_HUGEPAGE); /* a wish */
#else
  (void) memory, (void) bytes;
#endif
}

void *
buffer_new_unset (size_t n, size_t size, const char *what, GError **error)
{
  size_t bytes;
  void *memory = NULL;

  if (__builtin_mul_overflow (n, size, &bytes) || bytes > G_MAXSSIZE - ALIGN
      || posix_memalign (&memory, bytes < LARGE ? ALIGN : HUGE, bytes ? bytes : ALIGN) != 0)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MEMORY,
                   "There is not enough memory for %s (%.1f MiB).", what,
                   (double) n * (double) size / (1 << 20));
      return NULL;
    }
  prefer_large_pages (memory, bytes);
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
