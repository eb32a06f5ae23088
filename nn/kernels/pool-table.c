/* gst-resnet: which pooling bodies a level has
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernels/pool.h"

void
nn_pool_kernels_init (NnPoolKernels *kernels, NnIsa isa)
{
  nn_pool_kernels_init_c (kernels);
#ifdef NN_HAVE_X86
  if (!(isa >= NN_ISA_AVX2))
    return;
  nn_pool_kernels_init_avx2 (kernels);
  if (!(isa >= NN_ISA_AVX512))
    return;
  nn_pool_kernels_init_avx512 (kernels);
#endif
}
