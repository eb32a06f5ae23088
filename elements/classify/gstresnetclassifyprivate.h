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

  /* The object lock guards these fields. */
  GstResnetSettings settings;
  GstStructure *model_info;
  gboolean running;             /* TRUE between start and stop */
  GThread *controlling;         /* the thread that sets the values of control bindings, or NULL */
  GstResnetPace pace;
  GstResnetAnswer *latest;      /* the newest answer in mode latest, or NULL */
  GstResnetSwap *swap;          /* NULL until it is needed */

  GstResnetStats *stats;        /* has its own lock */
  GstResnetUnread *unread;

  /* The streaming thread uses these fields, and so do start and stop while it does not run. */
  GstResnetSettings passing;    /* the settings for frames that pass */
  GstResnetAnswer *answer;      /* the answer that frames carry, or NULL */
  GstResnetWorker *worker;      /* only in mode latest */

  /* The classifying thread uses these fields. It is the worker while that is busy, and the streaming thread
   * otherwise. */
  GstResnetSettings active;
  GstResnetAnalyzer *analyzer;
  gboolean warned;              /* a warning was posted since the present caps came */
};

G_END_DECLS
