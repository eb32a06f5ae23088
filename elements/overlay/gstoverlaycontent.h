/* gst-resnet: what classoverlay is to show of a buffer
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

#include "gstoverlaysettings.h"

G_BEGIN_DECLS
/* What is beyond these numbers is counted and not shown. */
#define GST_OVERLAY_MAX_ENTRIES 64
#define GST_OVERLAY_MAX_REGIONS 256
/* This many bytes of a label are kept before it is made valid. No plate is wide enough for more. */
#define GST_OVERLAY_MAX_LABEL 256
/* The largest number of samples on a side. */
#define GST_OVERLAY_MAX_HEATMAP 256
/* One line of the panel. */
    typedef struct
{
  gchar *label;                 /* valid UTF-8 of one line */
  gchar *value;                 /* "87 %" */
  gint percent;                 /* the length of the bar; -1 is no bar */
  gboolean first;               /* whether this is a classifier's first line */
} GstOverlayEntry;

/* A box in pixels of the frame. All of it may lie outside. */
typedef struct
{
  gint64 x, y, width, height;
  gchar *text;
} GstOverlayRegion;

typedef struct
{
  GArray *entries, *regions;
  guint n_left_out;             /* how many regions are not shown */
  gchar *stats;                 /* nullable */
} GstOverlayContent;

typedef struct
{
  GBytes *map;                  /* NULL when there is none */
  guint width, height;          /* samples */
  gint x, y, rect_width, rect_height;   /* pixels */
} GstOverlayHeatmap;

GstOverlayContent *gst_overlay_content_new (void);
void gst_overlay_content_free (GstOverlayContent * content);
void gst_overlay_content_reset (GstOverlayContent * content);
gboolean gst_overlay_content_is_empty (const GstOverlayContent * content);
gboolean gst_overlay_content_equal (const GstOverlayContent * a,
    const GstOverlayContent * b);

void gst_overlay_heatmap_clear (GstOverlayHeatmap * heatmap);

/* These are for readers of other metas. They return FALSE for what is not shown: it is not finite, not confident enough,
 * or beyond the limit. */
gboolean gst_overlay_content_add_entry (GstOverlayContent * content,
    const GstOverlaySettings * settings, const gchar * label,
    gdouble confidence, gboolean first);
/* Names the element that the next entries are of. FALSE: there is no room for one. */
gboolean gst_overlay_content_add_title (GstOverlayContent * content,
    const gchar * name);
gboolean gst_overlay_content_add_region (GstOverlayContent * content,
    const GstOverlaySettings * settings, gint64 x, gint64 y, gint64 width,
    gint64 height, const gchar * label, gdouble confidence);

/* Returns at most GST_OVERLAY_MAX_LABEL bytes of @label as one line of valid UTF-8. The time does not depend on how long
 * @label is. */
gchar *gst_overlay_label_clean (const gchar * label);

G_END_DECLS
