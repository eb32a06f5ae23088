/* gst-resnet: what runs a model for one stream
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <nn/image.h>

#include "gstresnetmodel.h"
#include "gstresnetsettings.h"
#include "gstresnetshare.h"
#include "gstresnetstats.h"

G_BEGIN_DECLS
/* One thread at a time uses a runner. */
    typedef struct _GstResnetRunner GstResnetRunner;

/* Loads model and labels and makes everything that a frame needs. Errors as gst_resnet_model_load(). */
GstResnetRunner *gst_resnet_runner_new (const GstResnetSettings * settings,
    GError ** error);
void gst_resnet_runner_free (GstResnetRunner * runner);

/* Takes the settings' preprocessing and batch. On failure everything stays as it was. */
gboolean gst_resnet_runner_update (GstResnetRunner * runner,
    const GstResnetSettings * settings, GError ** error);

/* How many images one run takes at most. */
guint gst_resnet_runner_get_batch (GstResnetRunner * runner);
/* Makes @images 0 to @n - 1 of the next run, on the session's threads where that takes more than one. */
gboolean gst_resnet_runner_prepare (GstResnetRunner * runner,
    const NnImage * images, guint n, GError ** error);
/* Runs the images 0 to @n - 1. FALSE: @patience (nullable) with the group ended before. */
gboolean gst_resnet_runner_infer (GstResnetRunner * runner, guint n,
    GstResnetPatience * patience);
/* The stream ended or pauses: its group does not wait for it until the next run. */
void gst_resnet_runner_set_silent (GstResnetRunner * runner);
/* The confidences of image @slot of the last run, n_classes of them, valid until the next call. NULL with an error: the
 * network's output is not finite. */
gfloat *gst_resnet_runner_get_confidences (GstResnetRunner * runner,
    const GstResnetSettings * settings, guint slot, GError ** error);

/* Lets the network run once, on nothing: FALSE with an error when what comes out is of no use. */
gboolean gst_resnet_runner_try (GstResnetRunner * runner,
    const GstResnetSettings * settings, GError ** error);
/* The class activation map of image @slot of the last run, as gray from 0 to 255; NULL where the settings ask for none. */
GBytes *gst_resnet_runner_get_heatmap (GstResnetRunner * runner, guint slot,
    guint class_index, guint * width, guint * height);

GstResnetModel *gst_resnet_runner_get_model (GstResnetRunner * runner);
/* (nullable): the file that the model is from, as property model named it; NULL or empty: the embedded model. */
const gchar *gst_resnet_runner_get_path (GstResnetRunner * runner);
/* How the last images were resized: nn_preprocessor_get_method(). */
const gchar *gst_resnet_runner_get_method (GstResnetRunner * runner);
const NnPreprocess *gst_resnet_runner_get_preprocess (GstResnetRunner * runner);
const gchar *gst_resnet_runner_get_isa (GstResnetRunner * runner);
/* "highest", "high" or "medium": which one runs. */
const gchar *gst_resnet_runner_get_precision (GstResnetRunner * runner);
guint gst_resnet_runner_get_threads (GstResnetRunner * runner);
void gst_resnet_runner_get_sharing (GstResnetRunner * runner,
    GstResnetSharing * sharing);
/* The model-info property's value. */
GstStructure *gst_resnet_runner_get_info (GstResnetRunner * runner);

G_END_DECLS
