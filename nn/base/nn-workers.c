/* gst-resnet: a few threads that run loops together
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A network is some dozens of loops of a fraction of a millisecond each, one after the other. So workers spin for a
 * moment after each loop and then sleep: the next layer finds them awake, and an idle element costs nothing.
 *
 * Each thread has a share of a loop's tasks, which are consecutive, and takes tasks of other shares when its own are
 * done. So a thread gets about the same part of the image in each layer, and its caches already hold that part.
 *
 * A task of a share is taken by a compare-and-swap of one 64-bit word: the upper half is the loop's generation, the
 * lower half is how many tasks have been taken. A word with an older generation means that none has been taken. So the
 * caller has nothing to set up for each thread. A worker that comes late cannot take a task of a later loop, whose
 * arguments it has not seen: it asks for tasks of its own generation, and these have all been taken. */
#include "base/nn-workers.h"

#include <nn/log.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/nn-cpu.h"

/* So many spins take some ten microseconds. */
#define SPINS 4000

/* After so many loops (a power of two) all shares get the present generation. Otherwise a share that is always empty
 * would at some time look like one of a later loop, because generations wrap around. */
#define RENEW (1u << 16)
/* The size of a cache line and the line that the processor fetches with it. */
#define APART 128

typedef struct {
  _Atomic guint64 taken; /* generation << 32 | tasks */
} __attribute__ ((aligned (APART))) Share;

struct _NnWorkers {
  guint n_workers;
  GThread **workers;
  guint spins;

  /* The caller writes these for each loop; they lie in one cache line. */
  _Atomic guint generation __attribute__ ((aligned (APART)));
  _Atomic guint begun; /* the generation, or a later one while the arguments below are being changed */
  _Atomic gboolean stop;
  _Atomic guint n_tasks;
  _Atomic (NnWorkersFunc) func;
  _Atomic (gpointer) data;

  _Atomic guint done __attribute__ ((aligned (APART))); /* how many tasks are finished in this generation */

  GMutex mutex __attribute__ ((aligned (APART)));
  GCond wake, finished;
  _Atomic guint n_sleeping; /* it changes only while the mutex is held */

  Share shares[]; /* one for each thread */
};

typedef struct {
  NnWorkers *workers;
  guint index;
} Worker;

static inline void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Returns the first task of a share, which is also where the share before it ends. The caller's share is never empty.
 */
static inline guint
share_begin (guint n_tasks, guint share, guint threads)
{
  return (guint)(((guint64)n_tasks * share + threads - 1) / threads);
}

/* Takes the next task of a share that has @n tasks. Returns FALSE where none is left. */
static gboolean
take (Share *share, guint generation, guint n, guint *task)
{
  guint64 taken = atomic_load_explicit (&share->taken, memory_order_acquire);

  for (;;) {
    const gint32 age = (gint32)(generation - (guint)(taken >> 32));
    const guint count = age == 0 ? (guint)taken : 0;

    if (age < 0 || count >= n)
      return FALSE;
    if (atomic_compare_exchange_weak_explicit (&share->taken, &taken, (guint64)generation << 32 | (count + 1),
                                               memory_order_acq_rel, memory_order_acquire)) {
      *task = count;
      return TRUE;
    }
  }
}

/* Takes tasks of @generation until none is left, those of the thread's own share first. */
static void
work (NnWorkers *workers, guint generation, guint thread)
{
  const guint threads = workers->n_workers + 1;
  NnWorkersFunc func = atomic_load_explicit (&workers->func, memory_order_acquire);
  gpointer data = atomic_load_explicit (&workers->data, memory_order_acquire);
  guint n_tasks = atomic_load_explicit (&workers->n_tasks, memory_order_acquire);
  guint did = 0;

  /* A worker that comes late may have read the arguments of a later loop. */
  if (atomic_load_explicit (&workers->begun, memory_order_acquire) != generation)
    return;
  for (guint i = 0; i < threads; i++) {
    const guint owner = (thread + i) % threads, begin = share_begin (n_tasks, owner, threads);
    const guint n = share_begin (n_tasks, owner + 1, threads) - begin;
    guint task;

    while (take (&workers->shares[owner], generation, n, &task)) {
      func (data, begin + task, thread);
      did++;
    }
  }
  if (did > 0 && atomic_fetch_add_explicit (&workers->done, did, memory_order_acq_rel) + did == n_tasks
      && thread != 0) {
    g_mutex_lock (&workers->mutex);
    g_cond_signal (&workers->finished);
    g_mutex_unlock (&workers->mutex);
  }
}

