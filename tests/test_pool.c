#include "base/job.h"
#include <stdatomic.h>

enum { N_CHUNKS = 1000 };

static void
count (gpointer data, size_t chunk)
{
  atomic_fetch_add (&((_Atomic int *) data)[chunk], 1);
}

/* Many short phases in a row: every chunk exactly once, whatever the number of threads. */
static void
runs_each_chunk_once (void)
{
  for (int threads = 1; threads <= 5; threads++)
    {
      g_autoptr (Pool) pool = pool_new (threads);

      for (int phase = 0; phase < 200; phase++)
        {
          _Atomic int seen[N_CHUNKS] = { 0 };
          const size_t n = phase % 7 ? N_CHUNKS / (1 + phase % 11) : phase % 3;

          pool_run (pool, n, count, seen);
          for (size_t i = 0; i < N_CHUNKS; i++)
            g_assert_cmpint (seen[i], ==, i < n);
        }
    }
}

/* Workers that sleep come back. */
static void
wakes_up (void)
{
  g_autoptr (Pool) pool = pool_new (3);

  for (int phase = 0; phase < 5; phase++)
    {
      _Atomic int seen[N_CHUNKS] = { 0 };

      g_usleep (20000);
      pool_run (pool, N_CHUNKS, count, seen);
      for (size_t i = 0; i < N_CHUNKS; i++)
        g_assert_cmpint (seen[i], ==, 1);
    }
}

static gboolean
stop_at_half (double done, gpointer data)
{
  *(double *) data = done;
  return done < 0.5;
}

static void
job_says_how_far_and_stops (void)
{
  double seen = -1;
  Job job = { .total = 10, .progress = stop_at_half, .progress_data = &seen };
  g_autoptr (GError) error = NULL;

  g_assert_true (job_advance (&job, 4, NULL));
  g_assert_cmpfloat_with_epsilon (seen, 0.4, 1e-9);
  g_assert_false (job_advance (&job, 1, &error));
  g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED);
}

static gboolean
stop_soon (double done, gpointer data)
{
  (void) done;
  return ++*(int *) data < 3;
}

static void
slow_chunk (gpointer data, size_t chunk)
{
  g_usleep (6000);
  atomic_fetch_add (&((_Atomic int *) data)[chunk], 1);
}

/* A phase that is stopped runs no chunk twice and begins few more; without a pool too. */
static void
stops_within_a_phase (void)
{
  for (int threads = 0; threads <= 3; threads++)
    {
      g_autoptr (Pool) pool = threads ? pool_new (threads) : NULL;
      _Atomic int seen[N_CHUNKS] = { 0 };
      g_autoptr (GError) error = NULL;
      int asked = 0, n = 0;
      Job job = { .pool = pool, .progress = stop_soon, .progress_data = &asked };

      g_assert_false (job_run (&job, N_CHUNKS, 1, slow_chunk, seen, &error));
      g_assert_error (error, TESSERA_ERROR, TESSERA_ERROR_CANCELLED);
      for (int i = 0; i < N_CHUNKS; i++)
        {
          g_assert_cmpint (seen[i], <=, 1);
          n += seen[i];
        }
      g_assert_cmpint (asked, ==, 3);
      g_assert_cmpint (n, >=, 3);
      g_assert_cmpint (n, <, 100);

      pool_run (pool, N_CHUNKS, count, seen); /* works as before */
      for (int i = 0; i < N_CHUNKS; i++)
        n -= seen[i];
      g_assert_cmpint (n, ==, -N_CHUNKS);
    }
}

#ifdef __x86_64__
static float
tiny (void)
{
  volatile float a = 1e-20f, b = 1e-20f;

  return a * b; /* 1e-40 has no normal exponent */
}

static void
make_tiny (gpointer data, size_t chunk)
{
  ((float *) data)[chunk] = tiny ();
}

/* In every thread alike, and the caller's own arithmetic is as before. */
static void
flushes_denormals (void)
{
  for (int threads = 1; threads <= 3; threads++)
    for (int n = 1; n <= N_CHUNKS; n += N_CHUNKS - 1)
      {
        g_autoptr (Pool) pool = pool_new (threads);
        float made[N_CHUNKS];

        for (int i = 0; i < N_CHUNKS; i++)
          made[i] = 1;
        pool_run (pool, n, make_tiny, made);
        for (int i = 0; i < n; i++)
          g_assert_cmpfloat (made[i], ==, 0);
        g_assert_cmpfloat (tiny (), >, 0);
      }
}
#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/runs_each_chunk_once", runs_each_chunk_once);
  g_test_add_func ("/pool/wakes_up", wakes_up);
#ifdef __x86_64__
  g_test_add_func ("/pool/flushes_denormals", flushes_denormals);
#endif
  g_test_add_func ("/job/stops_within_a_phase", stops_within_a_phase);
  g_test_add_func ("/job/says_how_far_and_stops", job_says_how_far_and_stops);
  return g_test_run ();
}
