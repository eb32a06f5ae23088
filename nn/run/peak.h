/* gst-resnet: what this machine's kernels can do at best
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/conv.h"

/* 2 × multiply-adds a second of the widest convolution body on one thread, on numbers that stay in the first-level
 * cache: the best of some runs, a few milliseconds in all. 0 when there is no memory. */
gdouble nn_measure_peak (const NnConvKernels *kernels);
