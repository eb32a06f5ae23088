/* gst-resnet: fuzz target: .npy files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/npy.h>

#include "fuzz-common.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize dims[NN_NPY_MAX_DIMS];
  guint n_dims = 0;
  g_autoptr (GError) error = NULL;
  g_autofree gfloat *values = nn_npy_parse (data, size, "fuzz", dims, &n_dims, &error);

  FUZZ_CHECK_RESULT (values, error);
  if (values) {
    gdouble sum = 0;
    gsize n = 1;

    if (n_dims > NN_NPY_MAX_DIMS)
      FUZZ_FAIL ("too many dimensions\n");
    for (guint i = 0; i < n_dims; i++)
      n *= dims[i];
    /* Each element that the shape promises must be there. */
    for (gsize i = 0; i < n; i++)
      sum += values[i];
    if (n == G_MAXSIZE)
      FUZZ_FAIL ("%g\n", sum);
  }
  return 0;
}
