/* gst-resnet: the properties of resnetclassify: one table
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetsettings.h"

#include "property/gstpropertytable.h"

#define MAX_BATCH_SIZE 256

#define BOOLEAN(...) GST_PROPERTY_BOOLEAN (GstResnetSettings, __VA_ARGS__)
#define INT(...) GST_PROPERTY_INT (GstResnetSettings, __VA_ARGS__)
#define UINT(...) GST_PROPERTY_UINT (GstResnetSettings, __VA_ARGS__)
#define DOUBLE(...) GST_PROPERTY_DOUBLE (GstResnetSettings, __VA_ARGS__)
#define ENUM(...) GST_PROPERTY_ENUM (GstResnetSettings, __VA_ARGS__)
#define STRING(...) GST_PROPERTY_STRING (GstResnetSettings, __VA_ARGS__)
#define ALIAS(...) GST_PROPERTY_ALIAS (GstResnetSettings, __VA_ARGS__)
#define ANY_TIME GST_PROPERTY_ANY_TIME
#define CONTROLLABLE GST_PROPERTY_CONTROLLABLE
#define AT_START GST_PROPERTY_AT_START

/* Each row has the name, the nick, the field with its range and first value, when the property may change, and the
 * text that gst-inspect-1.0 shows. The longer texts above some rows are for people who write applications. A new
 * property needs a row here, a field in GstResnetSettings, and a row in docs/properties.md, which a test compares
 * with this table. */
