/* bench_vqgan MODEL THREADS: encodes and decodes on demand, for bench_vqgan.py. Says how many seconds
 * opening took, then answers each line of the input with processor seconds, seconds and MiB:
 *
 *   decode ROWS COLS [FROM TO]   vectors of a file [ROWS][COLS][embed_dim] of floats; picture to TO
 *   encode HEIGHT WIDTH          a picture of any content */
#include "vqgan/vqgan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double
seconds (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

static void
expect (gboolean ok, const GError *error)
{
  if (ok)
    return;
  fprintf (stderr, "bench_vqgan: %s\n", error ? error->message : "wrong arguments");
  exit (1);
}

static void
read_floats (const char *path, Map *map)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize n;

  expect (g_file_get_contents (path, &bytes, &n, &error), error);
  expect (n == map_cells (map) * map->channels * sizeof (float), NULL);
  memcpy (map->data, bytes, n);
}

static void
say (double processor, double wall)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  printf ("%.6f %.6f %ld\n", seconds (CLOCK_PROCESS_CPUTIME_ID) - processor,
          seconds (CLOCK_MONOTONIC) - wall, usage.ru_maxrss / 1024);
  fflush (stdout);
}

static void
run (Job *job, const Vqgan *vqgan, const char *line)
{
  const VqSchema *schema = vqgan_schema (vqgan);
  g_auto (Map) in = { 0 }, out = { 0 };
  g_autoptr (GError) error = NULL;
  char what[16], from[512] = "", to[512] = "";
  int height, width;

  expect (sscanf (line, "%15s %d %d %511s %511s", what, &height, &width, from, to) >= 3, NULL);

  const gboolean decode = strcmp (what, "decode") == 0;

  expect (map_init (&in, height, width, decode ? schema->embed_dim : schema->in_channels, &error),
          error);
  for (size_t i = 0; i < map_cells (&in) * in.channels; i++)
    in.data[i] = (float) (i * 2654435761u % 2048) / 1024 - 1;
  if (*from)
    read_floats (from, &in);

  const double processor = seconds (CLOCK_PROCESS_CPUTIME_ID), wall = seconds (CLOCK_MONOTONIC);

  expect (decode ? vqgan_decode (job, vqgan, &in, NULL, &out, &error)
                 : vqgan_encode (job, vqgan, &in, &out, &error),
          error);
  say (processor, wall);
  if (*to)
    expect (g_file_set_contents (to, (const char *) out.data,
                                 (gssize) (map_cells (&out) * out.channels * sizeof (float)),
                                 &error),
            error);
}

int
main (int argc, char **argv)
{
  const double processor = seconds (CLOCK_PROCESS_CPUTIME_ID), wall = seconds (CLOCK_MONOTONIC);
  g_autoptr (GError) error = NULL;
  g_autoptr (Model) model = argc == 3 ? model_open (argv[1], &error) : NULL;
  g_autoptr (Vqgan) vqgan = model ? vqgan_new (model, "", &error) : NULL;
  g_autoptr (Pool) pool = NULL;
  Job job = { 0 };
  char line[2048];

  expect (vqgan != NULL, error);
  say (processor, wall);
  pool = pool_new (atoi (argv[2]));
  job.pool = pool;
  while (fgets (line, sizeof line, stdin))
    run (&job, vqgan, line);
  return 0;
}
