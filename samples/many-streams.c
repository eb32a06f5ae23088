/* gst-resnet sample: many files and cameras, one model, a mosaic
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each source is a bin of its own: source ! resnetclassify ! videoscale ! classoverlay. All classifiers are in one
 * group, so that frames of several sources go through the network together. They share one model in any case.
 * compositor puts the pictures side by side. When a source fails, only its own picture disappears.
 *
 *   many-streams [--model=FILE] [--labels=FILE] [--batch-size=N] [--interval=N] [--latest] [--columns=N] [--tile=WxH]
 *                [--headless | --output=FILE.webm] SOURCE...
 *
 * SOURCE is a file, a URI (rtsp://…) or a camera (/dev/video0). The exit status is 0 when all sources played to their
 * end or Ctrl-C was pressed, and 1 otherwise.
 */
#include <glib-unix.h>
#include <locale.h>
#include <string.h>

#include "meta/gstclassificationmeta.h"

#define MAX_SOURCES 64
#define MAX_TILE 4096
#define MAX_MOSAIC 16384
/* After Ctrl-C, the recording must be finished within this time. */
#define END_TIME_MS 30000

typedef struct _App App;

typedef struct {
  App *app;
  const gchar *name;
  guint number;           /* from 1 */
  GstElement *bin;        /* in the pipeline while it plays */
  GstElement *classifier; /* in it */
  GstPad *tile;           /* the compositor's */
  gboolean failed;
} Stream;

struct _App {
  gchar *model, *labels, *tile, *output;
  gint batch_size, interval, columns;
  gboolean latest, headless;
  gchar **sources;

  gint tile_width, tile_height;
  GMainLoop *loop;
  GstElement *pipeline, *compositor;
  Stream *streams;
  guint n_streams, n_playing;
  gboolean interrupted, failed;
};

static GstElement *
make_element (App *app, const gchar *factory, const gchar *package)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (!element) {
    g_printerr ("many-streams: GStreamer does not find the element %s: %s\n", factory, package);
    app->failed = TRUE;
  }
  return element;
}

/* Takes a stream that failed out of the pipeline; the others go on. */
static void
fail_stream (Stream *stream, const gchar *reason)
{
  App *app = stream->app;

  if (stream->failed)
    return;
  g_printerr ("many-streams: %s: %s\n", stream->name, reason);
  stream->failed = app->failed = TRUE;
  /* The tile goes first, so that a thread that waits in it for the other tiles' frames goes on. */
  gst_element_release_request_pad (app->compositor, stream->tile);
  gst_clear_object (&stream->tile);
  gst_element_set_state (stream->bin, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (app->pipeline), stream->bin);
  if (--app->n_playing == 0)
    g_main_loop_quit (app->loop);
  else
    /* A stream that fails at once would keep the pipeline from starting the others. */
    gst_element_set_state (app->pipeline, GST_STATE_PLAYING);
}

/* Returns the stream to which @object, an element or a pad of one, belongs, or NULL. */
static Stream *
find_stream (App *app, GstObject *object)
{
  for (guint i = 0; i < app->n_streams; i++) {
    Stream *stream = &app->streams[i];

    if (!stream->failed
        && (object == GST_OBJECT (stream->bin) || gst_object_has_as_ancestor (object, GST_OBJECT (stream->bin))))
      return stream;
  }
  return NULL;
}

static void
print_change (Stream *stream, const GstStructure *change)
{
  guint64 time = GST_CLOCK_TIME_NONE;
  gdouble confidence = 0;

  gst_structure_get_uint64 (change, "stream-time", &time);
  gst_structure_get_double (change, "confidence", &confidence);
  g_print ("%u", stream->number);
  if (GST_CLOCK_TIME_IS_VALID (time))
    g_print ("  %.3f", (gdouble)time / GST_SECOND);
  else
    g_print ("  -");
  g_print ("  %s %.3f\n", gst_structure_get_string (change, "to"), confidence);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  App *app = user_data;
  Stream *stream = find_stream (app, GST_MESSAGE_SRC (message));
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ELEMENT:
    if (stream && gst_message_has_name (message, GST_CLASSIFICATION_LABEL_CHANGED_NAME))
      print_change (stream, gst_message_get_structure (message));
    break;
  case GST_MESSAGE_APPLICATION:
    if (stream)
      fail_stream (stream, "it has no picture or video in it");
    break;
  case GST_MESSAGE_WARNING:
    gst_message_parse_warning (message, &error, NULL);
    g_printerr ("many-streams: %s: warning: %s\n", stream ? stream->name : "mosaic", error->message);
    break;
  case GST_MESSAGE_ERROR:
    gst_message_parse_error (message, &error, NULL);
    if (stream) {
      fail_stream (stream, error->message);
    } else if (!gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (app->pipeline))) {
      /* The message is of a stream that is gone already. */
    } else {
      g_printerr ("many-streams: %s\n", error->message);
      app->failed = TRUE;
      g_main_loop_quit (app->loop);
    }
    break;
  case GST_MESSAGE_LATENCY:
    gst_bin_recalculate_latency (GST_BIN (app->pipeline));
    break;
  case GST_MESSAGE_EOS:
    g_main_loop_quit (app->loop);
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

