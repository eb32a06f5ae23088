/* gst-resnet: the element resnetclassify
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This file is long because the documentation of the element stands in it, and because all
 * virtual methods of the element are together, so that one sees which thread runs what. */

/**
 * SECTION:element-resnetclassify
 * @title: resnetclassify
 * @short_description: says what is in each video frame, with a ResNet
 *
 * A frame goes in, the same frame comes out with a GstClassificationMeta on it (see gstclassificationmeta.h), and an
 * element message "classification" with the same fields goes to the bus. Pixels are neither written nor copied: a
 * buffer that others hold too is replaced by a shallow copy that shares its memory.
 *
 * Evaluation mode is the only mode: BatchNorm uses running statistics (folded into the convolution at load), dropout
 * is identity, no gradient state exists. Preprocessing is torchvision's on a PIL image.
 *
 * A frame that cannot be classified still goes downstream, is counted in stats, and is warned of once per caps.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -m filesrc location=dog.jpg ! jpegdec idct-method=islow ! resnetclassify ! fakesink
 * gst-launch-1.0 -m filesrc location=dog.jpg ! jpegdec idct-method=islow ! resnetclassify model=resnet18.pth labels-file=imagenet.txt ! fakesink
 * gst-launch-1.0 -m v4l2src ! videoconvert ! resnetclassify interval=10 ! videoconvert ! autovideosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetclassify.h"

#include "gstresnetclassifyreport.h"
#include "gstresnetclassifysync.h"

#include "frame/gstframecaps.h"
#include "gstresnetclassifyanswer.h"
#include "gstresnetclassifyswap.h"
#include "meta/gstresnetmeta.h"
#include "gstresnetlog.h"

GST_DEBUG_CATEGORY (gst_resnet_classify_debug);
#define GST_CAT_DEFAULT gst_resnet_classify_debug

#define gst_resnet_classify_parent_class parent_class
G_DEFINE_TYPE (GstResnetClassify, gst_resnet_classify, GST_TYPE_BASE_TRANSFORM);
GST_ELEMENT_REGISTER_DEFINE (resnetclassify, "resnetclassify", GST_RANK_NONE,
    GST_TYPE_RESNET_CLASSIFY);

static void gst_resnet_classify_finalize (GObject * object);
static void gst_resnet_classify_dispatch_properties_changed (GObject * object,
    guint n_specs, GParamSpec ** specs);
static GstStateChangeReturn gst_resnet_classify_change_state (GstElement *
    element, GstStateChange transition);
static gboolean gst_resnet_classify_start (GstBaseTransform * trans);
static gboolean gst_resnet_classify_stop (GstBaseTransform * trans);
static gboolean gst_resnet_classify_set_caps (GstBaseTransform * trans,
    GstCaps * incaps, GstCaps * outcaps);
static gboolean gst_resnet_classify_sink_event (GstBaseTransform * trans,
    GstEvent * event);
static gboolean gst_resnet_classify_src_event (GstBaseTransform * trans,
    GstEvent * event);
static gboolean gst_resnet_classify_query (GstBaseTransform * trans,
    GstPadDirection direction, GstQuery * query);
static GstFlowReturn
gst_resnet_classify_prepare_output_buffer (GstBaseTransform * trans,
    GstBuffer * input, GstBuffer ** output);
static GstFlowReturn gst_resnet_classify_transform_ip (GstBaseTransform *
    trans, GstBuffer * buffer);
static void classify_beside (gpointer data, GstBuffer * buffer,
    const GstResnetTimes * times);

static void
gst_resnet_classify_class_init (GstResnetClassifyClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstCaps *caps = gst_frame_caps_new ();

  GST_DEBUG_CATEGORY_INIT (gst_resnet_classify_debug, "resnetclassify", 0,
      "Classifies video frames with a ResNet");
  gst_resnet_log_init ();
  gst_resnet_meta_register ();

  gobject_class->finalize = gst_resnet_classify_finalize;
  gobject_class->set_property = gst_resnet_classify_set_property;
  gobject_class->get_property = gst_resnet_classify_get_property;
  gobject_class->dispatch_properties_changed =
      gst_resnet_classify_dispatch_properties_changed;

  gst_resnet_settings_install_properties (gobject_class);

  gst_element_class_set_static_metadata (element_class,
      "ResNet image classifier", "Filter/Analyzer/Video",
      "Says what is in each video frame: attaches the most likely classes, as "
      "a ResNet sees them, to the frame and posts them on the bus",
      "The gst-resnet authors");
  gst_element_class_add_pad_template (element_class,
      gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_add_pad_template (element_class,
      gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref (caps);

  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_resnet_classify_change_state);

  trans_class->start = GST_DEBUG_FUNCPTR (gst_resnet_classify_start);
  trans_class->stop = GST_DEBUG_FUNCPTR (gst_resnet_classify_stop);
  trans_class->set_caps = GST_DEBUG_FUNCPTR (gst_resnet_classify_set_caps);
  trans_class->sink_event = GST_DEBUG_FUNCPTR (gst_resnet_classify_sink_event);
  trans_class->src_event = GST_DEBUG_FUNCPTR (gst_resnet_classify_src_event);
  trans_class->query = GST_DEBUG_FUNCPTR (gst_resnet_classify_query);
  trans_class->prepare_output_buffer =
      GST_DEBUG_FUNCPTR (gst_resnet_classify_prepare_output_buffer);
  trans_class->transform_ip =
      GST_DEBUG_FUNCPTR (gst_resnet_classify_transform_ip);
  /* This element has no propose_allocation, because the base class then asks downstream. This is the right answer for
   * an element that passes on the buffers it gets. This element itself accepts any layout, but it must not announce a
   * GstVideoMeta or GstVideoCropMeta that downstream does not read, because downstream would then show the wrong
   * pixels. */
}

