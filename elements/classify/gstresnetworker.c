/* gst-resnet: a thread beside the stream that classifies one frame at a time (mode latest)
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetworker.h"

struct _GstResnetWorker
{
  GThread *thread;
  GstResnetWorkerFunc func;
  gpointer user_data;

  GMutex lock;
  GCond changed;
  gboolean stop;
  gboolean busy;                /* a frame was given and is not done yet */
  GstBuffer *buffer;            /* the frame that was given and is not begun yet */
  GstResnetTimes times;
};

static gpointer
run (gpointer data)
{
  GstResnetWorker *worker = data;

  g_mutex_lock (&worker->lock);
  while (TRUE) {
    GstBuffer *buffer = worker->buffer;
    GstResnetTimes times = worker->times;

    if (buffer) {
      worker->buffer = NULL;
      g_mutex_unlock (&worker->lock);
      worker->func (worker->user_data, buffer, &times);
      g_mutex_lock (&worker->lock);
      worker->busy = FALSE;
      g_cond_broadcast (&worker->changed);
    } else if (worker->stop) {
      break;
    } else {
      g_cond_wait (&worker->changed, &worker->lock);
    }
  }
  g_mutex_unlock (&worker->lock);
  return NULL;
}

static void
discard (GstResnetWorker * worker)
{
  g_cond_clear (&worker->changed);
  g_mutex_clear (&worker->lock);
  g_free (worker);
}

GstResnetWorker *
gst_resnet_worker_new (GstResnetWorkerFunc func, gpointer user_data,
    GError ** error)
{
  GstResnetWorker *worker = g_new0 (GstResnetWorker, 1);
  GError *reason = NULL;

  worker->func = func;
  worker->user_data = user_data;
  g_mutex_init (&worker->lock);
  g_cond_init (&worker->changed);
  worker->thread = g_thread_try_new ("resnetclassify", run, worker, &reason);
  if (worker->thread)
    return worker;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_THREAD,
      "The system gives no thread for mode=latest, which classifies beside "
      "the stream (%s); mode=sync does without one", reason->message);
  g_error_free (reason);
  discard (worker);
  return NULL;
}

void
gst_resnet_worker_free (GstResnetWorker * worker)
{
  g_mutex_lock (&worker->lock);
  worker->stop = TRUE;
  g_cond_broadcast (&worker->changed);
  g_mutex_unlock (&worker->lock);
  g_thread_join (worker->thread);
  discard (worker);
}

gboolean
gst_resnet_worker_is_idle (GstResnetWorker * worker)
{
  gboolean idle;

  g_mutex_lock (&worker->lock);
  idle = !worker->busy;
  g_mutex_unlock (&worker->lock);
  return idle;
}

void
gst_resnet_worker_submit (GstResnetWorker * worker, GstBuffer * buffer,
    const GstResnetTimes * times)
{
  g_mutex_lock (&worker->lock);
  worker->buffer = buffer;
  worker->times = *times;
  worker->busy = TRUE;
  g_cond_broadcast (&worker->changed);
  g_mutex_unlock (&worker->lock);
}

void
gst_resnet_worker_drain (GstResnetWorker * worker)
{
  g_mutex_lock (&worker->lock);
  while (worker->busy)
    g_cond_wait (&worker->changed, &worker->lock);
  g_mutex_unlock (&worker->lock);
}
