/* gst-resnet: the properties of resnetclassify for streams: steadier answers, regions, time, other models
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetlivesettings.h"

#include "gstresnetenums.h"

#define DEFAULT_SMOOTHING 0
#define DEFAULT_HYSTERESIS 0.0
#define DEFAULT_TEMPERATURE 1.0
#define DEFAULT_POST_LABEL_CHANGES TRUE
#define DEFAULT_REGION GST_RESNET_REGION_MODE_FULL_FRAME
#define DEFAULT_ROI_MIN_SIZE 0
#define DEFAULT_ROI_PADDING 0.0
#define DEFAULT_RECLASSIFY_INTERVAL 1
#define DEFAULT_MODE GST_RESNET_MODE_SYNC
#define DEFAULT_HEATMAP FALSE
#define DEFAULT_WATCH_MODEL FALSE

enum
{
  PROP_SMOOTHING = GST_RESNET_PROP_LIVE,
  PROP_HYSTERESIS,
  PROP_TEMPERATURE,
  PROP_POST_LABEL_CHANGES,
  PROP_REGION,
  PROP_ROI_TYPES,
  PROP_ROI_MIN_SIZE,
  PROP_ROI_PADDING,
  PROP_RECLASSIFY_INTERVAL,
  PROP_MODE,
  PROP_HEATMAP,
  PROP_WATCH_MODEL,
};

void
gst_resnet_live_settings_init (GstResnetLiveSettings * settings)
{
  memset (settings, 0, sizeof (*settings));
  settings->smoothing = DEFAULT_SMOOTHING;
  settings->hysteresis = DEFAULT_HYSTERESIS;
  settings->temperature = DEFAULT_TEMPERATURE;
  settings->post_label_changes = DEFAULT_POST_LABEL_CHANGES;
  settings->region = DEFAULT_REGION;
  settings->roi_min_size = DEFAULT_ROI_MIN_SIZE;
  settings->roi_padding = DEFAULT_ROI_PADDING;
  settings->reclassify_interval = DEFAULT_RECLASSIFY_INTERVAL;
  settings->mode = DEFAULT_MODE;
  settings->heatmap = DEFAULT_HEATMAP;
  settings->watch_model = DEFAULT_WATCH_MODEL;
}

void
gst_resnet_live_settings_clear (GstResnetLiveSettings * settings)
{
  g_clear_pointer (&settings->roi_types, g_free);
}

void
gst_resnet_live_settings_own (GstResnetLiveSettings * settings)
{
  settings->roi_types = g_strdup (settings->roi_types);
}

#define ANY_TIME (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static void
install_steadier (GObjectClass * klass)
{
  /**
   * GstResnetClassify:smoothing:
   *
   * Confidences follow what the network says as a first-order low-pass filter with this time constant in stream time,
   * whatever the frame rate: after the time constant 63 % of a change are reached, after three of them 95 %. A flush,
   * new caps and another model start anew. Regions are not smoothed.
   */
  g_object_class_install_property (klass, PROP_SMOOTHING,
      g_param_spec_uint ("smoothing", "Smoothing",
          "Time constant, milliseconds of stream time, with which the "
          "confidences follow what the network says, whatever the frame rate; "
          "0: not smoothed", 0, G_MAXINT, DEFAULT_SMOOTHING, ANY_TIME));
  g_object_class_install_property (klass, PROP_HYSTERESIS,
      g_param_spec_double ("hysteresis", "Hysteresis",
          "Another class becomes the answer when it is so much more confident "
          "than the last answer (0.1: ten percentage points); until then the "
          "last answer stays the first entry. 0: always the most confident",
          0.0, 1.0, DEFAULT_HYSTERESIS, ANY_TIME));
  g_object_class_install_property (klass, PROP_TEMPERATURE,
      g_param_spec_double ("temperature", "Temperature",
          "The network's outputs are divided by this before the activation: "
          "above 1 less sure, below 1 surer (calibration), 1: as they are",
          0.01, 100.0, DEFAULT_TEMPERATURE, ANY_TIME));
  /**
   * GstResnetClassify:post-label-changes:
   *
   * The message's structure is named "label-changed": "from" (string, absent for a stream's first answer), "to"
   * (string), "index" (int), "confidence" (double), "timestamp", "stream-time", "running-time" and "held-for" (uint64,
   * nanoseconds: how long the former answer held, in running time), "model-sha256", "element".
   */
  g_object_class_install_property (klass, PROP_POST_LABEL_CHANGES,
      g_param_spec_boolean ("post-label-changes", "Post label changes",
          "Post an element message \"label-changed\" when the answer is "
          "another than before (\"unknown\" below the threshold)",
          DEFAULT_POST_LABEL_CHANGES, ANY_TIME));
}

