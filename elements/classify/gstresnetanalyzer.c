/* gst-resnet: from a frame to an answer
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetanalyzer.h"

#include <math.h>

#include "frame/gstframeview.h"
#include "gstresnetregions.h"
#include "gstresnetsmoother.h"

struct _GstResnetAnalyzer
{
  GstResnetRunner *runner;
  GstResnetPatience *patience;
  GstFrameView *view;
  GstResnetSmoother *smoother;
  GstResnetTracker *tracker;
  NnOrientation orientation;    /* what the stream's tags say */
  guint serial;                 /* the serial of the settings that the tracker's results are from */
};

GstResnetAnalyzer *
gst_resnet_analyzer_new (void)
{
  GstResnetAnalyzer *analyzer = g_new0 (GstResnetAnalyzer, 1);

  analyzer->patience = gst_resnet_patience_new ();
  analyzer->orientation = NN_ORIENTATION_UPRIGHT;
  analyzer->view = gst_frame_view_new ();
  analyzer->smoother = gst_resnet_smoother_new ();
  analyzer->tracker = gst_resnet_tracker_new ();
  return analyzer;
}

void
gst_resnet_analyzer_free (GstResnetAnalyzer * analyzer)
{
  g_clear_pointer (&analyzer->runner, gst_resnet_runner_free);
  gst_resnet_patience_free (analyzer->patience);
  gst_frame_view_free (analyzer->view);
  gst_resnet_smoother_free (analyzer->smoother);
  gst_resnet_tracker_free (analyzer->tracker);
  g_free (analyzer);
}

void
gst_resnet_analyzer_set_runner (GstResnetAnalyzer * analyzer,
    GstResnetRunner * runner)
{
  g_clear_pointer (&analyzer->runner, gst_resnet_runner_free);
  analyzer->runner = runner;
  gst_resnet_smoother_reset_model (analyzer->smoother);
  gst_resnet_tracker_reset (analyzer->tracker);
}

GstResnetRunner *
gst_resnet_analyzer_get_runner (GstResnetAnalyzer * analyzer)
{
  return analyzer->runner;
}

void
gst_resnet_analyzer_set_info (GstResnetAnalyzer * analyzer,
    const GstVideoInfo * info)
{
  gst_frame_view_set_info (analyzer->view, info);
  gst_resnet_analyzer_reset (analyzer);
}

void
gst_resnet_analyzer_set_orientation (GstResnetAnalyzer * analyzer,
    NnOrientation orientation)
{
  analyzer->orientation = orientation;
}

NnOrientation
gst_resnet_analyzer_get_orientation (GstResnetAnalyzer * analyzer)
{
  return analyzer->orientation;
}

/* Returns the orientation that turns this frame's picture upright. */
static NnOrientation
get_orientation (const GstResnetAnalyzer * analyzer,
    const GstResnetSettings * settings)
{
  return settings->orientation == GST_RESNET_ORIENTATION_AUTO ?
      analyzer->orientation : (NnOrientation) settings->orientation;
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
  gst_resnet_analyzer_set_runner (analyzer, NULL);
  gst_resnet_analyzer_reset (analyzer);
  /* The view may hold a copy of a frame. That memory is not worth keeping in state READY. */
  gst_frame_view_free (analyzer->view);
  analyzer->view = gst_frame_view_new ();
}

/* These are the pictures of one frame that the network is to see. */
typedef struct
{
  GArray *images;               /* NnImage */
  GPtrArray *regions;           /* the region of each image, or NULL for the frame */
} Views;

/* Turns the heat map of the upright picture back, so that it fits the frame. */
static GBytes *
turn_heatmap (GBytes * heatmap, guint * width, guint * height,
    NnOrientation orientation)
{
  guint8 *map;
  gsize size;

  if (!heatmap || orientation == NN_ORIENTATION_UPRIGHT)
    return heatmap;
  map = g_bytes_unref_to_data (heatmap, &size);
  nn_map_turn_back (map, width, height, orientation);
  return g_bytes_new_take (map, size);
}

/* Runs the network on the images @first to @first + @n - 1, which are prepared, and stores their results. */
static gboolean
run_batch (GstResnetAnalyzer * analyzer, const GstResnetSettings * settings,
    const GstResnetTimes * times, GstResnetAnswer * answer,
    const Views * views, guint first, guint n, GstClockTime * duration,
    GError ** error)
{
  GstClockTime start = gst_util_get_timestamp ();
  guint i, n_classes = answer->model->n_classes;

  if (!gst_resnet_runner_infer (analyzer->runner, n, analyzer->patience))
    return FALSE;
  *duration += gst_util_get_timestamp () - start;
  for (i = 0; i < n; i++) {
    GstResnetRegion *region = g_ptr_array_index (views->regions, first + i);
    gfloat *values = gst_resnet_runner_get_confidences (analyzer->runner,
        settings, i, error);

    if (!values)
      return FALSE;
    if (region) {
      gst_resnet_result_select (&region->result, settings, values, n_classes,
          G_MAXUINT);
      region->classified = TRUE;
      region->source_pts = times->pts;
      gst_resnet_tracker_store (analyzer->tracker, region);
    } else {
      gst_resnet_smoother_run (analyzer->smoother, settings, times, values,
          n_classes, &answer->frame);
      answer->has_frame = TRUE;
      if (answer->frame.n_entries > 0)
        answer->heatmap =
            turn_heatmap (gst_resnet_runner_get_heatmap (analyzer->runner, i,
                answer->frame.indices[0], &answer->heatmap_width,
                &answer->heatmap_height), &answer->heatmap_width,
            &answer->heatmap_height, get_orientation (analyzer, settings));
    }
  }
  return TRUE;
}

