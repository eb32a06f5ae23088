/* gst-resnet: the properties of resnetclassify that a user sets
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <nn/preprocess.h>
#include <nn/session.h>
#include <nn/topk.h>

#include "gstresnetgroupsettings.h"
#include "gstresnetlivesettings.h"

G_BEGIN_DECLS
/* How the interpolation property says "what the model file says". */
#define GST_RESNET_INTERPOLATION_AUTO (-1)
#define GST_TYPE_RESNET_ACTIVATION (gst_resnet_activation_get_type ())
    GType gst_resnet_activation_get_type (void);

#define GST_TYPE_RESNET_INTERPOLATION (gst_resnet_interpolation_get_type ())
GType gst_resnet_interpolation_get_type (void);

/* The values as the user gave them. The element has one under its object lock, which set_property and get_property
 * use, and one of the streaming thread's own. */
typedef struct
{
  gchar *model, *labels;
  guint threads;
  guint top_k, interval;
  gdouble threshold;
  NnActivation activation;
  gint resize, crop;
  gchar *mean, *std;
  gint interpolation;           /* an NnInterpolation or GST_RESNET_INTERPOLATION_AUTO */
  NnPrecision precision;
  gboolean post_messages, attach_meta;
  GstResnetLiveSettings live;
  GstResnetGroupSettings group;
  guint serial;                 /* goes up with each change */
} GstResnetSettings;

void gst_resnet_settings_init (GstResnetSettings * settings);
void gst_resnet_settings_clear (GstResnetSettings * settings);
void gst_resnet_settings_copy (GstResnetSettings * dest,
    const GstResnetSettings * src);

/* All of the element's properties, also the two read-only ones, which are not settings. */
void gst_resnet_settings_install_properties (GObjectClass * klass);
/* FALSE: @prop_id is none of the settings. Changes are counted in serial. */
gboolean gst_resnet_settings_set (GstResnetSettings * settings, guint prop_id,
    const GValue * value);
gboolean gst_resnet_settings_get (const GstResnetSettings * settings,
    guint prop_id, GValue * value);

/* The model's preprocessing with the user's values over it. The error names property and value. */
gboolean gst_resnet_settings_get_preprocess (const GstResnetSettings * settings,
    const NnPreprocess * from_model, NnPreprocess * preprocess,
    GError ** error);

G_END_DECLS