/* This runs in the streaming thread. The first video stream is shown; further ones are left alone. */
static void
on_pad_added (GstElement *source, GstPad *pad, gpointer user_data)
{
  Stream *stream = user_data;
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (stream->classifier, "sink");

  if (!gst_pad_is_linked (sink_pad))
    gst_pad_link (pad, sink_pad);
}

static void
on_no_more_pads (GstElement *source, gpointer user_data)
{
  Stream *stream = user_data;
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (stream->classifier, "sink");

  if (!gst_pad_is_linked (sink_pad))
    gst_element_post_message (
        stream->bin, gst_message_new_application (GST_OBJECT (stream->bin), gst_structure_new_empty ("no-video")));
}

static gboolean
is_camera (const gchar *name)
{
  return g_str_has_prefix (name, "/dev/video");
}

/* Makes v4l2src for a camera and uridecodebin for the rest. Returns NULL with @error when there is no such file. */
static GstElement *
make_source (Stream *stream, GError **error)
{
  /* As decoders have it: with any feature, interlaced video, too. */
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw(ANY)");
  g_autofree gchar *uri = NULL;
  GstElement *source;

  if (is_camera (stream->name)) {
    source = make_element (stream->app, "v4l2src", "install gstreamer1.0-plugins-good");
    if (source)
      g_object_set (source, "device", stream->name, NULL);
    return source;
  }
  if (g_file_test (stream->name, G_FILE_TEST_IS_DIR))
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR, "it is a folder, not a file");
  else if (g_file_test (stream->name, G_FILE_TEST_EXISTS))
    uri = gst_filename_to_uri (stream->name, error);
  else if (gst_uri_is_valid (stream->name))
    uri = g_strdup (stream->name);
  else
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "there is no such file");
  if (!uri)
    return NULL;
  source = make_element (stream->app, "uridecodebin", "install gstreamer1.0-plugins-base");
  if (!source)
    return NULL;
  /* Only video is decoded, no sound. */
  g_object_set (source, "uri", uri, "caps", caps, "expose-all-streams", FALSE, NULL);
  g_signal_connect (source, "pad-added", G_CALLBACK (on_pad_added), stream);
  g_signal_connect (source, "no-more-pads", G_CALLBACK (on_no_more_pads), stream);
  return source;
}

static void
set_up_classifier (Stream *stream)
{
  App *app = stream->app;

  /* Only changes of the answer are printed, so no message is needed for each frame. */
  g_object_set (stream->classifier, "group", "mosaic", "batch-size", app->batch_size, "interval", app->interval,
                "post-messages", FALSE, NULL);
  if (app->latest)
    gst_util_set_object_arg (G_OBJECT (stream->classifier), "mode", "latest");
  if (app->model)
    g_object_set (stream->classifier, "model", app->model, NULL);
  if (app->labels)
    g_object_set (stream->classifier, "labels", app->labels, NULL);
}

/* Puts the tile into its place. A tile whose stream has ended goes black. */
static void
set_up_tile (Stream *stream)
{
  App *app = stream->app;
  gint index = (gint)stream->number - 1;

  g_object_set (stream->tile, "xpos", index % app->columns * app->tile_width, "ypos",
                index / app->columns * app->tile_height, "width", app->tile_width, "height", app->tile_height, NULL);
}

