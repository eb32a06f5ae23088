/* gst-resnet: the metas that carry a classification from element to element
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

#include "gstclassificationmeta.h"

G_BEGIN_DECLS
/* Registers the metas, once a process. */
    void gst_resnet_meta_register (void);

/* Adds an empty GstClassificationMeta to @buffer, which is writable, behind those of other classifiers. (transfer none)
 * (nullable) */
GstClassificationMeta *gst_resnet_meta_add (GstBuffer * buffer);
/* To be called when the structure of what gst_resnet_meta_add() gave is complete: where it is not the first
 * classifier's, the first one's field "others" gets a copy. */
void gst_resnet_meta_added (GstBuffer * buffer, GstClassificationMeta * meta);
/* Appends a copy of @structure to the field "others" of @first. */
void gst_resnet_meta_append_other (GstStructure * first,
    const GstStructure * structure);

/* Moves the places (heat map, regions, the frame's size) from a frame of @from's size to one of @to's: what lies at
 * (x, y) lies at (x · to.width / from.width, y · to.height / from.height) then. */
void gst_resnet_meta_scale (GstStructure * structure,
    const GstVideoInfo * from, const GstVideoInfo * to);
/* Takes the places away; classes stay. */
void gst_resnet_meta_strip (GstStructure * structure);

G_END_DECLS
