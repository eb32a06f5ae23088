/* gst-resnet: a few threads that run loops together
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef struct _NnWorkers NnWorkers;

#define NN_MAX_THREADS 256

/* Does one task of a loop. @thread is 0 for the caller and below nn_workers_get_threads(), so that it is an index into
 * the threads' scratch memory. */
typedef void (*NnWorkersFunc) (gpointer data, guint task, guint thread);

/* Makes workers for @threads threads in all, 1 to NN_MAX_THREADS, the caller's included. There are fewer, with a
 * warning, where the system gives no more. Returns NULL where there is no memory; all functions here then use the
 * caller's thread alone. */
NnWorkers *nn_workers_new (guint threads);
void nn_workers_free (NnWorkers *workers);
guint nn_workers_get_threads (const NnWorkers *workers);

/* Calls @func for each task from 0 to @n_tasks − 1, in any order and on any thread, and returns when all are done. What
 * they wrote is visible then. Only one caller at a time may do so. With @workers NULL the caller works alone. */
void nn_workers_run (NnWorkers *workers, NnWorkersFunc func, gpointer data, guint n_tasks);
