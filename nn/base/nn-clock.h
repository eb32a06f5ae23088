/* gst-resnet: what time measurements are made with
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <time.h>

/* Returns the seconds of a clock that nobody sets, so only differences count. It is finer than g_get_monotonic_time().
 */
static inline gdouble
nn_seconds (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (gdouble)t.tv_sec + (gdouble)t.tv_nsec * 1e-9;
}
