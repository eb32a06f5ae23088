/* gst-resnet: the pool of threads does each task once, whoever sleeps, spins or comes late
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-pool.h"

typedef struct {
  guint *counts;
  guint threads;
  const guint *expected; /* plain memory that the caller wrote before the loop */
  guint value;
} Loop;

static void
count (gpointer data, guint task, guint thread)
{
  Loop *loop = data;

  g_assert_cmpuint (thread, <, loop->threads);
  g_assert_cmpuint (*loop->expected, ==, loop->value);
  loop->counts[task]++; /* not atomic: one task is one thread's */
}

static void
test_each_task_once (gconstpointer data)
{
  const guint threads = GPOINTER_TO_UINT (data);
  NnPool *pool = nn_pool_new (threads);
  guint counts[100] = { 0 };
  guint written = 0;
  guint total[100] = { 0 };

  g_assert_cmpuint (nn_pool_get_threads (pool), ==, threads);
  for (guint round = 0; round < 3000; round++) {
    const guint n = round * 7 % 101;
    Loop loop = { counts, threads, &written, round };

    written = round;
    nn_pool_run (pool, count, &loop, n);
    for (guint i = 0; i < n; i++)
      total[i]++;
    for (guint i = 0; i < 100; i++)
      g_assert_cmpuint (counts[i], ==, total[i]);
    /* Long enough now and then for all workers to fall asleep. */
    if (round % 500 == 499)
      g_usleep (3000);
  }
  nn_pool_free (pool);
}

static void
test_free_at_once (void)
{
  for (guint i = 0; i < 200; i++)
    nn_pool_free (nn_pool_new (1 + i % 4));
  nn_pool_free (NULL);
}

static void
test_threads_are_clamped (void)
{
  NnPool *pool = nn_pool_new (0);

  g_assert_cmpuint (nn_pool_get_threads (pool), ==, 1);
  nn_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thread-pool/threads-are-clamped", test_threads_are_clamped);
  g_test_add_func ("/thread-pool/free-at-once", test_free_at_once);
  for (guint threads = 1; threads <= 5; threads++) {
    g_autofree gchar *path = g_strdup_printf ("/thread-pool/each-task-once/%u", threads);

    g_test_add_data_func (path, GUINT_TO_POINTER (threads), test_each_task_once);
  }
  return g_test_run ();
}
