/* gst-resnet: the properties of resnetclassify for many streams in one process
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetgroupsettings.h"

#define DEFAULT_BATCH_SIZE 1
#define MAX_BATCH_SIZE 256
#define DEFAULT_BATCH_TIMEOUT 20

enum
{
  PROP_GROUP = GST_RESNET_PROP_GROUP,
  PROP_BATCH_SIZE,
  PROP_BATCH_TIMEOUT,
};

void
gst_resnet_group_settings_init (GstResnetGroupSettings * settings)
{
  settings->name = NULL;
  settings->batch_size = DEFAULT_BATCH_SIZE;
  settings->batch_timeout = DEFAULT_BATCH_TIMEOUT;
}

void
gst_resnet_group_settings_clear (GstResnetGroupSettings * settings)
{
  g_clear_pointer (&settings->name, g_free);
}

void
gst_resnet_group_settings_own (GstResnetGroupSettings * settings)
{
  settings->name = g_strdup (settings->name);
}

#define AT_START (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

void
gst_resnet_group_settings_install_properties (GObjectClass * klass)
{
  /**
   * GstResnetClassify:group:
   *
   * Elements of one process with the same group, model, crop, threads, precision and batch-size run their frames
   * together: batch-size of them at a time, on the group's threads. Without a group, elements of the same model share
   * its weights, and each has threads of its own.
   */
  g_object_class_install_property (klass, PROP_GROUP,
      g_param_spec_string ("group", "Group",
          "Elements of one process with the same group, model, crop, threads, "
          "precision and batch-size run their frames together on one set of "
          "threads; unset or empty: each for itself", NULL, AT_START));
  g_object_class_install_property (klass, PROP_BATCH_SIZE,
      g_param_spec_uint ("batch-size", "Batch size",
          "How many frames of a group run at once at most; 1: each by itself. "
          "Without a group it says nothing", 1, MAX_BATCH_SIZE,
          DEFAULT_BATCH_SIZE, AT_START));
  g_object_class_install_property (klass, PROP_BATCH_TIMEOUT,
      g_param_spec_uint ("batch-timeout", "Batch timeout",
          "How long a frame waits for the group's other frames at most, "
          "milliseconds; it does not wait for streams at their end. 0: for none",
          0, G_MAXUINT / 1000, DEFAULT_BATCH_TIMEOUT, AT_START));
}

gboolean
gst_resnet_group_settings_set (GstResnetGroupSettings * settings,
    guint prop_id, const GValue * value)
{
  switch (prop_id) {
    case PROP_GROUP:
      g_free (settings->name);
      settings->name = g_value_dup_string (value);
      break;
    case PROP_BATCH_SIZE:
      settings->batch_size = g_value_get_uint (value);
      break;
    case PROP_BATCH_TIMEOUT:
      settings->batch_timeout = g_value_get_uint (value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_resnet_group_settings_get (const GstResnetGroupSettings * settings,
    guint prop_id, GValue * value)
{
  switch (prop_id) {
    case PROP_GROUP:
      g_value_set_string (value, settings->name);
      break;
    case PROP_BATCH_SIZE:
      g_value_set_uint (value, settings->batch_size);
      break;
    case PROP_BATCH_TIMEOUT:
      g_value_set_uint (value, settings->batch_timeout);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}
