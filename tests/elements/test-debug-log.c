/* gst-resnet: what GStreamer's debug log says: each frame, and the engine's choices; and the debug text of errors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <string.h>

#define CAPS "video/x-raw,format=RGB,width=48,height=40,framerate=25/1"

static GMutex lock;
static GString *element_log, *engine_log;

static void
collect (GstDebugCategory * category, GstDebugLevel level, const gchar * file,
    const gchar * function, gint line, GObject * object,
    GstDebugMessage * message, gpointer user_data)
{
  const gchar *name = gst_debug_category_get_name (category);
  GString *log = g_str_equal (name, "resnetclassify") ? element_log :
      g_str_equal (name, "resnet") ? engine_log : NULL;

  if (!log)
    return;
  g_mutex_lock (&lock);
  g_string_append_printf (log, "%s\n", gst_debug_message_get (message));
  g_mutex_unlock (&lock);
}

/* Sets the thresholds of our two categories only, before the categories exist, as GST_DEBUG does for a user. */
static void
start_log (GstDebugLevel level)
{
  element_log = g_string_new (NULL);
  engine_log = g_string_new (NULL);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (collect, NULL, NULL);
  gst_debug_set_active (TRUE);
  gst_debug_set_threshold_for_name ("resnetclassify", level);
  gst_debug_set_threshold_for_name ("resnet", level);
}

static void
stop_log (void)
{
  gst_debug_unset_threshold_for_name ("resnetclassify");
  gst_debug_unset_threshold_for_name ("resnet");
  gst_debug_remove_log_function (collect);
  g_string_free (element_log, TRUE);
  g_string_free (engine_log, TRUE);
}

static void
push_frame (GstHarness * harness, guint n)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 48, 40);
  gst_buffer_unref (gst_harness_push_and_pull (harness,
          fixture_frame_new (&info, n)));
}

static guint
count_lines (const GString * log, const gchar * word)
{
  gchar **lines = g_strsplit (log->str, "\n", -1);
  guint i, n = 0;

  for (i = 0; lines[i]; i++)
    n += strstr (lines[i], word) != NULL;
  g_strfreev (lines);
  return n;
}

static void
count_glib_messages (const gchar * domain, GLogLevelFlags level,
    const gchar * message, gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
}

/* This test runs first, because the engine says some things only once in a process. */
GST_START_TEST (test_frames_and_engine)
{
  static const gchar *const words[] = { "frame 0:00:00.0", "preprocessing",
    " ms (method exact, resize ", "inference", "precision ", " level ",
    "1 threads", "in all"
  };
  GstHarness *harness;
  gint glib_messages = 0;
  guint i, handler;
  gchar *line;

  handler = g_log_set_handler ("nn", G_LOG_LEVEL_MASK, count_glib_messages,
      &glib_messages);
  start_log (GST_LEVEL_LOG);
  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  g_object_set (harness->element, "interval", 2, NULL);
  for (i = 0; i < 4; i++)
    push_frame (harness, i);
  fail_unless_equals_int (count_lines (element_log, "; preprocessing "), 2);
  fail_unless_equals_int (count_lines (element_log,
          "interval skips it; it carries the result of frame "), 2);
  for (i = 0; i < G_N_ELEMENTS (words); i++)
    fail_unless_equals_int (count_lines (element_log, words[i]) >= 2, TRUE);
  /* The line of the frame has the label of the answer. */
  line = strstr (element_log->str, "frame 0:00:00.000");
  fail_unless (line != NULL);
  fail_unless (strstr (line, "airplane") != NULL, "%s", line);

  fail_unless_equals_int (count_lines (engine_log, "ISA level"), 1);
  /* The handler that the application installed gets the same messages. */
  fail_unless (g_atomic_int_get (&glib_messages) >= 1);
  fail_unless_equals_int (g_atomic_int_get (&glib_messages),
      count_lines (engine_log, " "));
  gst_harness_teardown (harness);
  stop_log ();
  g_log_remove_handler ("nn", handler);
}

GST_END_TEST;

/* No frame is described at levels below LOG. */
GST_START_TEST (test_quiet)
{
  GstHarness *harness;

  start_log (GST_LEVEL_INFO);
  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  push_frame (harness, 0);
  push_frame (harness, 1);
  fail_unless_equals_int (count_lines (element_log, "frame 0:00:00"), 0);
  fail_unless_equals_int (count_lines (element_log, "loaded"), 1);
  gst_harness_teardown (harness);
  stop_log ();
}

GST_END_TEST;

static gchar *
pop_debug (GstBus * bus, GstMessageType type)
{
  GstMessage *message = gst_bus_pop_filtered (bus, type);
  gchar *debug = NULL;

  fail_unless (message != NULL);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, NULL, &debug);
  else
    gst_message_parse_warning (message, NULL, &debug);
  gst_message_unref (message);
  return debug;
}

/* The debug text of an error has what somebody who helps from afar asks for first. */
GST_START_TEST (test_debug_text)
{
  gchar *path = fixture_write_file ("broken.pth", "not a model", 11), *debug;
  gchar *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256,
      "not a model", 11);
  GstElement *element = fixture_element_new (FIXTURE_CIFAR);
  GstHarness *harness;
  GstStructure *info;
  GstBus *bus;

  /* The first error is about a file that cannot be loaded. */
  g_object_set (element, "model", path, NULL);
  bus = fixture_add_bus (element);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  debug = pop_debug (bus, GST_MESSAGE_ERROR);
  fail_unless (strstr (debug, path) != NULL, "%s", debug);
  fail_unless (strstr (debug, expected) != NULL, "%s", debug);
  fail_unless (strstr (debug, "caps: none yet") != NULL, "%s", debug);
  g_free (debug);

  /* The second error is about a file that is not there. */
  g_object_set (element, "model", "/nowhere/model.pth", NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  debug = pop_debug (bus, GST_MESSAGE_ERROR);
  fail_unless (strstr (debug, "model: /nowhere/model.pth, sha256: none, the "
          "file cannot be read") != NULL, "%s", debug);
  g_free (debug);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  gst_object_unref (element);

  /* The warning comes from a stream that runs. */
  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  bus = fixture_add_bus (harness->element);
  push_frame (harness, 0);
  g_object_set (harness->element, "mean", "wrong", NULL);
  push_frame (harness, 1);
  debug = pop_debug (bus, GST_MESSAGE_WARNING);
  g_object_get (harness->element, "model-info", &info, NULL);
  fail_unless (strstr (debug, FIXTURE_CIFAR) != NULL, "%s", debug);
  fail_unless (strstr (debug, gst_structure_get_string (info, "sha256")) !=
      NULL, "%s", debug);
  fail_unless (strstr (debug, "caps: video/x-raw") != NULL, "%s", debug);
  fail_unless (strstr (debug, "(int)48") != NULL, "%s", debug);
  gst_structure_free (info);
  g_free (debug);
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
  g_free (expected);
  fixture_remove_file (path);
}

GST_END_TEST;

static Suite *
debug_log_suite (void)
{
  Suite *s = suite_create ("debug-log");
  TCase *tc = tcase_create ("debug-log");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_frames_and_engine);
  tcase_add_test (tc, test_quiet);
  tcase_add_test (tc, test_debug_text);
  return s;
}

GST_CHECK_MAIN (debug_log);
