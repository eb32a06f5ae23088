/* gst-resnet: fuzz target: a buffer's metas against its memory, through both elements
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each input is one frame: its caps, its memory (of exactly the size that is said, so that AddressSanitizer sees what
 * lies beside), a GstVideoMeta, a GstVideoCropMeta and regions. It goes through resnetclassify, and once more through
 * resnetclassify and classoverlay with a result that is carried over from a good frame. */
#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include "classify/gstresnetclassify.h"
#include "fuzz-common.h"
#include "overlay/gstclassoverlay.h"

typedef struct {
  const guint8 *data;
  gsize size;
} Input;

static guint
take (Input *input)
{
  if (input->size == 0)
    return 0;
  input->size--;
  return *input->data++;
}

/* Returns a number near zero, a number near @around, or any number. */
static gint64
take_number (Input *input, gint64 around)
{
  guint kind = take (input);
  gint64 value = 0;

  switch (kind & 7) {
  case 0:
  case 1:
  case 2:
    return around;
  case 3:
    return around + (gint8)take (input);
  case 4:
    return -around;
  case 5:
    return around * (1 + take (input) % 64);
  case 6:
    return (gint8)take (input);
  default:
    for (guint i = 0; i < 8; i++)
      value = (gint64)((guint64)value << 8) | take (input);
    return value;
  }
}

static GstBuffer *
take_memory (Input *input, gsize full)
{
  GstBuffer *buffer = gst_buffer_new ();
  gint64 wanted = take_number (input, (gint64)full);
  gsize size = CLAMP (wanted, 0, 1 << 18);
  guint n = 1 + take (input) % 4;

  for (guint i = 0; i < n; i++) {
    gsize some = full * (1 + take (input) % 16) / 16;
    gsize part = i + 1 < n ? MIN (size, some) : size;
    guint8 *bytes = g_malloc (MAX (part, 1));

    memset (bytes, 0x5a, part);
    if (part > 0)
      gst_buffer_append_memory (buffer, gst_memory_new_wrapped (take (input) & 1 ? GST_MEMORY_FLAG_READONLY : 0, bytes,
                                                                part, 0, part, bytes, g_free));
    else
      g_free (bytes);
    size -= part;
  }
  return buffer;
}

static GstBuffer *
take_frame (Input *input, const GstVideoInfo *info)
{
  GstBuffer *buffer = take_memory (input, GST_VIDEO_INFO_SIZE (info));
  guint kind = take (input);

  if (kind & 1) {
    gsize offset[GST_VIDEO_MAX_PLANES];
    gint stride[GST_VIDEO_MAX_PLANES];
    GstVideoMeta *meta;

    for (guint i = 0; i < GST_VIDEO_MAX_PLANES; i++) {
      offset[i] = (gsize)take_number (input, (gint64)info->offset[i]);
      stride[i] = (gint)take_number (input, info->stride[i]);
    }
    meta = gst_buffer_add_video_meta_full (
        buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT (info), (guint)take_number (input, info->width),
        (guint)take_number (input, info->height), GST_VIDEO_INFO_N_PLANES (info), offset, stride);
    if (kind & 2)
      meta->format = (GstVideoFormat)take_number (input, GST_VIDEO_INFO_FORMAT (info));
    if (kind & 4)
      meta->n_planes = take (input) % (GST_VIDEO_MAX_PLANES + 1);
  }
  if (kind & 8) {
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer);

    crop->x = (guint)take_number (input, info->width / 3);
    crop->y = (guint)take_number (input, info->height / 3);
    crop->width = (guint)take_number (input, info->width / 2);
    crop->height = (guint)take_number (input, info->height / 2);
  }
  for (guint i = 0; i < (kind >> 4 & 3); i++)
    gst_buffer_add_video_region_of_interest_meta (
        buffer, "thing", (guint)take_number (input, info->width / 4), (guint)take_number (input, info->height / 4),
        (guint)take_number (input, info->width / 2), (guint)take_number (input, info->height / 2));
  return buffer;
}

static GstHarness *
harness_new (const gchar *tail)
{
  g_autofree gchar *launch
      = g_strdup_printf ("resnetclassify model=\"%s\" threads=1 resize=0 crop=16 post-messages=false "
                         "post-label-changes=false region=both %s",
                         FUZZ_MODEL, tail);

  return gst_harness_new_parse (launch);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static GstHarness *harness[2];
  static const GstVideoFormat *formats;
  static guint n_formats;
  Input input = { data, size };
  GstVideoInfo info;

  if (!harness[0]) {
    gst_init (NULL, NULL);
    g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
    GST_ELEMENT_REGISTER (resnetclassify, NULL);
    GST_ELEMENT_REGISTER (classoverlay, NULL);
    harness[0] = harness_new ("");
    harness[1] = harness_new ("interval=1000000 ! classoverlay");
    formats = gst_video_formats_raw (&n_formats);
  }
  if (!gst_video_info_set_format (&info, formats[take (&input) % n_formats], 1 + take (&input) % 64,
                                  1 + take (&input) % 64))
    return 0;
  info.fps_n = 25;
  info.fps_d = 1;
  for (guint i = 0; i < 2; i++) {
    Input rest = input;
    g_autoptr (GstCaps) caps = gst_video_info_to_caps (&info);
    GstBuffer *frame, *out;
    GstEvent *event;

    gst_harness_set_src_caps (harness[i], gst_caps_ref (caps));
    if (i == 1) {
      frame = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
      gst_buffer_memset (frame, 0, 0x5a, GST_VIDEO_INFO_SIZE (&info));
      out = gst_harness_push_and_pull (harness[i], frame);
      if (!out)
        FUZZ_FAIL ("a good frame was lost\n");
      gst_buffer_unref (out);
    }
    out = gst_harness_push_and_pull (harness[i], take_frame (&rest, &info));
    if (!out)
      FUZZ_FAIL ("a frame was lost\n");
    gst_buffer_unref (out);
    while ((frame = gst_harness_try_pull (harness[i])))
      gst_buffer_unref (frame);
    /* A harness keeps all events until they are pulled. */
    while ((event = gst_harness_try_pull_event (harness[i]))
           || (event = gst_harness_try_pull_upstream_event (harness[i])))
      gst_event_unref (event);
  }
  return 0;
}
