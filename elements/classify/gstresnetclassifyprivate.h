/* gst-resnet: the element resnetclassify: what it holds
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include "gstresnetanalyzer.h"
#include "gstresnetpace.h"
#include "gstresnetregions.h"
#include "gstresnetresult.h"
#include "gstresnetsettings.h"
#include "gstresnetstats.h"
#include "gstresnetswap.h"
#include "gstresnetworker.h"

G_BEGIN_DECLS
#define GST_TYPE_RESNET_CLASSIFY (gst_resnet_classify_get_type ())
G_DECLARE_FINAL_TYPE (GstResnetClassify, gst_resnet_classify, GST,
    RESNET_CLASSIFY, GstBaseTransform)
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

G_END_DECLS
