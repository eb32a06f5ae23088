/* gst-resnet: which Winograd transforms a level has
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernels/winograd.h"

void
nn_winograd_kernels_init (NnWinogradKernels *kernels, NnIsa isa)
{
  nn_winograd_kernels_init_c (kernels);
#ifdef NN_HAVE_X86
  if (!(isa >= NN_ISA_AVX2))
    return;
  nn_winograd_kernels_init_avx2 (kernels);
  if (!(isa >= NN_ISA_AVX512))
    return;
  nn_winograd_kernels_init_avx512 (kernels);
#endif
}
