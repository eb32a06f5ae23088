/* gst-resnet: model and label files that do not fit, and then one that does
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A failed start gives one error message, a failed state change, and an element that can still be used or dropped. */
static void
assert_start_fails (GstElement * element, GQuark domain, gint code,
    const gchar * word, const gchar * other_word)
{
  GstBus *bus = fixture_add_bus (element);

  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  fixture_assert_message (bus, GST_MESSAGE_ERROR, domain, code, word,
      other_word, NULL);
  fail_unless (fixture_pop_message (bus, GST_MESSAGE_ERROR) == NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
}

static void
assert_model_refused (const gchar * path, GQuark domain, gint code,
    const gchar * word)
{
  GstElement *element = fixture_element_new (FIXTURE_SMALL);
  gchar *name = g_path_get_basename (path);

  g_object_set (element, "model", path, NULL);
  assert_start_fails (element, domain, code, name, word);
  gst_object_unref (element);
  g_free (name);
}

GST_START_TEST (test_missing_file)
{
  assert_model_refused ("/nowhere/at/all/resnet18.pth", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, "");
}

GST_END_TEST;

/* The property has the name of a network instead of a file's, as other programs take it. */
GST_START_TEST (test_network_name)
{
  assert_model_refused ("resnet18", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, "such as resnet18.pth");
}

GST_END_TEST;

GST_START_TEST (test_directory)
{
  gchar *folder = g_dir_make_tmp ("gst-resnet-XXXXXX", NULL);

  assert_model_refused (folder, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_OPEN_READ, "");
  g_rmdir (folder);
  g_free (folder);
}

GST_END_TEST;

GST_START_TEST (test_unreadable_file)
{
  gchar *path = fixture_write_file ("unreadable.pth", "PK", 2);
  gint fd;

  fail_unless (g_chmod (path, 0) == 0);
  fd = g_open (path, O_RDONLY, 0);
  if (fd >= 0) {
    GST_WARNING ("skipped: this user may read everything");
    close (fd);
  } else {
    assert_model_refused (path, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_OPEN_READ, "");
  }
  fixture_remove_file (path);
}

GST_END_TEST;

/* Opening a FIFO for reading must not wait for a writer. */
GST_START_TEST (test_fifo)
{
  gchar *path = fixture_write_file ("fifo.pth", "", 0);

  g_unlink (path);
  fail_unless (mkfifo (path, 0600) == 0);
  assert_model_refused (path, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_OPEN_READ, "");
  fixture_remove_file (path);
}

GST_END_TEST;

GST_START_TEST (test_empty_file)
{
  gchar *path = fixture_write_file ("empty.pth", "", 0);

  assert_model_refused (path, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "");
  fixture_remove_file (path);
}

GST_END_TEST;

GST_START_TEST (test_not_a_model)
{
  static const gchar text[] = "a cat\na dog\n";
  gchar *path = fixture_write_file ("labels.pth", text, sizeof (text) - 1);

  assert_model_refused (path, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "");
  fixture_remove_file (path);
}

GST_END_TEST;

static const gchar *const truncated[] = {
  FIXTURE_SMALL, "no-affine.safetensors"
};

GST_START_TEST (test_truncated_file)
{
  gchar *whole = fixture_path (truncated[__i__]);
  gchar *data;
  gsize size;
  guint i;

  fail_unless (g_file_get_contents (whole, &data, &size, NULL));
  for (i = 1; i < 50; i++) {
    gchar *path = fixture_write_file ("truncated.pth", data, size * i / 50);

    assert_model_refused (path, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "");
    fixture_remove_file (path);
  }
  g_free (data);
  g_free (whole);
}

GST_END_TEST;

static void
assert_labels_refused (const gchar * text, gsize size, GQuark domain, gint code,
    const gchar * word, const gchar * other_word)
{
  GstElement *element = fixture_element_new (FIXTURE_SMALL);
  gchar *path = fixture_write_file ("labels.txt", text, size);

  g_object_set (element, "labels", path, NULL);
  assert_start_fails (element, domain, code, word, other_word);
  gst_object_unref (element);
  fixture_remove_file (path);
}

GST_START_TEST (test_wrong_label_count)
{
  static const gchar text[] = "a\nb\nc\n";

  assert_labels_refused (text, sizeof (text) - 1, GST_LIBRARY_ERROR,
      GST_LIBRARY_ERROR_SETTINGS, "3", "10");
}

GST_END_TEST;

GST_START_TEST (test_labels_not_utf8)
{
  static const gchar text[] = "a\nb\nc\nd\xff\ne\nf\ng\nh\ni\nj\n";

  assert_labels_refused (text, sizeof (text) - 1, GST_LIBRARY_ERROR,
      GST_LIBRARY_ERROR_SETTINGS, "labels.txt", "UTF-8");
}

GST_END_TEST;

/* A huge label in a list or in JSON is refused for its length. It is not kept, drawn or posted. */
GST_START_TEST (test_huge_label)
{
  static const gchar *const formats[] = {
    "a\nb\nc\n%s\ne\nf\ng\nh\ni\nj\n",
    "[\"a\",\"b\",\"c\",\"%s\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\"]"
  };
  gchar *label = g_strnfill (1 << 20, 'x');
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    GString *text = g_string_new (formats[i]);
    gchar *place = strstr (text->str, "%s");
    gssize at = place - text->str;

    g_string_erase (text, at, 2);
    g_string_insert (text, at, label);
    assert_labels_refused (text->str, text->len, GST_LIBRARY_ERROR,
        GST_LIBRARY_ERROR_SETTINGS, "1048576 bytes", "4096");
    g_string_free (text, TRUE);
  }
  g_free (label);
}

