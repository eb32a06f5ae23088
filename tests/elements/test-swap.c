/* gst-resnet: other models while frames flow; heat maps
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <glib/gstdio.h>

#define CAPS "video/x-raw,format=RGB,width=64,height=48,framerate=25/1"
#define N_FRAMES 8

/* The number of bytes that a heap may grow by without a leak. It is less than three thousand bytes a swap, which is a
 * hundredth of a model. */
#define SLACK (4 * 1024 * 1024)
#define N_LOOKS 8

static GstBuffer *
push_frame (GstHarness * harness, guint n)
{
  GstVideoInfo info;
  GstBuffer *buffer;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 64, 48);
  buffer = gst_harness_push_and_pull (harness, fixture_frame_new (&info, n));
  fail_unless (buffer != NULL);
  return buffer;
}

/* Makes a harness in which both networks have the same small input. */
static GstHarness *
harness_new (const gchar * model)
{
  GstHarness *harness = fixture_harness_new (model, NULL);

  g_object_set (harness->element, "resize", 0, "crop", 16, NULL);
  gst_harness_set_src_caps_str (harness, CAPS);
  return harness;
}

static gchar *
get_sha256 (GstHarness * harness)
{
  GstStructure *info;
  gchar *sha256;

  g_object_get (harness->element, "model-info", &info, NULL);
  sha256 = g_strdup (gst_structure_get_string (info, "sha256"));
  gst_structure_free (info);
  return sha256;
}

/* The answers that a model gives for each frame when it runs alone. */
typedef struct
{
  gchar *path, *sha256;
  gdouble confidences[N_FRAMES][FIXTURE_MAX_CLASSES];
} Alone;

static void
alone_init (Alone * alone, const gchar * model)
{
  GstHarness *harness = harness_new (model);
  guint n;

  alone->path = fixture_path (model);
  for (n = 0; n < N_FRAMES; n++) {
    GstBuffer *buffer = push_frame (harness, n);

    fixture_get_confidences (buffer, alone->confidences[n]);
    gst_buffer_unref (buffer);
  }
  alone->sha256 = get_sha256 (harness);
  gst_harness_teardown (harness);
}

static void
alone_clear (Alone * alone)
{
  g_free (alone->path);
  g_free (alone->sha256);
}

/* Pops messages until one has this name. Returns NULL where there is none yet. */
static GstMessage *
pop_named (GstBus * bus, const gchar * name)
{
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    if (gst_structure_has_name (gst_message_get_structure (message), name))
      return message;
    gst_message_unref (message);
  }
  return NULL;
}

/* Pushes frames until a message of this name is there. */
static GstMessage *
push_until (GstHarness * harness, GstBus * bus, const gchar * name)
{
  GstMessage *message = NULL;
  gint64 end = g_get_monotonic_time () + 100 * G_TIME_SPAN_SECOND;
  guint n;

  for (n = 0; !message; n++) {
    fail_unless (g_get_monotonic_time () < end, "no %s", name);
    gst_buffer_unref (push_frame (harness, n % N_FRAMES));
    message = pop_named (bus, name);
    g_usleep (1000);
  }
  return message;
}

static void
remove_bus (GstHarness * harness, GstBus * bus)
{
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
}

