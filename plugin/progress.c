#include "progress.h"
#include <glib-unix.h>
#include <signal.h>

/* A look at GIMP's progress bar costs it a redraw: at most ten a second. */
enum { UPDATE_MICROSECONDS = 100000 };

static gboolean
on_signal (gpointer data)
{
  Progress *progress = data;

  progress->stopped = TRUE;
  return G_SOURCE_CONTINUE;
}

void
progress_listen (Progress *progress, GimpImage *image)
{
  static const int signals[] = { SIGTERM, SIGINT };

  *progress = (Progress){ .context = g_main_context_new (), .image = image };
  for (size_t i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      progress->sources[i] = g_unix_signal_source_new (signals[i]);
      g_source_set_callback (progress->sources[i], on_signal, progress, NULL);
      g_source_attach (progress->sources[i], progress->context);
    }
}

void
progress_clear (Progress *progress)
{
  for (size_t i = 0; i < G_N_ELEMENTS (progress->sources) && progress->context; i++)
    {
      g_source_destroy (progress->sources[i]);
      g_clear_pointer (&progress->sources[i], g_source_unref);
    }
  g_clear_pointer (&progress->context, g_main_context_unref);
}

gboolean
progress_tell (double done, gpointer data)
{
  Progress *progress = data;
  const gint64 now = g_get_monotonic_time ();

  if (now >= progress->next_update)
    {
      progress->closed = !gimp_image_is_valid (progress->image);
      if (!progress->closed)
        gimp_progress_update (done);
      progress->next_update = now + UPDATE_MICROSECONDS;
    }
  while (g_main_context_iteration (progress->context, FALSE))
    continue;
  return !progress->stopped && !progress->closed;
}
