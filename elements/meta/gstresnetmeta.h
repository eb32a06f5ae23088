/* gst-resnet: the metas that carry a classification from element to element
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

#include "gstclassificationmeta.h"

G_BEGIN_DECLS
/* Registers the metas. Further calls in the same process do nothing. */
    void gst_resnet_meta_register (void);

/* Adds an empty GstClassificationMeta to @buffer, which must be writable, behind those of other classifiers. Returns
 * (transfer none) (nullable) the meta. */
GstClassificationMeta *gst_resnet_meta_add (GstBuffer * buffer);
/* Must be called when the structure of the meta that gst_resnet_meta_add() returned is complete. If another classifier
 * came first, a copy of the structure is appended to the field "others" of that classifier's meta. */
void gst_resnet_meta_added (GstBuffer * buffer, GstClassificationMeta * meta);
/* Appends a copy of @structure to the field "others" of @first. */
void gst_resnet_meta_append_other (GstStructure * first,
    const GstStructure * structure);

/* Moves the places (heat map, regions, the frame's size) from a frame of @from's size to one of @to's. What was at (x,
 * y) is then at (x · to.width / from.width, y · to.height / from.height). */
void gst_resnet_meta_scale (GstStructure * structure,
    const GstVideoInfo * from, const GstVideoInfo * to);
/* Removes the places and keeps the classes. */
void gst_resnet_meta_strip (GstStructure * structure);

G_END_DECLS
