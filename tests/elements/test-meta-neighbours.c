/* gst-resnet: our meta beside one of another plugin that is named "GstClassificationMeta", whichever is registered first
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=RGB,width=48,height=40,framerate=25/1"
#define OTHER_NAME "GstClassificationMeta"

/* A meta like that of gst-inference: a struct of its own, registered the classic way. */
typedef struct
{
  GstMeta meta;
  gint num_labels;
} OtherMeta;

static gboolean
other_init (GstMeta * meta, gpointer params, GstBuffer * buffer)
{
  ((OtherMeta *) meta)->num_labels = 0;
  return TRUE;
}

static gboolean
other_transform (GstBuffer * dest, GstMeta * meta, GstBuffer * buffer,
    GQuark type, gpointer data)
{
  GstMeta *copy = gst_buffer_add_meta (dest, meta->info, NULL);

  ((OtherMeta *) copy)->num_labels = ((OtherMeta *) meta)->num_labels;
  return TRUE;
}

static void
register_other (gboolean custom)
{
  static const gchar *tags[] = { NULL };
  const GstMetaInfo *info = gst_meta_get_info (OTHER_NAME);

  /* It is registered already where several tests share one process. */
  if (info)
    return;
  if (custom)
    info = gst_meta_register_custom (OTHER_NAME, tags, NULL, NULL, NULL);
  else
    info = gst_meta_register (gst_meta_api_type_register (OTHER_NAME "API",
            tags), OTHER_NAME, sizeof (OtherMeta), other_init, NULL,
        other_transform);
  fail_unless (info != NULL);
}

static void
add_other (GstBuffer * buffer, gint value)
{
  const GstMetaInfo *info = gst_meta_get_info (OTHER_NAME);

  if (gst_meta_info_is_custom (info))
    gst_structure_set (gst_custom_meta_get_structure (gst_buffer_add_custom_meta
            (buffer, OTHER_NAME)), "value", G_TYPE_INT, value, NULL);
  else
    ((OtherMeta *) gst_buffer_add_meta (buffer, info, NULL))->num_labels =
        value;
}

static gint
get_other (GstBuffer * buffer)
{
  const GstMetaInfo *info = gst_meta_get_info (OTHER_NAME);
  GstMeta *meta = gst_buffer_get_meta (buffer, info->api);
  gint value = -1;

  fail_unless (meta != NULL);
  if (!gst_meta_info_is_custom (info))
    return ((OtherMeta *) meta)->num_labels;
  fail_unless (gst_structure_get_int (gst_custom_meta_get_structure (
              (GstCustomMeta *) meta), "value", &value));
  return value;
}

/* A frame carries both metas, before and after a copy, and neither is taken for the other. */
static void
check_both (GstHarness * harness)
{
  GstVideoInfo info;
  GstBuffer *buffer, *copy;
  const gchar *label;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 48, 40);
  buffer = fixture_frame_new (&info, 0);
  add_other (buffer, 42);
  fail_unless (gst_buffer_get_classification_meta (buffer) == NULL);
  buffer = gst_harness_push_and_pull (harness, buffer);
  copy = gst_buffer_copy (buffer);
  gst_buffer_unref (buffer);
  fail_unless_equals_int (get_other (copy), 42);
  fail_unless (gst_classification_meta_get_entry
      (gst_buffer_get_classification_meta (copy), 0, &label, NULL, NULL));
  fail_unless (*label != '\0');
  fail_unless (gst_buffer_get_custom_meta (copy,
          GST_CLASSIFICATION_META_NAME) != NULL);
  gst_buffer_unref (copy);
}

/* The bits of the loop's number say whether the other meta is a custom meta, and whether it is registered first. */
GST_START_TEST (test_both_orders)
{
  gboolean custom = __i__ & 1, first = __i__ & 2;
  GstHarness *harness;

  if (first)
    register_other (custom);
  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  if (!first)
    register_other (custom);
  check_both (harness);
  /* The check is repeated with an element that is made when both are registered. */
  gst_harness_teardown (harness);
  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  check_both (harness);
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
meta_neighbours_suite (void)
{
  Suite *s = suite_create ("meta-neighbours");
  TCase *tc = tcase_create ("meta-neighbours");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_both_orders, 0, 4);
  return s;
}

GST_CHECK_MAIN (meta_neighbours);
