/* gst-resnet sample: classify frames that the application has in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This application pushes RGB frames of its own through appsrc ! resnetclassify ! appsink. Each frame comes back with a
 * meta that holds its result. Without --stdin it draws the frames itself: a disc whose colour goes from red to yellow.
 *
 *   classify-appsrc [--model=FILE] [--labels=FILE] [--top-k=N] [--size=WIDTHxHEIGHT] [--frames=N | --stdin]
 *
 * With --stdin it reads frames as raw RGB bytes, in rows without padding, until the input ends:
 *
 *   python3 -c 'import sys, PIL.Image as I; sys.stdout.buffer.write(I.open("cat.png").convert("RGB").tobytes())' \
 *     | classify-appsrc --stdin --size=451x300
 */
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <stdio.h>

#include "meta/gstclassificationmeta.h"

#define FRAMES_PER_SECOND 10
#define DEFAULT_SIZE "320x240"
#define MAX_SIZE 16384
#define POLL_INTERVAL (50 * GST_MSECOND)

typedef struct {
  gchar *model, *labels, *size;
  gint top_k, n_frames;
  gboolean from_stdin;

  GstVideoInfo info;
  GstElement *pipeline, *source, *sink;
} App;

static void
fail (const gchar *reason)
{
  g_printerr ("classify-appsrc: %s\n", reason);
}

/* Draws a disc on a grey ground; @progress goes from 0 to 1. */
static void
draw_frame (GstVideoFrame *frame, gdouble progress)
{
  gint width = GST_VIDEO_FRAME_WIDTH (frame), height = GST_VIDEO_FRAME_HEIGHT (frame);
  gint radius = MIN (width, height) * 2 / 5;

  for (gint y = 0; y < height; y++) {
    guint8 *pixel = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA (frame, 0) + y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);

    for (gint x = 0; x < width; x++, pixel += 3) {
      gint dx = x - width / 2, dy = y - height / 2;
      gboolean inside = dx * dx + dy * dy < radius * radius;

      pixel[0] = inside ? 230 : 128;
      pixel[1] = inside ? (guint8)(220 * progress) : 128;
      pixel[2] = inside ? 20 : 128;
    }
  }
}

/* Returns FALSE at the end of the input. If the input ends inside a frame, it also prints a message. */
static gboolean
read_frame (GstVideoFrame *frame, gboolean *ok)
{
  gsize row_size = 3 * (gsize)GST_VIDEO_FRAME_WIDTH (frame);

  for (gint y = 0; y < GST_VIDEO_FRAME_HEIGHT (frame); y++) {
    guint8 *row = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA (frame, 0) + y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
    gsize n = fread (row, 1, row_size, stdin);

    if (n < row_size) {
      *ok = y == 0 && n == 0;
      if (!*ok)
        fail ("the input ends inside a frame: does --size say what the frames are?");
      return FALSE;
    }
  }
  return TRUE;
}

/* Returns the next frame with its time (transfer full), or NULL when there is none. */
static GstBuffer *
next_buffer (App *app, gint n, gboolean *ok)
{
  GstBuffer *buffer;
  GstVideoFrame frame;
  gboolean filled = TRUE;

  if (!app->from_stdin && n >= app->n_frames)
    return NULL;

  /* GStreamer's RGB rows are padded to four bytes: the frame says where each one starts. */
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&app->info), NULL);
  gst_video_frame_map (&frame, &app->info, buffer, GST_MAP_WRITE);
  if (app->from_stdin)
    filled = read_frame (&frame, ok);
  else
    draw_frame (&frame, n / (gdouble)MAX (app->n_frames - 1, 1));
  gst_video_frame_unmap (&frame);
  if (!filled) {
    gst_buffer_unref (buffer);
    return NULL;
  }

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (n, GST_SECOND, FRAMES_PER_SECOND);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / FRAMES_PER_SECOND;
  return buffer;
}

/* Returns the frame that comes out (transfer full). When the pipeline failed, it prints a message and returns NULL. */
static GstSample *
pull_sample (App *app)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (app->pipeline);
  GstSample *sample;

  while (!(sample = gst_app_sink_try_pull_sample (GST_APP_SINK (app->sink), POLL_INTERVAL))) {
    g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    g_autoptr (GError) error = NULL;

    if (message) {
      gst_message_parse_error (message, &error, NULL);
      fail (error->message);
      return NULL;
    }
  }
  return sample;
}

