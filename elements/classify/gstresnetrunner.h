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
/* Only one thread at a time may use a runner. */
    typedef struct _GstResnetRunner GstResnetRunner;

/* Loads the model and the labels and makes everything that a frame needs. The errors are those of
 * gst_resnet_model_load(). */
GstResnetRunner *gst_resnet_runner_new (const GstResnetSettings * settings,
    GError ** error);
void gst_resnet_runner_free (GstResnetRunner * runner);

/* Takes over the preprocessing and the batch of the settings. On failure everything stays as it was. */
gboolean gst_resnet_runner_update (GstResnetRunner * runner,
    const GstResnetSettings * settings, GError ** error);

/* Returns the largest number of images in one run. */
guint gst_resnet_runner_get_batch (GstResnetRunner * runner);
/* Makes the network's input from the @n images, for the next run. With more than one thread, the images are prepared
 * side by side. */
gboolean gst_resnet_runner_prepare (GstResnetRunner * runner,
    const NnImage * images, guint n, GError ** error);
/* Runs the network on the images 0 to @n - 1. Returns FALSE if @patience (nullable) ended while the images waited for
 * the group. */
gboolean gst_resnet_runner_infer (GstResnetRunner * runner, guint n,
    GstResnetPatience * patience);
/* Tells the group not to wait for this stream until its next run, because the stream has ended or pauses. */
void gst_resnet_runner_set_silent (GstResnetRunner * runner);
/* Returns the n_classes confidences of image @slot of the last run. They are valid until the next call. Returns NULL
 * with an error if the network's output is not finite. */
gfloat *gst_resnet_runner_get_confidences (GstResnetRunner * runner,
    const GstResnetSettings * settings, guint slot, GError ** error);

/* Runs the network once on an input of zeros. Returns FALSE with an error if the output is of no use. */
gboolean gst_resnet_runner_try (GstResnetRunner * runner,
    const GstResnetSettings * settings, GError ** error);
/* Returns the class activation map of image @slot of the last run as gray values from 0 to 255, or NULL if the
 * settings ask for none. */
GBytes *gst_resnet_runner_get_heatmap (GstResnetRunner * runner, guint slot,
    guint class_index, guint * width, guint * height);

GstResnetModel *gst_resnet_runner_get_model (GstResnetRunner * runner);
/* Returns the file that the model is from, as the property model named it. NULL or an empty string means the embedded
 * model. */
const gchar *gst_resnet_runner_get_path (GstResnetRunner * runner);
/* Returns how the last images were resized. The values are those of nn_preprocessor_get_method(). */
const gchar *gst_resnet_runner_get_method (GstResnetRunner * runner);
const NnPreprocess *gst_resnet_runner_get_preprocess (GstResnetRunner * runner);
const gchar *gst_resnet_runner_get_isa (GstResnetRunner * runner);
/* Returns the precision that runs: "highest", "high" or "medium". */
const gchar *gst_resnet_runner_get_precision (GstResnetRunner * runner);
guint gst_resnet_runner_get_threads (GstResnetRunner * runner);
void gst_resnet_runner_get_sharing (GstResnetRunner * runner,
    GstResnetSharing * sharing);
/* Returns the value of property model-info. */
GstStructure *gst_resnet_runner_get_info (GstResnetRunner * runner);

G_END_DECLS