static void
gst_resnet_classify_init (GstResnetClassify * self)
{
  gst_resnet_settings_init (&self->settings);
  gst_resnet_settings_init (&self->active);
  gst_resnet_settings_init (&self->passing);
  gst_resnet_pace_reset (&self->pace);
  self->stats = gst_resnet_stats_new ();
  self->unread = gst_resnet_unread_new ();
  self->analyzer = gst_resnet_analyzer_new ();
  gst_base_transform_set_in_place (GST_BASE_TRANSFORM (self), TRUE);
}

static void
gst_resnet_classify_finalize (GObject * object)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (object);

  gst_resnet_settings_clear (&self->settings);
  gst_resnet_settings_clear (&self->active);
  gst_resnet_settings_clear (&self->passing);
  g_clear_pointer (&self->model_info, gst_structure_free);
  g_clear_pointer (&self->stats, gst_resnet_stats_free);
  g_clear_pointer (&self->unread, gst_resnet_unread_unref);
  g_clear_pointer (&self->answer, gst_resnet_answer_unref);
  g_clear_pointer (&self->analyzer, gst_resnet_analyzer_free);

  G_OBJECT_CLASS (parent_class)->finalize (object);
}

/* After this call the streaming thread may use the fields of the classifying thread. */
static void
wait_for_worker (GstResnetClassify * self)
{
  if (self->worker)
    gst_resnet_worker_drain (self->worker);
}

/* Makes sure that the next frame is classified, whatever interval says. Waits first for the frame that is being
 * classified beside the stream. */
static void
forget_result (GstResnetClassify * self)
{
  GstResnetAnswer *latest;

  wait_for_worker (self);
  g_clear_pointer (&self->answer, gst_resnet_answer_unref);
  GST_OBJECT_LOCK (self);
  latest = self->latest;
  self->latest = NULL;
  GST_OBJECT_UNLOCK (self);
  if (latest)
    gst_resnet_answer_unref (latest);
}

static void
gst_resnet_classify_dispatch_properties_changed (GObject * object,
    guint n_specs, GParamSpec ** specs)
{
  gst_resnet_classify_follow_properties (GST_RESNET_CLASSIFY (object), n_specs,
      specs);
  G_OBJECT_CLASS (parent_class)->dispatch_properties_changed (object, n_specs,
      specs);
}

static void
warn (GstResnetClassify * self, const gchar * text)
{
  GError *error = g_error_new_literal (GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, text);

  gst_resnet_classify_report (self, GST_MESSAGE_WARNING, error);
  g_error_free (error);
}

