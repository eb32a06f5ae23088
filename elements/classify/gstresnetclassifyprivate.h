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

/* Counts the messages "classification" that nobody has freed yet. */
typedef struct _GstResnetUnread GstResnetUnread;

struct _GstResnetClassify
{
  GstBaseTransform parent;

  /* under the object lock */
  GstResnetSettings settings;
  GstStructure *model_info;
  gboolean running;             /* between start and stop */
  GThread *controlling;         /* the thread that sets what control bindings say, or NULL */
  GstResnetPace pace;
  GstResnetAnswer *latest;      /* in mode latest: the newest, or NULL */
  GstResnetSwap *swap;          /* NULL until it is needed */

  GstResnetStats *stats;        /* has its own lock */
  GstResnetUnread *unread;

  /* used by the streaming thread, and by start and stop while it does not run */
  GstResnetSettings passing;    /* those that apply to frames that pass */
  GstResnetAnswer *answer;      /* the one that frames carry, or NULL */
  GstResnetWorker *worker;      /* in mode latest */

  /* used by the classifying thread, which is the worker while it is busy and the streaming thread otherwise */
  GstResnetSettings active;
  GstResnetAnalyzer *analyzer;
  gboolean warned;              /* a warning was posted since these caps came */
};

/* gstresnetclassifyswap.c: another model while the element runs */
/* Sets the value of property model-info. @info: (transfer full) (nullable) */
void gst_resnet_classify_set_model_info (GstResnetClassify * self,
    GstStructure * info);
/* Reacts to changed properties. Those that one g_object_set() sets come together, so that model and labels are one
 * request. */
void gst_resnet_classify_follow_properties (GstResnetClassify * self,
    guint n_specs, GParamSpec ** specs);
/* Starts or stops watching the files, as property watch-model says. To be called with the object lock while the
 * element runs. */
void gst_resnet_classify_watch_model (GstResnetClassify * self);
/* Ends the loading of models, when the element stops or did not start. */
void gst_resnet_classify_stop_swapping (GstResnetClassify * self);
/* Takes the model that is ready, if there is one. To be called by the classifying thread between two frames. */
void gst_resnet_classify_take_model (GstResnetClassify * self);

/* gstresnetclassifyanswer.c: what others see of an answer */
/* Puts the stream's answer on @buffer. With @reused it is the answer of an earlier frame. */
void gst_resnet_classify_attach_answer (GstResnetClassify * self,
    GstBuffer * buffer, gboolean reused);
void gst_resnet_classify_post_answer (GstResnetClassify * self,
    GstResnetAnswer * answer, const GstResnetTimes * times);
GstResnetUnread *gst_resnet_unread_new (void);
void gst_resnet_unread_unref (GstResnetUnread * unread);
void gst_resnet_classify_count_regions (GstResnetClassify * self,
    const GstResnetAnswer * answer);
/* Updates what stats say of the other elements of the process. */
void gst_resnet_classify_note_sharing (GstResnetClassify * self);

G_END_DECLS