static void
install_regions (GObjectClass * klass)
{
  /**
   * GstResnetClassify:region:
   *
   * Regions are the frame's GstVideoRegionOfInterestMeta and, where gstreamer-analytics was there at build time, its
   * GstAnalyticsODMtd. Each is cut out of the frame's own pixels and classified as a picture of its own, with the same
   * preprocessing. Results: a param GstStructure "classification" on the region's meta, "regions" in the
   * GstClassificationMeta and in the message, a GstAnalyticsClsMtd related to the ODMtd.
   */
  g_object_class_install_property (klass, PROP_REGION,
      g_param_spec_enum ("region", "Region",
          "What is classified: the whole frame, its regions of interest, or "
          "both", GST_TYPE_RESNET_REGION_MODE, DEFAULT_REGION, ANY_TIME));
  g_object_class_install_property (klass, PROP_ROI_TYPES,
      g_param_spec_string ("roi-types", "ROI types",
          "Only regions of these types are classified: \"face,person\"; unset "
          "or empty: all", NULL, ANY_TIME));
  g_object_class_install_property (klass, PROP_ROI_MIN_SIZE,
      g_param_spec_uint ("roi-min-size", "ROI minimal size",
          "Regions that are narrower or lower than this many pixels are "
          "skipped; 0: those that are empty or out of the frame only", 0,
          G_MAXINT, DEFAULT_ROI_MIN_SIZE, ANY_TIME));
  g_object_class_install_property (klass, PROP_ROI_PADDING,
      g_param_spec_double ("roi-padding", "ROI padding",
          "Regions are made larger on each side by this part of their width "
          "and height, as far as the frame goes (0.1: a tenth); 0: as they are",
          0.0, 10.0, DEFAULT_ROI_PADDING, ANY_TIME));
  /**
   * GstResnetClassify:reclassify-interval:
   *
   * A region that a tracker follows has an id (GstVideoRegionOfInterestMeta:id other than 0, or a GstAnalyticsTrackingMtd
   * related to the GstAnalyticsODMtd). Between its classifications it carries its last result, marked as reused.
   */
  g_object_class_install_property (klass, PROP_RECLASSIFY_INTERVAL,
      g_param_spec_uint ("reclassify-interval", "Reclassify interval",
          "A region with an id is classified again after this many frames that "
          "it is in; 1: on each, 0: only once", 0, G_MAXINT,
          DEFAULT_RECLASSIFY_INTERVAL, ANY_TIME));
}

static void
install_time (GObjectClass * klass)
{
  /**
   * GstResnetClassify:mode:
   *
   * sync: each frame waits for its own result. The LATENCY query is answered with the longest that a frame was held in
   * the last seconds. With qos=true a frame that comes too late is passed on unclassified, with the last result, marked
   * as reused; none is dropped.
   *
   * latest: no frame waits. Classification runs in a thread beside the stream, on the newest frame whenever it is
   * done with the one before; each frame carries the newest finished result, marked as reused, with the PTS of the
   * frame that it is from. At the end of the stream, a flush, new caps and a stop the thread is waited for, and no
   * result is used after a flush.
   */
  g_object_class_install_property (klass, PROP_MODE,
      g_param_spec_enum ("mode", "Mode",
          "Whether each frame waits for its own result, or carries the newest "
          "one that there is", GST_TYPE_RESNET_MODE, DEFAULT_MODE, ANY_TIME));
}