static GstStateChangeReturn
gst_resnet_classify_change_state (GstElement * element,
    GstStateChange transition)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (element);

  /* This must come before the pads wait for the streaming thread to come back. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_resnet_analyzer_set_flushing (self->analyzer, TRUE);
  else if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    gst_resnet_analyzer_set_flushing (self->analyzer, FALSE);
  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

static gboolean
ensure_worker (GstResnetClassify * self, GError ** error)
{
  if (!self->worker)
    self->worker = gst_resnet_worker_new (classify_beside, self, error);
  return self->worker != NULL;
}

static gboolean
gst_resnet_classify_start (GstBaseTransform * trans)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (trans);
  const gchar *const *warnings;
  const GPtrArray *label_warnings;
  guint i;
  GstResnetRunner *runner;
  GError *error = NULL, *unwatched = NULL;

  GST_OBJECT_LOCK (self);
  gst_resnet_settings_copy (&self->active, &self->settings);
  gst_resnet_settings_copy (&self->passing, &self->settings);
  self->running = TRUE;
  gst_resnet_pace_reset (&self->pace);
  if (self->settings.watch_model)
    gst_resnet_classify_watch_model (self, &unwatched);
  gst_resnet_pace_forget_held (&self->pace);
  GST_OBJECT_UNLOCK (self);
  gst_resnet_classify_report_unwatched (self, unwatched);

  forget_result (self);
  gst_resnet_classify_set_model_info (self, NULL);
  gst_resnet_stats_reset (self->stats, NULL, NULL, 0);

  runner = gst_resnet_runner_new (&self->active, &error);
  if (runner && self->passing.mode == GST_RESNET_MODE_LATEST
      && !ensure_worker (self, &error))
    g_clear_pointer (&runner, gst_resnet_runner_free);
  if (!runner) {
    gst_resnet_classify_stop_swapping (self);
    gst_resnet_classify_report (self, GST_MESSAGE_ERROR, error);
    g_error_free (error);
    return FALSE;
  }

  gst_resnet_analyzer_set_runner (self->analyzer, runner);
  gst_resnet_classify_set_model_info (self,
      gst_resnet_runner_get_info (runner));
  gst_resnet_stats_reset (self->stats, gst_resnet_runner_get_isa (runner),
      gst_resnet_runner_get_precision (runner),
      gst_resnet_runner_get_threads (runner));
  GST_INFO_OBJECT (self, "loaded %" GST_PTR_FORMAT, self->model_info);
  warnings =
      nn_model_get_warnings (gst_resnet_runner_get_model (runner)->model);
  for (; *warnings; warnings++)
    warn (self, *warnings);
  label_warnings = gst_resnet_runner_get_model (runner)->warnings;
  for (i = 0; i < label_warnings->len; i++)
    warn (self, g_ptr_array_index (label_warnings, i));
  return TRUE;
}

static gboolean
gst_resnet_classify_stop (GstBaseTransform * trans)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (trans);

  gst_resnet_classify_stop_swapping (self);
  forget_result (self);
  g_clear_pointer (&self->worker, gst_resnet_worker_free);
  gst_resnet_analyzer_drop (self->analyzer);
  return TRUE;
}

static gboolean
gst_resnet_classify_set_caps (GstBaseTransform * trans, GstCaps * incaps,
    GstCaps * outcaps)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (trans);
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, incaps)) {
    GST_ERROR_OBJECT (self, "the caps are not raw video: %" GST_PTR_FORMAT,
        incaps);
    return FALSE;
  }
  forget_result (self);
  gst_resnet_analyzer_set_info (self->analyzer, &info);
  self->warned = FALSE;
  return TRUE;
}

/* Follows the orientation in @tags (nullable). NULL means that another stream begins, which is upright until its tags
 * say something else. */
static void
follow_orientation (GstResnetClassify * self, GstTagList * tags)
{
  static const NnOrientation orientations[] = {
    [GST_VIDEO_ORIENTATION_IDENTITY] = NN_ORIENTATION_UPRIGHT,
    [GST_VIDEO_ORIENTATION_90R] = NN_ORIENTATION_90R,
    [GST_VIDEO_ORIENTATION_180] = NN_ORIENTATION_180,
    [GST_VIDEO_ORIENTATION_90L] = NN_ORIENTATION_90L,
    [GST_VIDEO_ORIENTATION_HORIZ] = NN_ORIENTATION_HORIZONTAL,
    [GST_VIDEO_ORIENTATION_VERT] = NN_ORIENTATION_VERTICAL,
    [GST_VIDEO_ORIENTATION_UL_LR] = NN_ORIENTATION_TRANSPOSE,
    [GST_VIDEO_ORIENTATION_UR_LL] = NN_ORIENTATION_TRANSVERSE,
  };
  GstVideoOrientationMethod method = GST_VIDEO_ORIENTATION_IDENTITY;

  if (tags && (!gst_video_orientation_from_tag (tags, &method)
          || (guint) method >= G_N_ELEMENTS (orientations)))
    return;
  if (gst_resnet_analyzer_get_orientation (self->analyzer) ==
      orientations[method])
    return;
  wait_for_worker (self);
  GST_INFO_OBJECT (self, "pictures are turned upright as orientation %d says",
      (gint) orientations[method]);
  gst_resnet_analyzer_set_orientation (self->analyzer, orientations[method]);
}

