/* gst-resnet: what this processor has
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Levels are bundles; each contains the ones before it. */
typedef enum {
  NN_ISA_C,      /* portable C and OpenBLAS */
  NN_ISA_AVX2,   /* AVX2, FMA, F16C */
  NN_ISA_AVX512, /* AVX-512 F, BW, DQ, VL */
} NnIsa;

/* The one place that decides: processor, operating system (XCR0), environment NN_MAX_ISA, then @max_isa (NULL: no
 * further cap). An unknown name in @max_isa or NN_MAX_ISA is ignored with a g_warning() once. */
NnIsa nn_cpu_level (const gchar *max_isa);
const gchar *nn_isa_name (NnIsa isa);
gboolean nn_isa_from_name (const gchar *name, NnIsa *isa);

/* CPUs that this process may run on (its affinity mask), at least 1. */
guint nn_cpu_count (void);