/* The model is refused with what is wrong with it, and the old one goes on. */
GST_START_TEST (test_rejected)
{
  static const struct
  {
    const gchar *property, *name;
    const gchar *content;
    const gchar *word;
  } bad[] = {
    {"model", "no-such-file.pth", NULL, "no-such-file.pth"},
    {"model", "half.pth", "PK\003\004 and no more", "half.pth"},
    {"model", "not-\377\376-text.pth", NULL, "-text.pth"},
    {"labels", "labels.txt", "one\ntwo\n", "10"},
    {"labels", "labels.txt", "one\n\377\376\n", "labels.txt"},
  };
  GstHarness *harness = harness_new (FIXTURE_CIFAR);
  GstBus *bus = fixture_add_bus (harness->element);
  Alone alone;
  guint i;

  alone_init (&alone, FIXTURE_CIFAR);
  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    gchar *path = fixture_write_file (bad[i].name, bad[i].content ?
        bad[i].content : "", bad[i].content ? strlen (bad[i].content) : 0);
    gdouble got[FIXTURE_MAX_CLASSES];
    const GstStructure *s;
    GstMessage *message;
    GstBuffer *buffer;
    gchar *text;

    if (!bad[i].content)
      g_unlink (path);
    g_object_set (harness->element, bad[i].property, path, NULL);
    message = push_until (harness, bus, "model-rejected");
    s = gst_message_get_structure (message);
    fail_unless (strstr (gst_structure_get_string (s, "reason"), bad[i].word)
        != NULL, "%s", gst_structure_get_string (s, "reason"));
    fail_unless (g_utf8_validate (gst_structure_get_string (s, "reason"), -1,
            NULL));
    text = g_utf8_make_valid (path, -1);
    fail_unless_equals_string (gst_structure_get_string (s, bad[i].property),
        text);
    g_free (text);
    fail_unless_equals_string (gst_structure_get_string (s, "sha256"),
        alone.sha256);
    gst_message_unref (message);
    buffer = push_frame (harness, 1);
    fail_unless_equals_int (fixture_get_confidences (buffer, got), 10);
    fail_unless (memcmp (got, alone.confidences[1], 10 * sizeof (gdouble))
        == 0);
    gst_buffer_unref (buffer);
    g_object_set (harness->element, "model", alone.path, "labels", NULL, NULL);
    gst_message_unref (push_until (harness, bus, "model-updated"));
    fixture_remove_file (path);
  }
  alone_clear (&alone);
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* A model and labels that are set together are taken together. */
GST_START_TEST (test_model_and_labels)
{
  GstHarness *harness = harness_new (FIXTURE_CIFAR);
  GstBus *bus = fixture_add_bus (harness->element);
  const gchar *text = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
  gchar *labels = fixture_write_file ("labels.txt", text, strlen (text));
  const GstStructure *s;
  GstMessage *message;
  Alone cifar, small;
  GstBuffer *buffer;

  alone_init (&cifar, FIXTURE_CIFAR);
  alone_init (&small, FIXTURE_SMALL);
  /* The swap happens even where interval would skip all frames for a long time. */
  g_object_set (harness->element, "interval", 1000000, NULL);
  gst_buffer_unref (push_frame (harness, 0));
  g_object_set (harness->element, "labels", labels, "model", small.path, NULL);
  message = push_until (harness, bus, "model-updated");
  s = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (s, "sha256"),
      small.sha256);
  fail_unless_equals_string (gst_structure_get_string (s, "from-sha256"),
      cifar.sha256);
  fail_unless_equals_string (gst_structure_get_string (s, "model"), small.path);
  fail_unless_equals_string (gst_structure_get_string (s, "labels"), labels);
  gst_message_unref (message);
  fail_unless (pop_named (bus, "model-rejected") == NULL);
  buffer = push_frame (harness, 0);
  s = gst_classification_meta_get_structure (gst_buffer_get_classification_meta
      (buffer));
  fail_unless_equals_int (strlen (gst_structure_get_string (s, "label")), 1);
  fail_unless_equals_string (gst_classification_structure_get_model_sha256 (s),
      small.sha256);
  gst_buffer_unref (buffer);
  alone_clear (&small);
  alone_clear (&cifar);
  fixture_remove_file (labels);
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

typedef struct
{
  GstHarness *harness;
  const Alone *models;
  gint stop;                    /* atomic */
  guint n_frames;
  gint n_from[2];               /* atomic: the number of results of each model */
} Stream;

/* Checks that every result equals what the model that it names says alone. */
static gpointer
stream_frames (gpointer data)
{
  Stream *stream = data;
  gdouble got[FIXTURE_MAX_CLASSES];
  guint n;

  for (n = 0; !g_atomic_int_get (&stream->stop); n++) {
    GstBuffer *buffer = push_frame (stream->harness, n % N_FRAMES);
    GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);
    guint m, source;

    stream->n_frames++;
    if (meta) {
      source = gst_classification_meta_get_source_pts (meta) /
          (40 * GST_MSECOND);
      m = g_str_equal (gst_classification_meta_get_model_sha256 (meta),
          stream->models[1].sha256);
      fail_unless_equals_string (gst_classification_meta_get_model_sha256
          (meta), stream->models[m].sha256);
      fail_unless_equals_int (fixture_get_confidences (buffer, got), 10);
      fail_unless (memcmp (got, stream->models[m].confidences[source],
              10 * sizeof (gdouble)) == 0);
      g_atomic_int_inc (&stream->n_from[m]);
    }
    gst_buffer_unref (buffer);
  }
  return NULL;
}