static const GstPropertyRow rows[] = {
  /* These properties are about the model and how it runs. */
  /**
   * GstResnetClassify:model:
   *
   * The model file: a .pth or .pt file with a state dict of torchvision's ResNet family, in either of torch.save's
   * forms, or a .safetensors or .onnx file. The element looks at the content, not at the name. %NULL or an empty string
   * means the embedded model. The file is loaded when the element starts. When the property is set while the element
   * runs, the new model is loaded and tried in another thread and then taken between two frames. The element then posts
   * an element message "model-updated" ("model", "labels", "from-sha256", "sha256", "element"). If the new model cannot
   * be used, the old one stays, and the element posts "model-rejected" ("model", "labels", "reason", "sha256" of the
   * model that stays, "element").
   */
  {"model", "Model", STRING (model, NULL), ANY_TIME,
      "Loads the network from this file: a ResNet as a PyTorch state dict "
        "(.pth, .pt) or a .safetensors file, or an ONNX file (.onnx). If it is "
        "unset or empty, the embedded model is used. A file that is set while "
        "the element runs is loaded and tried in the background and then "
        "replaces the model between two frames"},
  /**
   * GstResnetClassify:labels-file:
   *
   * A text or JSON file with a label for each class. %NULL or an empty string means the labels in the model file; if
   * the model file has none, the label of a class is its index as text.
   */
  {"labels-file", "Labels file", STRING (labels, NULL), ANY_TIME,
      "Reads the names of the classes from this file: one label a line, "
        "synset_words.txt, or JSON (Keras' imagenet_class_index.json, an array "
        "or an object). It must have as many labels as the model has classes. "
        "If it is unset or empty, the labels in the model file are used, and "
        "if there are none, the number of the class. It may be set while the "
        "element runs, as model may"},
  {"labels", "Labels file (older name)", ALIAS (labels), ANY_TIME,
      "Is another name for labels-file, from before that one existed"},
  /**
   * GstResnetClassify:weights:
   *
   * A checkpoint can hold several sets of weights: those of the training and their averages ("state_dict" and
   * "state_dict_ema"), those of a student and a teacher, or one network for each fold. %NULL or an empty string means
   * the set that the library which wrote the file would take, and a warning says which one that is. "weights" in
   * model-info has its name.
   */
  {"weights", "Weights", STRING (weights, NULL), ANY_TIME,
      "Chooses one of several sets of weights in the model file by its name, "
        "such as state_dict, model_ema or student. If it is unset or empty, the "
        "element takes the set that the library which wrote the file would take. "
        "It may be set while the element runs, as model may"},
  /**
   * GstResnetClassify:architecture:
   *
   * This property says what the tensors of a state dict cannot show: the name of a network ("resnetaa50d",
   * "resnetblur50") and traits ("stride=1x1", "output-stride=16", "pool=max", "head=gelu", "classifier=NAME"),
   * separated by commas. %NULL or an empty string means what the published code of the family has.
   */
  {"architecture", "Architecture", STRING (architecture, NULL), ANY_TIME,
      "Says what the tensors of a state dict cannot show: the name of a "
        "network, such as resnetblur50, and traits, such as stride=1x1 or "
        "head=gelu, separated by commas. If it is unset or empty, the file is "
        "read as the published code of its family has it. It may be set while "
        "the element runs, as model may"},
  /**
   * GstResnetClassify:watch-model:
   *
   * A change of the files that model and labels-file name counts as setting these properties again. A file that is
   * still being written is left alone until it has not changed for half a second.
   */
  {"watch-model", "Watch model", BOOLEAN (watch_model, FALSE), ANY_TIME,
      "Loads the model and the labels file again when one of them is replaced "
        "or written to"},
  {"threads", "Threads", UINT (threads, 0, NN_SESSION_MAX_THREADS, 0), AT_START,
      "Sets how many threads work on one frame together. With 0 there are as "
        "many as there are CPUs that this process may run on. A change takes "
        "effect at the next start"},
  /**
   * GstResnetClassify:precision:
   *
   * The names are those of torch.set_float32_matmul_precision(). highest is float32 arithmetic. high takes each float32
   * number as the sum of two bfloat16 numbers; its logits equal PyTorch's float32 logits as those of highest do (within
   * 1e-4 of the largest). medium is bfloat16. auto is the faster of highest and high. Where the machine or the network
   * has no faster way, high and medium run as highest; "precision" in stats and in each result says which one ran.
   */
  {"precision", "Precision",
        ENUM (precision, gst_resnet_precision_get_type, NN_PRECISION_AUTO),
        AT_START,
      "Chooses how exactly numbers are multiplied, in PyTorch's words. A mode "
        "that this machine has no fast way for runs as highest; stats and each "
        "result say which one ran. A change takes effect at the next start"},
  /**
   * GstResnetClassify:mode:
   *
   * In mode sync each frame waits for its own result. The element answers the LATENCY query with the longest time that
   * a frame was held in the last seconds. With qos=true a frame that comes too late passes unclassified with the last
   * result, which is marked as reused; no frame is dropped.
   *
   * In mode latest no frame waits. Classification runs in a thread beside the stream, on the newest frame whenever it
   * has finished the one before. Each frame carries the newest finished result, marked as reused, with the PTS of the
   * frame that it is from. At the end of the stream, at a flush, at new caps and when the element stops, the element
   * waits for this thread, and no result from before a flush is used after it.
   */
  {"mode", "Mode", ENUM (mode, gst_resnet_mode_get_type, GST_RESNET_MODE_SYNC),
        ANY_TIME,
      "Chooses whether each frame waits for its own result or passes at once "
        "with the newest result that there is"},
  /**
   * GstResnetClassify:interval:
   *
   * With 1 every frame is classified, with n every n-th, and with 0 as many frames as this machine has time for. The
   * frames between carry the last result, which is marked as reused and has the PTS of the frame that it is from. After
   * a flush, a new segment, new caps or a changed property the next frame is classified. Messages are posted for
   * classified frames only.
   */
  {"interval", "Interval", UINT (interval, 0, G_MAXINT, 1), ANY_TIME,
      "Classifies only every n-th frame. The frames between carry the last "
        "result, marked as reused. With 0 the element classifies as often as "
        "this machine can keep up with"},

  /* These properties are about the way from the frame to the network's input. */
  {"resize", "Resize", INT (resize, -1, NN_PREPROCESS_MAX_SIZE, -1), ANY_TIME,
      "Sets the length in pixels to which the shorter side of the picture is "
        "resized. With 0 the picture is stretched to the size of the crop; with "
        "-1 the model file decides, or 256 if it does not say"},
  {"crop", "Crop", INT (crop, 0, NN_PREPROCESS_MAX_SIZE, 0), ANY_TIME,
      "Sets the side in pixels of the square from the centre of the resized "
        "picture that the network sees. With 0 the model file decides, or 224 "
        "if it does not say"},
  /**
   * GstResnetClassify:crop-height:
   *
   * Some networks have an input that is not square, such as those for persons (crop-height=256 crop-width=128). For
   * them, crop-height and crop-width give each side of what the network sees. A side that is 0 has the value of crop.
   * resize-height and resize-width, which must be set together, stretch the picture to one size, as torchvision's
   * Resize((h, w)) does. Without them, resize applies.
   */
  {"crop-height", "Crop height",
        INT (crop_height, 0, NN_PREPROCESS_MAX_SIZE, 0), ANY_TIME,
      "Sets the height in pixels of what the network sees, where that is not "
        "square. With 0 it is what crop says"},
  {"crop-width", "Crop width",
        INT (crop_width, 0, NN_PREPROCESS_MAX_SIZE, 0), ANY_TIME,
      "Sets the width in pixels of what the network sees, where that is not "
        "square. With 0 it is what crop says"},
  {"resize-height", "Resize height",
        INT (resize_height, 0, NN_PREPROCESS_MAX_SIZE, 0), ANY_TIME,
      "Stretches the picture to this height and to resize-width, in pixels, "
        "before the crop. With 0 for both, resize says what is done"},
  {"resize-width", "Resize width",
        INT (resize_width, 0, NN_PREPROCESS_MAX_SIZE, 0), ANY_TIME,
      "Stretches the picture to this width and to resize-height, in pixels, "
        "before the crop. With 0 for both, resize says what is done"},
  /**
   * GstResnetClassify:ignore-pixel-aspect-ratio:
   *
   * Frames whose pixels are not square (DVD, SD cameras, many recorders) are classified in the shape in which they are
   * displayed. The caps' pixel-aspect-ratio is part of the resize, which costs nothing. It makes no difference where
   * the whole picture is stretched to the crop.
   */
  {"ignore-pixel-aspect-ratio", "Ignore pixel aspect ratio",
        BOOLEAN (ignore_pixel_aspect_ratio, FALSE), ANY_TIME,
      "Takes all pixels for square, whatever pixel-aspect-ratio the caps say"},
  /**
   * GstResnetClassify:orientation:
   *
   * Phones and cameras store pictures as the sensor was held, and say in a tag how they are turned upright
   * (GST_TAG_IMAGE_ORIENTATION: EXIF in JPEG streams, the matrix in MP4 files). The picture is classified upright,
   * without turning a copy of the frame. The heat map and regions are in the pixels of the frame as it is.
   */
  {"orientation", "Orientation",
        ENUM (orientation, gst_resnet_orientation_get_type,
            GST_RESNET_ORIENTATION_AUTO), ANY_TIME,
      "Chooses how the picture is turned before it is classified; the frame "
        "itself stays as it is"},
  {"channel-order", "Channel order",
        ENUM (channel_order, gst_resnet_channel_order_get_type,
            GST_RESNET_CHANNEL_ORDER_AUTO), ANY_TIME,
      "Chooses the order in which the network takes red, green and blue. mean "
        "and std are in the same order"},
  /**
   * GstResnetClassify:mean:
   *
   * The numbers are those of the network's documentation. They are for pixel values from 0 to 1. If a mean is above 1,
   * or if mean is 0 or unset and a std is above 1, they are for pixel values from 0 to 255 ("103.939,116.779,123.68"
   * with std "1,1,1" and channel-order=bgr for networks of Caffe). A network that takes grey pictures has one number.
   */
  {"mean", "Mean", STRING (mean, NULL), ANY_TIME,
      "Is subtracted from the values of each channel: three numbers separated "
        "by commas, in the network's channel order, of values from 0 to 1, or "
        "from 0 to 255 where one of them is above 1; one number for grey "
        "pictures. If it is unset or empty, the model file decides, or "
        "\"0.485,0.456,0.406\" if it does not say"},
  {"std", "Standard deviation", STRING (std, NULL), ANY_TIME,
      "Divides the values of each channel after mean was subtracted: three "
        "numbers separated by commas, or one, of the same values as mean. If "
        "it is unset or empty, the model file decides, or "
        "\"0.229,0.224,0.225\" if it does not say"},
  {"interpolation", "Interpolation",
        ENUM (interpolation, gst_resnet_interpolation_get_type,
            GST_RESNET_INTERPOLATION_AUTO), ANY_TIME,
      "Chooses the filter with which the picture is resized"},

  /* These properties are about the way from the network's output to the answer. */
  {"top-k", "Top k", UINT (top_k, 1, G_MAXINT, 5), ANY_TIME,
      "Sets how many classes a result has at most. The most confident class "
        "comes first"},
  {"activation", "Activation",
        ENUM (activation, gst_resnet_activation_get_type, NN_ACTIVATION_AUTO),
        ANY_TIME,
      "Chooses the function that turns the network's outputs into "
        "confidences"},
  {"threshold", "Threshold", DOUBLE (threshold, 0.0, 1.0, 0.0), CONTROLLABLE,
      "Leaves out the classes whose confidence is below this value, from 0 to "
        "1. If no class is left, the answer is \"unknown\". It has no effect "
        "with activation=none"},
  {"temperature", "Temperature", DOUBLE (temperature, 0.01, 100.0, 1.0),
        CONTROLLABLE,
      "Divides the network's outputs before the activation. Values above 1 "
        "make the answers less confident and values below 1 more confident, "
        "which calibrates a network; 1 changes nothing"},
  /**
   * GstResnetClassify:smoothing:
   *
   * The confidences follow the network's output as a first-order low-pass filter with this time constant in stream
   * time, whatever the frame rate is: after the time constant they have covered 63 % of a change, after three of them
   * 95 %. Smoothing starts anew after a flush, new caps, another model or another temperature. Regions are not
   * smoothed.
   */
  {"smoothing", "Smoothing", UINT (smoothing, 0, G_MAXINT, 0), CONTROLLABLE,
      "Smooths the confidences over time with this time constant, in "
        "milliseconds of stream time, whatever the frame rate is. With 0 they "
        "are not smoothed"},
  {"hysteresis", "Hysteresis", DOUBLE (hysteresis, 0.0, 1.0, 0.0), CONTROLLABLE,
      "Keeps the answer from flickering between classes that are about equally "
        "confident: another class becomes the answer only when its confidence is "
        "larger than the present answer's by at least this much (0.1 is ten "
        "percentage points). With 0 the most confident class is always the "
        "answer"},
  /**
   * GstResnetClassify:heatmap:
   *
   * The heat map is the class activation map (Zhou et al., 2016) of the frame's answer. It is in the
   * GstClassificationMeta and in the message: "heatmap", "heatmap-width", "heatmap-height", "heatmap-rect". It exists
   * for networks that end with a global average pool and one fully connected layer, as ResNets do. With a heat map, the
   * precision is highest.
   */
  {"heatmap", "Heat map", BOOLEAN (heatmap, FALSE), ANY_TIME,
      "Adds a heat map to each result that shows where in the frame the "
        "answer was seen (a class activation map). The network then runs with "
        "precision highest and without its group"},

  /* These properties are about regions of interest. */
  /**
   * GstResnetClassify:region:
   *
   * Regions are the frame's GstVideoRegionOfInterestMeta and, if gstreamer-analytics was there when the plugin was
   * built, its GstAnalyticsODMtd. Each region is cut out of the frame's own pixels and classified as a picture of its
   * own, with the same preprocessing. The results are a param GstStructure "classification" on the region's meta,
   * "regions" in the GstClassificationMeta and in the message, and a GstAnalyticsClsMtd that is related to the ODMtd.
   */
  {"region", "Region",
        ENUM (region, gst_resnet_region_mode_get_type,
            GST_RESNET_REGION_MODE_FULL_FRAME), ANY_TIME,
      "Chooses what is classified: the whole frame, the regions of interest "
        "that other elements marked on it, or both"},
  {"roi-types", "ROI types", STRING (roi_types, NULL), ANY_TIME,
      "Classifies only regions of these types, separated by commas, for "
        "example \"face,person\". If it is unset or empty, regions of every "
        "type are classified"},
  {"roi-min-size", "ROI minimal size", UINT (roi_min_size, 0, G_MAXINT, 0),
        ANY_TIME,
      "Skips regions whose width or height is smaller than this many pixels. "
        "Regions that are empty or outside the frame are always skipped"},
  {"roi-padding", "ROI padding", DOUBLE (roi_padding, 0.0, 10.0, 0.0), ANY_TIME,
      "Enlarges each region on all four sides before it is classified, by this "
        "fraction of its width and height (0.1 is a tenth), but not beyond the "
        "frame"},
  /**
   * GstResnetClassify:reclassify-interval:
   *
   * A region that a tracker follows has an id (GstVideoRegionOfInterestMeta:id other than 0, or a
   * GstAnalyticsTrackingMtd that is related to the GstAnalyticsODMtd). Between its classifications it carries its last
   * result, marked as reused.
   */
  {"reclassify-interval", "Reclassify interval",
        UINT (reclassify_interval, 0, G_MAXINT, 1), ANY_TIME,
      "Classifies a region that a tracker gave an id only on every n-th frame "
        "that it appears in. Between, it carries its last result. With 0 it is "
        "classified only once"},

  /* These properties are about what the element gives to others. */
  {"post-messages", "Post messages", BOOLEAN (post_messages, TRUE), ANY_TIME,
      "Posts an element message \"classification\" on the bus for each "
        "classified frame"},
  /**
   * GstResnetClassify:post-label-changes:
   *
   * The message's structure is named "label-changed": "from" (string, absent for a stream's first answer), "to"
   * (string), "index" (int), "confidence" (double), "timestamp", "stream-time", "running-time" and "held-for" (uint64,
   * nanoseconds of running time for which the former answer held), "model-sha256", "element".
   */
  {"post-label-changes", "Post label changes",
        BOOLEAN (post_label_changes, TRUE), ANY_TIME,
      "Posts an element message \"label-changed\" on the bus when the answer "
        "is another one than before. Below the threshold the answer is "
        "\"unknown\""},
  {"attach-meta", "Attach meta", BOOLEAN (attach_meta, TRUE), ANY_TIME,
      "Attaches the result to each frame that has one, as a custom meta named "
        "GstResnetClassificationMeta"},

  /* These properties are for many streams in one process. */
  /**
   * GstResnetClassify:group:
   *
   * Elements of one process that have the same group, model, crop, threads, precision and batch-size run their frames
   * together, batch-size frames at a time, on the group's threads. Elements of the same model that have no group share
   * its weights, and each has its own threads.
   */
  {"group", "Group", STRING (group, NULL), AT_START,
      "Runs the frames of all elements of this process that have the same "
        "group, model, crop, threads, precision and batch-size together, on one "
        "set of threads. If it is unset or empty, the element runs by itself"},
  {"batch-size", "Batch size", UINT (batch_size, 1, MAX_BATCH_SIZE, 1),
        AT_START,
      "Sets how many frames of a group run at once at most. With 1 each frame "
        "runs by itself. It has no effect without a group"},
  {"batch-timeout", "Batch timeout",
        UINT (batch_timeout, 0, G_MAXUINT / 1000, 20), AT_START,
      "Sets how long a frame waits for the other frames of its group at most, "
        "in milliseconds. It does not wait for streams that have ended. With 0 "
        "it does not wait at all"},

  /* These properties are what the element says about itself. */
  /**
   * GstResnetClassify:stats:
   *
   * Counts since the last start, which any thread can read at any time: "frames", and of these "classified", "reused",
   * "late" (passed unclassified because of QoS), "waiting" (in mode latest, before the first result) and "failed"
   * (uint64). In mode latest "classified" and "failed" count what was done beside the frames. The times of classified
   * frames in nanoseconds (uint64): "preprocess-last", "preprocess-mean", "preprocess-p99" (the 99th percentile of the
   * last 1024), and the same for "inference" and "total". "isa" (string), "precision" (string, the one that runs) and
   * "threads" (uint) say what the network runs with. "shared-with" (uint) is how many other elements of the process
   * have the same model, which is in memory once. "group-runs" and "group-images" (uint64) are those of all elements of
   * the group, so that images / runs is the mean batch.
   */
  {"stats", "Statistics", GST_PROPERTY_STRUCTURE, GST_PROPERTY_READ_ONLY,
      "Counts frames and measures times since the last start: frames, "
        "classified, reused, late, waiting, failed; regions-classified, "
        "regions-reused, regions-skipped; for preprocess, inference and total "
        "the last, the mean and the 99th percentile (p99) of the last 1024 "
        "classified frames in nanoseconds; isa, precision, threads; "
        "shared-with, group-runs, group-images"},
  /**
   * GstResnetClassify:model-info:
   *
   * The model that was loaded last, which any thread can read at any time; %NULL before the first start: "architecture"
   * (string), "input" (string, "3x224x224"), "classes" (uint), "parameters" (uint64), "sha256" (string), "format"
   * (string), "size" (uint64, bytes of the file).
   */
  {"model-info", "Model information", GST_PROPERTY_STRUCTURE,
        GST_PROPERTY_READ_ONLY,
      "Describes the loaded model: architecture, input, classes, parameters, "
        "sha256, format, and size in bytes. It is unset before the first "
        "start"},
};

