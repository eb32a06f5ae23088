/* gst-resnet sample: prints what is in files
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This application plays photographs and videos through uridecodebin and resnetclassify. It prints the classes and the
 * time in the file whenever the most likely class changes. It reads the results from the bus, in the main loop's
 * thread.
 *
 *   classify-file [--model=FILE] [--labels=FILE] [--top-k=N] [--every-frame] [--realtime] FILE-OR-URI...
 *
 * The exit status is 0 when all files were classified or Ctrl-C was pressed, and 1 otherwise.
 */
#include <glib-unix.h>
#include <locale.h>
#include <string.h>

#include "meta/gstclassificationmeta.h"

#define NO_INDEX (-1)
#define MINUTE (60 * GST_SECOND)
#define HOUR (60 * MINUTE)

typedef struct {
  gchar *model, *labels;
  gint top_k;
  gboolean every_frame, realtime;
  gchar **files;

  GMainLoop *loop;
  GstElement *pipeline, *source, *classifier, *sink;

  /* These belong to the file that is playing. */
  const gchar *file;
  guint n_results;
  gint last_index;
  gchar *missing; /* what a missing plugin would have decoded */
  gboolean failed;

  gboolean interrupted;
} App;

static void
fail_file (App *app, const gchar *reason)
{
  /* Later errors are consequences of the first. */
  if (!app->failed)
    g_printerr ("classify-file: %s: %s\n", app->file, reason);
  app->failed = TRUE;
  g_main_loop_quit (app->loop);
}

/* Nothing to classify came out of the file. The reason is a missing decoder if one was missed. */
static void
fail_without_video (App *app)
{
  g_autofree gchar *reason = NULL;

  if (app->missing)
    reason = g_strdup_printf ("no installed GStreamer plugin decodes it (missing: %s)", app->missing);
  fail_file (app, reason ? reason : "it has no picture or video in it");
}

static void
print_result (App *app, const GstStructure *result)
{
  GstClockTime time = GST_CLOCK_TIME_NONE;
  const gchar *label;
  gint index;
  gdouble confidence;

  app->n_results++;
  if (!gst_classification_structure_get_entry (result, 0, NULL, &index, NULL))
    index = NO_INDEX; /* nothing reached the threshold */
  if (index == app->last_index && !app->every_frame)
    return;
  app->last_index = index;

  gst_structure_get_clock_time (result, "stream-time", &time);
  if (GST_CLOCK_TIME_IS_VALID (time))
    g_print ("%u:%02u:%02u.%03u", (guint)(time / HOUR), (guint)(time / MINUTE % 60), (guint)(time / GST_SECOND % 60),
             (guint)(time / GST_MSECOND % 1000));
  else
    g_print ("-");
  for (guint n = 0; gst_classification_structure_get_entry (result, n, &label, NULL, &confidence); n++)
    g_print ("  %s %.3f", label, confidence);
  g_print ("\n");
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  App *app = user_data;
  const GstStructure *result = gst_message_get_classification (message);
  g_autoptr (GError) error = NULL;

  if (result) {
    print_result (app, result);
    return G_SOURCE_CONTINUE;
  }

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ELEMENT:
    /* decodebin posts this just before its error; "name" says in words what is missing. */
    if (gst_message_has_name (message, "missing-plugin")) {
      g_free (app->missing);
      app->missing = g_strdup (gst_structure_get_string (gst_message_get_structure (message), "name"));
    }
    break;
  case GST_MESSAGE_WARNING:
    gst_message_parse_warning (message, &error, NULL);
    g_printerr ("classify-file: %s: warning: %s\n", app->file, error->message);
    break;
  case GST_MESSAGE_ERROR:
    gst_message_parse_error (message, &error, NULL);
    if (g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN)
        || g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND))
      fail_without_video (app);
    else
      fail_file (app, error->message);
    break;
  case GST_MESSAGE_APPLICATION:
    fail_without_video (app);
    break;
  case GST_MESSAGE_EOS:
    if (app->n_results == 0)
      fail_file (app, "no picture could be decoded from it");
    g_main_loop_quit (app->loop);
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

/* This runs in the streaming thread. The first video stream is classified; further ones are left alone. */
static void
on_pad_added (GstElement *source, GstPad *pad, gpointer user_data)
{
  App *app = user_data;
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (app->classifier, "sink");

  if (!gst_pad_is_linked (sink_pad))
    gst_pad_link (pad, sink_pad);
}

static void
on_no_more_pads (GstElement *source, gpointer user_data)
{
  App *app = user_data;
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (app->classifier, "sink");

  if (!gst_pad_is_linked (sink_pad))
    gst_element_post_message (
        app->pipeline, gst_message_new_application (GST_OBJECT (app->pipeline), gst_structure_new_empty ("no-video")));
}

/* jpegdec is fast rather than exact unless it is told otherwise. With islow its pixels are those of other programs. */
static void
on_deep_element_added (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer user_data)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory && g_strcmp0 (GST_OBJECT_NAME (factory), "jpegdec") == 0)
    gst_util_set_object_arg (G_OBJECT (element), "idct-method", "islow");
}

static gboolean
on_interrupt (gpointer user_data)
{
  App *app = user_data;

  app->interrupted = TRUE;
  g_main_loop_quit (app->loop);
  return G_SOURCE_CONTINUE;
}

static GstElement *
make_element (const gchar *factory, const gchar *package)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (!element)
    g_printerr ("classify-file: GStreamer does not find the element %s: %s\n", factory, package);
  return element;
}

