/* gst-resnet: kernel family: the transforms of Winograd's minimal filtering F(m×m, 3×3)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A gives m × m outputs of a 3×3 convolution of stride 1 from an input tile d of (m + 2) ×
 * (m + 2) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, equation 8). Summed over the
 * input channels, ⊙ is a matrix product of its own for each of the (m + 2)² elements of a tile, which are called
 * frequencies here. The bodies of the direct convolution make those products (as a 1×1 convolution over tiles), so this
 * family has only the transforms.
 *
 * The matrices follow from m + 1 finite points and infinity (Toom and Cook; Barabasz, Anderson, Soodhalter and Gregg,
 * "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020): column p of Aᵀ
 * is 1, p, p², …; row p of G is (1, p, p²) / Π_{q ≠ p} (p − q); row p of Bᵀ has the coefficients of Π_{q ≠ p} (x − q).
 * Points that are symmetric about zero let half of the work be shared, and their magnitudes decide the rounding error:
 * kernels/winograd-points.h has our points and the errors that were measured. */
#pragma once

#include <glib.h>

#include "base/nn-cpu.h"

typedef enum { NN_WINOGRAD_F2, NN_WINOGRAD_F4, NN_WINOGRAD_N_TILES } NnWinogradTile;

#define NN_WINOGRAD_MAX_INPUT 6
#define NN_WINOGRAD_MAX_FREQUENCIES 36

/* A side of a tile has 2 or 4 outputs and 4 or 6 inputs; a tile has 16 or 36 frequencies. */
static inline guint
nn_winograd_output (NnWinogradTile tile)
{
  return tile == NN_WINOGRAD_F2 ? 2 : 4;
}

static inline guint
nn_winograd_input (NnWinogradTile tile)
{
  return nn_winograd_output (tile) + 2;
}

static inline guint
nn_winograd_frequencies (NnWinogradTile tile)
{
  return nn_winograd_input (tile) * nn_winograd_input (tile);
}

/* Returns how many tiles cover a side of @size outputs. */
static inline guint
nn_winograd_tiles (NnWinogradTile tile, guint size)
{
  return (size + nn_winograd_output (tile) - 1) / nn_winograd_output (tile);
}

/**
 * NnWinogradInputArgs: the input transform V = Bᵀ d B of one tile
 * @in: the first channel of the tile's pixel (0, 0); @in_row, @in_pixel: floats from one row and from one pixel to the
 * next
 * @rows, @columns: how much of the tile exists, at least 1; the rest counts as zeros and is not read
 * @channels: a multiple of NN_CHANNEL_BLOCK (conv.h)
 * @out: the first channel of the first frequency, 64-byte aligned; @frequency: floats from one frequency to the next, a
 * multiple of NN_CHANNEL_BLOCK
 */
typedef struct {
  const gfloat *in;
  gsize in_row, in_pixel;
  guint rows, columns, channels;
  gfloat *out;
  gsize frequency;
} NnWinogradInputArgs;

/**
 * NnWinogradOutputArgs: the output transform relu? (Aᵀ M A + bias + residual?) of one tile
 * @in, @frequency: what @out and @frequency of NnWinogradInputArgs are
 * @out, @residual: the first channel of the tile's pixel (0, 0), with the strides in floats; @residual NULL: nothing is
 * added; it may be @out with the same strides
 * @bias: one float for each channel, 64-byte aligned
 * @rows, @columns: how much of the tile is written (and how much of residual is read), at least 1
 * @channels: a multiple of NN_CHANNEL_BLOCK
 * @relu: max (0, ·) is taken last; a NaN stays a NaN
 */
typedef struct {
  const gfloat *in;
  gsize frequency;
  gfloat *out;
  gsize out_row, out_pixel;
  const gfloat *residual;
  gsize residual_row, residual_pixel;
  const gfloat *bias;
  guint rows, columns, channels;
  gboolean relu;
} NnWinogradOutputArgs;

typedef struct {
  void (*input) (const NnWinogradInputArgs *args);
  void (*output) (const NnWinogradOutputArgs *args);
} NnWinogradTransforms;

