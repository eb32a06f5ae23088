/* gst-resnet: the points of our Winograd transforms
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* F(2×2) uses the points 0, ±1, ∞ (Lavin and Gray), and F(4×4) uses 0, ±NN_WINOGRAD_A, ±NN_WINOGRAD_B, ∞. All constants
 * made of these are exact in float32. The table has the root mean square error of an output in float32, divided by the
 * outputs' root mean square, for 64 channels with inputs max (0, normal) and normal weights. A direct sum in the same
 * order has 3.1e-7.
 *   F(2×2)  0, ±1            2.3e-7
 *   F(4×4)  0, ±1, ±2        1.4e-6  (Lavin and Gray)
 *           0, ±1, ±1/2      1.5e-6
 *           0, ±1, 1/2, −2   9.4e-7  (Barabasz et al.)
 *           0, ±5/8, ±3/2    6.6e-7  (the best of a grid of 1/16 × 1/8)
 *   F(6×6)  0, ±1, ±2, ±1/2  2.8e-6
 * F(6×6) is not built: at 56² it would save a tenth of the products and lose as much in the transforms. */
#define NN_WINOGRAD_A 0.625
#define NN_WINOGRAD_B 1.5
