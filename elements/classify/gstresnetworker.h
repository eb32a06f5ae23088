/* gst-resnet: a thread beside the stream that classifies one frame at a time (mode latest)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetresult.h"

G_BEGIN_DECLS
    typedef struct _GstResnetWorker GstResnetWorker;

/* Runs in the worker's thread; takes @buffer. */
typedef void (*GstResnetWorkerFunc) (gpointer user_data, GstBuffer * buffer,
    const GstResnetTimes * times);

GstResnetWorker *gst_resnet_worker_new (GstResnetWorkerFunc func,
    gpointer user_data);
/* Waits for what runs, then ends the thread. */
void gst_resnet_worker_free (GstResnetWorker * worker);

/* TRUE: a frame that is given now is begun at once. Frames never wait here: while one is classified no other one's
 * memory is held, and the next one that is begun is the newest that there is. */
gboolean gst_resnet_worker_is_idle (GstResnetWorker * worker);
/* @buffer: (transfer full): only while idle; from one thread only */
void gst_resnet_worker_submit (GstResnetWorker * worker, GstBuffer * buffer,
    const GstResnetTimes * times);
/* Waits until nothing runs. All that the worker did has happened before. */
void gst_resnet_worker_drain (GstResnetWorker * worker);

G_END_DECLS
