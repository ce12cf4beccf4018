#include "machine.h"
#include "failure.h"
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
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

/* VmHWM and not getrusage: that counts what the process was before it became this program. */
gsize
machine_peak_memory (void)
{
  g_autofree char *text = value_of ("/proc/self/status", "VmHWM");

  return text ? (gsize) g_ascii_strtoull (text, NULL, 10) * 1024 : 0;
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
  g_set_error (
      error, FAILURE, FAILURE_NO_MODEL,
      _ ("The model file is missing. Reinstall Tessera, or choose a model file with --model. "
         "(Looked in: %s, %s)"),
      places[0], places[1]);
  return NULL;
}

/* Found from the program's own place, so that what was installed may be moved. */
char *
machine_catalogues (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = g_path_get_dirname (self ? self : "");

  return g_canonicalize_filename (runs_from_sources () ? "../po" : TESSERA_LOCALE_DIR, here);
}

/* The one variable of the command: a signal handler can reach nothing else. Blocking the signals
 * and asking for them would need none, but OpenBLAS starts threads before main, and a signal that
 * any of them leaves open ends the process. */
static volatile sig_atomic_t arrived;

static const int stop_signals[] = { SIGINT, SIGTERM };

static void
note (int number)
{
  arrived = number;
}

void
machine_hold_signals (void)
{
  /* RESETHAND: the second one has its usual effect. RESTART: writing a file goes on. */
  struct sigaction ours = { .sa_handler = note, .sa_flags = (int) (SA_RESETHAND | SA_RESTART) };

  arrived = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    {
      struct sigaction old;

      if (!sigaction (stop_signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
        sigaction (stop_signals[i], &ours, NULL);
    }
}

void
machine_release_signals (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    {
      struct sigaction old;

      if (!sigaction (stop_signals[i], NULL, &old) && old.sa_handler == note)
        signal (stop_signals[i], SIG_DFL);
    }
}

int
machine_signal (void)
{
  return arrived;
}
