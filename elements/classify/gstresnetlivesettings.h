/* gst-resnet: the properties of resnetclassify for streams: steadier answers, regions, time, other models
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS
typedef enum
{
  GST_RESNET_REGION_MODE_FULL_FRAME,
  GST_RESNET_REGION_MODE_ROI,
  GST_RESNET_REGION_MODE_BOTH
} GstResnetRegionMode;

typedef enum
{
  GST_RESNET_MODE_SYNC,
  GST_RESNET_MODE_LATEST
} GstResnetMode;

/* The first number of these properties; the others' are below. */
#define GST_RESNET_PROP_LIVE 100
/* A part of GstResnetSettings. */
    typedef struct
{
  guint smoothing;              /* ms, 0: off */
  gdouble hysteresis, temperature;
  gboolean post_label_changes;

  GstResnetRegionMode region;
  gchar *roi_types;             /* separated by commas */
  guint roi_min_size;
  gdouble roi_padding;
  guint reclassify_interval;

  GstResnetMode mode;
  gboolean heatmap, watch_model;
} GstResnetLiveSettings;

void gst_resnet_live_settings_init (GstResnetLiveSettings * settings);
void gst_resnet_live_settings_clear (GstResnetLiveSettings * settings);
/* Duplicates in @settings, a plain copy, what a copy must own. */
void gst_resnet_live_settings_own (GstResnetLiveSettings * settings);
void gst_resnet_live_settings_install_properties (GObjectClass * klass);
gboolean gst_resnet_live_settings_set (GstResnetLiveSettings * settings,
    guint prop_id, const GValue * value);
gboolean gst_resnet_live_settings_get (const GstResnetLiveSettings * settings,
    guint prop_id, GValue * value);

G_END_DECLS