#define NN_WINOGRAD_TAPS_TILES 4
#define NN_WINOGRAD_TAPS_CHUNK 32
#define NN_WINOGRAD_TAPS_CHANNELS 16

/**
 * NnWinogradTapsArgs: M = Σ U ⊙ V of F(4×4, 3×3) for NN_WINOGRAD_TAPS_TILES tiles and NN_WINOGRAD_TAPS_CHANNELS output
 * channels, from weights that are not transformed: this reads a quarter of the bytes from memory, and is more work
 * @weights: [in_channels][9][NN_WINOGRAD_TAPS_CHANNELS], 64-byte aligned
 * @in: transformed tiles, [⌈in_channels / NN_WINOGRAD_TAPS_CHUNK⌉][36][NN_WINOGRAD_TAPS_TILES][NN_WINOGRAD_TAPS_CHUNK];
 * channels beyond the last one are not read
 * @out: [36][NN_WINOGRAD_TAPS_TILES][NN_WINOGRAD_TAPS_CHANNELS], 64-byte aligned
 * The kernel fetches what follows the weights in memory into a cache, since these are the next call's weights.
 */
typedef struct {
  const gfloat *weights, *in;
  gfloat *out;
  guint in_channels;
} NnWinogradTapsArgs;

/* @fast: the bodies are fast enough to be chosen, which the specification alone is not. @taps: may be NULL. */
typedef struct {
  gboolean fast;
  NnWinogradTransforms tile[NN_WINOGRAD_N_TILES];
  void (*taps) (const NnWinogradTapsArgs *args);
} NnWinogradKernels;

/* Fills the table with the C bodies, then overwrites them with the better ones of each level up to @isa. */
void nn_winograd_kernels_init (NnWinogradKernels *kernels, NnIsa isa);
void nn_winograd_kernels_init_c (NnWinogradKernels *kernels);
void nn_winograd_kernels_init_avx2 (NnWinogradKernels *kernels);
void nn_winograd_kernels_init_avx512 (NnWinogradKernels *kernels);

/* These are the matrices in float64, row after row: Bᵀ is input × input, G is input × 3, Aᵀ is output × input. */
typedef struct {
  gdouble bt[NN_WINOGRAD_MAX_INPUT * NN_WINOGRAD_MAX_INPUT];
  gdouble g[NN_WINOGRAD_MAX_INPUT * 3];
  gdouble at[(NN_WINOGRAD_MAX_INPUT - 2) * NN_WINOGRAD_MAX_INPUT];
} NnWinogradMatrices;

void nn_winograd_matrices (NnWinogradTile tile, NnWinogradMatrices *matrices);

/**
 * nn_winograd_pack: computes U = G g Gᵀ of a block of output channels and of n_in input channels in float64 and rounds
 * it once
 * @weight: [out_channels][in_channels][3][3]
 * @packed: [frequencies][in_channels][channels], zero where @first + c is no output channel
 */
void nn_winograd_pack (NnWinogradTile tile, const gfloat *weight, guint out_channels, guint in_channels, guint first,
                       guint channels, guint first_in, guint n_in, gfloat *packed);

#define NN_WINOGRAD_LANES 16

/* This turns the transform of three weights at the points 0, p, −p and infinity back into the weights; the transform is
 * c g₀, (g₀ ± p g₁ + p² g₂) / s and g₂.
 * @zero: 1 / c; @difference: s / 2p; @input: how many inputs a side of the tile has */
typedef struct {
  guint input;
  gdouble zero, difference;
} NnWinogradInverse;

void nn_winograd_inverse (NnWinogradTile tile, NnWinogradInverse *inverse);

/* Computes what the weights were, but for some rounding, for one input channel and NN_WINOGRAD_LANES output channels
 * from @c on. The same packed weights always give the same bits. */
void nn_winograd_unpack (const NnWinogradInverse *inverse, const gfloat *packed, guint in_channels, guint channels,
                         guint in, guint c, gfloat weight[9][NN_WINOGRAD_LANES]);
