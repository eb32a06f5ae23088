/* gst-resnet: what this machine can do at best
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/conv.h"

/* Measures how many flops a second one thread can do (2 × multiply-adds). It times multiply-adds of the level's vectors
 * that stay in registers or, at a level that has no kernel for that, its convolution body on numbers that stay in the
 * cache. Returns the best of many short runs, which take 20 ms in all; 0 when there is no memory. */
gdouble nn_measure_peak (const NnConvKernels *kernels);