static gboolean
gst_resnet_classify_sink_event (GstBaseTransform * trans, GstEvent * event)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (trans);

  /* All of these events except the start of a flush are serialized with the buffers. */
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_START:
      gst_resnet_analyzer_set_flushing (self->analyzer, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      forget_result (self);
      gst_resnet_analyzer_set_flushing (self->analyzer, FALSE);
      gst_resnet_analyzer_reset (self->analyzer);
      GST_OBJECT_LOCK (self);
      gst_resnet_pace_reset (&self->pace);
      GST_OBJECT_UNLOCK (self);
      break;
    case GST_EVENT_STREAM_START:
      follow_orientation (self, NULL);
      break;
    case GST_EVENT_TAG:{
      GstTagList *tags;

      gst_event_parse_tag (event, &tags);
      follow_orientation (self, tags);
      break;
    }
    case GST_EVENT_SEGMENT:
      /* The next frame has nothing to do with the last one. */
      forget_result (self);
      break;
    case GST_EVENT_EOS:
      /* The messages of the last frames must come before the end of the stream. */
      wait_for_worker (self);
      gst_resnet_runner_set_silent (gst_resnet_analyzer_get_runner
          (self->analyzer));
      break;
    default:
      break;
  }
  return GST_BASE_TRANSFORM_CLASS (parent_class)->sink_event (trans, event);
}

static gboolean
gst_resnet_classify_src_event (GstBaseTransform * trans, GstEvent * event)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (trans);

  if (GST_EVENT_TYPE (event) != GST_EVENT_QOS)
    return GST_BASE_TRANSFORM_CLASS (parent_class)->src_event (trans, event);
  /* The base class must not see the event, because it would drop late frames. The elements upstream may do so. */
  GST_OBJECT_LOCK (self);
  gst_resnet_pace_set_qos (&self->pace, event);
  GST_OBJECT_UNLOCK (self);
  return gst_pad_push_event (trans->sinkpad, event);
}

static gboolean
gst_resnet_classify_query (GstBaseTransform * trans, GstPadDirection direction,
    GstQuery * query)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (trans);
  GstClockTime min, max;
  gboolean live;

  if (!GST_BASE_TRANSFORM_CLASS (parent_class)->query (trans, direction, query))
    return FALSE;
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY || direction != GST_PAD_SRC)
    return TRUE;
  gst_query_parse_latency (query, &live, &min, &max);
  GST_OBJECT_LOCK (self);
  self->pace.live = live;
  min += self->pace.reported;
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += self->pace.reported;
  GST_OBJECT_UNLOCK (self);
  gst_query_set_latency (query, live, min, max);
  return TRUE;
}

static void
post_latency (GstResnetClassify * self)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_latency (GST_OBJECT (self)));
}

/* Takes over what was set since the last frame. The streaming thread calls it. */
static void
sync_passing (GstResnetClassify * self)
{
  gboolean changed, latency;

  GST_OBJECT_LOCK (self);
  changed = gst_resnet_classify_take_settings (self, &self->passing);
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    return;

  if (self->passing.mode == GST_RESNET_MODE_SYNC) {
    forget_result (self);
    g_clear_pointer (&self->worker, gst_resnet_worker_free);
    return;
  }
  /* From now on the element does not hold frames, so it has no latency. */
  GST_OBJECT_LOCK (self);
  latency = self->pace.reported > 0 && self->pace.live;
  gst_resnet_pace_forget_held (&self->pace);
  GST_OBJECT_UNLOCK (self);
  if (latency)
    post_latency (self);
}

