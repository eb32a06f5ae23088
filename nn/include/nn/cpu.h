/* gst-resnet: what this processor has
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns the highest level that the processor, the operating system and NN_MAX_ISA allow. */
const gchar *nn_cpu_get_isa (void);
/* Returns all levels from the lowest to the highest, NULL-terminated: "c", "avx2", … "amx". nn/base/nn-cpu.h says what
 * each needs. */
const gchar *const *nn_cpu_get_isa_names (void);

G_END_DECLS
