/* gst-resnet tests: the same test at each ISA level
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cpu/nn-cpu.h"

static void
test_level_is_missing (gconstpointer data)
{
  g_test_skip ("this machine does not have the level");
}

/* /@suite/LEVEL, or /@suite/LEVEL/@name: @func gets the level's name; skipped where the machine has not got it. */
static inline void
test_add_levels (const gchar *suite, const gchar *name, GTestDataFunc func)
{
  static const gchar *const levels[] = { "c", "avx2", "avx512" };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++) {
    g_autofree gchar *path = g_strconcat ("/", suite, "/", levels[i], name ? "/" : NULL, name, NULL);
    const gboolean there = g_str_equal (nn_isa_name (nn_cpu_level (levels[i])), levels[i]);

    g_test_add_data_func (path, levels[i], there ? func : test_level_is_missing);
  }
}
