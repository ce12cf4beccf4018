#include "nn/kernels_private.h"
#include <glib.h>
#ifdef HAVE_X86_KERNELS
#include <cpuid.h>
#endif

static Kernels tables[3]; /* filled once by detect(), constant afterwards */
static size_t n_tables;
static size_t best;

#ifdef HAVE_X86_KERNELS
/* __builtin_cpu_supports of clang 14 does not know the name "f16c". */
static gboolean
has_f16c (void)
{
  unsigned int a, b, c, d;

  return __get_cpuid (1, &a, &b, &c, &d) && c & bit_F16C;
}
#endif

/* A better table starts as a copy of the one below it, so a missing twin falls back by itself. */
static void
detect (void)
{
  const char *limit = g_getenv ("TESSERA_ISA");

  tables[0] = kernels_c;
  tables[0].conv = conv_kernels_c;
  tables[n_tables++].rows = row_kernels_c;
#ifdef HAVE_X86_KERNELS
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") && has_f16c ())
    {
      tables[n_tables] = tables[n_tables - 1];
      kernels_overlay_avx2 (&tables[n_tables]);
      tables[n_tables].conv = conv_kernels_avx2;
      tables[n_tables++].rows = row_kernels_avx2;
    }
  if (n_tables == 2 && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl")
      && __builtin_cpu_supports ("avx512vnni"))
    {
      tables[n_tables] = tables[n_tables - 1];
      tables[n_tables].isa = "avx512";
      tables[n_tables].conv = conv_kernels_avx512;
      tables[n_tables++].rows = row_kernels_avx512;
    }
#endif
  while (best + 1 < n_tables && g_strcmp0 (limit, tables[best].isa) != 0)
    best++;
}

const Kernels *
kernels_table (size_t i)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      detect ();
      g_once_init_leave (&once, 1);
    }
  return i < n_tables ? &tables[i] : NULL;
}

const Kernels *
kernels_best (void)
{
  kernels_table (0);
  return &tables[best];
}