static const GstPropertyTable table = {
  rows, G_N_ELEMENTS (rows), sizeof (GstResnetSettings)
};

void
gst_resnet_settings_install_properties (GObjectClass * klass)
{
  gst_property_table_install (&table, klass);
}

void
gst_resnet_settings_init (GstResnetSettings * settings)
{
  gst_property_table_init (&table, settings);
}

void
gst_resnet_settings_clear (GstResnetSettings * settings)
{
  gst_property_table_clear (&table, settings);
}

void
gst_resnet_settings_copy (GstResnetSettings * dest,
    const GstResnetSettings * src)
{
  gst_property_table_copy (&table, dest, src);
}

gboolean
gst_resnet_settings_set (GstResnetSettings * settings, guint prop_id,
    const GValue * value)
{
  return gst_property_table_set (&table, settings, prop_id, value);
}

void
gst_resnet_settings_notify_aliases (GObject * object, guint prop_id)
{
  gst_property_table_notify_aliases (&table, object, prop_id);
}

gboolean
gst_resnet_settings_get (const GstResnetSettings * settings, guint prop_id,
    GValue * value)
{
  return gst_property_table_get (&table, settings, prop_id, value);
}

gboolean
gst_resnet_settings_get_preprocess (const GstResnetSettings * settings,
    const NnPreprocess * from_model, NnPreprocess * preprocess, GError ** error)
{
  NnPreprocess p = *from_model;

  if (settings->resize >= 0) {
    p.resize = settings->resize;
    p.resize_height = p.resize_width = 0;
  }
  if (settings->resize_height > 0 || settings->resize_width > 0) {
    p.resize_height = settings->resize_height;
    p.resize_width = settings->resize_width;
  }
  if (settings->crop > 0)
    p.crop_height = p.crop_width = settings->crop;
  if (settings->crop_height > 0)
    p.crop_height = settings->crop_height;
  if (settings->crop_width > 0)
    p.crop_width = settings->crop_width;
  if (settings->interpolation != GST_RESNET_INTERPOLATION_AUTO)
    p.interpolation = (NnInterpolation) settings->interpolation;
  if (settings->channel_order != GST_RESNET_CHANNEL_ORDER_AUTO)
    p.channel_order = (NnChannelOrder) settings->channel_order;
  if (!nn_preprocess_set_statistics (&p, "mean", settings->mean, "std",
          settings->std, error)) {
    g_prefix_error (error, "Properties mean=\"%s\" std=\"%s\": ",
        GST_STR_NULL (settings->mean), GST_STR_NULL (settings->std));
    return FALSE;
  }
  if (!nn_preprocess_validate (&p, error)) {
    g_prefix_error (error,
        "Properties resize=%d resize-height=%d resize-width=%d crop=%d "
        "crop-height=%d crop-width=%d mean=\"%s\" std=\"%s\": ",
        settings->resize, settings->resize_height, settings->resize_width,
        settings->crop, settings->crop_height, settings->crop_width,
        GST_STR_NULL (settings->mean), GST_STR_NULL (settings->std));
    return FALSE;
  }
  *preprocess = p;
  return TRUE;
}
