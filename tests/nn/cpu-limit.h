/* gst-resnet tests: a limit of processor time for what a bad file may cost
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Processor time, not the clock's: other programs on the machine do not fail a test. */
#pragma once

#include <glib.h>
#include <string.h>
#include <time.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer)                  \
    || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer) || !defined(__OPTIMIZE__)
#define CPU_LIMIT_SLOWED 30
#else
#define CPU_LIMIT_SLOWED 1
#endif

/* Seconds that this process has computed. */
static inline gdouble
cpu_seconds (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (gdouble)t.tv_sec + (gdouble)t.tv_nsec * 1e-9;
}

/* One second for each bad file; a sanitizer, a build without optimization and valgrind (seen from what it preloads) are
 * so much slower. */
static inline gdouble
cpu_limit (void)
{
  const gchar *preloaded = g_getenv ("LD_PRELOAD");

  return CPU_LIMIT_SLOWED * (preloaded && strstr (preloaded, "vgpreload") ? 50 : 1);
}
