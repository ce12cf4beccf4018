/* Speed of the transformer at the size of the published models (305 million weights), against what
 * the machine can do in the same minutes: reading the weights from memory for token steps, fused
 * products for a prefill. Everything that is compared is interleaved, and the least of all rounds
 * counts; one thread in processor time, several in wall time.
 *
 *   bench_gpt [ROUNDS [F16 | I8 [FILE]]]
 *
 * FILE: a random model of that type kept from before; else one is made, 606 or 330 MB. */
#include "gpt/gpt.h"
#include "nn/kernels.h"
#include "random_gpt.h"
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { PREFIX = 256, PLACE = 384, N_BATCHES = 4, CHUNKS = 64, N_BUSY = 9 };

static const int batches[N_BATCHES] = { 1, 2, 4, 8 };

static const RandomGpt published = { 1024, 512, 24, 16, 1024, 0, NULL };

static double
now (int n_threads)
{
  struct timespec time;

  clock_gettime (n_threads > 1 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static void
keep_least (double *least, double seconds)
{
  *least = *least == 0 ? seconds : MIN (*least, seconds);
}

static void
stop_on (GError *error)
{
  if (error)
    g_error ("%s", error->message);
}

/* ---- what the machine can do --------------------------------------------------------------- */

typedef struct {
  const guint8 *data;
  size_t size;
  _Atomic guint64 sum; /* so that the compiler must read */
} Memory;

static void
read_chunk (gpointer data, size_t chunk)
{
  Memory *memory = data;
  const size_t n = memory->size / CHUNKS / 64;
  const guint64 *words = (const guint64 *) (const void *) memory->data + chunk * n * 8;
  guint64 sums[8] = { 0 };

  for (size_t i = 0; i < n; i++)
    for (int j = 0; j < 8; j++)
      sums[j] += words[8 * i + j];
  for (int j = 0; j < 8; j++)
    memory->sum += sums[j];
}

static double
time_reading (Pool *pool, int n_threads, Memory *memory)
{
  const double start = now (n_threads);

  pool_run (pool, CHUNKS, read_chunk, memory);
  return now (n_threads) - start;
}

#ifdef __x86_64__
#include <immintrin.h>

/* Twelve sums in registers and nothing else. */
__attribute__ ((target ("avx2,fma"))) static void
peak_chunk (gpointer data, size_t chunk G_GNUC_UNUSED)
{
  float *place = data;
  __m256 sums[12], a = _mm256_loadu_ps (place), b = _mm256_loadu_ps (place + 8), total;

#pragma GCC unroll 12
  for (int i = 0; i < 12; i++)
    sums[i] = _mm256_set1_ps ((float) i);
  for (int n = 0; n < 20000; n++)
    {
#pragma GCC unroll 12
      for (int i = 0; i < 12; i++)
        sums[i] = _mm256_fmadd_ps (a, b, sums[i]);
      __asm__ volatile("" : "+x"(a), "+x"(b));
    }
  total = sums[0];
#pragma GCC unroll 12
  for (int i = 1; i < 12; i++)
    total = _mm256_add_ps (total, sums[i]);
  if (_mm256_cvtss_f32 (total) == 1)
    g_print (" ");
}

/* Seconds for one FLOP. */
static double
time_peak (Pool *pool, int n_threads)
{
  float place[16] = { 0 };
  const double start = now (n_threads);

  pool_run (pool, CHUNKS, peak_chunk, place);
  return (now (n_threads) - start) / (CHUNKS * 20000.0 * 12 * 8 * 2);
}
#else
static double
time_peak (Pool *pool G_GNUC_UNUSED, int n_threads G_GNUC_UNUSED)
{
  return 0; /* unknown */
}
#endif

/* ---- the transformer ----------------------------------------------------------------------- */

typedef struct {
  const char *dtype;
  Model *model;
  Gpt gpt;
  Memory weights;
  Cache prefix, caches[N_BATCHES];
  int tokens[PREFIX];
  float *x, *logits;
  double open;   /* seconds, least */
  double memory; /* peak of the process with one sequence, bytes */
  double busy;   /* a step beside a busy program, median */
  double read[2], peak[2], step[2][N_BATCHES], prefill[2]; /* [n_threads > 1] */
} Bench;

static void
bench_open (Bench *bench, const char *path)
{
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 3; i++)
    {
      const double start = now (2);

      gpt_clear (&bench->gpt);
      g_clear_pointer (&bench->model, model_close);
      bench->model = model_open (path, &error);
      stop_on (error);
      gpt_init (&bench->gpt, bench->model, "", &error);
      stop_on (error);
      keep_least (&bench->open, now (2) - start);
    }
}

static void
bench_init (Bench *bench, const char *dtype, const char *path)
{
  g_autoptr (GError) error = NULL;
  Span bytes;

  *bench = (Bench){ .dtype = dtype };
  bench_open (bench, path);
  bytes = safetensors_bytes (bench->model->file);
  bench->weights = (Memory){ .data = bytes.data, .size = bytes.size };
  bench->x = g_new (float, (gsize) PREFIX *published.n_embd);
  bench->logits = g_new (float, batches[N_BATCHES - 1] * published.vocab_size);
  for (int i = 0; i < PREFIX; i++)
    bench->tokens[i] = i * i % published.vocab_size;
  gpt_blocks_cache (&bench->gpt.blocks, &bench->prefix, 1, PREFIX, &error);
  stop_on (error);
}

/* Sequences that stand at PLACE; what their keys are costs nothing. */
static void
bench_batch (Bench *bench, int which)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = &bench->caches[which];
  const gsize bytes =
      gpt_blocks_cache_bytes (&bench->gpt.blocks, batches[which], PLACE - PREFIX + 1);

  gpt_blocks_cache (&bench->gpt.blocks, cache, batches[which], PLACE - PREFIX + 1, &error);
  stop_on (error);
  memset (cache->keys, 0, bytes / 2);
  memset (cache->values, 0, bytes / 2);
  cache_follow (cache, &bench->prefix);
  for (int sequence = 0; sequence < batches[which]; sequence++)
    cache->lengths[sequence] = PLACE - PREFIX;
}