/* Adds the stream's bin to the pipeline and links it. Returns FALSE after it has printed why that failed. */
static gboolean
add_stream (Stream *stream)
{
  App *app = stream->app;
  g_autoptr (GstCaps) caps
      = gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT, app->tile_width, "height", G_TYPE_INT,
                             app->tile_height, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
  g_autoptr (GError) error = NULL;
  GstElement *source = make_source (stream, &error);
  GstElement *scale = NULL, *convert = NULL, *filter = NULL, *overlay = NULL;
  g_autoptr (GstPad) last = NULL;
  GstPad *ghost;

  if (!source) {
    if (error)
      g_printerr ("many-streams: %s: %s\n", stream->name, error->message);
    stream->failed = app->failed = TRUE;
    return FALSE;
  }
  stream->bin = gst_bin_new (NULL);
  stream->classifier = make_element (app, "resnetclassify", "let GST_PLUGIN_PATH name the folder of libgstresnet.so");
  overlay = make_element (app, "classoverlay", "let GST_PLUGIN_PATH name the folder of libgstresnet.so");
  convert = make_element (app, "videoconvert", "install gstreamer1.0-plugins-base");
  scale = make_element (app, "videoscale", "install gstreamer1.0-plugins-base");
  filter = make_element (app, "capsfilter", "GStreamer is not installed completely");
  if (!stream->classifier || !overlay || !convert || !scale || !filter) {
    GstElement *all[] = { source, stream->classifier, overlay, convert, scale, filter, stream->bin };

    for (guint i = 0; i < G_N_ELEMENTS (all); i++)
      if (all[i])
        gst_object_unref (gst_object_ref_sink (all[i]));
    stream->bin = stream->classifier = NULL;
    stream->failed = TRUE;
    return FALSE;
  }
  set_up_classifier (stream);
  g_object_set (filter, "caps", caps, NULL);
  g_object_set (scale, "add-borders", TRUE, NULL);
  /* The text is drawn on the small picture, so that one can read it. The network has seen the large one. */
  g_object_set (overlay, "top-k", 2, NULL);
  gst_bin_add_many (GST_BIN (stream->bin), source, stream->classifier, convert, scale, filter, overlay, NULL);
  if (is_camera (stream->name))
    gst_element_link (source, stream->classifier);
  gst_element_link_many (stream->classifier, convert, scale, filter, overlay, NULL);
  last = gst_element_get_static_pad (overlay, "src");
  ghost = gst_ghost_pad_new ("src", last);
  gst_element_add_pad (stream->bin, ghost);

  gst_bin_add (GST_BIN (app->pipeline), stream->bin);
  stream->tile = gst_element_request_pad_simple (app->compositor, "sink_%u");
  set_up_tile (stream);
  gst_pad_link (ghost, stream->tile);
  app->n_playing++;
  return TRUE;
}

/* Makes what follows the mosaic: a window, a file or nothing. */
static GstElement *
make_output (App *app)
{
  g_autofree gchar *description = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *output;

  if (app->output)
    description = g_strdup ("videoconvert ! vp8enc deadline=1 cpu-used=8 ! webmmux ! filesink name=file");
  else if (app->headless)
    description = g_strdup ("fakesink");
  else
    description = g_strdup ("videoconvert ! autovideosink");
  output = gst_parse_bin_from_description (description, TRUE, &error);
  if (!output || error) {
    g_printerr ("many-streams: %s\n", error->message);
    g_clear_pointer (&output, gst_object_unref);
    return NULL;
  }
  if (app->output) {
    g_autoptr (GstElement) file = gst_bin_get_by_name (GST_BIN (output), "file");

    g_object_set (file, "location", app->output, NULL);
  }
  return output;
}

