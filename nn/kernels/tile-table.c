/* gst-resnet: which tile bodies a level has
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernels/tile.h"

gboolean
nn_tile_kernels_init (NnTileKernels *kernels, NnIsa isa, guint products)
{
#ifdef NN_HAVE_AMX
  if (isa >= NN_ISA_AMX) {
    nn_tile_kernels_init_amx (kernels, products);
    return TRUE;
  }
#endif
#ifdef NN_HAVE_AVX512BF16
  if (isa >= NN_ISA_AVX512BF16 && products == 1) {
    nn_tile_kernels_init_avx512bf16 (kernels, products);
    return TRUE;
  }
#endif
  return FALSE;
}