/* Waits until a stream has answers of model @m, which takes a moment in mode latest. */
static void
wait_for_answer (Stream * stream, guint m)
{
  guint i;

  for (i = 0; i < 60 * 2000 && !g_atomic_int_get (&stream->n_from[m]); i++)
    g_usleep (500);
  fail_unless (g_atomic_int_get (&stream->n_from[m]) > 0,
      "no answer of model %u", m);
}

/* In a thousand swaps no frame is lost and no memory is leaked. */
GST_START_TEST (test_many_swaps)
{
  static const gchar *const modes[] = { "sync", "latest" };
  guint i, j, swaps = fixture_get_number ("GST_RESNET_TEST_LOOPS", 4000) / 4;
  Alone models[2];
  Stream streams[2];
  GThread *threads[2];
  GstBus *buses[2];
  gsize early = 0, late = G_MAXSIZE;

  swaps = MAX (swaps, 4);
  alone_init (&models[0], FIXTURE_CIFAR);
  alone_init (&models[1], FIXTURE_SMALL);
  for (i = 0; i < 2; i++) {
    Stream stream = { harness_new (FIXTURE_CIFAR), models, FALSE, 0, {0, 0}
    };

    gst_util_set_object_arg (G_OBJECT (stream.harness->element), "mode",
        modes[i]);
    buses[i] = fixture_add_bus (stream.harness->element);
    streams[i] = stream;
    threads[i] = g_thread_new ("stream", stream_frames, &streams[i]);
  }
  for (j = 0; j < 2; j++)
    wait_for_answer (&streams[j], 0);
  for (i = 1; i <= swaps; i++) {
    for (j = 0; j < 2; j++)
      g_object_set (streams[j].harness->element, "model", models[i % 2].path,
          NULL);
    for (j = 0; j < 2; j++) {
      GstMessage *message = NULL;

      while (!(message = pop_named (buses[j], "model-updated")))
        g_usleep (200);
      fail_unless_equals_string (gst_structure_get_string
          (gst_message_get_structure (message), "sha256"),
          models[i % 2].sha256);
      gst_message_unref (message);
    }
    for (j = 0; i == 1 && j < 2; j++)
      wait_for_answer (&streams[j], 1);
    /* Each stream holds one or two models at a time. */
    if (i <= swaps / 4 && i + N_LOOKS > swaps / 4)
      early = MAX (early, fixture_get_resident_bytes ());
    if (i + N_LOOKS > swaps)
      late = MIN (late, fixture_get_resident_bytes ());
  }
  fail_unless (late <= early + SLACK,
      "%u swaps took %" G_GSIZE_FORMAT " bytes more", swaps - swaps / 4,
      late - early);
  for (i = 0; i < 2; i++) {
    g_atomic_int_set (&streams[i].stop, TRUE);
    g_thread_join (threads[i]);
    fail_unless_equals_int (gst_harness_buffers_received (streams[i].harness),
        streams[i].n_frames);
    remove_bus (streams[i].harness, buses[i]);
    gst_harness_teardown (streams[i].harness);
  }
  /* Both streams have ended. */
  alone_clear (&models[0]);
  alone_clear (&models[1]);
}

GST_END_TEST;

