/* gst-resnet: the resize kernels in AVX2
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX2__) || !defined(__FMA__) || !defined(__F16C__)
#error "this file is compiled with -mavx2 -mfma -mf16c"
#endif

#include "kernels/x86/resize-x86.h"

void
nn_resize_kernels_init_x86 (NnResizeKernels *kernels, NnIsa isa)
{
  if (!(isa >= NN_ISA_AVX2))
    return;
}