static void
install_model (GObjectClass * klass)
{
  /**
   * GstResnetClassify:heatmap:
   *
   * Class activation map (Zhou et al., 2016) of the frame's answer, in the GstClassificationMeta and the message:
   * "heatmap", "heatmap-width", "heatmap-height", "heatmap-rect". For networks that end with a global average pool
   * and one fully connected layer, as ResNets do. Precision is highest then.
   */
  g_object_class_install_property (klass, PROP_HEATMAP,
      g_param_spec_boolean ("heatmap", "Heat map",
          "Say where in the frame the answer was seen (class activation map); "
          "precision is highest then, and the element runs without its group",
          DEFAULT_HEATMAP, ANY_TIME));
  /**
   * GstResnetClassify:watch-model:
   *
   * A change of the files that model and labels name is as good as setting the properties again. A file that is being
   * written is left alone until it has not changed for half a second.
   */
  g_object_class_install_property (klass, PROP_WATCH_MODEL,
      g_param_spec_boolean ("watch-model", "Watch model",
          "Take the model and label files again when they are replaced or "
          "written to", DEFAULT_WATCH_MODEL, ANY_TIME));
}

void
gst_resnet_live_settings_install_properties (GObjectClass * klass)
{
  install_steadier (klass);
  install_regions (klass);
  install_time (klass);
  install_model (klass);
}

gboolean
gst_resnet_live_settings_set (GstResnetLiveSettings * settings, guint prop_id,
    const GValue * value)
{
  switch (prop_id) {
    case PROP_SMOOTHING:
      settings->smoothing = g_value_get_uint (value);
      break;
    case PROP_HYSTERESIS:
      settings->hysteresis = g_value_get_double (value);
      break;
    case PROP_TEMPERATURE:
      settings->temperature = g_value_get_double (value);
      break;
    case PROP_POST_LABEL_CHANGES:
      settings->post_label_changes = g_value_get_boolean (value);
      break;
    case PROP_HEATMAP:
      settings->heatmap = g_value_get_boolean (value);
      break;
    case PROP_WATCH_MODEL:
      settings->watch_model = g_value_get_boolean (value);
      break;
    case PROP_MODE:
      settings->mode = (GstResnetMode) g_value_get_enum (value);
      break;
    case PROP_REGION:
      settings->region = (GstResnetRegionMode) g_value_get_enum (value);
      break;
    case PROP_ROI_TYPES:
      g_free (settings->roi_types);
      settings->roi_types = g_value_dup_string (value);
      break;
    case PROP_ROI_MIN_SIZE:
      settings->roi_min_size = g_value_get_uint (value);
      break;
    case PROP_ROI_PADDING:
      settings->roi_padding = g_value_get_double (value);
      break;
    case PROP_RECLASSIFY_INTERVAL:
      settings->reclassify_interval = g_value_get_uint (value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_resnet_live_settings_get (const GstResnetLiveSettings * settings,
    guint prop_id, GValue * value)
{
  switch (prop_id) {
    case PROP_SMOOTHING:
      g_value_set_uint (value, settings->smoothing);
      break;
    case PROP_HYSTERESIS:
      g_value_set_double (value, settings->hysteresis);
      break;
    case PROP_TEMPERATURE:
      g_value_set_double (value, settings->temperature);
      break;
    case PROP_POST_LABEL_CHANGES:
      g_value_set_boolean (value, settings->post_label_changes);
      break;
    case PROP_HEATMAP:
      g_value_set_boolean (value, settings->heatmap);
      break;
    case PROP_WATCH_MODEL:
      g_value_set_boolean (value, settings->watch_model);
      break;
    case PROP_MODE:
      g_value_set_enum (value, settings->mode);
      break;
    case PROP_REGION:
      g_value_set_enum (value, settings->region);
      break;
    case PROP_ROI_TYPES:
      g_value_set_string (value, settings->roi_types);
      break;
    case PROP_ROI_MIN_SIZE:
      g_value_set_uint (value, settings->roi_min_size);
      break;
    case PROP_ROI_PADDING:
      g_value_set_double (value, settings->roi_padding);
      break;
    case PROP_RECLASSIFY_INTERVAL:
      g_value_set_uint (value, settings->reclassify_interval);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}
