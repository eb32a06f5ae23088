/* gst-resnet: another model while frames flow: loaded and tried in a thread of its own, taken at a frame's boundary
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetrunner.h"

G_BEGIN_DECLS
    typedef struct _GstResnetSwap GstResnetSwap;

/* Called in the loading thread: @settings' model was not taken. */
typedef void (*GstResnetSwapRejected) (gpointer user_data,
    const GstResnetSettings * settings, const GError * error);

/* @settings: of the model that is loaded now or in a moment */
GstResnetSwap *gst_resnet_swap_new (const GstResnetSettings * settings,
    GstResnetSwapRejected rejected, gpointer user_data);
/* Waits for what is being loaded. */
void gst_resnet_swap_free (GstResnetSwap * swap);

/* Any thread; none of these waits for a model. */
/* The settings' model and labels are to be loaded. A request that comes while another is worked on takes its place. */
void gst_resnet_swap_request (GstResnetSwap * swap,
    const GstResnetSettings * settings);
/* Whether a change of the files is a request. They count as changed when inode, size or time differ, and have not
 * changed again for half a second. */
void gst_resnet_swap_set_watch (GstResnetSwap * swap, gboolean watch);
gboolean gst_resnet_swap_is_ready (GstResnetSwap * swap);
/* (transfer full) (nullable): the runner that is ready; @settings gets what it was asked for with. */
GstResnetRunner *gst_resnet_swap_take (GstResnetSwap * swap,
    GstResnetSettings * settings);

G_END_DECLS
