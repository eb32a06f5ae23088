/* gst-resnet: the system gives no thread for what the element does beside the stream
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* RTLD_NEXT */
#endif

#include "classify-fixture.h"

#include <dlfcn.h>
#include <gmodule.h>

#define CAPS "video/x-raw,format=RGB,width=64,height=48,framerate=25/1"
#define WORKER "resnetclassify"
#define LOADER "resnetclassify-load"

/* Threads of this name are refused. If it is NULL, none is. */
static const gchar *refused;
static guint n_refused;

static void
refuse (const gchar * name)
{
  refused = name;
  n_refused = 0;
}

/* Stands before GLib's function for the plugin, too, because the program exports it. */
G_MODULE_EXPORT GThread *
g_thread_try_new (const gchar * name, GThreadFunc func, gpointer data,
    GError ** error)
{
  static GThread *(*real) (const gchar *, GThreadFunc, gpointer, GError **);

  if (refused && g_strcmp0 (name, refused) == 0) {
    n_refused++;
    g_set_error_literal (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN,
        "Resource temporarily unavailable");
    return NULL;
  }
  if (!real)
    *(void **) &real = dlsym (RTLD_NEXT, "g_thread_try_new");
  return real (name, func, data, error);
}

static GstFlowReturn
push (GstHarness * harness)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 64, 48);
  return gst_harness_push (harness, fixture_frame_new (&info, 0));
}

static GstHarness *
harness_new (GstBus ** bus)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);

  g_object_set (harness->element, "resize", 0, "crop", 16, NULL);
  gst_harness_set_src_caps_str (harness, CAPS);
  *bus = fixture_add_bus (harness->element);
  return harness;
}

static void
harness_free (GstHarness * harness, GstBus * bus)
{
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

/* Pushes frames until a message of this name is there. */
static void
push_until (GstHarness * harness, GstBus * bus, const gchar * name)
{
  gint64 end = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  gboolean found = FALSE;

  while (!found) {
    GstMessage *message;

    fail_unless (g_get_monotonic_time () < end, "no %s", name);
    fail_unless_equals_int (push (harness), GST_FLOW_OK);
    gst_buffer_unref (gst_harness_pull (harness));
    while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
      found |= gst_structure_has_name (gst_message_get_structure (message),
          name);
      gst_message_unref (message);
    }
    g_usleep (1000);
  }
}

/* The element does not start, and starts when there is a thread. */
GST_START_TEST (test_latest_start)
{
  GstElement *element = fixture_element_new (FIXTURE_CIFAR);
  GstBus *bus = fixture_add_bus (element);
  GstStructure *info;
  guint i;

  gst_util_set_object_arg (G_OBJECT (element), "mode", "latest");
  refuse (WORKER);
  for (i = 1; i <= 3; i++) {
    fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
        GST_STATE_CHANGE_FAILURE);
    fail_unless_equals_int (n_refused, i);
    fixture_assert_message (bus, GST_MESSAGE_ERROR, GST_CORE_ERROR,
        GST_CORE_ERROR_THREAD, "thread", "mode=latest", "unavailable", NULL);
    g_object_get (element, "model-info", &info, NULL);
    fail_unless (info == NULL);
    gst_element_set_state (element, GST_STATE_NULL);
  }
  refuse (NULL);
  fail_unless (gst_element_set_state (element, GST_STATE_PAUSED)
      != GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  ASSERT_OBJECT_REFCOUNT (element, "element", 1);
  gst_object_unref (element);
}

GST_END_TEST;

/* The mode is set while frames flow. */
GST_START_TEST (test_latest_while_running)
{
  GstBus *bus;
  GstHarness *harness = harness_new (&bus);

  fail_unless_equals_int (push (harness), GST_FLOW_OK);
  refuse (WORKER);
  gst_util_set_object_arg (G_OBJECT (harness->element), "mode", "latest");
  fail_unless_equals_int (push (harness), GST_FLOW_ERROR);
  fail_unless_equals_int (n_refused, 1);
  fixture_assert_message (bus, GST_MESSAGE_ERROR, GST_CORE_ERROR,
      GST_CORE_ERROR_THREAD, "thread", "mode=latest", "unavailable", NULL);
  /* What it says to do helps, without a thread. */
  gst_util_set_object_arg (G_OBJECT (harness->element), "mode", "sync");
  fail_unless_equals_int (push (harness), GST_FLOW_OK);
  refuse (NULL);
  harness_free (harness, bus);
}

