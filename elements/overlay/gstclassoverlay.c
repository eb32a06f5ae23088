/* gst-resnet: the element classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-classoverlay
 * @title: classoverlay
 * @short_description: draws what classifiers found onto video frames
 *
 * Draws the classes of a frame with bars for their confidences, a box and a label for each region of a frame that was
 * classified, and the heat map of a result that has one, from the metas that resnetclassify attaches
 * (GstClassificationMeta; the param "classification" of a GstVideoRegionOfInterestMeta) and, where
 * gstreamer-analytics-1.0 was there at build time, from anybody's GstAnalyticsClsMtd and GstAnalyticsODMtd.
 *
 * If downstream takes overlay compositions (its caps and its answer to the allocation query have
 * meta:GstVideoOverlayComposition, as those of glimagesink do), they are attached and the pixels stay as they are.
 * Otherwise the element blends them into the frame. A frame on which there is nothing to draw passes as it is. Nothing
 * is drawn again while what it shows does not change.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 v4l2src ! resnetclassify mode=latest ! classoverlay ! videoconvert ! autovideosink
 * gst-launch-1.0 filesrc location=dog.jpg ! jpegdec ! resnetclassify ! classoverlay top-k=5 position=bottom-left ! videoconvert ! pngenc ! filesink location=dog.png
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstclassoverlay.h"

#include <gst/video/video.h>

#include "gstoverlayread.h"
#include "gstoverlayscene.h"
#include "gstoverlaystats.h"
#include "meta/gstresnetmeta.h"

GST_DEBUG_CATEGORY_STATIC (gst_class_overlay_debug);
#define GST_CAT_DEFAULT gst_class_overlay_debug

#define COMPOSITION GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION

struct _GstClassOverlay
{
  GstBaseTransform parent;

  /* under the object lock */
  GstOverlaySettings settings;

  /* used by the streaming thread, and by start and stop while it does not run */
  GstOverlaySettings active;
  GstOverlayDraw *draw;
  GstOverlayScene *scene;
  GstOverlayStats stats;
  gboolean attach;              /* attach compositions and blend nothing */
  gboolean asked;               /* whether downstream was asked, since these caps, if it draws them */
  gboolean something;           /* whether there is something to put onto the buffer at hand */
  gboolean warned;              /* whether a warning was posted since these caps */

  gint refused;                 /* atomic; downstream's caps had the feature, but its allocation had not */
};

#define gst_class_overlay_parent_class parent_class
G_DEFINE_TYPE (GstClassOverlay, gst_class_overlay, GST_TYPE_BASE_TRANSFORM);
GST_ELEMENT_REGISTER_DEFINE (classoverlay, "classoverlay", GST_RANK_NONE,
    GST_TYPE_CLASS_OVERLAY);

#define FORMATS GST_VIDEO_OVERLAY_COMPOSITION_BLEND_FORMATS

#define INTERLACED GST_CAPS_FEATURE_FORMAT_INTERLACED
#define CAPS GST_VIDEO_CAPS_MAKE (FORMATS) ";" \
    GST_VIDEO_CAPS_MAKE_WITH_FEATURES (GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY \
        "," COMPOSITION, FORMATS) ";" \
    GST_VIDEO_CAPS_MAKE_WITH_FEATURES (INTERLACED, FORMATS) \
    ",interlace-mode=alternate;" \
    GST_VIDEO_CAPS_MAKE_WITH_FEATURES (INTERLACED "," COMPOSITION, FORMATS) \
    ",interlace-mode=alternate"

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (CAPS));