static void
print_result (GstBuffer *buffer)
{
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);
  const gchar *label;
  gdouble confidence;

  g_print ("%.3f", GST_BUFFER_PTS (buffer) / (gdouble)GST_SECOND);
  for (guint n = 0; meta && gst_classification_meta_get_entry (meta, n, &label, NULL, &confidence); n++)
    g_print ("  %s %.3f", label, confidence);
  g_print ("\n");
}

static gboolean
classify_frames (App *app)
{
  GstBuffer *buffer;
  gboolean ok = TRUE;

  for (gint n = 0; (buffer = next_buffer (app, n, &ok)); n++) {
    g_autoptr (GstSample) sample = NULL;

    /* This takes the buffer. It is refused only when the pipeline failed, and then there is a message on the bus. */
    gst_app_src_push_buffer (GST_APP_SRC (app->source), buffer);
    sample = pull_sample (app);
    if (!sample)
      return FALSE;
    print_result (gst_sample_get_buffer (sample));
  }
  return ok;
}

static gboolean
make_pipeline (App *app)
{
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) classifier = NULL;
  const gchar *size = app->size ? app->size : DEFAULT_SIZE;
  guint width, height;
  gchar end;

  if (sscanf (size, "%ux%u%c", &width, &height, &end) != 2 || width < 1 || height < 1 || width > MAX_SIZE
      || height > MAX_SIZE) {
    g_printerr ("classify-appsrc: --size is \"%s\", it must be WIDTHxHEIGHT, each from 1 to %d\n", size, MAX_SIZE);
    return FALSE;
  }
  gst_video_info_set_format (&app->info, GST_VIDEO_FORMAT_RGB, width, height);
  app->info.fps_n = FRAMES_PER_SECOND;

  app->pipeline = gst_parse_launch_full ("appsrc name=source format=time ! resnetclassify name=classifier "
                                         "post-messages=false ! appsink name=sink sync=false",
                                         NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (!app->pipeline) {
    g_printerr ("classify-appsrc: %s; GST_PLUGIN_PATH must name the folder of libgstresnet.so\n", error->message);
    return FALSE;
  }
  app->source = gst_bin_get_by_name (GST_BIN (app->pipeline), "source");
  app->sink = gst_bin_get_by_name (GST_BIN (app->pipeline), "sink");
  classifier = gst_bin_get_by_name (GST_BIN (app->pipeline), "classifier");

  caps = gst_video_info_to_caps (&app->info);
  g_object_set (app->source, "caps", caps, NULL);
  g_object_set (classifier, "top-k", app->top_k, NULL);
  if (app->model)
    g_object_set (classifier, "model", app->model, NULL);
  if (app->labels)
    g_object_set (classifier, "labels", app->labels, NULL);
  return TRUE;
}

static gboolean
parse_options (App *app, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &app->model, "Model file (default: the embedded model)", "FILE" },
    { "labels", 'l', 0, G_OPTION_ARG_FILENAME, &app->labels, "Label file (default: the model's own)", "FILE" },
    { "top-k", 'k', 0, G_OPTION_ARG_INT, &app->top_k, "How many classes to print (default: 3)", "N" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &app->size, "The frames' size (default: " DEFAULT_SIZE ")", "WIDTHxHEIGHT" },
    { "frames", 'n', 0, G_OPTION_ARG_INT, &app->n_frames, "How many frames to draw (default: 5)", "N" },
    { "stdin", 0, 0, G_OPTION_ARG_NONE, &app->from_stdin, "Read raw RGB frames instead of drawing them", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, "Classifies frames that an application has in memory.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error)) {
    fail (error->message);
    return FALSE;
  }
  if (*argc > 1 || app->top_k < 1 || app->n_frames < 1) {
    fail ("--top-k and --frames must be 1 or more, and there are no other arguments; --help lists the options");
    return FALSE;
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  App app = { .top_k = 3, .n_frames = 5 };
  gboolean ok;

  ok = parse_options (&app, &argc, &argv) && make_pipeline (&app);
  if (ok) {
    gst_element_set_state (app.pipeline, GST_STATE_PLAYING);
    ok = classify_frames (&app);
    gst_element_set_state (app.pipeline, GST_STATE_NULL);
  }

  g_clear_object (&app.source);
  g_clear_object (&app.sink);
  g_clear_object (&app.pipeline);
  g_free (app.model);
  g_free (app.labels);
  g_free (app.size);
  return ok ? 0 : 1;
}
