/* gst-resnet: the properties: documented, stored, taken over on the next frame or refused
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=RGB,width=48,height=40,framerate=25/1"

static GstBuffer *
push_frame (GstHarness * harness, guint n)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 48, 40);
  return gst_harness_push_and_pull (harness, fixture_frame_new (&info, n));
}

static void
push_and_get (GstHarness * harness, gdouble confidences[FIXTURE_MAX_CLASSES])
{
  GstBuffer *buffer = push_frame (harness, 0);

  fail_unless_equals_int (fixture_get_confidences (buffer, confidences), 10);
  gst_buffer_unref (buffer);
}

static gboolean
is_same (const gdouble * a, const gdouble * b)
{
  return memcmp (a, b, 10 * sizeof (*a)) == 0;
}

/* A bad value is refused while frames flow, and it does not change the answer. */
GST_START_TEST (test_bad_values_while_playing)
{
  static const struct
  {
    const gchar *property, *value;
  } bad[] = {
    {"mean", "0.5"}, {"std", "0,0,0"}, {"mean", "a,b,c"}
  };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  gdouble before[FIXTURE_MAX_CLASSES], after[FIXTURE_MAX_CLASSES];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    push_and_get (harness, before);
    g_object_set (harness->element, bad[i].property, bad[i].value, NULL);
    push_and_get (harness, after);
    fail_unless (is_same (before, after));
    fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_LIBRARY_ERROR,
        GST_LIBRARY_ERROR_SETTINGS, bad[i].property, bad[i].value, NULL);
    /* The warning comes once, not with each frame. */
    push_and_get (harness, after);
    fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING) == NULL);
    g_object_set (harness->element, bad[i].property, NULL, NULL);
    push_and_get (harness, after);
    fail_unless (is_same (before, after));
  }
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The next frame is classified as it would be by an element that was started with the value. */
GST_START_TEST (test_changes_while_playing)
{
  static const struct
  {
    const gchar *property, *value;
  } changes[] = {
    {"resize", "0"}, {"resize", "48"}, {"crop", "24"}, {"crop", "40"},
    {"mean", "0.2,0.3,0.4"}, {"std", "0.5 0.5 0.5"},
    {"interpolation", "nearest"}, {"interpolation", "bicubic"},
  };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GObject *object = G_OBJECT (harness->element);
  gdouble original[FIXTURE_MAX_CLASSES], changed[FIXTURE_MAX_CLASSES];
  gdouble fresh[FIXTURE_MAX_CLASSES];
  guint i;

  push_and_get (harness, original);
  for (i = 0; i < G_N_ELEMENTS (changes); i++) {
    const gchar *property = changes[i].property;
    GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS
        (object), property);
    GstElement *element = fixture_element_new (FIXTURE_CIFAR);
    GstHarness *other;

    gst_util_set_object_arg (G_OBJECT (element), property, changes[i].value);
    other = gst_harness_new_with_element (element, "sink", "src");
    gst_harness_set_src_caps_str (other, CAPS);
    push_and_get (other, fresh);
    gst_harness_teardown (other);
    gst_object_unref (element);

    gst_util_set_object_arg (object, property, changes[i].value);
    push_and_get (harness, changed);
    fail_unless (is_same (changed, fresh), "%s=%s", property, changes[i].value);
    fail_if (is_same (changed, original), "%s=%s", property, changes[i].value);

    /* The value is set back. */
    g_object_set_property (object, property,
        g_param_spec_get_default_value (pspec));
    push_and_get (harness, changed);
    fail_unless (is_same (changed, original), "%s", property);
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* "interval=-1" in a pipeline's text is G_MAXUINT to GLib. It must be out of range, and not a number that nobody
 * means. */
GST_START_TEST (test_negative_counts)
{
  static const gchar *const factories[] = { "resnetclassify", "classoverlay" };
  guint i, j, n, counts = 0;

  for (i = 0; i < G_N_ELEMENTS (factories); i++) {
    GstElement *element = gst_element_factory_make (factories[i], NULL);
    GParamSpec **specs =
        g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

    for (j = 0; j < n; j++) {
      GValue value = G_VALUE_INIT;

      if (specs[j]->owner_type != G_OBJECT_TYPE (element)
          || specs[j]->value_type != G_TYPE_UINT)
        continue;
      counts++;
      g_value_init (&value, G_TYPE_UINT);
      g_value_set_uint (&value, (guint) - 1);
      fail_unless (g_param_value_validate (specs[j], &value), "%s %s",
          factories[i], specs[j]->name);
      g_value_unset (&value);
    }
    g_free (specs);
    gst_object_unref (element);
  }
  fail_unless (counts > 0);
}

GST_END_TEST;

/* Checks what gst-inspect-1.0 shows: every property has a name, a sentence and a default, and says when it can change.
 * A test of the project compares names, defaults and times of change with the documents. */
GST_START_TEST (test_documentation)
{
  const GParamFlags mutable = GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PAUSED
      | GST_PARAM_MUTABLE_PLAYING;
  GstElement *element = gst_element_factory_make ("resnetclassify", NULL);
  GstElementFactory *factory = gst_element_get_factory (element);
  GObjectClass *klass = G_OBJECT_GET_CLASS (element);
  GParamSpec **specs;
  guint i, n, own = 0;

  fail_unless_equals_string (gst_element_factory_get_metadata (factory,
          GST_ELEMENT_METADATA_KLASS), "Filter/Analyzer/Video");
  specs = g_object_class_list_properties (klass, &n);
  for (i = 0; i < n; i++) {
    GParamSpec *spec = specs[i];

    if (spec->owner_type != G_OBJECT_TYPE (element))
      continue;
    own++;
    fail_unless (strlen (g_param_spec_get_nick (spec)) > 2, "%s", spec->name);
    fail_unless (strlen (g_param_spec_get_blurb (spec)) > 15, "%s", spec->name);
    fail_unless (spec->flags & G_PARAM_WRITABLE ?
        (spec->flags & mutable) == GST_PARAM_MUTABLE_READY
        || (spec->flags & mutable) == GST_PARAM_MUTABLE_PLAYING :
        (spec->flags & mutable) == 0, "%s", spec->name);
    if (spec->flags & G_PARAM_WRITABLE) {
      GValue value = G_VALUE_INIT;

      g_value_init (&value, spec->value_type);
      g_object_get_property (G_OBJECT (element), spec->name, &value);
      fail_unless (g_param_value_defaults (spec, &value), "%s", spec->name);
      g_value_unset (&value);
    }
  }
  fail_unless (own > 30);
  g_free (specs);
  gst_object_unref (element);
}

GST_END_TEST;

static void
count_notify (GObject * object, GParamSpec * pspec, gpointer data)
{
  ++*(guint *) data;
}

/* The two names stand for one value. The copies that the element makes of its settings own it once. */
GST_START_TEST (test_labels_file_and_its_older_name)
{
  static const gchar *const names[] = { "labels", "labels-file" };
  gchar *labels = fixture_write_file ("labels.txt", "a\nb\nc\nd\ne\nf\ng\nh\n"
      "i\nj\n", 20);
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    GstElement *element = fixture_element_new (FIXTURE_SMALL);
    GstHarness *harness;
    GstClassificationMeta *meta;
    GstBuffer *buffer;
    const gchar *label;
    guint notified[2] = { 0, 0 };
    gchar *value;

    g_signal_connect (element, "notify::labels", G_CALLBACK (count_notify),
        &notified[0]);
    g_signal_connect (element, "notify::labels-file", G_CALLBACK (count_notify),
        &notified[1]);

    g_object_set (element, names[i], "/nowhere", NULL);
    fail_unless_equals_int (notified[0], 1);
    fail_unless_equals_int (notified[1], 1);
    g_object_set (element, names[i], labels, "top-k", 3, NULL);
    fail_unless_equals_int (notified[0], 2);
    fail_unless_equals_int (notified[1], 2);
    for (j = 0; j < G_N_ELEMENTS (names); j++) {
      g_object_get (element, names[j], &value, NULL);
      fail_unless_equals_string (value, labels);
      g_free (value);
    }
    harness = gst_harness_new_with_element (element, "sink", "src");
    gst_harness_set_src_caps_str (harness, CAPS);
    buffer = push_frame (harness, 0);
    meta = gst_buffer_get_classification_meta (buffer);
    fail_unless (meta != NULL);
    fail_unless (gst_classification_meta_get_entry (meta, 0, &label, NULL,
            NULL));
    fail_unless (strlen (label) == 1 && *label >= 'a' && *label <= 'j');
    gst_buffer_unref (buffer);
    g_object_set (element, names[1 - i], NULL, NULL);
    g_object_get (element, names[i], &value, NULL);
    fail_unless (value == NULL);
    gst_harness_teardown (harness);
    gst_object_unref (element);
  }
  fixture_remove_file (labels);
}