static void
gst_class_overlay_set_property (GObject * object, guint prop_id,
    const GValue * value, GParamSpec * pspec)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (object);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = gst_overlay_settings_set (&self->settings, prop_id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_class_overlay_get_property (GObject * object, guint prop_id,
    GValue * value, GParamSpec * pspec)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (object);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = gst_overlay_settings_get (&self->settings, prop_id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
set_font (GstClassOverlay * self)
{
  gchar *used = gst_overlay_draw_set_font (self->draw, self->active.font_desc);

  if (!used)
    return;
  GST_ELEMENT_WARNING (self, RESOURCE, NOT_FOUND,
      ("No font named in font-desc=\"%.80s\" is installed; the font \"%s\" is "
          "used instead.", self->active.font_desc, used), (NULL));
  g_free (used);
}

static void
set_style (GstClassOverlay * self)
{
  GError *error = NULL;

  if (gst_overlay_draw_set_style (self->draw, &self->active, &error))
    return;
  GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
      ("%s. The colours stay as they were.", error->message), (NULL));
  g_error_free (error);
}

/* Takes over what was set since the last frame. */
static void
sync_settings (GstClassOverlay * self)
{
  gboolean changed, font_changed;

  GST_OBJECT_LOCK (self);
  changed = self->active.serial != self->settings.serial;
  font_changed =
      g_strcmp0 (self->active.font_desc, self->settings.font_desc) != 0;
  if (changed)
    gst_overlay_settings_copy (&self->active, &self->settings);
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    return;
  if (font_changed)
    set_font (self);
  set_style (self);
  gst_overlay_scene_invalidate (self->scene);
}

static gboolean
gst_class_overlay_start (GstBaseTransform * trans)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (trans);

  GST_OBJECT_LOCK (self);
  gst_overlay_settings_copy (&self->active, &self->settings);
  GST_OBJECT_UNLOCK (self);
  self->draw = gst_overlay_draw_new ();
  self->scene = gst_overlay_scene_new ();
  gst_overlay_stats_reset (&self->stats);
  self->attach = self->warned = FALSE;
  g_atomic_int_set (&self->refused, FALSE);
  set_font (self);
  set_style (self);
  return TRUE;
}

static gboolean
gst_class_overlay_stop (GstBaseTransform * trans)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (trans);

  g_clear_pointer (&self->scene, gst_overlay_scene_free);
  g_clear_pointer (&self->draw, gst_overlay_draw_free);
  return TRUE;
}

static gboolean
has_composition (const GstCaps * caps, guint n)
{
  return gst_caps_features_contains (gst_caps_get_features (caps, n),
      COMPOSITION);
}

static GstCaps *
gst_class_overlay_transform_caps (GstBaseTransform * trans,
    GstPadDirection direction, GstCaps * caps, GstCaps * filter)
{
  GstCaps *result = gst_caps_new_empty (), *filtered;
  guint i;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    GstStructure *structure = gst_caps_get_structure (caps, i);
    GstCapsFeatures *features = gst_caps_get_features (caps, i);
    GstCapsFeatures *other = gst_caps_features_copy (features);

    /* Compositions can be added on the way down but never taken away, so those of others stay. */
    if (direction == GST_PAD_SINK && !gst_caps_features_is_any (features)
        && !has_composition (caps, i)) {
      gst_caps_features_add (other, COMPOSITION);
      gst_caps_append_structure_full (result, gst_structure_copy (structure),
          other);
      other = gst_caps_features_copy (features);
    } else if (direction == GST_PAD_SRC
        && !gst_caps_features_is_any (features) && has_composition (caps, i)) {
      gst_caps_features_remove (other, COMPOSITION);
      gst_caps_append_structure_full (result, gst_structure_copy (structure),
          other);
      other = gst_caps_features_copy (features);
    }
    gst_caps_append_structure_full (result, gst_structure_copy (structure),
        other);
  }
  if (!filter)
    return result;
  filtered = gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (result);
  return filtered;
}

/* Returns whether downstream asks for compositions by name, rather than taking anything. */
static gboolean
wants_compositions (GstClassOverlay * self)
{
  GstCaps *caps;
  gboolean any;

  if (g_atomic_int_get (&self->refused))
    return FALSE;
  caps = gst_pad_peer_query_caps (GST_BASE_TRANSFORM_SRC_PAD (self), NULL);
  any = !caps || gst_caps_is_any (caps);
  if (caps)
    gst_caps_unref (caps);
  return !any;
}

