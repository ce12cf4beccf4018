/* pool: the engine's worker threads.
 *
 * A phase is a number of chunks; workers and the caller claim them one by one from one atomic word,
 * and the caller waits only for chunks that somebody has claimed. So a worker that the system does
 * not schedule costs nothing (static halves were 2-10 times slower on a busy desktop). The split
 * into chunks is the caller's and must not depend on the number of threads: then neither do the
 * results. */
#pragma once
#include <stddef.h>
#include <glib.h>

typedef struct Pool Pool;

/* n_threads counts the caller too; 0 = one for each core. */
Pool *pool_new (int n_threads);
void pool_free (Pool *pool); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pool, pool_free)

/* Threads that may run chunks at the same time, the caller's among them. */
int pool_n_threads (const Pool *pool);

/* Runs task (data, chunk) for every chunk < n_chunks, in any order, from any thread; returns when
 * all are done. pool NULL: the caller does it alone. Not reentrant; one caller at a time. n_chunks < 2^31. */
void pool_run (Pool *pool, size_t n_chunks, void (*task) (gpointer data, size_t chunk),
               gpointer data);

/* The same, but the calling thread asks go_on (go_on_data, finished chunks) between its chunks; where
 * that says FALSE, nobody begins another one, and so does the function. */
gboolean pool_run_while (Pool *pool, size_t n_chunks, void (*task) (gpointer data, size_t chunk),
                         gpointer data, gboolean (*go_on) (gpointer data, size_t finished),
                         gpointer go_on_data);
