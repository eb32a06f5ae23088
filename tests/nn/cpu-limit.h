/* gst-resnet tests: a limit of processor time for what a bad file may cost
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * It is processor time and not the clock's, so that other programs on the machine do not make a test fail. */
#pragma once

#include <glib.h>
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

/* Returns how many seconds this process has computed. */
static inline gdouble
cpu_seconds (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (gdouble)t.tv_sec + (gdouble)t.tv_nsec * 1e-9;
}

/* Returns how many times slower than a processor of 2024 this one is now. The measure is the time that a hash table of
 * 100,000 words takes. */
static inline gdouble
cpu_slowness (void)
{
  const gdouble start = cpu_seconds ();
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 100000; i++)
    g_hash_table_add (table, g_strdup_printf ("%u", i * 2654435761u));
  return (cpu_seconds () - start) / 0.02;
}

/* Returns whether what began at @start has taken more than @limit seconds, which is one second for each bad file here.
 * A sanitizer and a build without optimization have more time. A slow machine and valgrind have more, too; their speed
 * is measured only once the limit is passed. */
static inline gboolean
cpu_over_limit (gdouble start, gdouble limit)
{
  const gdouble taken = cpu_seconds () - start;

  limit *= CPU_LIMIT_SLOWED;
  return taken > limit && taken > limit * cpu_slowness ();
}
