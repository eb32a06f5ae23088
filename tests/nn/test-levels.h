/* gst-resnet tests: the same test at each ISA level
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-cpu.h"

static void
test_level_is_missing (gconstpointer data)
{
  g_test_skip ("this machine does not have the level");
}

/* Adds the test /@suite/@level/@name, which gives @data to @func. The test is skipped where @there is FALSE for the
 * level. */
static inline void
test_add_at_level (const gchar *suite, const gchar *level, const gchar *name, gboolean there, gconstpointer data,
                   GTestDataFunc func)
{
  g_autofree gchar *path = g_strconcat ("/", suite, "/", level, name ? "/" : NULL, name, NULL);

  g_test_add_data_func (path, data, there ? func : test_level_is_missing);
}

/* Adds the test /@suite/LEVEL or /@suite/LEVEL/@name for each level and gives the level's name to @func. The test is
 * skipped where the machine lacks the level. */
static inline void
test_add_levels (const gchar *suite, const gchar *name, GTestDataFunc func)
{
  static const gchar *const levels[] = { "c", "avx2", "avx512" };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    test_add_at_level (suite, levels[i], name, g_str_equal (nn_isa_name (nn_cpu_level (levels[i])), levels[i]),
                       levels[i], func);
}
