/* gst-resnet: regions of a frame: found, chosen, remembered by their id
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>
#include <nn/image.h>

#include "gstresnetresult.h"

G_BEGIN_DECLS
/* Appends @buffer's regions that the settings' roi-types take to @regions (GstResnetRegion), in the order of their
 * metas: each GstVideoRegionOfInterestMeta, then, with gstreamer-analytics, each GstAnalyticsODMtd. */
void gst_resnet_regions_find (GstBuffer * buffer,
    const GstResnetSettings * settings, GArray * regions);

/* Sets @image's rectangle to @region's, with roi-padding, as far as it lies inside @bounds (whose rectangle is all of
 * the picture). FALSE: nothing is left, or less than roi-min-size. */
gboolean gst_resnet_regions_clip (const GstResnetRegion * region,
    const GstResnetSettings * settings, const NnImage * bounds,
    NnImage * image);

/* Finds, for each of the @n regions of another frame, the answer's region that is the same thing: by its key where it
 * has one, else the one of its type that covers it best, by half of their union at least. @matches: n indices into
 * answer->regions, G_MAXUINT for none */
void gst_resnet_regions_match (const GstResnetAnswer * answer,
    const GstResnetRegion * regions, guint n, guint * matches);

/* Results of tracked regions between their classifications. */
typedef struct _GstResnetTracker GstResnetTracker;

GstResnetTracker *gst_resnet_tracker_new (void);
void gst_resnet_tracker_free (GstResnetTracker * tracker);
void gst_resnet_tracker_reset (GstResnetTracker * tracker);
/* A new frame begins; what was not seen for long is forgotten. */
void gst_resnet_tracker_begin (GstResnetTracker * tracker);
/* TRUE: @region got its last result; reclassify-interval says that it need not be classified. */
gboolean gst_resnet_tracker_reuse (GstResnetTracker * tracker,
    const GstResnetSettings * settings, GstResnetRegion * region);
void gst_resnet_tracker_store (GstResnetTracker * tracker,
    const GstResnetRegion * region);

G_END_DECLS