static gboolean
make_pipeline (App *app)
{
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstBus) bus = NULL;
  GstElement *output;
  guint rows;

  app->n_streams = g_strv_length (app->sources);
  app->streams = g_new0 (Stream, app->n_streams);
  if (app->columns == 0)
    while ((guint)app->columns * app->columns < app->n_streams)
      app->columns++;
  rows = (app->n_streams + app->columns - 1) / app->columns;
  if (app->columns * app->tile_width > MAX_MOSAIC || rows * app->tile_height > MAX_MOSAIC) {
    g_printerr ("many-streams: the mosaic would be %dx%d pixels, more than %d: name a smaller --tile\n",
                app->columns * app->tile_width, rows * app->tile_height, MAX_MOSAIC);
    return FALSE;
  }
  if (app->batch_size == 0)
    app->batch_size = (gint)app->n_streams;

  app->pipeline = gst_pipeline_new (NULL);
  app->compositor = make_element (app, "compositor", "install gstreamer1.0-plugins-base");
  if (!app->compositor)
    return FALSE;
  gst_util_set_object_arg (G_OBJECT (app->compositor), "background", "black");
  gst_bin_add (GST_BIN (app->pipeline), app->compositor);
  output = make_output (app);
  if (!output)
    return FALSE;
  gst_bin_add (GST_BIN (app->pipeline), output);
  caps = gst_caps_new_simple ("video/x-raw", "framerate", GST_TYPE_FRACTION, 25, 1, "width", G_TYPE_INT,
                              app->columns * app->tile_width, "height", G_TYPE_INT, rows * app->tile_height, NULL);
  gst_element_link_filtered (app->compositor, output, caps);

  for (guint i = 0; i < app->n_streams; i++) {
    Stream *stream = &app->streams[i];

    stream->app = app;
    stream->name = app->sources[i];
    stream->number = i + 1;
    add_stream (stream);
  }
  bus = gst_element_get_bus (app->pipeline);
  gst_bus_add_watch (bus, on_message, app);
  return app->n_playing > 0;
}

static void
end_tile (GstElement *compositor, gpointer user_data)
{
  gst_pad_send_event (GST_PAD (user_data), gst_event_new_eos ());
}

static gboolean
on_end_time (gpointer user_data)
{
  App *app = user_data;

  g_printerr ("many-streams: the mosaic does not end; it is broken off\n");
  app->failed = TRUE;
  g_main_loop_quit (app->loop);
  return G_SOURCE_REMOVE;
}

/* The first Ctrl-C ends all streams, so that a recording is complete; the second one breaks off. */
static gboolean
on_interrupt (gpointer user_data)
{
  App *app = user_data;

  if (app->interrupted || !app->output) {
    app->interrupted = TRUE;
    g_main_loop_quit (app->loop);
    return G_SOURCE_CONTINUE;
  }
  app->interrupted = TRUE;
  /* This happens in threads of its own, because a tile may be waiting for the others. */
  for (guint i = 0; i < app->n_streams; i++)
    if (app->streams[i].tile)
      gst_element_call_async (app->compositor, end_tile, gst_object_ref (app->streams[i].tile), gst_object_unref);
  g_timeout_add (END_TIME_MS, on_end_time, app);
  return G_SOURCE_CONTINUE;
}

/* Prints what the classifiers shared. */
static void
print_statistics (App *app)
{
  guint64 runs = 0, images = 0;

  for (guint i = 0; i < app->n_streams; i++) {
    Stream *stream = &app->streams[i];
    GstStructure *stats = NULL;
    guint64 frames = 0, classified = 0;

    if (stream->failed)
      continue;
    g_object_get (stream->classifier, "stats", &stats, NULL);
    gst_structure_get (stats, "frames", G_TYPE_UINT64, &frames, "classified", G_TYPE_UINT64, &classified, NULL);
    gst_structure_get_uint64 (stats, "group-runs", &runs);
    gst_structure_get_uint64 (stats, "group-images", &images);
    g_print ("%u  %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " classified  %s\n", stream->number, frames,
             classified, stream->name);
    gst_structure_free (stats);
    if (frames == 0 && !app->interrupted) {
      g_printerr ("many-streams: %s: no picture could be decoded from it\n", stream->name);
      app->failed = TRUE;
    }
  }
  if (runs > 0)
    g_print ("%.1f images a run\n", (gdouble)images / runs);
}

static gboolean
parse_tile (App *app)
{
  const gchar *tile = app->tile ? app->tile : "320x240";
  guint64 width, height;
  g_auto (GStrv) parts = g_strsplit (tile, "x", -1);

  /* The sizes are even, because chroma has half the samples. */
  if (g_strv_length (parts) == 2 && g_ascii_string_to_unsigned (parts[0], 10, 16, MAX_TILE, &width, NULL)
      && g_ascii_string_to_unsigned (parts[1], 10, 16, MAX_TILE, &height, NULL) && width % 2 == 0 && height % 2 == 0) {
    app->tile_width = (gint)width;
    app->tile_height = (gint)height;
    return TRUE;
  }
  g_printerr ("many-streams: --tile=%s: WIDTHxHEIGHT is wanted, two even numbers from 16 to %d\n", tile, MAX_TILE);
  return FALSE;
}

