/* gst-resnet: how many frames, how long each stage took
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS typedef enum
{
  GST_RESNET_STAGE_PREPROCESS,  /* mapping, converting, resizing, cropping and normalizing */
  GST_RESNET_STAGE_INFERENCE,   /* the network */
  GST_RESNET_STAGE_TOTAL,       /* both of these, and also top-k, meta and message */
  GST_RESNET_N_STAGES
} GstResnetStage;

typedef enum
{
  GST_RESNET_OUTCOME_CLASSIFIED,
  GST_RESNET_OUTCOME_REUSED,
  GST_RESNET_OUTCOME_LATE,      /* not classified because of QoS; the frame carries the last result */
  GST_RESNET_OUTCOME_WAITING,   /* in mode latest, before there is a result */
  GST_RESNET_OUTCOME_FAILED,
  GST_RESNET_N_OUTCOMES
} GstResnetOutcome;

/* This struct says what an element shares with the other elements of its process. */
typedef struct
{
  guint shared_with;            /* the number of other elements with the same model */
  guint64 group_runs, group_images;
} GstResnetSharing;

/* Any thread may use these at any time. */
typedef struct _GstResnetStats GstResnetStats;

GstResnetStats *gst_resnet_stats_new (void);
void gst_resnet_stats_free (GstResnetStats * stats);

/* Starts counting anew. @isa, @precision: (nullable): static strings */
void gst_resnet_stats_reset (GstResnetStats * stats, const gchar * isa,
    const gchar * precision, guint threads);
/* Notes that another runner runs. Counting goes on. */
void gst_resnet_stats_set_engine (GstResnetStats * stats, const gchar * isa,
    const gchar * precision, guint threads);
/* Counts the regions of one frame. */
void gst_resnet_stats_add_regions (GstResnetStats * stats, guint classified,
    guint reused, guint skipped);
/* Counts a message "classification" that was not posted, since too many wait to be read. */
void gst_resnet_stats_add_withheld (GstResnetStats * stats);
/* Counts a frame. @times has GST_RESNET_N_STAGES members, or is NULL for a frame that was not classified. */
void gst_resnet_stats_add (GstResnetStats * stats, GstResnetOutcome outcome,
    const GstClockTime * times);
/* Counts what was done beside the stream in the same way. */
void gst_resnet_stats_add_beside (GstResnetStats * stats,
    GstResnetOutcome outcome, const GstClockTime * times);
void gst_resnet_stats_set_sharing (GstResnetStats * stats,
    const GstResnetSharing * sharing);
/* Returns the value of property stats. */
GstStructure *gst_resnet_stats_to_structure (GstResnetStats * stats);

G_END_DECLS
