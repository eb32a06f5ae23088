/* gst-resnet: the properties of resnetclassify that a user sets
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetsettings.h"

#include "gstresnetenums.h"

#define DEFAULT_TOP_K 5
#define DEFAULT_INTERVAL 1
#define DEFAULT_THRESHOLD 0.0
#define DEFAULT_ACTIVATION NN_ACTIVATION_AUTO
#define DEFAULT_RESIZE (-1)
#define DEFAULT_CROP 0
#define DEFAULT_INTERPOLATION GST_RESNET_INTERPOLATION_AUTO
#define DEFAULT_PRECISION NN_PRECISION_AUTO
#define DEFAULT_POST_MESSAGES TRUE
#define DEFAULT_ATTACH_META TRUE

enum
{
  PROP_MODEL = 1,
  PROP_LABELS,
  PROP_TOP_K,
  PROP_THRESHOLD,
  PROP_ACTIVATION,
  PROP_THREADS,
  PROP_INTERVAL,
  PROP_RESIZE,
  PROP_CROP,
  PROP_MEAN,
  PROP_STD,
  PROP_INTERPOLATION,
  PROP_PRECISION,
  PROP_POST_MESSAGES,
  PROP_ATTACH_META,
  PROP_STATS,
  PROP_MODEL_INFO
};

void
gst_resnet_settings_init (GstResnetSettings * settings)
{
  memset (settings, 0, sizeof (*settings));
  settings->top_k = DEFAULT_TOP_K;
  settings->interval = DEFAULT_INTERVAL;
  settings->threshold = DEFAULT_THRESHOLD;
  settings->activation = DEFAULT_ACTIVATION;
  settings->resize = DEFAULT_RESIZE;
  settings->crop = DEFAULT_CROP;
  settings->interpolation = DEFAULT_INTERPOLATION;
  settings->precision = DEFAULT_PRECISION;
  settings->post_messages = DEFAULT_POST_MESSAGES;
  settings->attach_meta = DEFAULT_ATTACH_META;
  gst_resnet_live_settings_init (&settings->live);
  gst_resnet_group_settings_init (&settings->group);
}

void
gst_resnet_settings_clear (GstResnetSettings * settings)
{
  g_clear_pointer (&settings->model, g_free);
  g_clear_pointer (&settings->labels, g_free);
  g_clear_pointer (&settings->mean, g_free);
  g_clear_pointer (&settings->std, g_free);
  gst_resnet_live_settings_clear (&settings->live);
  gst_resnet_group_settings_clear (&settings->group);
}

void
gst_resnet_settings_copy (GstResnetSettings * dest,
    const GstResnetSettings * src)
{
  gst_resnet_settings_clear (dest);
  *dest = *src;
  dest->model = g_strdup (src->model);
  dest->labels = g_strdup (src->labels);
  dest->mean = g_strdup (src->mean);
  dest->std = g_strdup (src->std);
  gst_resnet_live_settings_own (&dest->live);
  gst_resnet_group_settings_own (&dest->group);
}

#define AT_START (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define ANY_TIME (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

void
gst_resnet_settings_install_properties (GObjectClass * klass)
{
  /**
   * GstResnetClassify:model:
   *
   * A model file: .pth or .pt (a state dict of torchvision's ResNet family, in either of torch.save's forms),
   * .safetensors or .onnx, told apart by content. %NULL or empty: the embedded model. It is loaded when the element
   * starts. A value set while the element runs is loaded and tried in another thread, then taken between two frames: element
   * message "model-updated" ("model", "labels", "from-sha256", "sha256", "element"); or refused, and the old one goes on:
   * "model-rejected" ("model", "labels", "reason", "sha256" of the one that goes on, "element").
   */
  g_object_class_install_property (klass, PROP_MODEL,
      g_param_spec_string ("model", "Model",
          "Model file: a PyTorch state dict (.pth, .pt) or .safetensors of a "
          "ResNet, or ONNX (.onnx); unset or empty: the embedded model. Set while running, it is "
          "loaded and tried beside the stream, then taken between two frames",
          NULL, ANY_TIME));
  /**
   * GstResnetClassify:labels:
   *
   * A text or JSON file with a label for each class. %NULL or empty: the labels in the model file; where that has
   * none, a class's label is its index as text.
   */
  g_object_class_install_property (klass, PROP_LABELS,
      g_param_spec_string ("labels", "Labels",
          "Label file: one label a line, synset_words.txt, or JSON (Keras' "
          "imagenet_class_index.json, an array, an object); its count must be "
          "the model's. Unset or empty: the labels in the model file, else the "
          "class's index as text. Set while running, as model", NULL,
          ANY_TIME));
  g_object_class_install_property (klass, PROP_TOP_K,
      g_param_spec_uint ("top-k", "Top k",
          "How many classes a result has at most, the most confident first",
          1, G_MAXINT, DEFAULT_TOP_K, ANY_TIME));
  g_object_class_install_property (klass, PROP_THRESHOLD,
      g_param_spec_double ("threshold", "Threshold",
          "Classes less confident than this are left out; when that leaves "
          "none, the answer is \"unknown\". 0: none is left out. Does not apply "
          "where activation is none", 0.0, 1.0, DEFAULT_THRESHOLD, ANY_TIME));
  g_object_class_install_property (klass, PROP_ACTIVATION,
      g_param_spec_enum ("activation", "Activation",
          "What turns the network's outputs into confidences",
          GST_TYPE_RESNET_ACTIVATION, DEFAULT_ACTIVATION, ANY_TIME));
  g_object_class_install_property (klass, PROP_THREADS,
      g_param_spec_uint ("threads", "Threads",
          "Threads that classify one frame together; 0: as many as the CPUs "
          "this process may run on. Used at start", 0, NN_SESSION_MAX_THREADS,
          0, AT_START));
  /**
   * GstResnetClassify:interval:
   *
   * 1: every frame is classified. n: every n-th; 0: as many as the stream's time leaves time for; the frames between carry the last result, marked as reused and with
   * the PTS of the frame it is from. A flush, a new segment, new caps or a changed property ends that: the next frame
   * is classified. Messages are posted for classified frames only.
   */
  g_object_class_install_property (klass, PROP_INTERVAL,
      g_param_spec_uint ("interval", "Interval",
          "Classify every n-th frame; the frames between carry the last "
          "result, marked as reused. 0: as often as this machine keeps up "
          "with", 0, G_MAXINT, DEFAULT_INTERVAL, ANY_TIME));
  g_object_class_install_property (klass, PROP_RESIZE,
      g_param_spec_int ("resize", "Resize",
          "Length of the picture's shorter side after resizing, pixels; 0: "
          "stretch to the crop; -1: what the model file says, else 256", -1,
          NN_PREPROCESS_MAX_SIZE, DEFAULT_RESIZE, ANY_TIME));
  g_object_class_install_property (klass, PROP_CROP,
      g_param_spec_int ("crop", "Crop",
          "Side of the square from the resized picture's centre that the "
          "network sees, pixels; 0: what the model file says, else 224", 0,
          NN_PREPROCESS_MAX_SIZE, DEFAULT_CROP, ANY_TIME));
  g_object_class_install_property (klass, PROP_MEAN,
      g_param_spec_string ("mean", "Mean",
          "Subtracted from R, G, B (values from 0 to 1): \"0.485,0.456,0.406\"; "
          "unset or empty: what the model file says, else these values", NULL,
          ANY_TIME));
  g_object_class_install_property (klass, PROP_STD,
      g_param_spec_string ("std", "Standard deviation",
          "R, G, B are divided by these, after mean: \"0.229,0.224,0.225\"; "
          "unset or empty: what the model file says, else these values", NULL,
          ANY_TIME));
  g_object_class_install_property (klass, PROP_INTERPOLATION,
      g_param_spec_enum ("interpolation", "Interpolation",
          "Filter of the resize", GST_TYPE_RESNET_INTERPOLATION,
          DEFAULT_INTERPOLATION, ANY_TIME));
  /**
   * GstResnetClassify:precision:
   *
   * In the words of torch.set_float32_matmul_precision(). highest: float32 arithmetic. high: each float32 number as the
   * sum of two bfloat16; logits equal PyTorch's float32 as highest's do (within 1e-4 of the largest). medium: bfloat16.
   * auto: the faster of highest and high. Where the machine or the network has no faster way, high and medium run as
   * highest; "precision" in stats and in each result says which one ran.
   */
  g_object_class_install_property (klass, PROP_PRECISION,
      g_param_spec_enum ("precision", "Precision",
          "How numbers are multiplied, in PyTorch's words; stats and results "
          "say which one ran. Used at start", GST_TYPE_RESNET_PRECISION,
          DEFAULT_PRECISION, AT_START));
  g_object_class_install_property (klass, PROP_POST_MESSAGES,
      g_param_spec_boolean ("post-messages", "Post messages",
          "Post an element message \"classification\" for each classified "
          "frame", DEFAULT_POST_MESSAGES, ANY_TIME));
  g_object_class_install_property (klass, PROP_ATTACH_META,
      g_param_spec_boolean ("attach-meta", "Attach meta",
          "Attach a GstClassificationMeta to each frame that has a result",
          DEFAULT_ATTACH_META, ANY_TIME));
  /**
   * GstResnetClassify:stats:
   *
   * Counts since the last start, readable at any time from any thread: "frames", and of these "classified", "reused",
   * "late" (passed on unclassified because of QoS), "waiting" (in mode latest, before the first result) and "failed"
   * (uint64); in mode latest "classified" and "failed" count what was done beside the frames. Times of classified frames in nanoseconds (uint64): "preprocess-last", "preprocess-mean",
   * "preprocess-p99" (the 99th percentile of the last 1024), the same for "inference" and "total". "isa" (string),
   * "precision" (string, the one that runs) and "threads" (uint): what the runner uses. "shared-with" (uint): how many
   * other elements of the process have the same model, which is in memory once; "group-runs" and "group-images"
   * (uint64): of all the group's elements, so that images / runs is the mean batch.
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Since start: frames, classified, reused, late, waiting, failed; "
          "regions-classified, -reused, -skipped; preprocess-, "
          "inference- and total- last, mean, p99 in nanoseconds (p99 of the "
          "last 1024 classified frames); isa, precision, threads; shared-with, "
          "group-runs, group-images",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstResnetClassify:model-info:
   *
   * The model that was loaded last, readable at any time from any thread; %NULL before the first start: "architecture"
   * (string), "input" (string, "3x224x224"), "classes" (uint), "parameters" (uint64), "sha256" (string), "format"
   * (string), "size" (uint64, bytes of the file).
   */
  g_object_class_install_property (klass, PROP_MODEL_INFO,
      g_param_spec_boxed ("model-info", "Model information",
          "The loaded model: architecture, input, classes, parameters, sha256, "
          "format, size in bytes; unset before the first start",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  gst_resnet_live_settings_install_properties (klass);
  gst_resnet_group_settings_install_properties (klass);
}

static void
replace_string (gchar ** string, const GValue * value)
{
  g_free (*string);
  *string = g_value_dup_string (value);
}

gboolean
gst_resnet_settings_set (GstResnetSettings * settings, guint prop_id,
    const GValue * value)
{
  switch (prop_id) {
    case PROP_MODEL:
      replace_string (&settings->model, value);
      break;
    case PROP_LABELS:
      replace_string (&settings->labels, value);
      break;
    case PROP_TOP_K:
      settings->top_k = g_value_get_uint (value);
      break;
    case PROP_THRESHOLD:
      settings->threshold = g_value_get_double (value);
      break;
    case PROP_ACTIVATION:
      settings->activation = (NnActivation) g_value_get_enum (value);
      break;
    case PROP_THREADS:
      settings->threads = g_value_get_uint (value);
      break;
    case PROP_INTERVAL:
      settings->interval = g_value_get_uint (value);
      break;
    case PROP_RESIZE:
      settings->resize = g_value_get_int (value);
      break;
    case PROP_CROP:
      settings->crop = g_value_get_int (value);
      break;
    case PROP_MEAN:
      replace_string (&settings->mean, value);
      break;
    case PROP_STD:
      replace_string (&settings->std, value);
      break;
    case PROP_INTERPOLATION:
      settings->interpolation = g_value_get_enum (value);
      break;
    case PROP_PRECISION:
      settings->precision = (NnPrecision) g_value_get_enum (value);
      break;
    case PROP_POST_MESSAGES:
      settings->post_messages = g_value_get_boolean (value);
      break;
    case PROP_ATTACH_META:
      settings->attach_meta = g_value_get_boolean (value);
      break;
    default:
      if (!gst_resnet_live_settings_set (&settings->live, prop_id, value)
          && !gst_resnet_group_settings_set (&settings->group, prop_id, value))
        return FALSE;
      break;
  }
  settings->serial++;
  return TRUE;
}

gboolean
gst_resnet_settings_get (const GstResnetSettings * settings, guint prop_id,
    GValue * value)
{
  switch (prop_id) {
    case PROP_MODEL:
      g_value_set_string (value, settings->model);
      break;
    case PROP_LABELS:
      g_value_set_string (value, settings->labels);
      break;
    case PROP_TOP_K:
      g_value_set_uint (value, settings->top_k);
      break;
    case PROP_THRESHOLD:
      g_value_set_double (value, settings->threshold);
      break;
    case PROP_ACTIVATION:
      g_value_set_enum (value, settings->activation);
      break;
    case PROP_THREADS:
      g_value_set_uint (value, settings->threads);
      break;
    case PROP_INTERVAL:
      g_value_set_uint (value, settings->interval);
      break;
    case PROP_RESIZE:
      g_value_set_int (value, settings->resize);
      break;
    case PROP_CROP:
      g_value_set_int (value, settings->crop);
      break;
    case PROP_MEAN:
      g_value_set_string (value, settings->mean);
      break;
    case PROP_STD:
      g_value_set_string (value, settings->std);
      break;
    case PROP_INTERPOLATION:
      g_value_set_enum (value, settings->interpolation);
      break;
    case PROP_PRECISION:
      g_value_set_enum (value, settings->precision);
      break;
    case PROP_POST_MESSAGES:
      g_value_set_boolean (value, settings->post_messages);
      break;
    case PROP_ATTACH_META:
      g_value_set_boolean (value, settings->attach_meta);
      break;
    default:
      return gst_resnet_live_settings_get (&settings->live, prop_id, value)
          || gst_resnet_group_settings_get (&settings->group, prop_id, value);
  }
  return TRUE;
}

static gboolean
parse_triple (const gchar * name, const gchar * string, gfloat triple[3],
    GError ** error)
{
  if (!string || !*string)
    return TRUE;
  if (!nn_preprocess_parse_triple (name, string, triple, error)) {
    g_prefix_error (error, "Property %s=\"%s\": ", name, string);
    return FALSE;
  }
  return TRUE;
}

gboolean
gst_resnet_settings_get_preprocess (const GstResnetSettings * settings,
    const NnPreprocess * from_model, NnPreprocess * preprocess, GError ** error)
{
  NnPreprocess p = *from_model;

  if (settings->resize >= 0)
    p.resize = settings->resize;
  if (settings->crop > 0)
    p.crop = settings->crop;
  if (settings->interpolation != GST_RESNET_INTERPOLATION_AUTO)
    p.interpolation = (NnInterpolation) settings->interpolation;
  if (!parse_triple ("mean", settings->mean, p.mean, error)
      || !parse_triple ("std", settings->std, p.std, error))
    return FALSE;
  if (!nn_preprocess_validate (&p, error)) {
    g_prefix_error (error,
        "Properties resize=%d crop=%d mean=\"%s\" std=\"%s\": ",
        settings->resize, settings->crop, GST_STR_NULL (settings->mean),
        GST_STR_NULL (settings->std));
    return FALSE;
  }
  *preprocess = p;
  return TRUE;
}