GST_END_TEST;

GST_START_TEST (test_missing_labels)
{
  GstElement *element = fixture_element_new (FIXTURE_SMALL);

  g_object_set (element, "labels", "/nowhere/at/all/labels.txt", NULL);
  assert_start_fails (element, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, "/nowhere/at/all/labels.txt", "");
  gst_object_unref (element);
}

GST_END_TEST;

static const struct
{
  const gchar *property, *value;
} bad_settings[] = {
  {"mean", "0.5,0.5"},
  {"mean", "red"},
  {"mean", "0.5,0.5,nan"},
  {"std", "0.2,0.2,0"},
  {"std", "0.2,0.2,-1"},
  {"std", "0.2;0.2;0.2;0.2"},
};

GST_START_TEST (test_bad_settings)
{
  GstElement *element = fixture_element_new (FIXTURE_SMALL);

  g_object_set (element, bad_settings[__i__].property,
      bad_settings[__i__].value, NULL);
  assert_start_fails (element, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
      bad_settings[__i__].property, bad_settings[__i__].value);
  /* The element starts once the bad setting is put right. */
  g_object_set (element, bad_settings[__i__].property, NULL, NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

GST_END_TEST;

/* In a pipeline, as users meet it, a bad model gives no frame and no crash, but an error on the bus, and the pipeline
 * can be taken down. */
GST_START_TEST (test_pipeline_with_bad_model)
{
  GstElement *pipeline;
  GstMessage *message;
  GstBus *bus;

  if (!fixture_load_plugin ("videotestsrc")
      || !fixture_load_plugin ("coreelements")) {
    GST_WARNING ("skipped: videotestsrc is not installed");
    return;
  }
  pipeline = gst_parse_launch ("videotestsrc ! resnetclassify "
      "model=/nowhere/at/all/x.pth ! fakesink", NULL);
  bus = gst_element_get_bus (pipeline);
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PLAYING),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_dropped_after_failure)
{
  GstElement *element = fixture_element_new (FIXTURE_SMALL);
  GstStructure *info;

  g_object_set (element, "model", "/nowhere", NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PLAYING),
      GST_STATE_CHANGE_FAILURE);
  g_object_get (element, "model-info", &info, NULL);
  fail_unless (info == NULL);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

GST_END_TEST;

/* A result has the labels of the model file, the labels of a label file that replace them, or none. */
GST_START_TEST (test_labels)
{
  static const gchar text[] = "l0\nl1\nl2\nl3\nl4\nl5\nl6\nl7\nl8\nl9\n";
  gchar *path = fixture_write_file ("labels.txt", text, sizeof (text) - 1);
  static const gchar *const models[] = {
    FIXTURE_CIFAR, FIXTURE_CIFAR, FIXTURE_SMALL
  };
  static const gchar *const formats[] = { NULL, "l%d", "%d" };
  GstVideoInfo info;
  guint i;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 32, 32);
  for (i = 0; i < G_N_ELEMENTS (models); i++) {
    GstElement *element = fixture_element_new (models[i]);
    GstClassificationMeta *meta;
    GstHarness *harness;
    GstBuffer *buffer;
    const gchar *label;
    gint index;

    if (i == 1)
      g_object_set (element, "labels", path, NULL);
    harness = gst_harness_new_with_element (element, "sink", "src");
    gst_harness_set_src_caps_str (harness,
        "video/x-raw,format=RGB,width=32,height=32,framerate=25/1");
    buffer = gst_harness_push_and_pull (harness, fixture_frame_new (&info, 0));
    meta = gst_buffer_get_classification_meta (buffer);
    fail_unless (meta != NULL);
    fail_unless_equals_int (gst_classification_meta_get_n_entries (meta), 10);
    fail_unless (gst_classification_meta_get_entry (meta, 0, &label, &index,
            NULL));
    if (formats[i]) {
      gchar *expected = i == 1 ? g_strdup_printf ("l%d", index) :
          g_strdup_printf ("%d", index);
      fail_unless_equals_string (label, expected);
      g_free (expected);
    } else {
      fail_unless (g_ascii_isalpha (label[0]), "label \"%s\"", label);
    }
    gst_buffer_unref (buffer);
    gst_harness_teardown (harness);
    gst_object_unref (element);
  }
  fixture_remove_file (path);
}

