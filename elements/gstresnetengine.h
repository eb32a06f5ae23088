/* gst-resnet: what runs a model for one stream
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <nn/image.h>

#include "gstresnetmodel.h"
#include "gstresnetsettings.h"
#include "gstresnetstats.h"

G_BEGIN_DECLS
/* One thread at a time uses an engine. */
    typedef struct _GstResnetEngine GstResnetEngine;

/* Loads model and labels and makes everything that a frame needs. Errors as gst_resnet_model_load(). */
GstResnetEngine *gst_resnet_engine_new (const GstResnetSettings * settings,
    GError ** error);
void gst_resnet_engine_free (GstResnetEngine * engine);

/* Takes the settings' preprocessing and batch. On failure everything stays as it was. */
gboolean gst_resnet_engine_update (GstResnetEngine * engine,
    const GstResnetSettings * settings, GError ** error);

/* How many images one run takes at most. */
guint gst_resnet_engine_get_batch (GstResnetEngine * engine);
/* Makes @images 0 to @n - 1 of the next run, on the session's threads where that takes more than one. */
gboolean gst_resnet_engine_prepare (GstResnetEngine * engine,
    const NnImage * images, guint n, GError ** error);
/* Runs the images 0 to @n - 1. */
void gst_resnet_engine_infer (GstResnetEngine * engine, guint n);
/* The stream ended or pauses: its group does not wait for it until the next run. */
void gst_resnet_engine_set_silent (GstResnetEngine * engine);
/* The confidences of image @slot of the last run, n_classes of them, valid until the next call. NULL with an error: the
 * network's output is not finite. */
gfloat *gst_resnet_engine_get_confidences (GstResnetEngine * engine,
    const GstResnetSettings * settings, guint slot, GError ** error);

/* Lets the network run once, on nothing: FALSE with an error when what comes out is of no use. */
gboolean gst_resnet_engine_try (GstResnetEngine * engine,
    const GstResnetSettings * settings, GError ** error);
/* The class activation map of image @slot of the last run, as gray from 0 to 255; NULL where the settings ask for none. */
GBytes *gst_resnet_engine_get_heatmap (GstResnetEngine * engine, guint slot,
    guint class_index, guint * width, guint * height);

GstResnetModel *gst_resnet_engine_get_model (GstResnetEngine * engine);
const NnPreprocess *gst_resnet_engine_get_preprocess (GstResnetEngine * engine);
const gchar *gst_resnet_engine_get_isa (GstResnetEngine * engine);
/* "highest", "high" or "medium": which one runs. */
const gchar *gst_resnet_engine_get_precision (GstResnetEngine * engine);
guint gst_resnet_engine_get_threads (GstResnetEngine * engine);
void gst_resnet_engine_get_sharing (GstResnetEngine * engine,
    GstResnetSharing * sharing);
/* The model-info property's value. */
GstStructure *gst_resnet_engine_get_info (GstResnetEngine * engine);

G_END_DECLS