GST_END_TEST;

GST_START_TEST (test_stats)
{
  static const gchar *const stages[] = { "preprocess", "inference", "total" };
  static const gchar *const kinds[] = { "last", "mean", "p99" };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  guint64 value, times[3][3];
  GstStructure *stats;
  guint i, j, threads;

  g_object_set (harness->element, "interval", 2, NULL);
  for (i = 0; i < 7; i++)
    gst_buffer_unref (push_frame (harness, i));
  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless_equals_string (gst_structure_get_name (stats),
      "resnetclassify-stats");
  fail_unless (gst_structure_get_uint64 (stats, "frames", &value));
  fail_unless_equals_uint64 (value, 7);
  fail_unless (gst_structure_get_uint64 (stats, "classified", &value));
  fail_unless_equals_uint64 (value, 4);
  fail_unless (gst_structure_get_uint64 (stats, "reused", &value));
  fail_unless_equals_uint64 (value, 3);
  fail_unless (gst_structure_get_uint64 (stats, "failed", &value));
  fail_unless_equals_uint64 (value, 0);
  for (i = 0; i < 3; i++)
    for (j = 0; j < 3; j++) {
      gchar *name = g_strdup_printf ("%s-%s", stages[i], kinds[j]);

      fail_unless (gst_structure_get_uint64 (stats, name, &times[i][j]),
          "no %s", name);
      fail_unless (times[i][j] > 0 && times[i][j] < 60 * GST_SECOND);
      g_free (name);
    }
  for (j = 0; j < 2; j++)
    fail_unless (times[2][j] >= times[0][j] + times[1][j] - 1);
  /* The 99th percentile of four frames is the longest time. */
  for (i = 0; i < 3; i++)
    fail_unless (times[i][2] >= times[i][0] && times[i][2] >= times[i][1]);
  fail_unless (*gst_structure_get_string (stats, "isa"));
  /* auto never runs as itself, nor as a precision that differs from fp32 */
  fail_unless (g_str_equal (gst_structure_get_string (stats, "precision"),
          "highest")
      || g_str_equal (gst_structure_get_string (stats, "precision"), "high"));
  fail_unless (gst_structure_get_uint (stats, "threads", &threads));
  fail_unless_equals_int (threads, 1);
  gst_structure_free (stats);

  /* A new start counts from zero. Until then the old counts can still be read. */
  gst_element_set_state (harness->element, GST_STATE_READY);
  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "frames", &value));
  fail_unless_equals_uint64 (value, 7);
  gst_structure_free (stats);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "frames", &value));
  fail_unless_equals_uint64 (value, 0);
  gst_structure_free (stats);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_model_info)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  gchar *path = fixture_path (FIXTURE_CIFAR), *data;
  guint64 parameters, size;
  GstStructure *info;
  guint classes;
  gsize bytes;

  g_object_get (harness->element, "model-info", &info, NULL);
  fail_unless (g_str_has_prefix (gst_structure_get_string (info,
              "architecture"), "ResNet-20"));
  fail_unless_equals_string (gst_structure_get_string (info, "input"),
      "3x32x32");
  fail_unless_equals_string (gst_structure_get_string (info, "format"),
      "safetensors");
  fail_unless (gst_structure_get_uint (info, "classes", &classes));
  fail_unless_equals_int (classes, 10);
  fail_unless (gst_structure_get_uint64 (info, "parameters", &parameters));
  fail_unless (parameters > 200000 && parameters < 300000);
  fail_unless (gst_structure_get_uint64 (info, "size", &size));
  fail_unless (g_file_get_contents (path, &data, &bytes, NULL));
  fail_unless_equals_uint64 (size, bytes);
  g_free (data);
  gst_structure_free (info);

  /* The size of the input follows the crop. */
  g_object_set (harness->element, "crop", 28, NULL);
  gst_buffer_unref (push_frame (harness, 0));
  g_object_get (harness->element, "model-info", &info, NULL);
  fail_unless_equals_string (gst_structure_get_string (info, "input"),
      "3x28x28");
  gst_structure_free (info);
  g_free (path);
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
properties_suite (void)
{
  Suite *s = suite_create ("properties");
  TCase *tc = tcase_create ("properties");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_bad_values_while_playing);
  tcase_add_test (tc, test_changes_while_playing);
  tcase_add_test (tc, test_negative_counts);
  tcase_add_test (tc, test_documentation);
  tcase_add_test (tc, test_labels_file_and_its_older_name);
  tcase_add_test (tc, test_stats);
  tcase_add_test (tc, test_model_info);
  return s;
}

GST_CHECK_MAIN (properties);