static gboolean
check_number (const gchar *option, gint value, gint least, gint most)
{
  if (value >= least && value <= most)
    return TRUE;
  g_printerr ("many-streams: %s is %d, it must be from %d to %d\n", option, value, least, most);
  return FALSE;
}

static gboolean
parse_options (App *app, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &app->model, "Model file (default: the embedded model)", "FILE" },
    { "labels", 'l', 0, G_OPTION_ARG_FILENAME, &app->labels, "Label file (default: the model's own)", "FILE" },
    { "batch-size", 'b', 0, G_OPTION_ARG_INT, &app->batch_size, "Frames that run together (default: 0, one a source)",
      "N" },
    { "interval", 'i', 0, G_OPTION_ARG_INT, &app->interval,
      "Classify every n-th frame; 0: as many as the machine can (default: 1)", "N" },
    { "latest", 0, 0, G_OPTION_ARG_NONE, &app->latest, "No frame waits for its result", NULL },
    { "columns", 'c', 0, G_OPTION_ARG_INT, &app->columns, "Pictures side by side (default: 0, as many as rows)", "N" },
    { "tile", 't', 0, G_OPTION_ARG_STRING, &app->tile, "Size of one picture (default: 320x240)", "WxH" },
    { "headless", 0, 0, G_OPTION_ARG_NONE, &app->headless, "No window; as fast as the machine can", NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &app->output, "No window; the mosaic goes into this file", "FILE.webm" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &app->sources, NULL, "SOURCE..." },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (
      context,
      "Classifies many files, URIs and cameras with one model, and shows them side by side with their classes.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("many-streams: %s\n", error->message);
    return FALSE;
  }
  if (!app->sources) {
    g_printerr ("many-streams: name at least one file, URI or camera; --help lists the options\n");
    return FALSE;
  }
  if (g_strv_length (app->sources) > MAX_SOURCES) {
    g_printerr ("many-streams: %u sources are named, %d is the most\n", g_strv_length (app->sources), MAX_SOURCES);
    return FALSE;
  }
  if (app->headless && app->output) {
    g_printerr ("many-streams: --headless and --output: one of them\n");
    return FALSE;
  }
  return check_number ("--batch-size", app->batch_size, 0, MAX_SOURCES)
         && check_number ("--interval", app->interval, 0, G_MAXINT)
         && check_number ("--columns", app->columns, 0, MAX_SOURCES) && parse_tile (app);
}

static void
app_clear (App *app)
{
  if (app->pipeline) {
    g_autoptr (GstBus) bus = gst_element_get_bus (app->pipeline);

    gst_element_set_state (app->pipeline, GST_STATE_NULL);
    gst_bus_remove_watch (bus);
    for (guint i = 0; i < app->n_streams; i++) {
      if (!app->streams[i].tile)
        continue;
      gst_element_release_request_pad (app->compositor, app->streams[i].tile);
      gst_object_unref (app->streams[i].tile);
    }
    gst_object_unref (app->pipeline);
  }
  g_main_loop_unref (app->loop);
  g_free (app->streams);
  g_free (app->model);
  g_free (app->labels);
  g_free (app->tile);
  g_free (app->output);
  g_strfreev (app->sources);
}

int
main (int argc, char **argv)
{
  App app = { .interval = 1 };

  /* File names are in the user's encoding; numbers are printed with a point. */
  setlocale (LC_CTYPE, "");
  app.loop = g_main_loop_new (NULL, FALSE);
  if (parse_options (&app, &argc, &argv) && make_pipeline (&app)) {
    g_unix_signal_add (SIGINT, on_interrupt, &app);
    g_unix_signal_add (SIGTERM, on_interrupt, &app);
    /* A failure posts its error on the bus, where it is handled like any other. */
    gst_element_set_state (app.pipeline, GST_STATE_PLAYING);
    g_main_loop_run (app.loop);
    print_statistics (&app);
  } else {
    app.failed = TRUE;
  }
  app_clear (&app);
  return app.failed ? 1 : 0;
}
