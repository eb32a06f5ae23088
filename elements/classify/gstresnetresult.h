/* gst-resnet: a classification, and the structure that says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstresnetmodel.h"
#include "gstresnetsettings.h"

G_BEGIN_DECLS
/* The answer where nothing reaches the threshold. */
#define GST_RESNET_UNKNOWN "unknown"
/* A picture's classes. */
typedef struct
{
  guint n_entries;              /* those that reach the threshold, the answer first, then the most confident */
  guint *indices;
  gfloat *confidences;
  gfloat best;                  /* the answer's confidence, also where it does not reach the threshold */
} GstResnetResult;

typedef enum
{
  GST_RESNET_REGION_ROI,        /* GstVideoRegionOfInterestMeta */
  GST_RESNET_REGION_OD          /* GstAnalyticsODMtd */
} GstResnetRegionKind;

typedef struct
{
  GstResnetRegionKind kind;
  gint id;                      /* of the meta */
  gint64 key;                   /* the same thing in other frames has the same, 0: not known */
  GQuark type;
  gint64 x, y, width, height;   /* as the meta has it */
  gboolean classified;          /* there is a result */
  GstResnetResult result;
  GstClockTime source_pts;
  gboolean reused;              /* of an earlier frame (reclassify-interval) */
} GstResnetRegion;

/* What was found in one frame. Immutable and reference-counted: the thread that classified and those that publish
 * share it. */
typedef struct
{
  gatomicrefcount ref_count;
  GstResnetModel *model;
  const gchar *precision;       /* static: which one ran */
  GstClockTime source_pts;      /* of the frame that the network saw */
  GstClockTime processing_time;
  gboolean has_frame;           /* the frame as a whole was classified */
  GstResnetResult frame;
  GBytes *heatmap;              /* of frame's answer, NULL: none */
  guint heatmap_width, heatmap_height;
  gint heatmap_rect[4];         /* x, y, width, height, pixels of the frame */
  gint frame_width, frame_height;       /* that places are pixels of */
  GArray *regions;              /* GstResnetRegion, in gst_resnet_regions_find()'s order; NULL: not looked for */
} GstResnetAnswer;

/* @values: a confidence for each class; @held: the class that stays the answer, G_MAXUINT for none */
void gst_resnet_result_select (GstResnetResult * result,
    const GstResnetSettings * settings, const gfloat * values, guint n_values,
    guint held);
void gst_resnet_result_clear (GstResnetResult * result);
void gst_resnet_result_copy (GstResnetResult * dest,
    const GstResnetResult * src);
/* The answer's label, GST_RESNET_UNKNOWN where nothing reaches the threshold. Its index, -1 there. */
const gchar *gst_resnet_result_get_label (const GstResnetResult * result,
    const GstResnetModel * model);
gint gst_resnet_result_get_index (const GstResnetResult * result);

GstResnetAnswer *gst_resnet_answer_new (GstResnetModel * model);
GstResnetAnswer *gst_resnet_answer_ref (GstResnetAnswer * answer);
void gst_resnet_answer_unref (GstResnetAnswer * answer);

/* @buffer must be writable. @element: its name. @regions: @buffer's own; each gets the result that @matches has an index
 * of among the answer's regions (G_MAXUINT: none). */
void gst_resnet_answer_attach (const GstResnetAnswer * answer,
    const gchar * element, gboolean reused, const GArray * regions,
    const guint * matches, GstBuffer * buffer);

/* When a frame is. */
typedef struct
{
  GstClockTime pts, duration, stream_time, running_time;
} GstResnetTimes;

void gst_resnet_times_init (GstResnetTimes * times, GstBuffer * buffer,
    const GstSegment * segment);
/* The message "classification" for the frame of these times. */
GstMessage *gst_resnet_answer_to_message (const GstResnetAnswer * answer,
    GstObject * object, const GstResnetTimes * times);
/* Appends a region to @regions. Its sides may be any numbers; gst_resnet_regions_clip() checks them. */
void gst_resnet_regions_add (GArray * regions, GstResnetRegionKind kind,
    gint id, gint64 key, GQuark type, gint64 x, gint64 y, gint64 width,
    gint64 height);

G_END_DECLS
