/* gst-resnet: which bodies a level has, of each family
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernels/activation.h"
#include "kernels/bf16.h"
#include "kernels/conv.h"
#include "kernels/pool.h"
#include "kernels/winograd.h"

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

gboolean
nn_bf16_kernels_init (NnBf16Kernels *kernels, NnIsa isa, guint products)
{
#ifdef NN_HAVE_AMX
  if (isa >= NN_ISA_AMX) {
    nn_bf16_kernels_init_amx (kernels, products);
    return TRUE;
  }
#endif
#ifdef NN_HAVE_AVX512BF16
  if (isa >= NN_ISA_AVX512BF16 && products == 1) {
    nn_bf16_kernels_init_avx512bf16 (kernels, products);
    return TRUE;
  }
#endif
  return FALSE;
}

void
nn_activation_kernels_init (NnActivationKernels *kernels, NnIsa isa)
{
  nn_activation_kernels_init_c (kernels);
#ifdef NN_HAVE_X86
  if (!(isa >= NN_ISA_AVX2))
    return;
  nn_activation_kernels_init_avx2 (kernels);
  if (!(isa >= NN_ISA_AVX512))
    return;
  nn_activation_kernels_init_avx512 (kernels);
#endif
}
