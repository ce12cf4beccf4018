/* hostile LIST: opens every file of a list that hostile.py has written, and checks that each gives
 * an error with the words that it must have (or, where it may be good, whatever it is), quickly, in
 * bounded memory, without a crash, and without any output that is not whole. */
#include "tessera.h"
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Under a sanitizer addresses are plenty and slow; there only the resident memory counts. */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1, SECONDS = 20, RESIDENT_MIB = 1500 };
#else
enum { SANITIZED = 0, SECONDS = 4, RESIDENT_MIB = 400 };
#endif

enum { ADDRESS_MIB = 1024, HANG_SECONDS = 120 };

#define OUTPUT "output/made.safetensors"

typedef struct {
  const char *kind, *file, *wants, *changes;
} Row;

/* The file with some bytes changed, or cut off; under a name of its own. */
static gboolean
prepare (const Row *row, const char *path)
{
  g_autofree char *data = NULL;
  gsize size;
  FILE *file;

  if (!g_file_get_contents (row->file, &data, &size, NULL))
    return FALSE;
  if (g_str_has_prefix (row->changes, "cut:"))
    size = MIN (size, (gsize) g_ascii_strtoull (row->changes + 4, NULL, 10));
  else if (strcmp (row->changes, "-") != 0)
    {
      g_auto (GStrv) changes = g_strsplit (row->changes, ",", -1);

      for (gsize i = 0; changes[i]; i++)
        {
          char *end;
          const guint64 at = g_ascii_strtoull (changes[i], &end, 10);

          g_assert_true (*end == ':' && at < size);
          data[at] = (char) g_ascii_strtoull (end + 1, NULL, 16);
        }
    }
  file = g_fopen (path, "wb"); /* g_file_set_contents would wait for the disk each time */
  if (!file)
    return FALSE;
  size -= fwrite (data, 1, size, file);
  return fclose (file) == 0 && size == 0;
}

static gboolean
open_row (const Row *row, const char *path, GError **error)
{
  TesseraImport import;
  TesseraModel *model;

  if (!strcmp (row->kind, "model"))
    {
      model = tessera_model_open (path, error);
      tessera_model_close (model);
      return model != NULL;
    }
  tessera_import_init (&import);
  import.checkpoint = strcmp (row->kind, "config") ? path : "seed.ckpt";
  import.config = strcmp (row->kind, "config") ? NULL : path;
  import.n_heads = strcmp (row->kind, "config") ? 4 : 0;
  import.output = OUTPUT;
  return tessera_import (&import, NULL, error);
}

/* What stands in the output's folder: nothing after a failure, else one file that can be opened.
 * NULL = as it should be. */
static const char *
check_output (const Row *row, gboolean done)
{
  g_autoptr (GDir) folder = g_dir_open ("output", 0, NULL);
  TesseraModel *model;
  int n = 0;

  while (g_dir_read_name (folder))
    n++;
  if (!strcmp (row->kind, "model") || !done)
    return n ? "it left a file behind" : NULL;
  model = tessera_model_open (OUTPUT, NULL);
  tessera_model_close (model);
  g_unlink (OUTPUT);
  return n != 1 ? "it left a file behind" : model ? NULL : "what it made cannot be opened";
}

static const char *
check_error (const Row *row, gboolean done, const GError *error)
{
  if (!strcmp (row->wants, "="))
    return done ? NULL : "it is good, but was refused";
  if (done)
    return strcmp (row->wants, "?") ? "it was taken" : NULL;
  if (!error || error->message[0] == 0 || strlen (error->message) > 1000
      || !g_utf8_validate (error->message, -1, NULL) || strchr (error->message, '\n'))
    return "its error is no sentence";
  if (!strcmp (row->wants, "?") || !strcmp (row->wants, "!"))
    return NULL;
  return strstr (error->message, row->wants) ? NULL : "its error says something else";
}

/* MiB that the process has had at most. */
static long
peak (void)
{
  g_autofree char *text = NULL;
  const char *line;

  g_file_get_contents ("/proc/self/status", &text, NULL, NULL);
  line = text ? strstr (text, "VmHWM:") : NULL;
  return line ? strtol (line + 6, NULL, 10) / 1024 : 0;
}

static gboolean
run_row (const Row *row, int number)
{
  g_autofree char *path = g_strconcat ("mutant-", row->kind, NULL);
  g_autoptr (GError) error = NULL;
  const gint64 begun = g_get_monotonic_time ();
  const char *fault = prepare (row, path) ? NULL : "it cannot be prepared";
  gboolean done = FALSE;
  double seconds;

  alarm (HANG_SECONDS);
  if (!fault)
    {
      done = open_row (row, path, &error);
      fault = check_error (row, done, error);
    }
  if (!fault)
    fault = check_output (row, done);
  seconds = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
  if (!fault && seconds > SECONDS)
    fault = "it took too long";
  if (!fault && peak () > RESIDENT_MIB)
    fault = "it took too much memory";
  printf ("%sok %d %s %s %s: %s\n", fault ? "not " : "", number, row->kind, row->file, row->changes,
          done    ? "taken"
          : error ? error->message
                  : "");
  if (fault)
    printf ("# %s (wanted: %s; %.1f s, %ld MiB)\n", fault, row->wants, seconds, peak ());
  fflush (stdout);
  return !fault;
}

/* Addresses beyond those that the process has already. */
static void
limit_memory (void)
{
  g_autofree char *text = NULL;
  guint64 pages = 0;
  struct rlimit limit;

  if (SANITIZED || !g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return;
  pages = g_ascii_strtoull (text, NULL, 10);
  limit.rlim_cur = limit.rlim_max =
      pages * (rlim_t) sysconf (_SC_PAGESIZE) + ((rlim_t) ADDRESS_MIB << 20);
  g_assert_true (setrlimit (RLIMIT_AS, &limit) == 0);
}

int
main (int argc, char **argv)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  int n, failed = 0;

  if (argc != 2 || !g_file_get_contents (argv[1], &text, NULL, NULL)
      || g_mkdir ("output", 0700) != 0)
    return 2;
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  n = (int) g_strv_length (lines);
  printf ("1..%d\n", n);
  limit_memory ();
  for (int i = 0; i < n; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], "\t", -1);

      g_assert_cmpuint (g_strv_length (words), ==, 4);
      failed += !run_row (&(Row){ words[0], words[1], words[2], words[3] }, i + 1);
    }
  return failed ? 1 : 0;
}