static void
bench_clear (Bench *bench)
{
  for (int i = 0; i < N_BATCHES; i++)
    cache_clear (&bench->caches[i]);
  cache_clear (&bench->prefix);
  gpt_clear (&bench->gpt);
  model_close (bench->model);
  g_free (bench->x);
  g_free (bench->logits);
}

static void
time_prefill (Bench *bench, Job *job, int n_threads)
{
  g_autoptr (GError) error = NULL;
  const int n = PREFIX;
  double start;

  cache_rewind (&bench->prefix, 0, 0);
  start = now (n_threads);
  gpt_run (job, &bench->gpt, &bench->prefix, &n, bench->tokens, bench->x, &error);
  keep_least (&bench->prefill[n_threads > 1], now (n_threads) - start);
  stop_on (error);
}

/* A token of every sequence at place PLACE, logits included. */
static void
time_step (Bench *bench, Job *job, int n_threads, int which)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = &bench->caches[which];
  static const int ones[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  const double start = now (n_threads);

  gpt_run (job, &bench->gpt, cache, ones, bench->tokens, bench->x, &error);
  stop_on (error);
  gpt_logits (job, &bench->gpt, cache, batches[which], NULL, bench->x, bench->logits, &error);
  stop_on (error);
  keep_least (&bench->step[n_threads > 1][which], now (n_threads) - start);
  for (int sequence = 0; sequence < batches[which]; sequence++)
    cache_rewind (cache, sequence, PLACE - PREFIX);
}

static double
peak_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss * 1024;
}

/* A prefill and a step, what a program with one sequence needs; then the batches. */
static void
bench_first (Bench *bench)
{
  Job job = { .pool = pool_new (1) };

  time_prefill (bench, &job, 1);
  bench_batch (bench, 0);
  time_step (bench, &job, 1, 0);
  bench->memory = peak_memory ();
  for (int i = 1; i < N_BATCHES; i++)
    bench_batch (bench, i);
  pool_free (job.pool);
}

typedef struct {
  _Atomic gboolean end;
} Busy;

static gpointer
be_busy (gpointer data)
{
  while (!((Busy *) data)->end)
    ;
  return NULL;
}

