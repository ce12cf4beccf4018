#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

char *
fuzz_file (const guint8 *bytes, gsize size)
{
  static int file = -1; /* one for the whole run: making files is slower than reading them */

  if (file < 0)
    file = memfd_create ("fuzz", MFD_CLOEXEC);
  if (file < 0 || ftruncate (file, 0) != 0 || pwrite (file, bytes, size, 0) != (gssize) size)
    abort ();
  return g_strdup_printf ("/proc/self/fd/%d", file);
}
