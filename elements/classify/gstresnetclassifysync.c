/* gst-resnet: the element resnetclassify: how values that are set reach the threads that use them
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetclassifysync.h"

#include "gstresnetclassifyreport.h"
#include "gstresnetclassifyswap.h"

#define GST_CAT_DEFAULT gst_resnet_classify_debug

void
gst_resnet_classify_set_property (GObject * object, guint prop_id,
    const GValue * value, GParamSpec * pspec)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (object);
  gboolean known, running;

  GST_OBJECT_LOCK (self);
  known = gst_resnet_settings_set (&self->settings, prop_id, value);
  if (known && self->controlling == g_thread_self ())
    self->settings.control_serial++;
  else if (known)
    self->settings.serial++;
  running = self->running;
  GST_OBJECT_UNLOCK (self);

  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else if (running && !(pspec->flags & GST_PARAM_MUTABLE_PLAYING))
    GST_WARNING_OBJECT (self, "property %s takes effect at the next start; set "
        "it in state NULL or READY", pspec->name);
  if (known)
    gst_resnet_settings_notify_aliases (object, prop_id);
}

void
gst_resnet_classify_get_property (GObject * object, guint prop_id,
    GValue * value, GParamSpec * pspec)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (object);
  gboolean known = TRUE;

  if (g_str_equal (pspec->name, "stats")) {
    g_value_take_boxed (value, gst_resnet_stats_to_structure (self->stats));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (g_str_equal (pspec->name, "model-info"))
    g_value_set_boxed (value, self->model_info);
  else
    known = gst_resnet_settings_get (&self->settings, prop_id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

void
gst_resnet_classify_sync_controlled (GstResnetClassify * self,
    GstBuffer * buffer)
{
  const GstSegment *segment = &GST_BASE_TRANSFORM (self)->segment;
  GstClockTime stream_time;

  if (!gst_object_has_active_control_bindings (GST_OBJECT (self))
      || segment->format != GST_FORMAT_TIME)
    return;
  stream_time = gst_segment_to_stream_time (segment, GST_FORMAT_TIME,
      GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (stream_time))
    return;
  GST_OBJECT_LOCK (self);
  self->controlling = g_thread_self ();
  GST_OBJECT_UNLOCK (self);
  gst_object_sync_values (GST_OBJECT (self), stream_time);
  GST_OBJECT_LOCK (self);
  self->controlling = NULL;
  GST_OBJECT_UNLOCK (self);
}

gboolean
gst_resnet_classify_take_settings (GstResnetClassify * self,
    GstResnetSettings * settings)
{
  gboolean changed = settings->serial != self->settings.serial;

  if (changed || settings->control_serial != self->settings.control_serial)
    gst_resnet_settings_copy (settings, &self->settings);
  return changed;
}

void
gst_resnet_classify_sync_settings (GstResnetClassify * self)
{
  GstResnetRunner *runner = gst_resnet_analyzer_get_runner (self->analyzer);
  GError *error = NULL;
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = gst_resnet_classify_take_settings (self, &self->active);
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    return;

  if (!gst_resnet_runner_update (runner, &self->active, &error)) {
    g_prefix_error (&error, "The preprocessing stays as it was. ");
    gst_resnet_classify_report (self, GST_MESSAGE_WARNING, error);
    g_error_free (error);
    return;
  }
  gst_resnet_classify_set_model_info (self,
      gst_resnet_runner_get_info (runner));
}
