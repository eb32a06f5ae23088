/* gst-resnet: kernel family: activations, one number at a time
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "base/nn-cpu.h"

/* The names are ONNX's. */
typedef enum {
  NN_LAYER_ACTIVATION_NONE,
  NN_LAYER_ACTIVATION_CLIP,         /* min (max (x, a), b) */
  NN_LAYER_ACTIVATION_LEAKY_RELU,   /* x < 0 ? a · x : x */
  NN_LAYER_ACTIVATION_HARD_SIGMOID, /* min (max (a · x + b, 0), 1) */
  NN_LAYER_ACTIVATION_HARD_SWISH,   /* x · min (max (x / 6 + 1 / 2, 0), 1) */
  NN_LAYER_ACTIVATION_SIGMOID,      /* 1 / (1 + exp (−x)) */
  NN_LAYER_ACTIVATION_SWISH,        /* x / (1 + exp (−a · x)); SiLU with a = 1 */
  NN_LAYER_ACTIVATION_TANH,         /* 1 − 2 / (1 + exp (2 x)) */
  NN_LAYER_ACTIVATION_GELU,         /* x / 2 · (1 + erf (x / √2)) */
  NN_LAYER_ACTIVATION_GELU_TANH,    /* x / 2 · (1 + tanh (√(2 / π) · (x + 0.044715 x³))) */
} NnLayerActivationKind;

/* This is a kind of activation with the numbers that its formula takes. */
typedef struct {
  NnLayerActivationKind kind;
  gfloat a, b;
} NnLayerActivation;

/* Computes out[i] = f (in[i]) for i from 0 to @n − 1, for any @n and any alignment; @out may be @in. A NaN stays a NaN.
 * The error is at most 4e-7, or 1e-6 of the true result's size where that is more. The result for an element depends on
 * no other element and not on its place. */
typedef void (*NnActivationFunc) (const NnLayerActivation *activation, const gfloat *in, gsize n, gfloat *out);

typedef struct {
  NnActivationFunc apply;
} NnActivationKernels;

/* Fills the table with the C bodies, then overwrites them with the better ones of each level up to @isa. */
void nn_activation_kernels_init (NnActivationKernels *kernels, NnIsa isa);
/* These are the portable bodies, which are the specification of all others. */
void nn_activation_kernels_init_c (NnActivationKernels *kernels);
void nn_activation_kernels_init_avx2 (NnActivationKernels *kernels);
void nn_activation_kernels_init_avx512 (NnActivationKernels *kernels);
