/* gst-resnet: what this processor has, for applications
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/cpu.h>

#include "base/nn-cpu.h"

const gchar *const *
nn_cpu_get_isa_names (void)
{
  return nn_isa_names;
}

const gchar *
nn_cpu_get_isa (void)
{
  return nn_isa_name (nn_cpu_level (NULL));
}
