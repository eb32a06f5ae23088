/* gst-resnet: the element resnetclassify: what its files share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

#include "gstresnetanalyzer.h"
#include "gstresnetclassify.h"
#include "gstresnetpace.h"
#include "gstresnetregions.h"
#include "gstresnetresult.h"
#include "gstresnetsettings.h"
#include "gstresnetstats.h"
#include "gstresnetswap.h"
#include "gstresnetworker.h"

G_BEGIN_DECLS
GST_DEBUG_CATEGORY_EXTERN (gst_resnet_classify_debug);

/* How many messages "classification" nobody has freed yet. */
typedef struct _GstResnetUnread GstResnetUnread;

struct _GstResnetClassify
{
  GstBaseTransform parent;

  /* under the object lock */
  GstResnetSettings settings;
  GstStructure *model_info;
  gboolean running;             /* between start and stop */
  GThread *controlling;         /* this thread sets what control bindings say, NULL: none does */
  GstResnetPace pace;
  GstResnetAnswer *latest;      /* mode latest: the newest, NULL: none */
  GstResnetSwap *swap;          /* made when it is needed */

  GstResnetStats *stats;        /* has its own lock */
  GstResnetUnread *unread;

  /* the streaming thread's, and start's and stop's while it does not run */
  GstResnetSettings passing;    /* for frames that pass */
  GstResnetAnswer *answer;      /* that frames carry on, NULL: none */
  GstResnetWorker *worker;      /* mode latest */

  /* the classifying thread's: the worker's while it is busy, else the streaming thread's */
  GstResnetSettings active;
  GstResnetAnalyzer *analyzer;
  gboolean warned;              /* since these caps */
};

/* gstresnetclassifyswap.c: another model while the element runs */
/* @info: (transfer full) (nullable): what property model-info says */
void gst_resnet_classify_set_model_info (GstResnetClassify * self,
    GstStructure * info);
/* Properties that g_object_set() set together come together: model and labels are one request. */
void gst_resnet_classify_follow_properties (GstResnetClassify * self,
    guint n_specs, GParamSpec ** specs);
/* With the object lock, while the element runs: what watch-model says now. */
void gst_resnet_classify_watch_model (GstResnetClassify * self);
/* The element stops, or did not start. */
void gst_resnet_classify_stop_swapping (GstResnetClassify * self);
/* The classifying thread, between frames: takes the model that is ready. */
void gst_resnet_classify_take_model (GstResnetClassify * self);

/* gstresnetclassifyanswer.c: what others see of an answer */
/* Puts the stream's answer on @buffer, whose own it is or, @reused, an earlier frame's. */
void gst_resnet_classify_attach_answer (GstResnetClassify * self,
    GstBuffer * buffer, gboolean reused);
void gst_resnet_classify_post_answer (GstResnetClassify * self,
    GstResnetAnswer * answer, const GstResnetTimes * times);
GstResnetUnread *gst_resnet_unread_new (void);
void gst_resnet_unread_unref (GstResnetUnread * unread);
void gst_resnet_classify_count_regions (GstResnetClassify * self,
    const GstResnetAnswer * answer);
/* What stats say of the other elements of the process. */
void gst_resnet_classify_note_sharing (GstResnetClassify * self);

G_END_DECLS
