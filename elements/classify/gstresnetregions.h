/* gst-resnet: regions of a frame: found, chosen, remembered by their id
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>
#include <nn/image.h>

#include "gstresnetresult.h"

G_BEGIN_DECLS
/* Appends the regions of @buffer whose types roi-types allows to @regions (of GstResnetRegion), in the order of their
 * metas: first each GstVideoRegionOfInterestMeta and then, with gstreamer-analytics, each GstAnalyticsODMtd. */
void gst_resnet_regions_find (GstBuffer * buffer,
    const GstResnetSettings * settings, GArray * regions);

/* Sets the rectangle of @image to that of @region, with roi-padding, as far as it lies inside @bounds (whose
 * rectangle is the whole picture). Returns FALSE if nothing is left, or less than roi-min-size. */
gboolean gst_resnet_regions_clip (const GstResnetRegion * region,
    const GstResnetSettings * settings, const NnImage * bounds,
    NnImage * image);

/* Finds the region of the answer that shows the same thing, for each of the @n regions of another frame. That is the
 * region with the same key. If a region has no key, it is the one of the same type that covers it best, by at least
 * half of their union. @matches gets n indices into answer->regions, or G_MAXUINT where there is none. */
void gst_resnet_regions_match (const GstResnetAnswer * answer,
    const GstResnetRegion * regions, guint n, guint * matches);

/* A tracker remembers the results of tracked regions between their classifications. */
typedef struct _GstResnetTracker GstResnetTracker;

GstResnetTracker *gst_resnet_tracker_new (void);
void gst_resnet_tracker_free (GstResnetTracker * tracker);
void gst_resnet_tracker_reset (GstResnetTracker * tracker);
/* Begins a new frame and forgets the things that were not seen for a long time. */
void gst_resnet_tracker_begin (GstResnetTracker * tracker);
/* Returns TRUE if @region need not be classified because of reclassify-interval, and gives it its last result. */
gboolean gst_resnet_tracker_reuse (GstResnetTracker * tracker,
    const GstResnetSettings * settings, GstResnetRegion * region);
void gst_resnet_tracker_store (GstResnetTracker * tracker,
    const GstResnetRegion * region);

G_END_DECLS