static GstFlowReturn
gst_resnet_classify_prepare_output_buffer (GstBaseTransform * trans,
    GstBuffer * input, GstBuffer ** output)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (trans);

  gst_resnet_classify_sync_controlled (self, input);
  sync_passing (self);
  /* The buffer has to be writable only if a meta is attached to it. */
  if (!self->passing.attach_meta) {
    *output = input;
    return GST_FLOW_OK;
  }
  return GST_BASE_TRANSFORM_CLASS (parent_class)->prepare_output_buffer (trans,
      input, output);
}

static void
warn_of_frame (GstResnetClassify * self, GError * error)
{
  GST_DEBUG_OBJECT (self, "a frame is not classified: %s", error->message);
  if (!self->warned) {
    g_prefix_error (&error, "A frame passes without being classified "
        "(this is said only once for these caps). ");
    gst_resnet_classify_report (self, GST_MESSAGE_WARNING, error);
    self->warned = TRUE;
  }
  g_error_free (error);
}

/* Classifies @buffer (transfer full) in the calling thread. Returns NULL if the frame cannot be classified, or if
 * nobody waits for it any more; in the second case *@flushed is set. */
static GstResnetAnswer *
classify (GstResnetClassify * self, GstBuffer * buffer,
    const GstResnetTimes * times, GstClockTime * durations, gboolean * flushed)
{
  GstPad *pad = GST_BASE_TRANSFORM_SINK_PAD (self);
  GstResnetAnswer *answer;
  GError *error = NULL;

  answer = gst_resnet_analyzer_run (self->analyzer, &self->active, buffer,
      times, pad, durations, &error);
  *flushed = !answer && !error;
  if (error)
    warn_of_frame (self, error);
  return answer;
}

/* Classifies a frame beside the stream, in mode latest. */
static void
classify_beside (gpointer data, GstBuffer * buffer,
    const GstResnetTimes * times)
{
  GstResnetClassify *self = data;
  GstClockTime durations[GST_RESNET_N_STAGES] = { 0, };
  GstClockTime start = gst_util_get_timestamp ();
  GstResnetAnswer *answer, *former;
  gboolean flushed;

  gst_resnet_classify_sync_settings (self);
  gst_resnet_classify_take_model (self);
  answer = classify (self, buffer, times, durations, &flushed);
  if (!answer) {
    if (!flushed)
      gst_resnet_stats_add_beside (self->stats, GST_RESNET_OUTCOME_FAILED,
          NULL);
    return;
  }
  /* After a flush, nobody wants this result any more. */
  if (gst_resnet_analyzer_is_flushing (GST_BASE_TRANSFORM_SINK_PAD (self))) {
    gst_resnet_answer_unref (answer);
    return;
  }
  gst_resnet_classify_post_answer (self, answer, times);
  gst_resnet_classify_count_regions (self, answer);
  durations[GST_RESNET_STAGE_TOTAL] = gst_util_get_timestamp () - start;
  gst_resnet_stats_add_beside (self->stats, GST_RESNET_OUTCOME_CLASSIFIED,
      durations);
  gst_resnet_classify_log_answer (self, answer, times, durations);
  gst_resnet_classify_note_sharing (self);
  GST_OBJECT_LOCK (self);
  former = self->latest;
  self->latest = answer;
  GST_OBJECT_UNLOCK (self);
  if (former)
    gst_resnet_answer_unref (former);
}

static GstFlowReturn
pass_latest (GstResnetClassify * self, GstBuffer * buffer,
    const GstResnetTimes * times)
{
  GstResnetAnswer *answer;
  GError *error = NULL;
  gboolean due;

  /* The mode may have been set after the start. */
  if (!ensure_worker (self, &error)) {
    gst_resnet_classify_report (self, GST_MESSAGE_ERROR, error);
    g_error_free (error);
    return GST_FLOW_ERROR;
  }
  GST_OBJECT_LOCK (self);
  answer = self->latest ? gst_resnet_answer_ref (self->latest) : NULL;
  /* Beside the stream, intervals of 0 and 1 both mean that the element classifies as often as the machine can. */
  due = !answer || (self->swap && gst_resnet_swap_is_ready (self->swap))
      || gst_resnet_pace_is_due (&self->pace,
      MAX (self->passing.interval, 1), times);
  GST_OBJECT_UNLOCK (self);

  if (answer) {
    g_clear_pointer (&self->answer, gst_resnet_answer_unref);
    self->answer = answer;
    gst_resnet_classify_attach_answer (self, buffer, TRUE);
  }
  gst_resnet_stats_add (self->stats, answer ? GST_RESNET_OUTCOME_REUSED :
      GST_RESNET_OUTCOME_WAITING, NULL);
  gst_resnet_classify_log_passing (self, answer, times, "mode is latest");
  if (due && gst_resnet_worker_is_idle (self->worker)) {
    GST_OBJECT_LOCK (self);
    gst_resnet_pace_classified (&self->pace, times, 0);
    GST_OBJECT_UNLOCK (self);
    /* The copy shares the memory, so an element downstream that wants to write to the frame meanwhile has to copy it.
     * The pixels are held only for the few milliseconds until the network's input is made of them. */
    gst_resnet_worker_submit (self->worker, gst_buffer_copy (buffer), times);
  }
  return GST_FLOW_OK;
}

