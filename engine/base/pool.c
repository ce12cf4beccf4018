#include "base/pool.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

enum {
  SPINS = 4000, /* about 50 us: the gap between two phases of a token step is shorter */
  YIELDS = 200, /* then up to a millisecond before sleeping: waking costs 30-50 us */
};

typedef void (*Task) (gpointer data, size_t chunk);

struct Pool {
  int n_workers;
  pthread_t *workers;
  pthread_mutex_t mutex;
  pthread_cond_t wake;

  /* Chunks of the running phase that nobody has claimed. Publishing it releases the three fields
   * below; whoever has claimed a chunk may read them, since the caller waits for that chunk. */
  _Atomic size_t unclaimed;
  _Atomic size_t finished;
  size_t n_chunks;
  Task task;
  gpointer data;

  _Atomic int sleepers;
  _Atomic gboolean quit;
};

static inline void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#endif
}

/* Numbers too small for a normal exponent become 0, in all threads alike: with them an operation takes
 * a hundred times as long, and they are far below what anybody sees. Returns what to restore. */
static inline unsigned
flush_denormals (void)
{
#if defined(__x86_64__)
  const unsigned before = __builtin_ia32_stmxcsr ();

  __builtin_ia32_ldmxcsr (before | 0x8040); /* flush to zero, denormals are zero */
  return before;
#else
  return 0;
#endif
}

static inline void
restore_denormals (unsigned before)
{
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr (before);
#else
  (void) before;
#endif
}

/* Runs one chunk; FALSE where none was left. */
static gboolean
claim (Pool *pool)
{
  size_t left = atomic_load_explicit (&pool->unclaimed, memory_order_acquire);

  while (left > 0)
    if (atomic_compare_exchange_weak (&pool->unclaimed, &left, left - 1))
      {
        pool->task (pool->data, pool->n_chunks - left);
        atomic_fetch_add_explicit (&pool->finished, 1, memory_order_release);
        return TRUE;
      }
  return FALSE;
}

static void
sleep_until_work (Pool *pool)
{
  pthread_mutex_lock (&pool->mutex);
  atomic_fetch_add (&pool->sleepers, 1);
  while (atomic_load (&pool->unclaimed) == 0 && !atomic_load (&pool->quit))
    pthread_cond_wait (&pool->wake, &pool->mutex);
  atomic_fetch_sub (&pool->sleepers, 1);
  pthread_mutex_unlock (&pool->mutex);
}

static void *
work (void *data)
{
  Pool *pool = data;
  int idle = 0;

  flush_denormals ();
  while (!atomic_load_explicit (&pool->quit, memory_order_relaxed))
    if (claim (pool))
      idle = 0;
    else if (++idle < SPINS)
      relax ();
    else if (idle < SPINS + YIELDS)
      sched_yield ();
    else
      {
        sleep_until_work (pool);
        idle = 0;
      }
  return NULL;
}

Pool *
pool_new (int n_threads)
{
  Pool *pool = g_new0 (Pool, 1);
  int wanted = (n_threads > 0 ? n_threads : (int) g_get_num_processors ()) - 1;

  pthread_mutex_init (&pool->mutex, NULL);
  pthread_cond_init (&pool->wake, NULL);
  pool->workers = g_new0 (pthread_t, MAX (wanted, 1));
  while (pool->n_workers < wanted /* fewer threads than wanted are slower, not wrong */
         && pthread_create (&pool->workers[pool->n_workers], NULL, work, pool) == 0)
    pool->n_workers++;
  return pool;
}

void
pool_free (Pool *pool)
{
  if (!pool)
    return;
  pthread_mutex_lock (&pool->mutex);
  atomic_store (&pool->quit, TRUE);
  pthread_cond_broadcast (&pool->wake);
  pthread_mutex_unlock (&pool->mutex);
  for (int i = 0; i < pool->n_workers; i++)
    pthread_join (pool->workers[i], NULL);
  pthread_cond_destroy (&pool->wake);
  pthread_mutex_destroy (&pool->mutex);
  g_free (pool->workers);
  g_free (pool);
}

static void
publish (Pool *pool, size_t n_chunks)
{
  atomic_store (&pool->unclaimed, n_chunks);
  if (atomic_load (&pool->sleepers) > 0)
    {
      pthread_mutex_lock (&pool->mutex);
      pthread_cond_broadcast (&pool->wake);
      pthread_mutex_unlock (&pool->mutex);
    }
}

int
pool_n_threads (const Pool *pool)
{
  return pool->n_workers + 1;
}

typedef gboolean (*GoOn) (gpointer data, size_t finished);

static gboolean
always (gpointer data, size_t finished)
{
  (void) data, (void) finished;
  return TRUE;
}

static gboolean
run_alone (size_t n_chunks, Task task, gpointer data, GoOn go_on, gpointer go_on_data)
{
  for (size_t chunk = 0; chunk < n_chunks; chunk++)
    {
      task (data, chunk);
      if (chunk + 1 < n_chunks && !go_on (go_on_data, chunk + 1))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_shared (Pool *pool, size_t n_chunks, Task task, gpointer data, GoOn go_on, gpointer go_on_data)
{
  size_t dropped = 0;

  pool->task = task;
  pool->data = data;
  pool->n_chunks = n_chunks;
  atomic_store (&pool->finished, 0);
  publish (pool, n_chunks);
  while (dropped == 0 && claim (pool))
    if (!go_on (go_on_data, atomic_load_explicit (&pool->finished, memory_order_relaxed)))
      dropped = atomic_exchange (&pool->unclaimed, 0);
  for (int spins = 0;
       atomic_load_explicit (&pool->finished, memory_order_acquire) < n_chunks - dropped;)
    if (++spins < SPINS)
      relax ();
    else
      sched_yield (); /* the claimant may have been descheduled */
  return dropped == 0;
}

gboolean
pool_run_while (Pool *pool, size_t n_chunks, Task task, gpointer data, GoOn go_on,
                gpointer go_on_data)
{
  const unsigned mode = flush_denormals (); /* the host's own, to be restored */
  const gboolean done = !pool || pool->n_workers == 0 || n_chunks <= 1
                            ? run_alone (n_chunks, task, data, go_on, go_on_data)
                            : run_shared (pool, n_chunks, task, data, go_on, go_on_data);

  restore_denormals (mode);
  return done;
}

void
pool_run (Pool *pool, size_t n_chunks, Task task, gpointer data)
{
  pool_run_while (pool, n_chunks, task, data, always, NULL);
}