static gpointer
worker_main (gpointer argument)
{
  Worker *worker = argument;
  NnWorkers *workers = worker->workers;
  guint index = worker->index;
  guint seen = 0;

  g_free (worker);
  for (;;) {
    guint generation;

    for (guint i = 0; i < workers->spins; i++) {
      if (atomic_load_explicit (&workers->generation, memory_order_acquire) != seen)
        break;
      relax ();
    }
    if (atomic_load_explicit (&workers->generation, memory_order_acquire) == seen) {
      g_mutex_lock (&workers->mutex);
      /* The caller changes the generation and then looks for sleepers; a worker counts itself as a sleeper and then
       * looks at the generation. All four accesses are sequentially consistent, so at least one of the two sees what
       * the other wrote. */
      atomic_fetch_add (&workers->n_sleeping, 1);
      while (atomic_load (&workers->generation) == seen && !atomic_load_explicit (&workers->stop, memory_order_acquire))
        g_cond_wait (&workers->wake, &workers->mutex);
      atomic_fetch_sub (&workers->n_sleeping, 1);
      g_mutex_unlock (&workers->mutex);
    }
    if (atomic_load_explicit (&workers->stop, memory_order_acquire))
      return NULL;
    generation = atomic_load_explicit (&workers->generation, memory_order_acquire);
    seen = generation;
    work (workers, generation, index);
  }
}

NnWorkers *
nn_workers_new (guint threads)
{
  NnWorkers *workers;
  gpointer memory = NULL;
  gsize size;

  threads = CLAMP (threads, 1, NN_MAX_THREADS);
  size = sizeof *workers + threads * sizeof (Share);
  if (posix_memalign (&memory, APART, size) != 0) {
    nn_log (G_LOG_LEVEL_WARNING, "there is no memory for threads, and all is computed in the caller's");
    return NULL;
  }
  memset (memory, 0, size);
  workers = memory;
  g_mutex_init (&workers->mutex);
  g_cond_init (&workers->wake);
  g_cond_init (&workers->finished);
  workers->workers = g_new0 (GThread *, threads);
  /* With more threads than processors, a thread that spins would take the processor from one that works. */
  workers->spins = threads <= nn_cpu_count () ? SPINS : 0;
  for (guint i = 1; i < threads; i++) {
    Worker *worker = g_new (Worker, 1);
    GThread *thread;

    worker->workers = workers;
    worker->index = i;
    thread = g_thread_try_new ("nn-worker", worker_main, worker, NULL);
    if (!thread) {
      g_free (worker);
      nn_log (G_LOG_LEVEL_WARNING, "the system gives %u of the %u threads that were asked for, and these compute", i,
              threads);
      break;
    }
    workers->workers[workers->n_workers++] = thread;
  }
  return workers;
}

void
nn_workers_free (NnWorkers *workers)
{
  if (!workers)
    return;
  g_mutex_lock (&workers->mutex);
  atomic_store (&workers->stop, TRUE);
  /* A worker that spins looks only at the generation. */
  atomic_fetch_add (&workers->generation, 1);
  g_cond_broadcast (&workers->wake);
  g_mutex_unlock (&workers->mutex);
  for (guint i = 0; i < workers->n_workers; i++)
    g_thread_join (workers->workers[i]);
  g_free (workers->workers);
  g_mutex_clear (&workers->mutex);
  g_cond_clear (&workers->wake);
  g_cond_clear (&workers->finished);
  free (workers);
}

guint
nn_workers_get_threads (const NnWorkers *workers)
{
  return workers ? workers->n_workers + 1 : 1;
}

void
nn_workers_run (NnWorkers *workers, NnWorkersFunc func, gpointer data, guint n_tasks)
{
  guint generation;

  if (n_tasks == 0)
    return;
  if (!workers || workers->n_workers == 0 || n_tasks == 1) {
    for (guint task = 0; task < n_tasks; task++)
      func (data, task, 0);
    return;
  }

  generation = atomic_load_explicit (&workers->generation, memory_order_relaxed) + 1;
  if (generation % RENEW == 0)
    for (guint i = 0; i <= workers->n_workers; i++)
      atomic_store_explicit (&workers->shares[i].taken, (guint64)generation << 32, memory_order_release);
  /* This comes before the arguments, so that a worker of the last loop that reads one of the new arguments also sees
   * that another loop has begun. */
  atomic_store_explicit (&workers->begun, generation, memory_order_release);
  atomic_store_explicit (&workers->done, 0, memory_order_relaxed);
  atomic_store_explicit (&workers->n_tasks, n_tasks, memory_order_release);
  atomic_store_explicit (&workers->func, func, memory_order_release);
  atomic_store_explicit (&workers->data, data, memory_order_release);
  atomic_store (&workers->generation, generation);
  if (atomic_load (&workers->n_sleeping) > 0) {
    g_mutex_lock (&workers->mutex);
    g_cond_broadcast (&workers->wake);
    g_mutex_unlock (&workers->mutex);
  }

  work (workers, generation, 0);
  for (guint i = 0; i < workers->spins && atomic_load_explicit (&workers->done, memory_order_acquire) < n_tasks; i++)
    relax ();
  if (atomic_load_explicit (&workers->done, memory_order_acquire) < n_tasks) {
    g_mutex_lock (&workers->mutex);
    while (atomic_load_explicit (&workers->done, memory_order_acquire) < n_tasks)
      g_cond_wait (&workers->finished, &workers->mutex);
    g_mutex_unlock (&workers->mutex);
  }
}
