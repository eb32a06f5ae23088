/* gst-resnet: another model while frames flow: loaded and tried in a thread of its own, taken at a frame's boundary
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetrunner.h"

G_BEGIN_DECLS
    typedef struct _GstResnetSwap GstResnetSwap;

/* Called in the loading thread when the model of @settings was refused. */
typedef void (*GstResnetSwapRejected) (gpointer user_data,
    const GstResnetSettings * settings, const GError * error);

/* Returns NULL with an error if the system gives no thread. @settings: the settings of the model that is loaded now or
 * will be loaded in a moment */
GstResnetSwap *gst_resnet_swap_new (const GstResnetSettings * settings,
    GstResnetSwapRejected rejected, gpointer user_data, GError ** error);
/* Waits until a model that is being loaded is ready or refused. */
void gst_resnet_swap_free (GstResnetSwap * swap);

/* Any thread may call these functions. None of them waits for a model. */
/* Requests that the model and labels of @settings be loaded. A request replaces an earlier one that is still being
 * worked on. */
void gst_resnet_swap_request (GstResnetSwap * swap,
    const GstResnetSettings * settings);
/* Sets whether a change of the files is a request. A file counts as changed if its inode, size or time differ and
 * have not changed again for half a second. */
void gst_resnet_swap_set_watch (GstResnetSwap * swap, gboolean watch);
gboolean gst_resnet_swap_is_ready (GstResnetSwap * swap);
/* Returns (transfer full) (nullable) the runner that is ready. @settings gets the settings of its request. */
GstResnetRunner *gst_resnet_swap_take (GstResnetSwap * swap,
    GstResnetSettings * settings);

G_END_DECLS
