/* gst-resnet: a loaded model and what runs it for one stream
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <nn/image.h>
#include <nn/model.h>

#include "gstresnetresult.h"
#include "gstresnetsettings.h"

G_BEGIN_DECLS typedef struct _GstResnetEngine GstResnetEngine;

/* Loads model and labels and makes everything that a frame needs. Errors are in the domains of GStreamer, ready to be
 * posted: GST_RESOURCE_ERROR NOT_FOUND and OPEN_READ, GST_STREAM_ERROR FORMAT, GST_LIBRARY_ERROR SETTINGS. */
GstResnetEngine *gst_resnet_engine_new (const GstResnetSettings * settings,
    GError ** error);
void gst_resnet_engine_free (GstResnetEngine * engine);

/* Takes the settings' preprocessing. On failure everything stays as it was. */
gboolean gst_resnet_engine_update (GstResnetEngine * engine,
    const GstResnetSettings * settings, GError ** error);

/* Classifies @image. @times gets two durations: preprocessing and inference. */
gboolean gst_resnet_engine_prepare (GstResnetEngine * engine,
    const NnImage * image, GError ** error);
void gst_resnet_engine_infer (GstResnetEngine * engine);
/* FALSE: the network's output is not finite. */
gboolean gst_resnet_engine_get_result (GstResnetEngine * engine,
    const GstResnetSettings * settings, GstResnetResult * result);

const NnModel *gst_resnet_engine_get_model (GstResnetEngine * engine);
/* n_classes labels, never NULL. */
const gchar *const *gst_resnet_engine_get_labels (GstResnetEngine * engine);
const gchar *gst_resnet_engine_get_isa (GstResnetEngine * engine);
/* "highest", "high" or "medium": which one runs. */
const gchar *gst_resnet_engine_get_precision (GstResnetEngine * engine);
guint gst_resnet_engine_get_threads (GstResnetEngine * engine);
/* The model-info property's value. */
GstStructure *gst_resnet_engine_get_info (GstResnetEngine * engine);

G_END_DECLS