static GstCaps *
gst_class_overlay_fixate_caps (GstBaseTransform * trans,
    GstPadDirection direction, GstCaps * caps, GstCaps * othercaps)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (trans);
  gboolean wanted;
  GstCaps *kept;
  guint i;

  if (direction == GST_PAD_SINK && gst_caps_get_size (caps) > 0
      && !has_composition (caps, 0)) {
    wanted = wants_compositions (self);
    kept = gst_caps_new_empty ();
    for (i = 0; i < gst_caps_get_size (othercaps); i++)
      if (has_composition (othercaps, i) == wanted)
        gst_caps_append_structure_full (kept,
            gst_structure_copy (gst_caps_get_structure (othercaps, i)),
            gst_caps_features_copy (gst_caps_get_features (othercaps, i)));
    if (gst_caps_is_empty (kept)) {
      gst_caps_unref (kept);
    } else {
      gst_caps_unref (othercaps);
      othercaps = kept;
    }
  }
  return GST_BASE_TRANSFORM_CLASS (parent_class)->fixate_caps (trans, direction,
      caps, othercaps);
}

static gboolean
gst_class_overlay_set_caps (GstBaseTransform * trans, GstCaps * incaps,
    GstCaps * outcaps)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (trans);
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, incaps)) {
    GST_ERROR_OBJECT (self, "the caps are not raw video: %" GST_PTR_FORMAT,
        incaps);
    return FALSE;
  }
  gst_overlay_scene_set_info (self->scene, &info);
  self->attach = has_composition (outcaps, 0);
  self->asked = !self->attach;
  self->warned = FALSE;
  return TRUE;
}

/* Caps alone are no promise, because a queue or a capsfilter lets them pass. The base class makes no allocation query
 * where buffers are handed on, so it is made here, before the first frame of new caps. */
static void
ask_for_compositions (GstClassOverlay * self)
{
  GstPad *pad = GST_BASE_TRANSFORM_SRC_PAD (self);
  GstCaps *caps = gst_pad_get_current_caps (pad);
  GstQuery *query;

  self->asked = TRUE;
  if (!caps)
    return;
  query = gst_query_new_allocation (caps, FALSE);
  self->attach = gst_pad_peer_query (pad, query)
      && gst_query_find_allocation_meta (query,
      GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  if (!self->attach) {
    GST_DEBUG_OBJECT (self, "downstream takes no compositions: blending");
    /* This frame is blended already. The next ones have caps that say so. */
    g_atomic_int_set (&self->refused, TRUE);
    gst_base_transform_reconfigure_src (GST_BASE_TRANSFORM (self));
  }
  gst_query_unref (query);
  gst_caps_unref (caps);
}

static gboolean
gst_class_overlay_sink_event (GstBaseTransform * trans, GstEvent * event)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (trans);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    g_atomic_int_set (&self->refused, FALSE);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    gst_overlay_stats_reset (&self->stats);
  return GST_BASE_TRANSFORM_CLASS (parent_class)->sink_event (trans, event);
}

static gboolean
gst_class_overlay_src_event (GstBaseTransform * trans, GstEvent * event)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (trans);

  /* There may be another sink now, perhaps one that takes compositions. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE)
    g_atomic_int_set (&self->refused, FALSE);
  return GST_BASE_TRANSFORM_CLASS (parent_class)->src_event (trans, event);
}

static GstFlowReturn
gst_class_overlay_prepare_output_buffer (GstBaseTransform * trans,
    GstBuffer * input, GstBuffer ** output)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (trans);

  if (!self->asked)
    ask_for_compositions (self);
  sync_settings (self);
  gst_overlay_stats_add (&self->stats, gst_util_get_timestamp (),
      gst_overlay_processing_time (input));
  self->something =
      gst_overlay_scene_update (self->scene, self->draw, &self->active, input,
      self->active.show_stats ? gst_overlay_stats_to_string (&self->stats) :
      NULL);
  /* Only a buffer that is drawn on has to be writable. */
  if (!self->something) {
    *output = input;
    return GST_FLOW_OK;
  }
  return GST_BASE_TRANSFORM_CLASS (parent_class)->prepare_output_buffer (trans,
      input, output);
}

