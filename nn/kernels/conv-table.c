/* gst-resnet: which convolution bodies a level has
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernels/conv.h"

void
nn_conv_kernels_init (NnConvKernels *kernels, NnIsa isa)
{
#ifdef NN_HAVE_OPENBLAS
  nn_conv_kernels_init_openblas (kernels);
#else
  nn_conv_kernels_init_c (kernels);
#endif
#ifdef NN_HAVE_X86
  if (!(isa >= NN_ISA_AVX2))
    return;
  nn_conv_kernels_init_avx2 (kernels);
  if (!(isa >= NN_ISA_AVX512))
    return;
  nn_conv_kernels_init_avx512 (kernels);
#endif
}