GST_END_TEST;

/* The plugin carries a model of its own. */
GST_START_TEST (test_embedded)
{
  GstElement *element = gst_element_factory_make ("resnetclassify", NULL);
  GstStructure *info;
  const gchar *sha256;
  guint classes = 0;

  gst_object_ref_sink (element);
  if (__i__ == 1)
    g_object_set (element, "model", "", NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_SUCCESS);
  g_object_get (element, "model-info", &info, NULL);
  fail_unless (info != NULL);
  fail_unless (gst_structure_get_uint (info, "classes", &classes));
  fail_unless_equals_int (classes, 200);
  fail_unless_equals_string (gst_structure_get_string (info, "input"),
      "3x96x96");
  sha256 = gst_structure_get_string (info, "sha256");
  fail_unless (sha256 && strlen (sha256) == 64);
  gst_structure_free (info);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

GST_END_TEST;

static Suite *
model_files_suite (void)
{
  Suite *s = suite_create ("model-files");
  TCase *tc = tcase_create ("files");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_missing_file);
  tcase_add_test (tc, test_network_name);
  tcase_add_test (tc, test_directory);
  tcase_add_test (tc, test_unreadable_file);
  tcase_add_test (tc, test_fifo);
  tcase_add_test (tc, test_empty_file);
  tcase_add_test (tc, test_not_a_model);
  tcase_add_loop_test (tc, test_truncated_file, 0, G_N_ELEMENTS (truncated));
  tcase_add_test (tc, test_wrong_label_count);
  tcase_add_test (tc, test_labels_not_utf8);
  tcase_add_test (tc, test_huge_label);
  tcase_add_test (tc, test_missing_labels);
  tcase_add_loop_test (tc, test_bad_settings, 0, G_N_ELEMENTS (bad_settings));
  tcase_add_test (tc, test_pipeline_with_bad_model);
  tcase_add_test (tc, test_dropped_after_failure);
  tcase_add_test (tc, test_labels);
  tcase_add_loop_test (tc, test_embedded, 0, 2);
  return s;
}

GST_CHECK_MAIN (model_files);