/* Passes a frame that is late because of QoS at once, with the last result. */
static GstFlowReturn
pass_late (GstResnetClassify * self, GstBuffer * buffer,
    const GstResnetTimes * times)
{
  GstMessage *message;

  if (self->answer)
    gst_resnet_classify_attach_answer (self, buffer, TRUE);
  gst_resnet_stats_add (self->stats, GST_RESNET_OUTCOME_LATE, NULL);
  gst_resnet_classify_log_passing (self, self->answer, times, "it is late");
  GST_OBJECT_LOCK (self);
  self->pace.n_late++;
  message = gst_resnet_pace_new_message (&self->pace, times, NULL);
  GST_OBJECT_UNLOCK (self);
  GST_MESSAGE_SRC (message) = gst_object_ref (self);
  gst_element_post_message (GST_ELEMENT (self), message);
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_resnet_classify_transform_ip (GstBaseTransform * trans, GstBuffer * buffer)
{
  GstResnetClassify *self = GST_RESNET_CLASSIFY (trans);
  GstClockTime durations[GST_RESNET_N_STAGES] = { 0, };
  GstClockTime start = gst_util_get_timestamp (), now;
  gboolean due, late, latency, flushed;
  GstResnetTimes times;

  gst_resnet_times_init (&times, buffer, &trans->segment);
  if (self->passing.mode == GST_RESNET_MODE_LATEST)
    return pass_latest (self, buffer, &times);

  GST_OBJECT_LOCK (self);
  due = !self->answer || (self->swap && gst_resnet_swap_is_ready (self->swap))
      || gst_resnet_pace_is_due (&self->pace, self->passing.interval, &times);
  late = gst_resnet_pace_is_late (&self->pace, &times);
  GST_OBJECT_UNLOCK (self);
  if (!due) {
    gst_resnet_classify_attach_answer (self, buffer, TRUE);
    gst_resnet_stats_add (self->stats, GST_RESNET_OUTCOME_REUSED, NULL);
    gst_resnet_classify_log_passing (self, self->answer, &times,
        "interval skips it");
    return GST_FLOW_OK;
  }
  if (late && gst_base_transform_is_qos_enabled (trans))
    return pass_late (self, buffer, &times);

  forget_result (self);
  gst_resnet_classify_sync_settings (self);
  gst_resnet_classify_take_model (self);
  self->answer = classify (self, gst_buffer_ref (buffer), &times, durations,
      &flushed);
  if (!self->answer) {
    gst_resnet_stats_add (self->stats, flushed ? GST_RESNET_OUTCOME_WAITING :
        GST_RESNET_OUTCOME_FAILED, NULL);
    return GST_FLOW_OK;
  }
  gst_resnet_classify_attach_answer (self, buffer, FALSE);
  gst_resnet_classify_post_answer (self, self->answer, &times);
  gst_resnet_classify_count_regions (self, self->answer);
  now = gst_util_get_timestamp ();
  durations[GST_RESNET_STAGE_TOTAL] = now - start;
  gst_resnet_stats_add (self->stats, GST_RESNET_OUTCOME_CLASSIFIED, durations);
  gst_resnet_classify_log_answer (self, self->answer, &times, durations);
  GST_OBJECT_LOCK (self);
  self->pace.n_on_time++;
  gst_resnet_pace_classified (&self->pace, &times, now - start);
  latency = gst_resnet_pace_held (&self->pace, now - start, now)
      && self->pace.live;
  GST_OBJECT_UNLOCK (self);
  if (latency)
    post_latency (self);
  gst_resnet_classify_note_sharing (self);
  return GST_FLOW_OK;
}
