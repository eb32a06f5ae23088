/* gst-resnet: the properties of resnetclassify for many streams in one process
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS
/* The first number of these properties; the others' are below. */
#define GST_RESNET_PROP_GROUP 200
/* A part of GstResnetSettings. */
    typedef struct
{
  gchar *name;                  /* NULL or empty: none */
  guint batch_size;
  guint batch_timeout;          /* ms */
} GstResnetGroupSettings;

void gst_resnet_group_settings_init (GstResnetGroupSettings * settings);
void gst_resnet_group_settings_clear (GstResnetGroupSettings * settings);
/* Duplicates in @settings, a plain copy, what a copy must own. */
void gst_resnet_group_settings_own (GstResnetGroupSettings * settings);
void gst_resnet_group_settings_install_properties (GObjectClass * klass);
gboolean gst_resnet_group_settings_set (GstResnetGroupSettings * settings,
    guint prop_id, const GValue * value);
gboolean gst_resnet_group_settings_get (const GstResnetGroupSettings * settings,
    guint prop_id, GValue * value);

G_END_DECLS
