/* gst-resnet: a thread beside the stream that classifies one frame at a time (mode latest)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetresult.h"

G_BEGIN_DECLS
    typedef struct _GstResnetWorker GstResnetWorker;

/* The function runs in the worker's thread and takes @buffer. */
typedef void (*GstResnetWorkerFunc) (gpointer user_data, GstBuffer * buffer,
    const GstResnetTimes * times);

/* Returns NULL with an error if the system gives no thread. */
GstResnetWorker *gst_resnet_worker_new (GstResnetWorkerFunc func,
    gpointer user_data, GError ** error);
/* Waits until nothing runs, and then ends the thread. */
void gst_resnet_worker_free (GstResnetWorker * worker);

/* Returns TRUE if a frame that is given now is begun at once. Frames never wait here: while one is classified, the
 * memory of no other frame is held, and the next one that is begun is the newest. */
gboolean gst_resnet_worker_is_idle (GstResnetWorker * worker);
/* Gives the worker a frame. @buffer: (transfer full). Only one thread may call this function, and only while the worker
 * is idle. */
void gst_resnet_worker_submit (GstResnetWorker * worker, GstBuffer * buffer,
    const GstResnetTimes * times);
/* Waits until nothing runs. After that, everything that the worker did is visible to the caller. */
void gst_resnet_worker_drain (GstResnetWorker * worker);

G_END_DECLS