GST_END_TEST;

/* The model is rejected and the old one goes on; it is taken when it is set again and there is a thread. */
GST_START_TEST (test_swap)
{
  GstBus *bus;
  GstHarness *harness = harness_new (&bus);
  gchar *path = fixture_path (FIXTURE_SMALL);
  gdouble before[FIXTURE_MAX_CLASSES], after[FIXTURE_MAX_CLASSES];
  const GstStructure *s;
  GstMessage *message;
  GstBuffer *buffer;
  guint n;

  fail_unless_equals_int (push (harness), GST_FLOW_OK);
  buffer = gst_harness_pull (harness);
  n = fixture_get_confidences (buffer, before);
  gst_buffer_unref (buffer);
  fail_unless (n > 0);

  refuse (LOADER);
  g_object_set (harness->element, "model", path, NULL);
  fail_unless_equals_int (n_refused, 1);
  do {
    message = gst_bus_timed_pop_filtered (bus, 0, GST_MESSAGE_ELEMENT);
    fail_unless (message != NULL, "no model-rejected");
    s = gst_message_get_structure (message);
    if (gst_structure_has_name (s, "model-rejected"))
      break;
    gst_message_unref (message);
  } while (TRUE);
  fail_unless_equals_string (gst_structure_get_string (s, "model"), path);
  fail_unless (strstr (gst_structure_get_string (s, "reason"), "thread")
      != NULL);
  fail_unless (strlen (gst_structure_get_string (s, "sha256")) == 64);
  gst_message_unref (message);

  fail_unless_equals_int (push (harness), GST_FLOW_OK);
  buffer = gst_harness_pull (harness);
  fail_unless_equals_int (fixture_get_confidences (buffer, after), n);
  fail_unless (memcmp (before, after, n * sizeof (gdouble)) == 0);
  gst_buffer_unref (buffer);

  refuse (NULL);
  g_object_set (harness->element, "model", path, NULL);
  push_until (harness, bus, "model-updated");
  g_free (path);
  harness_free (harness, bus);
}

GST_END_TEST;

/* A warning is posted, and the files are watched as soon as there is a thread. */
GST_START_TEST (test_watch)
{
  GstBus *bus;
  GstHarness *harness = harness_new (&bus);
  gchar *cifar = fixture_path (FIXTURE_CIFAR), *small =
      fixture_path (FIXTURE_SMALL), *path, *data;
  gsize size;

  refuse (LOADER);
  g_object_set (harness->element, "watch-model", TRUE, NULL);
  fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_CORE_ERROR,
      GST_CORE_ERROR_THREAD, "not watched", "thread", NULL);
  /* It takes no thread not to watch. */
  g_object_set (harness->element, "watch-model", FALSE, NULL);
  fail_unless_equals_int (n_refused, 1);
  g_object_set (harness->element, "watch-model", TRUE, NULL);
  fail_unless_equals_int (n_refused, 2);
  fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_CORE_ERROR,
      GST_CORE_ERROR_THREAD, "not watched", "thread", NULL);

  /* The same happens when it starts. */
  gst_element_set_state (harness->element, GST_STATE_READY);
  fail_unless (gst_element_set_state (harness->element, GST_STATE_PAUSED)
      != GST_STATE_CHANGE_FAILURE);
  fail_unless_equals_int (n_refused, 3);
  fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_CORE_ERROR,
      GST_CORE_ERROR_THREAD, "not watched", "thread", NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (harness, CAPS);

  refuse (NULL);
  fail_unless (g_file_get_contents (cifar, &data, &size, NULL));
  path = fixture_write_file ("watched", data, size);
  g_free (data);
  g_object_set (harness->element, "model", path, NULL);
  push_until (harness, bus, "model-updated");
  fail_unless (g_file_get_contents (small, &data, &size, NULL));
  fail_unless (g_file_set_contents (path, data, (gssize) size, NULL));
  g_free (data);
  push_until (harness, bus, "model-updated");
  fixture_remove_file (path);
  g_free (small);
  g_free (cifar);
  harness_free (harness, bus);
}

GST_END_TEST;

static Suite *
no_thread_suite (void)
{
  Suite *s = suite_create ("no-thread");
  TCase *tc = tcase_create ("no-thread");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_latest_start);
  tcase_add_test (tc, test_latest_while_running);
  tcase_add_test (tc, test_swap);
  tcase_add_test (tc, test_watch);
  return s;
}

GST_CHECK_MAIN (no_thread);
