/* gst-resnet: a small pool of threads for loops
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A network is some dozens of loops of a fraction of a millisecond each, one after the other. So workers spin for a
 * moment after each loop, then sleep: the next layer finds them awake, an idle element costs nothing.
 *
 * One 64-bit word holds the loop's generation (upper half) and the next task (lower half): a worker that comes late
 * takes a task with compare-and-swap on both, so that it can never take one of a loop it has not seen the arguments of.
 */
#include "base/nn-pool.h"

#include <stdatomic.h>

#include "cpu/nn-cpu.h"

/* Some ten microseconds. */
#define SPINS 4000

struct _NnPool {
  guint n_workers;
  GThread **workers;
  guint spins;

  _Atomic guint64 next;     /* generation << 32 | task */
  _Atomic guint done;       /* tasks finished in this generation */
  _Atomic guint generation; /* of the loop whose arguments are below */
  _Atomic gboolean stop;
  _Atomic (NnPoolFunc) func;
  _Atomic (gpointer) data;
  _Atomic guint n_tasks;

  GMutex mutex;
  GCond wake, finished;
  guint n_sleeping; /* under mutex */
};

typedef struct {
  NnPool *pool;
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

/* Takes tasks of @generation until none is left. The arguments are read before the task is taken: where they belong to
 * a later loop already, reading them (acquire) shows that loop's generation in next, too, and nothing is taken. */
static void
work (NnPool *pool, guint generation, guint thread)
{
  NnPoolFunc func = atomic_load_explicit (&pool->func, memory_order_acquire);
  gpointer data = atomic_load_explicit (&pool->data, memory_order_acquire);
  guint n_tasks = atomic_load_explicit (&pool->n_tasks, memory_order_acquire);
  guint64 next = atomic_load_explicit (&pool->next, memory_order_acquire);
  guint did = 0;

  for (;;) {
    guint task = (guint)next;

    if ((guint)(next >> 32) != generation || task >= n_tasks)
      break;
    if (!atomic_compare_exchange_weak_explicit (&pool->next, &next, next + 1, memory_order_acq_rel,
                                                memory_order_acquire))
      continue;
    func (data, task, thread);
    did++;
    next = atomic_load_explicit (&pool->next, memory_order_acquire);
  }
  if (did > 0 && atomic_fetch_add_explicit (&pool->done, did, memory_order_acq_rel) + did == n_tasks && thread != 0) {
    g_mutex_lock (&pool->mutex);
    g_cond_signal (&pool->finished);
    g_mutex_unlock (&pool->mutex);
  }
}

static gpointer
worker_main (gpointer argument)
{
  Worker *worker = argument;
  NnPool *pool = worker->pool;
  guint index = worker->index;
  guint seen = 0;

  g_free (worker);
  for (;;) {
    guint generation;

    for (guint i = 0; i < pool->spins; i++) {
      if (atomic_load_explicit (&pool->generation, memory_order_acquire) != seen)
        break;
      relax ();
    }
    if (atomic_load_explicit (&pool->generation, memory_order_acquire) == seen) {
      g_mutex_lock (&pool->mutex);
      pool->n_sleeping++;
      while (atomic_load_explicit (&pool->generation, memory_order_acquire) == seen
             && !atomic_load_explicit (&pool->stop, memory_order_acquire))
        g_cond_wait (&pool->wake, &pool->mutex);
      pool->n_sleeping--;
      g_mutex_unlock (&pool->mutex);
    }
    if (atomic_load_explicit (&pool->stop, memory_order_acquire))
      return NULL;
    generation = atomic_load_explicit (&pool->generation, memory_order_acquire);
    seen = generation;
    work (pool, generation, index);
  }
}

NnPool *
nn_pool_new (guint threads)
{
  NnPool *pool = g_new0 (NnPool, 1);

  threads = CLAMP (threads, 1, NN_POOL_MAX_THREADS);
  g_mutex_init (&pool->mutex);
  g_cond_init (&pool->wake);
  g_cond_init (&pool->finished);
  pool->workers = g_new0 (GThread *, threads);
  /* More threads than processors: who spins would take the processor from who works. */
  pool->spins = threads <= nn_cpu_count () ? SPINS : 0;
  for (guint i = 1; i < threads; i++) {
    Worker *worker = g_new (Worker, 1);
    GThread *thread;

    worker->pool = pool;
    worker->index = i;
    thread = g_thread_try_new ("nn-worker", worker_main, worker, NULL);
    if (!thread) {
      g_free (worker);
      break;
    }
    pool->workers[pool->n_workers++] = thread;
  }
  return pool;
}

void
nn_pool_free (NnPool *pool)
{
  if (!pool)
    return;
  g_mutex_lock (&pool->mutex);
  atomic_store (&pool->stop, TRUE);
  /* Who spins looks at the generation only. */
  atomic_fetch_add (&pool->generation, 1);
  g_cond_broadcast (&pool->wake);
  g_mutex_unlock (&pool->mutex);
  for (guint i = 0; i < pool->n_workers; i++)
    g_thread_join (pool->workers[i]);
  g_free (pool->workers);
  g_mutex_clear (&pool->mutex);
  g_cond_clear (&pool->wake);
  g_cond_clear (&pool->finished);
  g_free (pool);
}

guint
nn_pool_get_threads (const NnPool *pool)
{
  return pool->n_workers + 1;
}

void
nn_pool_run (NnPool *pool, NnPoolFunc func, gpointer data, guint n_tasks)
{
  guint generation;

  if (n_tasks == 0)
    return;
  if (!pool || pool->n_workers == 0 || n_tasks == 1) {
    for (guint task = 0; task < n_tasks; task++)
      func (data, task, 0);
    return;
  }

  generation = atomic_load_explicit (&pool->generation, memory_order_relaxed) + 1;
  /* The generation first, with no task left: a worker of the last loop that wakes up now takes nothing. */
  atomic_store_explicit (&pool->next, (guint64)generation << 32 | G_MAXUINT32, memory_order_release);
  atomic_store_explicit (&pool->done, 0, memory_order_relaxed);
  atomic_store_explicit (&pool->func, func, memory_order_release);
  atomic_store_explicit (&pool->data, data, memory_order_release);
  atomic_store_explicit (&pool->n_tasks, n_tasks, memory_order_release);
  atomic_store_explicit (&pool->next, (guint64)generation << 32, memory_order_release);

  g_mutex_lock (&pool->mutex);
  atomic_store_explicit (&pool->generation, generation, memory_order_release);
  if (pool->n_sleeping > 0)
    g_cond_broadcast (&pool->wake);
  g_mutex_unlock (&pool->mutex);

  work (pool, generation, 0);
  for (guint i = 0; i < pool->spins && atomic_load_explicit (&pool->done, memory_order_acquire) < n_tasks; i++)
    relax ();
  if (atomic_load_explicit (&pool->done, memory_order_acquire) < n_tasks) {
    g_mutex_lock (&pool->mutex);
    while (atomic_load_explicit (&pool->done, memory_order_acquire) < n_tasks)
      g_cond_wait (&pool->finished, &pool->mutex);
    g_mutex_unlock (&pool->mutex);
  }
}
