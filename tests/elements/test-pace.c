/* gst-resnet: the latency that is reported: up at once, down slowly, and seldom announced
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/check/gstcheck.h>

#include "classify/gstresnetpace.h"

#define FRAME (40 * GST_MSECOND)

/* The times swing for a minute. There are few messages, and the latency is never less than the time that a frame was
 * held for. */
GST_START_TEST (test_swings)
{
  GstResnetPace pace = { 0, };
  GstClockTime now = GST_SECOND, last = 0;
  guint i, n_messages = 0;

  for (i = 0; i < 1500; i++, now += FRAME) {
    GstClockTime held = (80 + i * 7919 % 110) * GST_MSECOND;

    if (gst_resnet_pace_held (&pace, held, now)) {
      fail_unless (last == 0 || now - last >= 10 * GST_SECOND,
          "two messages in %" GST_TIME_FORMAT, GST_TIME_ARGS (now - last));
      last = now;
      n_messages++;
    }
    fail_unless (pace.reported >= held);
    fail_unless (pace.reported <= 195 * GST_MSECOND);
  }
  fail_unless (n_messages >= 1 && n_messages <= 3, "%u messages", n_messages);
}

GST_END_TEST;

GST_START_TEST (test_rises_at_once)
{
  GstResnetPace pace = { 0, };

  fail_unless (gst_resnet_pace_held (&pace, 20 * GST_MSECOND, GST_SECOND));
  fail_unless_equals_uint64 (pace.reported, 20 * GST_MSECOND);
  /* A latency query gets the new value at once. The message comes later, when its turn has come. */
  fail_if (gst_resnet_pace_held (&pace, 300 * GST_MSECOND, 2 * GST_SECOND));
  fail_unless_equals_uint64 (pace.reported, 300 * GST_MSECOND);
  fail_if (gst_resnet_pace_held (&pace, 10 * GST_MSECOND, 10 * GST_SECOND));
  fail_unless (gst_resnet_pace_held (&pace, 10 * GST_MSECOND, 11 * GST_SECOND));
  fail_if (gst_resnet_pace_held (&pace, 10 * GST_MSECOND, 12 * GST_SECOND));
}

GST_END_TEST;

/* Only the first frame is slow. Minutes later it is forgotten, step by step. */
GST_START_TEST (test_falls_slowly)
{
  GstResnetPace pace = { 0, };
  GstClockTime now = GST_SECOND, before, last = 0;
  guint i;

  gst_resnet_pace_held (&pace, GST_SECOND, now);
  for (i = 0; i < 25 * 240; i++) {
    now += FRAME;
    before = pace.reported;
    if (gst_resnet_pace_held (&pace, 20 * GST_MSECOND, now)) {
      fail_unless (last == 0 || now - last >= 10 * GST_SECOND);
      last = now;
    }
    fail_unless (pace.reported <= before);
    fail_unless (pace.reported >= before * 3 / 4);
    if (now < 15 * GST_SECOND)
      fail_unless_equals_uint64 (pace.reported, GST_SECOND);
  }
  fail_unless (pace.reported >= 20 * GST_MSECOND
      && pace.reported <= 35 * GST_MSECOND, "%" GST_TIME_FORMAT,
      GST_TIME_ARGS (pace.reported));
  gst_resnet_pace_forget_held (&pace);
  fail_unless_equals_uint64 (pace.reported, 0);
  fail_unless (gst_resnet_pace_held (&pace, FRAME, now + FRAME));
}

GST_END_TEST;

static Suite *
pace_suite (void)
{
  Suite *suite = suite_create ("pace");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_swings);
  tcase_add_test (tcase, test_rises_at_once);
  tcase_add_test (tcase, test_falls_slowly);
  return suite;
}

GST_CHECK_MAIN (pace);