void
gst_resnet_analyzer_set_flushing (GstResnetAnalyzer * analyzer,
    gboolean flushing)
{
  gst_resnet_patience_set_over (analyzer->patience, flushing);
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

/* Finds the part of @image that the network sees. @rect gets its x, y, width and height in pixels of the frame. */
static void
get_crop (const NnPreprocess * preprocess, const NnImage * image,
    NnOrientation orientation, gint rect[4])
{
  NnImage upright = *image;
  gdouble seen[4];

  nn_image_turn (&upright, orientation);
  nn_image_get_seen (&upright, preprocess, seen);
  nn_rect_turn_back (seen, orientation, image->width, image->height);
  rect[0] = (gint) rint (seen[0]);
  rect[1] = (gint) rint (seen[1]);
  rect[2] = MAX ((gint) rint (seen[2]), 1);
  rect[3] = MAX ((gint) rint (seen[3]), 1);
}

static void
add_view (Views * views, const NnImage * image, NnOrientation orientation,
    GstResnetRegion * region)
{
  NnImage upright = *image;

  nn_image_turn (&upright, orientation);
  g_array_append_val (views->images, upright);
  g_ptr_array_add (views->regions, region);
}

/* Collects the frame and those of its regions that must be classified now. */
static void
find_views (GstResnetAnalyzer * analyzer, const GstResnetSettings * settings,
    const NnImage * image, GstResnetAnswer * answer, Views * views)
{
  NnOrientation orientation = get_orientation (analyzer, settings);
  guint i, n = answer->regions ? answer->regions->len : 0;

  if (settings->region != GST_RESNET_REGION_MODE_ROI) {
    add_view (views, image, orientation, NULL);
    get_crop (gst_resnet_runner_get_preprocess (analyzer->runner), image,
        orientation, answer->heatmap_rect);
  }
  for (i = 0; i < n; i++) {
    GstResnetRegion *region =
        &g_array_index (answer->regions, GstResnetRegion, i);
    NnImage part;

    if (!gst_resnet_regions_clip (region, settings, image, &part)
        || gst_resnet_tracker_reuse (analyzer->tracker, settings, region))
      continue;
    add_view (views, &part, orientation, region);
  }
}

/* Returns the first view of run @run. The @n_runs runs have about the same size. */
static guint
get_first (const Views * views, guint run, guint n_runs)
{
  return (guint) ((guint64) views->regions->len * run / n_runs);
}

/* Runs the network on all views but those of the last run. The last run's views are prepared here, too, so that the
 * frame's pixels are not needed any more when it runs. *@left gets their number. */
static gboolean
run_views (GstResnetAnalyzer * analyzer, const GstResnetSettings * settings,
    const GstResnetTimes * times, GstPad * pad, GstResnetAnswer * answer,
    const Views * views, guint * left, GstClockTime * duration, GError ** error)
{
  guint slots = gst_resnet_runner_get_batch (analyzer->runner);
  guint n_runs = (views->regions->len + slots - 1) / slots, run;

  *left = 0;
  for (run = 0; run < n_runs; run++) {
    guint first = get_first (views, run, n_runs);
    guint n = get_first (views, run + 1, n_runs) - first;

    if (!gst_resnet_runner_prepare (analyzer->runner,
            &g_array_index (views->images, NnImage, first), n, error))
      return FALSE;
    if (run + 1 == n_runs || gst_resnet_analyzer_is_flushing (pad)) {
      *left = run + 1 == n_runs ? n : 0;
      return TRUE;
    }
    if (!run_batch (analyzer, settings, times, answer, views, first, n,
            duration, error))
      return FALSE;
  }
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
  GstResnetRunner *runner = analyzer->runner;
  GstResnetAnswer *answer =
      gst_resnet_answer_new (gst_resnet_runner_get_model (runner));
  GstClockTime start = gst_util_get_timestamp ();
  GstClockTime *inference = &durations[GST_RESNET_STAGE_INFERENCE];
  guint left = 0;
  gboolean done = FALSE;
  Views views;
  NnImage image;

  answer->precision = gst_resnet_runner_get_precision (runner);
  answer->source_pts = times->pts;
  if (settings->region != GST_RESNET_REGION_MODE_FULL_FRAME) {
    answer->regions = g_array_new (FALSE, TRUE, sizeof (GstResnetRegion));
    g_array_set_clear_func (answer->regions, clear_region);
    gst_resnet_regions_find (buffer, settings, answer->regions);
    /* The remembered results were made with other settings. */
    if (analyzer->serial != settings->serial)
      gst_resnet_tracker_reset (analyzer->tracker);
    analyzer->serial = settings->serial;
    gst_resnet_tracker_begin (analyzer->tracker);
  }
  views.images = g_array_new (FALSE, FALSE, sizeof (NnImage));
  views.regions = g_ptr_array_new ();
  if (gst_frame_view_map (analyzer->view, buffer, &image, error)) {
    GstClockTime begin = gst_util_get_timestamp ();

    *inference = 0;
    gst_frame_view_get_size (analyzer->view, &answer->frame_width,
        &answer->frame_height);
    if (settings->ignore_pixel_aspect_ratio)
      image.par_n = image.par_d = 0;
    find_views (analyzer, settings, &image, answer, &views);
    done = run_views (analyzer, settings, times, pad, answer, &views, &left,
        inference, error);
    durations[GST_RESNET_STAGE_PREPROCESS] =
        gst_util_get_timestamp () - begin - *inference;
    gst_frame_view_unmap (analyzer->view);
  }
  gst_buffer_unref (buffer);
  if (done && left > 0)
    done = run_batch (analyzer, settings, times, answer, &views,
        views.regions->len - left, left, inference, error);
  g_array_unref (views.images);
  g_ptr_array_unref (views.regions);
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
