#include "machine.h"
#include "failure.h"
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What follows `key` and its colon in a file of lines "key : value", NULL where it is not there. */
static char *
value_of (const char *path, const char *key)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    {
      const char *colon = strchr (lines[i], ':');

      if (colon && g_str_has_prefix (lines[i], key))
        return g_strstrip (g_strdup (colon + 1));
    }
  return NULL;
}

gsize
machine_free_memory (void)
{
  g_autofree char *text = value_of ("/proc/meminfo", "MemAvailable");

  return text ? (gsize) g_ascii_strtoull (text, NULL, 10) * 1024 : 0; /* the file counts in KiB */
}

gsize
machine_memory_limit (gsize asked)
{
  const gsize available = machine_free_memory ();

  if (asked)
    return asked;
  return available ? available / 4 * 3 : G_MAXSIZE / 2;
}

char *
machine_cpu (void)
{
  char *name = value_of ("/proc/cpuinfo", "model name");

  return name ? name : g_strdup ("unknown");
}

/* A command that is run from its build folder takes the model beside its sources, even where an
 * older one has been installed. */
static gboolean
runs_from_sources (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  return self && g_str_has_prefix (self, TESSERA_SOURCE_DIR "/");
}

char *
machine_model (const char *asked, GError **error)
{
  static const char *const places[] = {
    TESSERA_DATA_DIR "/models/landscape.safetensors",
    TESSERA_SOURCE_DIR "/data/models/landscape.safetensors",
  };
  const char *chosen = asked ? asked : g_getenv ("TESSERA_MODEL");
  const gsize first = runs_from_sources ();

  if (chosen && *chosen)
    return g_strdup (chosen);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const char *place = places[(first + i) % G_N_ELEMENTS (places)];

      if (g_file_test (place, G_FILE_TEST_EXISTS))
        return g_strdup (place);
    }
  g_set_error (error, FAILURE, FAILURE_NO_MODEL,
               "The model file is missing. Reinstall Tessera, or choose a model file with --model. "
               "(Looked in: %s, %s)",
               places[0], places[1]);
  return NULL;
}

static void
stop_signals (sigset_t *set)
{
  static const int numbers[] = { SIGINT, SIGTERM };

  sigemptyset (set);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      struct sigaction action;

      if (!sigaction (numbers[i], NULL, &action) && action.sa_handler != SIG_IGN)
        sigaddset (set, numbers[i]);
    }
}

void
machine_hold_signals (void)
{
  sigset_t set;

  stop_signals (&set);
  pthread_sigmask (SIG_BLOCK, &set, NULL); /* the engine's threads inherit it */
}

void
machine_release_signals (void)
{
  sigset_t set;

  stop_signals (&set);
  pthread_sigmask (SIG_UNBLOCK, &set, NULL);
}

int
machine_signal (void)
{
  const struct timespec at_once = { 0, 0 };
  sigset_t set;
  int number;

  stop_signals (&set);
  number = sigtimedwait (&set, NULL, &at_once);
  if (number <= 0)
    return 0;
  machine_release_signals (); /* the next one has its usual effect */
  return number;
}
