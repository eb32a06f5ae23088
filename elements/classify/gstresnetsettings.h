/* gst-resnet: the properties of resnetclassify that a user sets
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <nn/preprocess.h>
#include <nn/session.h>
#include <nn/topk.h>

#include "gstresnetenums.h"

G_BEGIN_DECLS
/* This struct has the values as the user gave them. The element has one such struct under its object lock, which
 * set_property and get_property use, and one for each of the threads that use the values. The table of properties in
 * gstresnetsettings.c fills it in. */
    typedef struct
{
  gchar *model, *labels;
  gchar *weights, *architecture;
  gboolean watch_model;
  guint threads;
  NnPrecision precision;
  GstResnetMode mode;
  guint interval;

  gint resize, resize_height, resize_width, crop, crop_height, crop_width;
  gboolean ignore_pixel_aspect_ratio;
  gint orientation;             /* an NnOrientation or GST_RESNET_ORIENTATION_AUTO */
  gint channel_order;           /* an NnChannelOrder or GST_RESNET_CHANNEL_ORDER_AUTO */
  gchar *mean, *std;
  gint interpolation;           /* an NnInterpolation or GST_RESNET_INTERPOLATION_AUTO */

  guint top_k;
  NnActivation activation;
  gdouble threshold, temperature;
  guint smoothing;              /* in ms; 0 means no smoothing */
  gdouble hysteresis;
  gboolean heatmap;

  GstResnetRegionMode region;
  gchar *roi_types;             /* separated by commas */
  guint roi_min_size;
  gdouble roi_padding;
  guint reclassify_interval;

  gboolean post_messages, post_label_changes, attach_meta;

  gchar *group;                 /* NULL or empty if there is none */
  guint batch_size;
  guint batch_timeout;          /* in ms */

  /* Each of these numbers goes up with each change of its kind. */
  guint serial;                 /* changes by the user: the next frame is classified, whatever interval says */
  guint control_serial;         /* changes by a control binding: they apply from the next classification on */
} GstResnetSettings;

void gst_resnet_settings_init (GstResnetSettings * settings);
void gst_resnet_settings_clear (GstResnetSettings * settings);
void gst_resnet_settings_copy (GstResnetSettings * dest,
    const GstResnetSettings * src);

/* Installs all properties of the element, including the two read-only ones, which are not settings. */
void gst_resnet_settings_install_properties (GObjectClass * klass);
/* These functions return FALSE if @prop_id is none of the settings. */
gboolean gst_resnet_settings_set (GstResnetSettings * settings, guint prop_id,
    const GValue * value);
/* Notifies of the other names of a property after it was set. To be called without the object lock. */
void gst_resnet_settings_notify_aliases (GObject * object, guint prop_id);
gboolean gst_resnet_settings_get (const GstResnetSettings * settings,
    guint prop_id, GValue * value);

/* Returns the model's preprocessing with the user's values in place of the model's. An error names the property and
 * its value. */
gboolean gst_resnet_settings_get_preprocess (const GstResnetSettings * settings,
    const NnPreprocess * from_model, NnPreprocess * preprocess,
    GError ** error);

G_END_DECLS
