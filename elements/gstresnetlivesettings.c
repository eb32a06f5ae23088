/* gst-resnet: the properties of resnetclassify for streams: steadier answers, regions, time, other models
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetlivesettings.h"

#define DEFAULT_SMOOTHING 0
#define DEFAULT_HYSTERESIS 0.0
#define DEFAULT_TEMPERATURE 1.0
#define DEFAULT_POST_LABEL_CHANGES TRUE

enum
{
  PROP_SMOOTHING = GST_RESNET_PROP_LIVE,
  PROP_HYSTERESIS,
  PROP_TEMPERATURE,
  PROP_POST_LABEL_CHANGES,
};

void
gst_resnet_live_settings_init (GstResnetLiveSettings * settings)
{
  memset (settings, 0, sizeof (*settings));
  settings->smoothing = DEFAULT_SMOOTHING;
  settings->hysteresis = DEFAULT_HYSTERESIS;
  settings->temperature = DEFAULT_TEMPERATURE;
  settings->post_label_changes = DEFAULT_POST_LABEL_CHANGES;
}

void
gst_resnet_live_settings_clear (GstResnetLiveSettings * settings)
{
}

void
gst_resnet_live_settings_own (GstResnetLiveSettings * settings)
{
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
          "0: not smoothed", 0, G_MAXUINT, DEFAULT_SMOOTHING, ANY_TIME));
  g_object_class_install_property (klass, PROP_HYSTERESIS,
      g_param_spec_double ("hysteresis", "Hysteresis",
          "Another class becomes the answer when it is so much more confident "
          "than the last answer (0.1: ten percentage points); until then the "
          "last answer stays the first entry", 0.0, 1.0, DEFAULT_HYSTERESIS,
          ANY_TIME));
  g_object_class_install_property (klass, PROP_TEMPERATURE,
      g_param_spec_double ("temperature", "Temperature",
          "The network's outputs are divided by this before the activation: "
          "above 1 less sure, below 1 surer (calibration)", 0.01, 100.0,
          DEFAULT_TEMPERATURE, ANY_TIME));
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

void
gst_resnet_live_settings_install_properties (GObjectClass * klass)
{
  install_steadier (klass);
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
    default:
      return FALSE;
  }
  return TRUE;
}
