#include "progress.h"
#include <libgimp/gimp.h>
#include <signal.h>

/* A look at GIMP's progress bar costs it a redraw: at most ten a second. */
enum { UPDATE_MICROSECONDS = 100000 };

static void
stop_signals (sigset_t *set)
{
  sigemptyset (set);
  sigaddset (set, SIGTERM);
  sigaddset (set, SIGINT);
}

void
progress_begin (Progress *progress, const char *text)
{
  sigset_t set;

  *progress = (Progress){ 0 };
  stop_signals (&set);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  gimp_progress_init (text);
}

void
progress_end (Progress *progress)
{
  sigset_t set, pending;
  int signal;

  gimp_progress_end ();
  stop_signals (&set);
  sigpending (&pending);
  if (sigismember (&pending, SIGTERM) || sigismember (&pending, SIGINT))
    sigwait (&set, &signal); /* taken: nobody else shall die of it */
  pthread_sigmask (SIG_UNBLOCK, &set, NULL);
  (void) progress;
}

gboolean
progress_tell (double done, gpointer data)
{
  Progress *progress = data;
  const gint64 now = g_get_monotonic_time ();
  sigset_t pending;

  sigpending (&pending);
  progress->stopped = sigismember (&pending, SIGTERM) || sigismember (&pending, SIGINT);
  progress->done = done;
  if (now >= progress->next_update)
    {
      gimp_progress_update (done);
      progress->next_update = now + UPDATE_MICROSECONDS;
    }
  return !progress->stopped;
}
