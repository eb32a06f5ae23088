/* gst-resnet: a classification, and the structure that says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstresnetmodel.h"
#include "gstresnetsettings.h"

G_BEGIN_DECLS
/* This is the label of an answer in which no class reaches the threshold. */
#define GST_RESNET_UNKNOWN "unknown"
/* This struct has the classes of one picture. */
typedef struct
{
  guint n_entries;              /* only classes that reach the threshold: the answer, then the most confident */
  guint *indices;
  gfloat *confidences;
  gfloat best;                  /* the confidence of the answer, which may be below the threshold */
} GstResnetResult;

typedef enum
{
  GST_RESNET_REGION_ROI,        /* GstVideoRegionOfInterestMeta */
  GST_RESNET_REGION_OD          /* GstAnalyticsODMtd */
} GstResnetRegionKind;

typedef struct
{
  GstResnetRegionKind kind;
  gint id;                      /* the id of the meta */
  gint64 key;                   /* the same thing has the same key in all frames; 0 means that it is not known */
  GQuark type;
  gint64 x, y, width, height;   /* the rectangle in the meta */
  gboolean classified;          /* whether there is a result */
  GstResnetResult result;
  GstClockTime source_pts;
  gboolean reused;              /* the result is from an earlier frame (reclassify-interval) */
} GstResnetRegion;

/* This struct is the result of one frame. It is immutable and reference-counted, because the thread that classified and
 * those that attach and post share it. */
typedef struct
{
  gatomicrefcount ref_count;
  GstResnetModel *model;
  const gchar *precision;       /* a static string: the precision that ran */
  GstClockTime source_pts;      /* the PTS of the frame that the network saw */
  GstClockTime processing_time;
  gboolean has_frame;           /* whether the frame as a whole was classified */
  GstResnetResult frame;
  GBytes *heatmap;              /* the heat map of frame's answer, or NULL */
  guint heatmap_width, heatmap_height;
  gint heatmap_rect[4];         /* x, y, width and height in pixels of the frame */
  gint frame_width, frame_height;       /* the size of the frame in whose pixels places are given */
  GArray *regions;              /* GstResnetRegion in gst_resnet_regions_find()'s order, or NULL */
} GstResnetAnswer;

/* Selects the classes of a result. @values: a confidence for each class; @held: the class that remains the answer, or
 * G_MAXUINT */
void gst_resnet_result_select (GstResnetResult * result,
    const GstResnetSettings * settings, const gfloat * values, guint n_values,
    guint held);
void gst_resnet_result_clear (GstResnetResult * result);
void gst_resnet_result_copy (GstResnetResult * dest,
    const GstResnetResult * src);
/* These functions return the label of the answer, or GST_RESNET_UNKNOWN if no class reaches the threshold, and its
 * index, or -1. */
const gchar *gst_resnet_result_get_label (const GstResnetResult * result,
    const GstResnetModel * model);
gint gst_resnet_result_get_index (const GstResnetResult * result);

GstResnetAnswer *gst_resnet_answer_new (GstResnetModel * model);
GstResnetAnswer *gst_resnet_answer_ref (GstResnetAnswer * answer);
void gst_resnet_answer_unref (GstResnetAnswer * answer);

/* Attaches the answer to @buffer, which must be writable. @element is the element's name. @regions are the regions of
 * @buffer itself. For each of them, @matches has the index of its result among the answer's regions, or G_MAXUINT. */
void gst_resnet_answer_attach (const GstResnetAnswer * answer,
    const gchar * element, gboolean reused, const GArray * regions,
    const guint * matches, GstBuffer * buffer);

/* This struct has the times of a frame. */
typedef struct
{
  GstClockTime pts, duration, stream_time, running_time;
} GstResnetTimes;

void gst_resnet_times_init (GstResnetTimes * times, GstBuffer * buffer,
    const GstSegment * segment);
/* Makes the message "classification" for the frame of these times. */
GstMessage *gst_resnet_answer_to_message (const GstResnetAnswer * answer,
    GstObject * object, const GstResnetTimes * times);
/* Appends a region to @regions. Its sides may be any numbers; gst_resnet_regions_clip() checks them. */
void gst_resnet_regions_add (GArray * regions, GstResnetRegionKind kind,
    gint id, gint64 key, GQuark type, gint64 x, gint64 y, gint64 width,
    gint64 height);

G_END_DECLS
