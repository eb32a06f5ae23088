/* gst-resnet: from a frame to an answer
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetanalyzer.h"

#include "gstframeview.h"
#include "gstresnetsmoother.h"

struct _GstResnetAnalyzer
{
  GstResnetEngine *engine;
  GstFrameView *view;
  GstResnetSmoother *smoother;
};

GstResnetAnalyzer *
gst_resnet_analyzer_new (void)
{
  GstResnetAnalyzer *analyzer = g_new0 (GstResnetAnalyzer, 1);

  analyzer->view = gst_frame_view_new ();
  analyzer->smoother = gst_resnet_smoother_new ();
  return analyzer;
}

void
gst_resnet_analyzer_free (GstResnetAnalyzer * analyzer)
{
  g_clear_pointer (&analyzer->engine, gst_resnet_engine_free);
  gst_frame_view_free (analyzer->view);
  gst_resnet_smoother_free (analyzer->smoother);
  g_free (analyzer);
}

void
gst_resnet_analyzer_set_engine (GstResnetAnalyzer * analyzer,
    GstResnetEngine * engine)
{
  g_clear_pointer (&analyzer->engine, gst_resnet_engine_free);
  analyzer->engine = engine;
  gst_resnet_smoother_reset_model (analyzer->smoother);
}

GstResnetEngine *
gst_resnet_analyzer_get_engine (GstResnetAnalyzer * analyzer)
{
  return analyzer->engine;
}

void
gst_resnet_analyzer_set_info (GstResnetAnalyzer * analyzer,
    const GstVideoInfo * info)
{
  gst_frame_view_set_info (analyzer->view, info);
  gst_resnet_analyzer_reset (analyzer);
}

void
gst_resnet_analyzer_reset (GstResnetAnalyzer * analyzer)
{
  gst_resnet_smoother_reset (analyzer->smoother);
}

void
gst_resnet_analyzer_drop (GstResnetAnalyzer * analyzer)
{
  gst_resnet_analyzer_set_engine (analyzer, NULL);
  gst_resnet_analyzer_reset (analyzer);
  /* A frame of the last size is not worth keeping in READY. */
  gst_frame_view_free (analyzer->view);
  analyzer->view = gst_frame_view_new ();
}

GstResnetAnswer *
gst_resnet_analyzer_run (GstResnetAnalyzer * analyzer,
    const GstResnetSettings * settings, GstBuffer * buffer,
    const GstResnetTimes * times, GstClockTime * durations, GError ** error)
{
  GstResnetEngine *engine = analyzer->engine;
  GstResnetModel *model = gst_resnet_engine_get_model (engine);
  GstClockTime start = gst_util_get_timestamp (), middle;
  GstResnetAnswer *answer;
  gboolean prepared;
  gfloat *values;
  NnImage image;

  if (!gst_frame_view_map (analyzer->view, buffer, &image, error))
    return NULL;
  prepared = gst_resnet_engine_prepare (engine, &image, 0, error);
  gst_frame_view_unmap (analyzer->view);
  if (!prepared)
    return NULL;
  middle = gst_util_get_timestamp ();
  durations[GST_RESNET_STAGE_PREPROCESS] = middle - start;

  gst_resnet_engine_infer (engine, 1);
  durations[GST_RESNET_STAGE_INFERENCE] = gst_util_get_timestamp () - middle;
  values = gst_resnet_engine_get_confidences (engine, settings, 0, error);
  if (!values)
    return NULL;
  answer = gst_resnet_answer_new (model);
  answer->precision = gst_resnet_engine_get_precision (engine);
  answer->source_pts = times->pts;
  answer->has_frame = TRUE;
  gst_resnet_smoother_run (analyzer->smoother, settings, times, values,
      model->n_classes, &answer->frame);
  answer->processing_time = gst_util_get_timestamp () - start;
  return answer;
}

GstMessage *
gst_resnet_analyzer_get_change (GstResnetAnalyzer * analyzer,
    const GstResnetAnswer * answer, const GstResnetTimes * times,
    GstObject * object)
{
  if (!answer->has_frame)
    return NULL;
  return gst_resnet_smoother_get_change (analyzer->smoother, &answer->frame,
      answer->model, times, object);
}