static gboolean
make_pipeline (App *app)
{
  /* As decoders have it: with any feature, interlaced video, too. */
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw(ANY)");
  g_autoptr (GstBus) bus = NULL;

  app->source = make_element ("uridecodebin", "install gstreamer1.0-plugins-base");
  app->classifier = make_element ("resnetclassify", "let GST_PLUGIN_PATH name the folder of libgstresnet.so");
  app->sink = make_element ("fakesink", "GStreamer is not installed completely");
  app->pipeline = gst_pipeline_new (NULL);
  if (!app->source || !app->classifier || !app->sink) {
    g_clear_object (&app->source);
    g_clear_object (&app->classifier);
    g_clear_object (&app->sink);
    return FALSE;
  }

  /* Only video is decoded, no sound. */
  g_object_set (app->source, "caps", caps, "expose-all-streams", FALSE, NULL);
  g_object_set (app->sink, "sync", app->realtime, NULL);
  g_object_set (app->classifier, "top-k", app->top_k, NULL);
  if (app->model)
    g_object_set (app->classifier, "model", app->model, NULL);
  if (app->labels)
    g_object_set (app->classifier, "labels", app->labels, NULL);

  gst_bin_add_many (GST_BIN (app->pipeline), app->source, app->classifier, app->sink, NULL);
  gst_element_link (app->classifier, app->sink);
  g_signal_connect (app->source, "pad-added", G_CALLBACK (on_pad_added), app);
  g_signal_connect (app->source, "no-more-pads", G_CALLBACK (on_no_more_pads), app);
  g_signal_connect (app->pipeline, "deep-element-added", G_CALLBACK (on_deep_element_added), NULL);
  bus = gst_element_get_bus (app->pipeline);
  gst_bus_add_watch (bus, on_message, app);
  return TRUE;
}

/* Plays one file to its end. Returns FALSE when that failed. */
static gboolean
classify (App *app, const gchar *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *uri = NULL;
  g_autoptr (GstBus) bus = gst_element_get_bus (app->pipeline);

  app->file = file;
  app->n_results = 0;
  app->last_index = G_MININT;
  app->failed = FALSE;
  g_clear_pointer (&app->missing, g_free);

  if (g_file_test (file, G_FILE_TEST_IS_DIR)) {
    fail_file (app, "it is a folder, not a file");
    return FALSE;
  }
  if (g_file_test (file, G_FILE_TEST_EXISTS))
    uri = gst_filename_to_uri (file, &error);
  else if (gst_uri_is_valid (file))
    uri = g_strdup (file);
  else
    fail_file (app, "there is no such file");
  if (error)
    fail_file (app, error->message);
  if (!uri)
    return FALSE;

  g_object_set (app->source, "uri", uri, NULL);
  /* A failure here posts its error on the bus, where it is handled like any other. */
  if (gst_element_set_state (app->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE
      && !gst_bus_have_pending (bus))
    fail_file (app, "it could not be played");
  else
    g_main_loop_run (app->loop);
  gst_element_set_state (app->pipeline, GST_STATE_NULL);
  /* Messages that the last file left on the bus do not belong to the next one. */
  gst_bus_set_flushing (bus, TRUE);
  gst_bus_set_flushing (bus, FALSE);
  return !app->failed;
}

static gboolean
parse_options (App *app, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &app->model, "Model file (default: the embedded model)", "FILE" },
    { "labels", 'l', 0, G_OPTION_ARG_FILENAME, &app->labels, "Label file (default: the model's own)", "FILE" },
    { "top-k", 'k', 0, G_OPTION_ARG_INT, &app->top_k, "How many classes to print (default: 3)", "N" },
    { "every-frame", 'a', 0, G_OPTION_ARG_NONE, &app->every_frame, "Print each frame, not changes only", NULL },
    { "realtime", 'r', 0, G_OPTION_ARG_NONE, &app->realtime, "Play at the file's own speed", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &app->files, NULL, "FILE-OR-URI..." },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, "Prints what is in photographs and videos, with the time, as it changes.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("classify-file: %s\n", error->message);
    return FALSE;
  }
  if (!app->files) {
    g_printerr ("classify-file: name at least one file or URI; --help lists the options\n");
    return FALSE;
  }
  if (app->top_k < 1) {
    g_printerr ("classify-file: --top-k is %d, it must be 1 or more\n", app->top_k);
    return FALSE;
  }
  return TRUE;
}

static void
app_clear (App *app)
{
  if (app->pipeline) {
    g_autoptr (GstBus) bus = gst_element_get_bus (app->pipeline);

    gst_bus_remove_watch (bus);
    gst_object_unref (app->pipeline);
  }
  g_main_loop_unref (app->loop);
  g_free (app->model);
  g_free (app->labels);
  g_free (app->missing);
  g_strfreev (app->files);
}

int
main (int argc, char **argv)
{
  App app = { .top_k = 3 };
  gboolean ok;

  /* File names are in the user's encoding; numbers are printed with a point. */
  setlocale (LC_CTYPE, "");
  app.loop = g_main_loop_new (NULL, FALSE);
  ok = parse_options (&app, &argc, &argv) && make_pipeline (&app);
  if (ok) {
    g_unix_signal_add (SIGINT, on_interrupt, &app);
    g_unix_signal_add (SIGTERM, on_interrupt, &app);
    for (gchar **file = app.files; *file && !app.interrupted; file++) {
      if (app.files[1])
        g_print ("%s\n", *file);
      ok &= classify (&app, *file);
    }
  }
  app_clear (&app);
  return ok ? 0 : 1;
}
