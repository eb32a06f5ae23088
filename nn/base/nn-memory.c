/* gst-resnet: aligned memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-memory.h"

#include <stdlib.h>
#include <string.h>

gpointer
nn_aligned_alloc0 (gsize size)
{
  gsize rounded;
  gpointer memory;

  if (!nn_size_add (size, NN_ALIGNMENT - 1, &rounded))
    return NULL;
  rounded &= ~(gsize)(NN_ALIGNMENT - 1);
  memory = aligned_alloc (NN_ALIGNMENT, MAX (rounded, NN_ALIGNMENT));
  if (memory)
    memset (memory, 0, rounded);
  return memory;
}

void
nn_aligned_free (gpointer memory)
{
  free (memory);
}