static GstFlowReturn
gst_class_overlay_transform_ip (GstBaseTransform * trans, GstBuffer * buffer)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (trans);

  GError *error = NULL;
  gboolean done;

  if (!self->something)
    return GST_FLOW_OK;
  done = self->attach ? gst_overlay_scene_attach (self->scene, buffer, &error) :
      gst_overlay_scene_blend (self->scene, buffer, &error);
  if (done)
    return GST_FLOW_OK;
  GST_DEBUG_OBJECT (self, "nothing is drawn on a frame: %s", error->message);
  if (!self->warned) {
    self->warned = TRUE;
    gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_WARNING,
        error->domain, error->code, g_strdup_printf ("Nothing is drawn on a "
            "frame, which passes as it is (this is said only once for these "
            "caps). %s.",
            error->message), NULL, __FILE__, GST_FUNCTION, __LINE__);
  }
  g_error_free (error);
  return GST_FLOW_OK;
}

static void
gst_class_overlay_finalize (GObject * object)
{
  GstClassOverlay *self = GST_CLASS_OVERLAY (object);

  gst_overlay_settings_clear (&self->settings);
  gst_overlay_settings_clear (&self->active);
  g_clear_pointer (&self->scene, gst_overlay_scene_free);
  g_clear_pointer (&self->draw, gst_overlay_draw_free);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_class_overlay_class_init (GstClassOverlayClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_class_overlay_debug, "classoverlay", 0,
      "Draws classifications onto video frames");
  gst_resnet_meta_register ();

  gobject_class->finalize = gst_class_overlay_finalize;
  gobject_class->set_property = gst_class_overlay_set_property;
  gobject_class->get_property = gst_class_overlay_get_property;
  gst_overlay_settings_install_properties (gobject_class);

  gst_element_class_set_static_metadata (element_class,
      "Classification overlay", "Filter/Editor/Video",
      "Draws onto each video frame what a classifier found in it: classes with "
      "their confidences, regions with their labels, and heat maps",
      "The gst-resnet authors");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);

  trans_class->start = GST_DEBUG_FUNCPTR (gst_class_overlay_start);
  trans_class->stop = GST_DEBUG_FUNCPTR (gst_class_overlay_stop);
  trans_class->transform_caps =
      GST_DEBUG_FUNCPTR (gst_class_overlay_transform_caps);
  trans_class->fixate_caps = GST_DEBUG_FUNCPTR (gst_class_overlay_fixate_caps);
  trans_class->set_caps = GST_DEBUG_FUNCPTR (gst_class_overlay_set_caps);
  trans_class->sink_event = GST_DEBUG_FUNCPTR (gst_class_overlay_sink_event);
  trans_class->src_event = GST_DEBUG_FUNCPTR (gst_class_overlay_src_event);
  trans_class->prepare_output_buffer =
      GST_DEBUG_FUNCPTR (gst_class_overlay_prepare_output_buffer);
  trans_class->transform_ip =
      GST_DEBUG_FUNCPTR (gst_class_overlay_transform_ip);
}

static void
gst_class_overlay_init (GstClassOverlay * self)
{
  gst_overlay_settings_init (&self->settings);
  gst_overlay_settings_init (&self->active);
  gst_overlay_stats_reset (&self->stats);
  gst_base_transform_set_in_place (GST_BASE_TRANSFORM (self), TRUE);
}
