#include "format.h"
#include <glib/gi18n-lib.h>
#include <math.h>

char *
format_time (double seconds)
{
  if (!(seconds < 3600))
    return g_strdup (_ ("more than an hour"));
  if (seconds < 10)
    /* Translators: seconds, with a no-break space */
    return g_strdup_printf (_ ("%d s"), MAX ((int) ceil (seconds), 1));
  if (seconds < 60)
    return g_strdup_printf (_ ("%d s"), 5 * (int) ceil (seconds / 5));
  /* Translators: minutes, with a no-break space */
  return g_strdup_printf (_ ("%d min"), (int) ceil (seconds / 60));
}

char *
format_memory (gsize bytes)
{
  const double megabytes = (double) bytes / 1e6;

  if (megabytes < 1000)
    /* Translators: megabytes, with a no-break space */
    return g_strdup_printf (_ ("%d MB"), MAX ((int) ceil (megabytes), 1));
  /* Translators: gigabytes, with a no-break space */
  return g_strdup_printf (_ ("%.1f GB"), megabytes / 1000);
}

char *
format_extent (int width, int height, int n_places)
{
  g_autofree char *size = NULL, *places = NULL;

  /* Translators: width and height of what is to be filled */
  size = g_strdup_printf (_ ("%1$d × %2$d pixels"), width, height);
  if (n_places <= 1)
    return g_steal_pointer (&size);
  places = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "in %d place", "in %d places", (gulong) n_places), n_places);
  /* Translators: %1$s is like "640 × 410 pixels", %2$s like "in 2 places" */
  return g_strdup_printf (_ ("%1$s %2$s"), size, places);
}
