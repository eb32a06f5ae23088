/* gst-resnet: unrolling the loops of a kernel
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* NN_UNROLL (n) stands before a loop of a constant number of turns, at most @n, so that the loop's arrays of sums
 * become registers. clang (14) unrolls by a number only after it has placed the arrays in memory; it unrolls a loop
 * that is to vanish altogether before that. */
#ifdef __clang__
#define NN_UNROLL(n) _Pragma ("clang loop unroll(full)")
#else
#define NN_UNROLL_PRAGMA(text) _Pragma (#text)
#define NN_UNROLL(n) NN_UNROLL_PRAGMA (GCC unroll n)
#endif
