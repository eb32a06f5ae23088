/* gst-resnet: from a frame to an answer
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetanalyzer.h"

#include <math.h>

#include "gstframeview.h"
#include "gstresnetregions.h"
#include "gstresnetsmoother.h"

struct _GstResnetAnalyzer
{
  GstResnetEngine *engine;
  GstFrameView *view;
  GstResnetSmoother *smoother;
  GstResnetTracker *tracker;
  guint serial;                 /* of the settings that the tracker's results are from */
};

GstResnetAnalyzer *
gst_resnet_analyzer_new (void)
{
  GstResnetAnalyzer *analyzer = g_new0 (GstResnetAnalyzer, 1);

  analyzer->view = gst_frame_view_new ();
  analyzer->smoother = gst_resnet_smoother_new ();
  analyzer->tracker = gst_resnet_tracker_new ();
  return analyzer;
}

void
gst_resnet_analyzer_free (GstResnetAnalyzer * analyzer)
{
  g_clear_pointer (&analyzer->engine, gst_resnet_engine_free);
  gst_frame_view_free (analyzer->view);
  gst_resnet_smoother_free (analyzer->smoother);
  gst_resnet_tracker_free (analyzer->tracker);
  g_free (analyzer);
}

void
gst_resnet_analyzer_set_engine (GstResnetAnalyzer * analyzer,
    GstResnetEngine * engine)
{
  g_clear_pointer (&analyzer->engine, gst_resnet_engine_free);
  analyzer->engine = engine;
  gst_resnet_smoother_reset_model (analyzer->smoother);
  gst_resnet_tracker_reset (analyzer->tracker);
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
  gst_resnet_tracker_reset (analyzer->tracker);
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

/* One run of the network: what is in its slots. */
typedef struct
{
  guint n;
  GstResnetRegion **regions;    /* NULL: the frame */
} Batch;

static gboolean
run_batch (GstResnetAnalyzer * analyzer, const GstResnetSettings * settings,
    const GstResnetTimes * times, GstResnetAnswer * answer, Batch * batch,
    GstClockTime * duration, GError ** error)
{
  GstClockTime start = gst_util_get_timestamp ();
  guint i, n = answer->model->n_classes;

  gst_resnet_engine_infer (analyzer->engine, batch->n);
  *duration += gst_util_get_timestamp () - start;
  for (i = 0; i < batch->n; i++) {
    GstResnetRegion *region = batch->regions[i];
    gfloat *values = gst_resnet_engine_get_confidences (analyzer->engine,
        settings, i, error);

    if (!values)
      return FALSE;
    if (region) {
      gst_resnet_result_select (&region->result, settings, values, n,
          G_MAXUINT);
      region->classified = TRUE;
      region->source_pts = times->pts;
      gst_resnet_tracker_store (analyzer->tracker, region);
    } else {
      gst_resnet_smoother_run (analyzer->smoother, settings, times, values, n,
          &answer->frame);
      answer->has_frame = TRUE;
      if (answer->frame.n_entries > 0)
        answer->heatmap = gst_resnet_engine_get_heatmap (analyzer->engine, i,
            answer->frame.indices[0], &answer->heatmap_width,
            &answer->heatmap_height);
    }
  }
  batch->n = 0;
  return TRUE;
}

gboolean
gst_resnet_analyzer_is_flushing (GstPad * pad)
{
  gboolean flushing;

  GST_OBJECT_LOCK (pad);
  flushing = GST_PAD_IS_FLUSHING (pad);
  GST_OBJECT_UNLOCK (pad);
  return flushing;
}

/* What the network sees of @image, pixels of the frame: the centre of the resized picture, where that is larger than the
 * picture with the border around it. */
static void
get_crop (const NnPreprocess * preprocess, const NnImage * image, gint rect[4])
{
  gdouble x = image->roi_x, y = image->roi_y;
  gdouble width = image->roi_width ? image->roi_width : image->width;
  gdouble height = image->roi_width ? image->roi_height : image->height;
  gdouble crop = preprocess->crop, side_x = width, side_y = height;

  if (preprocess->resize > 0)
    side_x = side_y = crop * MIN (width, height) / preprocess->resize;
  rect[0] = (gint) rint (x + (width - side_x) / 2);
  rect[1] = (gint) rint (y + (height - side_y) / 2);
  rect[2] = MAX ((gint) rint (side_x), 1);
  rect[3] = MAX ((gint) rint (side_y), 1);
}

/* Prepares all that is to be classified and runs the network whenever its slots are full. What
 * is in the slots at the end does not need @image any more. */
static gboolean
run_image (GstResnetAnalyzer * analyzer, const GstResnetSettings * settings,
    const NnImage * image, const GstResnetTimes * times, GstPad * pad,
    GstResnetAnswer * answer, Batch * batch, GstClockTime * durations,
    GError ** error)
{
  guint i, n = answer->regions ? answer->regions->len : 0;
  guint slots = gst_resnet_engine_get_batch (analyzer->engine);
  GstClockTime start = gst_util_get_timestamp ();
  GstClockTime *inference = &durations[GST_RESNET_STAGE_INFERENCE];

  if (settings->live.region != GST_RESNET_LOOK_ROI) {
    if (!gst_resnet_engine_prepare (analyzer->engine, image, 0, error))
      return FALSE;
    batch->regions[batch->n++] = NULL;
    get_crop (gst_resnet_engine_get_preprocess (analyzer->engine), image,
        answer->heatmap_rect);
  }
  for (i = 0; i < n; i++) {
    GstResnetRegion *region =
        &g_array_index (answer->regions, GstResnetRegion, i);
    NnImage part;

    if (!gst_resnet_regions_clip (region, settings, image, &part)
        || gst_resnet_tracker_reuse (analyzer->tracker, settings, region))
      continue;
    if (batch->n == slots) {
      if (gst_resnet_analyzer_is_flushing (pad))
        break;
      if (!run_batch (analyzer, settings, times, answer, batch, inference,
              error))
        return FALSE;
    }
    if (!gst_resnet_engine_prepare (analyzer->engine, &part, batch->n, error))
      return FALSE;
    batch->regions[batch->n++] = region;
  }
  durations[GST_RESNET_STAGE_PREPROCESS] =
      gst_util_get_timestamp () - start - *inference;
  return TRUE;
}

static void
clear_region (gpointer data)
{
  gst_resnet_result_clear (&((GstResnetRegion *) data)->result);
}

GstResnetAnswer *
gst_resnet_analyzer_run (GstResnetAnalyzer * analyzer,
    const GstResnetSettings * settings, GstBuffer * buffer,
    const GstResnetTimes * times, GstPad * pad, GstClockTime * durations,
    GError ** error)
{
  GstResnetEngine *engine = analyzer->engine;
  GstResnetAnswer *answer =
      gst_resnet_answer_new (gst_resnet_engine_get_model (engine));
  GstClockTime start = gst_util_get_timestamp ();
  Batch batch = { 0, };
  gboolean done = FALSE;
  NnImage image;

  answer->precision = gst_resnet_engine_get_precision (engine);
  answer->source_pts = times->pts;
  if (settings->live.region != GST_RESNET_LOOK_FULL_FRAME) {
    answer->regions = g_array_new (FALSE, TRUE, sizeof (GstResnetRegion));
    g_array_set_clear_func (answer->regions, clear_region);
    gst_resnet_regions_find (buffer, settings, answer->regions);
    /* Other settings, other results. */
    if (analyzer->serial != settings->serial)
      gst_resnet_tracker_reset (analyzer->tracker);
    analyzer->serial = settings->serial;
    gst_resnet_tracker_begin (analyzer->tracker);
  }
  if (gst_frame_view_map (analyzer->view, buffer, &image, error)) {
    durations[GST_RESNET_STAGE_INFERENCE] = 0;
    batch.regions = g_new0 (GstResnetRegion *,
        gst_resnet_engine_get_batch (engine));
    done = run_image (analyzer, settings, &image, times, pad, answer, &batch,
        durations, error);
    gst_frame_view_unmap (analyzer->view);
  }
  gst_buffer_unref (buffer);
  if (done && batch.n > 0)
    done = run_batch (analyzer, settings, times, answer, &batch,
        &durations[GST_RESNET_STAGE_INFERENCE], error);
  g_free (batch.regions);
  if (!done) {
    gst_resnet_answer_unref (answer);
    return NULL;
  }
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