/* A model is set and the element is stopped at once: nothing is left running, and nothing leaks. */
GST_START_TEST (test_stop_while_loading)
{
  GstHarness *harness = harness_new (FIXTURE_CIFAR);
  gchar *small = fixture_path (FIXTURE_SMALL);
  guint i;

  for (i = 0; i < 5; i++) {
    g_object_set (harness->element, "model", small, "watch-model", i % 2, NULL);
    g_usleep (i * 300);
    gst_element_set_state (harness->element, GST_STATE_READY);
    gst_element_set_state (harness->element, GST_STATE_PLAYING);
  }
  g_free (small);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The file is replaced by a rename and then written in place in two halves. It is taken when it is whole. */
GST_START_TEST (test_watch)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);
  GstBus *bus = fixture_add_bus (harness->element);
  gchar *data[2], *path, *other;
  GstMessage *message;
  Alone models[2];
  gsize size[2];
  FILE *file;
  guint i;

  for (i = 0; i < 2; i++) {
    alone_init (&models[i], i ? FIXTURE_SMALL : FIXTURE_CIFAR);
    fail_unless (g_file_get_contents (models[i].path, &data[i], &size[i],
            NULL));
  }
  path = fixture_write_file ("watched", data[0], size[0]);
  g_object_set (harness->element, "resize", 0, "crop", 16, NULL);
  gst_element_set_state (harness->element, GST_STATE_READY);
  g_object_set (harness->element, "model", path, "watch-model", TRUE, NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (harness, CAPS);

  other = g_strconcat (path, ".new", NULL);
  fail_unless (g_file_set_contents (other, data[1], size[1], NULL));
  fail_unless (g_rename (other, path) == 0);
  message = push_until (harness, bus, "model-updated");
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (message), "sha256"), models[1].sha256);
  gst_message_unref (message);

  file = fopen (path, "r+");
  fail_unless (file && fwrite (data[0], 1, size[0] / 2, file) == size[0] / 2);
  fflush (file);
  g_usleep (250000);
  fail_unless (fwrite (data[0] + size[0] / 2, 1, size[0] - size[0] / 2, file)
      == size[0] - size[0] / 2);
  fail_unless (ftruncate (fileno (file), size[0]) == 0);
  fclose (file);
  message = push_until (harness, bus, "model-updated");
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (message), "sha256"), models[0].sha256);
  gst_message_unref (message);

  /* A file that is gone changes nothing. A bad file is refused once. */
  fail_unless (g_file_set_contents (path, "nonsense", 8, NULL));
  gst_message_unref (push_until (harness, bus, "model-rejected"));
  for (i = 0; i < 2; i++) {
    alone_clear (&models[i]);
    g_free (data[i]);
  }
  g_free (other);
  fixture_remove_file (path);
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_heatmap)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstClassificationMeta *meta;
  gdouble plain[FIXTURE_MAX_CLASSES], got[FIXTURE_MAX_CLASSES];
  gint map_width, map_height, x, y, width, height;
  const guint8 *samples;
  GstBuffer *buffer;
  guint low = 0, high = 0;
  GBytes *map;
  gsize i, n;

  g_object_set (harness->element, "resize", 32, "crop", 32, NULL);
  buffer = push_frame (harness, 0);
  fixture_get_confidences (buffer, plain);
  fail_if (gst_classification_meta_get_heatmap
      (gst_buffer_get_classification_meta (buffer), NULL, NULL, NULL, NULL,
          NULL, NULL, NULL));
  gst_buffer_unref (buffer);

  g_object_set (harness->element, "heatmap", TRUE, NULL);
  buffer = push_frame (harness, 0);
  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless (gst_classification_meta_get_heatmap (meta, &map, &map_width,
          &map_height, &x, &y, &width, &height));
  fixture_get_confidences (buffer, got);
  fail_unless (memcmp (plain, got, 10 * sizeof (gdouble)) == 0);
  fail_unless_equals_int (map_width, 8);
  fail_unless_equals_int (map_height, 8);
  /* The network sees the square in the middle of 64×48. */
  fail_unless (x == 8 && y == 0 && width == 48 && height == 48);
  samples = g_bytes_get_data (map, &n);
  for (i = 0; i < n; i++) {
    low += samples[i] == 0;
    high += samples[i] == 255;
  }
  fail_unless (low > 0 && high > 0 && low + high < n);
  gst_buffer_unref (buffer);

  /* The network sees all of a frame that is stretched. */
  g_object_set (harness->element, "resize", 0, NULL);
  buffer = push_frame (harness, 0);
  fail_unless (gst_classification_meta_get_heatmap
      (gst_buffer_get_classification_meta (buffer), NULL, NULL, NULL, &x, &y,
          &width, &height));
  fail_unless (x == 0 && y == 0 && width == 64 && height == 48);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
swap_suite (void)
{
  Suite *s = suite_create ("swap");
  TCase *tc = tcase_create ("swap");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_rejected);
  tcase_add_test (tc, test_model_and_labels);
  tcase_add_test (tc, test_many_swaps);
  tcase_add_test (tc, test_stop_while_loading);
  tcase_add_test (tc, test_watch);
  tcase_add_test (tc, test_heatmap);
  return s;
}

GST_CHECK_MAIN (swap);
