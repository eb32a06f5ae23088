/* gst-resnet: what this machine can do at best
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/conv.h"

/* 2 × multiply-adds a second of one thread: of the level's vectors in registers alone, or, at a level that has no
 * kernel for that, of its convolution body on numbers that stay in the cache. The best of many short runs, 20 ms in
 * all. 0 when there is no memory. */
gdouble nn_measure_peak (const NnConvKernels *kernels);
