/* gst-resnet: a classification, and the structure that says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS typedef struct
{
  guint n_entries;              /* the most confident first */
  guint *indices;
  gfloat *confidences;
  guint n_reserved;
  gboolean valid;
  GstClockTime source_pts;
} GstResnetResult;

/* What a structure says beside the result; nothing is owned. */
typedef struct
{
  const gchar *const *labels;
  const gchar *architecture, *sha256, *precision, *element;
  gboolean reused;
} GstResnetSource;

void gst_resnet_result_reserve (GstResnetResult * result, guint n_entries);
void gst_resnet_result_clear (GstResnetResult * result);

/* Registers the meta, once a process. */
void gst_resnet_meta_register (void);
/* @buffer must be writable. */
void gst_resnet_result_attach (const GstResnetResult * result,
    const GstResnetSource * source, GstBuffer * buffer);
/* The message "classification" for @buffer, in @segment. */
GstMessage *gst_resnet_result_to_message (const GstResnetResult * result,
    const GstResnetSource * source, GstObject * object, GstBuffer * buffer,
    const GstSegment * segment);

G_END_DECLS