static int
by_size (const void *a, const void *b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

/* All threads beside a thread that never rests. */
static void
bench_busy (Bench *bench, int n_threads)
{
  Job job = { .pool = pool_new (n_threads) };
  Busy busy = { FALSE };
  GThread *thread = g_thread_new ("busy", be_busy, &busy);
  double steps[N_BUSY];

  for (int i = 0; i < N_BUSY; i++)
    {
      const double start = now (2);

      for (int j = 0; j < 3; j++)
        time_step (bench, &job, 2, 0);
      steps[i] = (now (2) - start) / 3;
    }
  busy.end = TRUE;
  g_thread_join (thread);
  pool_free (job.pool);
  qsort (steps, N_BUSY, sizeof *steps, by_size);
  bench->busy = steps[N_BUSY / 2];
}

static void
bench_round (Bench *bench, int n_threads, gboolean with_prefill)
{
  Job job = { .pool = pool_new (n_threads) };
  const int several = n_threads > 1;

  if (with_prefill)
    time_prefill (bench, &job, n_threads);
  for (int i = 0; i < N_BATCHES; i++)
    {
      keep_least (&bench->peak[several], time_peak (job.pool, n_threads));
      keep_least (&bench->read[several], time_reading (job.pool, n_threads, &bench->weights));
      for (int j = 0; j < 3; j++)
        time_step (bench, &job, n_threads, i);
    }
  pool_free (job.pool);
}

static void
report (const Bench *bench, int n_threads)
{
  const int i = n_threads > 1;
  const double flop = gpt_blocks_flop (&bench->gpt.blocks, 1, PREFIX, PREFIX / 2);
  const double bytes = (double) bench->weights.size, *step = bench->step[i];

  printf ("%s, %d thread%s: reading %.1f GB/s; a token %.1f ms = %.2f of that; %d %d %d sequences "
          "%.2f %.2f %.2f times one\n",
          bench->dtype, n_threads, i ? "s" : "", 1e-9 * bytes / bench->read[i], 1e3 * step[0],
          bench->read[i] / step[0], batches[1], batches[2], batches[3], step[1] / step[0],
          step[2] / step[0], step[3] / step[0]);
  if (bench->prefill[i] > 0)
    printf ("  prefill of %d tokens %.2f s = %.1f GFLOP/s, %.2f of the peak of %.1f\n", PREFIX,
            bench->prefill[i], 1e-9 * flop / bench->prefill[i],
            flop * bench->peak[i] / bench->prefill[i],
            bench->peak[i] > 0 ? 1e-9 / bench->peak[i] : 0);
}

static void
run (const char *dtype, int rounds, const char *file)
{
  RandomGpt shape = published;
  g_autofree char *path = NULL;
  const int n_threads = (int) g_get_num_processors ();
  Bench bench;

  shape.dtype = dtype;
  path = file ? g_strdup (file) : random_gpt_write (&shape);
  bench_init (&bench, dtype, path);
  if (!file)
    g_unlink (path);
  printf ("%s, 305 million weights, %.0f MB: opened in %.3f s\n", dtype,
          1e-6 * (double) bench.weights.size, bench.open);
  bench_first (&bench);
  for (int round = 0; round < rounds; round++)
    {
      bench_round (&bench, 1, round % 4 == 0);
      if (n_threads > 1)
        bench_round (&bench, n_threads, round % 4 == 0);
    }
  report (&bench, 1);
  if (n_threads > 1)
    report (&bench, n_threads);
  bench_busy (&bench, n_threads);
  printf ("  beside a busy program %.1f ms a token, %.2f of one quiet thread\n", 1e3 * bench.busy,
          bench.busy / bench.step[0][0]);
  printf ("  peak memory %.2f of the file\n", bench.memory / (double) bench.weights.size);
  bench_clear (&bench);
}

int
main (int argc, char **argv)
{
  const int rounds = argc > 1 ? atoi (argv[1]) : 4;
  const char *only = argc > 2 ? argv[2] : NULL;

  setvbuf (stdout, NULL, _IOLBF, 0);
  for (int i = 0; i < 2; i++)
    {
      const char *const dtypes[] = { "F16", "I8" };

      if (!only || strcmp (only, dtypes[i]) == 0)
        run (dtypes[i], rounds, argc > 3 ? argv[3] : NULL);
    }
  return 0;
}
