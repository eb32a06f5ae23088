/* gst-resnet: the pool of threads does each task once, whoever sleeps, spins or comes late
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-workers.h"

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
  loop->counts[task]++; /* this need not be atomic, because only one thread does a task */
}

static void
test_each_task_once (gconstpointer data)
{
  const guint threads = GPOINTER_TO_UINT (data);
  NnWorkers *workers = nn_workers_new (threads);
  guint counts[100] = { 0 };
  guint written = 0;
  guint total[100] = { 0 };

  g_assert_cmpuint (nn_workers_get_threads (workers), ==, threads);
  for (guint round = 0; round < 3000; round++) {
    const guint n = round * 7 % 101;
    Loop loop = { counts, threads, &written, round };

    written = round;
    nn_workers_run (workers, count, &loop, n);
    for (guint i = 0; i < n; i++)
      total[i]++;
    for (guint i = 0; i < 100; i++)
      g_assert_cmpuint (counts[i], ==, total[i]);
    /* Now and then the loop waits so long that all workers fall asleep. */
    if (round % 500 == 499)
      g_usleep (3000);
  }
  nn_workers_free (workers);
}

typedef struct {
  GMutex mutex;
  GCond all_here;
  guint threads, here;
  guint *done_by;
} Meeting;

static void
meet (gpointer data, guint task, guint thread)
{
  Meeting *meeting = data;

  g_mutex_lock (&meeting->mutex);
  meeting->done_by[task] = thread;
  if (++meeting->here == meeting->threads)
    g_cond_broadcast (&meeting->all_here);
  while (meeting->here < meeting->threads)
    g_cond_wait (&meeting->all_here, &meeting->mutex);
  g_mutex_unlock (&meeting->mutex);
}

/* Where all threads take part, each gets the same part of every loop. */
static void
test_each_thread_its_share (void)
{
  NnWorkers *workers = nn_workers_new (4);
  guint done_by[4];

  for (guint round = 0; round < 200; round++) {
    Meeting meeting = { .threads = 4, .done_by = done_by };

    g_mutex_init (&meeting.mutex);
    g_cond_init (&meeting.all_here);
    nn_workers_run (workers, meet, &meeting, 4);
    for (guint i = 0; i < 4; i++)
      g_assert_cmpuint (done_by[i], ==, i);
    g_mutex_clear (&meeting.mutex);
    g_cond_clear (&meeting.all_here);
  }
  nn_workers_free (workers);
}

/* Loops with fewer tasks than threads leave shares empty for longer than the pool lets their words grow old. */
static void
test_many_loops (void)
{
  const guint loops = 70000;
  NnWorkers *workers = nn_workers_new (3);
  guint counts[2] = { 0 };
  guint value = 0;
  Loop loop = { counts, 3, &value, 0 };

  for (guint round = 0; round < loops; round++)
    nn_workers_run (workers, count, &loop, 2);
  g_assert_cmpuint (counts[0], ==, loops);
  g_assert_cmpuint (counts[1], ==, loops);
  nn_workers_free (workers);
}

static void
test_free_at_once (void)
{
  for (guint i = 0; i < 200; i++)
    nn_workers_free (nn_workers_new (1 + i % 4));
  nn_workers_free (NULL);
}

static void
test_threads_are_clamped (void)
{
  NnWorkers *workers = nn_workers_new (0);

  g_assert_cmpuint (nn_workers_get_threads (workers), ==, 1);
  nn_workers_free (workers);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workers/threads-are-clamped", test_threads_are_clamped);
  g_test_add_func ("/workers/free-at-once", test_free_at_once);
  g_test_add_func ("/workers/each-thread-its-share", test_each_thread_its_share);
  g_test_add_func ("/workers/many-loops", test_many_loops);
  for (guint threads = 1; threads <= 5; threads++) {
    g_autofree gchar *path = g_strdup_printf ("/workers/each-task-once/%u", threads);

    g_test_add_data_func (path, GUINT_TO_POINTER (threads), test_each_task_once);
  }
  return g_test_run ();
}
