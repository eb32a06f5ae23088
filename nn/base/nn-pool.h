/* gst-resnet: a small pool of threads for loops
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef struct _NnPool NnPool;

#define NN_POOL_MAX_THREADS 256

/* One task of a loop; @thread is 0 for the caller and below nn_pool_get_threads(): an index into per-thread scratch
 * memory. */
typedef void (*NnPoolFunc) (gpointer data, guint task, guint thread);

/* @threads in all, the caller's included, 1 to NN_POOL_MAX_THREADS; fewer where the system gives no more. */
NnPool *nn_pool_new (guint threads);
void nn_pool_free (NnPool *pool);
guint nn_pool_get_threads (const NnPool *pool);

/* Calls @func for each task from 0 to @n_tasks − 1, in any order and on any thread, and returns when all are done; what
 * they wrote is visible then. One caller at a time. @pool: NULL: the caller alone. */
void nn_pool_run (NnPool *pool, NnPoolFunc func, gpointer data, guint n_tasks);
