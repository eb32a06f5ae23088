/* gst-resnet: kernel family: the transforms of Winograd's minimal filtering F(m×m, 3×3)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A: m × m outputs of a 3×3 convolution of stride 1 from an input tile d of
 * (m + 2) × (m + 2) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, equation 8).
 * Summed over the input channels, ⊙ is a matrix product of its own for each of the (m + 2)² elements of a tile, called
 * frequencies here; those products are made by the direct convolution's bodies (a 1×1 convolution over tiles), so only
 * the transforms are in this family.
 *
 * The matrices follow from m + 1 finite points and infinity (Toom and Cook; Barabasz, Anderson, Soodhalter and Gregg,
 * "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020): column p of Aᵀ
 * is 1, p, p², …; row p of G is (1, p, p²) / Π_{q ≠ p} (p − q); row p of Bᵀ has the coefficients of Π_{q ≠ p} (x − q).
 * Points that are symmetric about zero let half of the work be shared, and their magnitudes decide the rounding error:
 * nn/kernels/winograd-points.h has ours and what was measured. */
#pragma once

#include <glib.h>

#include "base/nn-cpu.h"

typedef enum { NN_WINOGRAD_F2, NN_WINOGRAD_F4, NN_WINOGRAD_N_TILES } NnWinogradTile;

#define NN_WINOGRAD_MAX_INPUT 6
#define NN_WINOGRAD_MAX_FREQUENCIES 36

/* Outputs along a side of a tile: 2, 4; inputs: 4, 6; frequencies: 16, 36. */
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

/* Tiles along a side of @size outputs. */
static inline guint
nn_winograd_tiles (NnWinogradTile tile, guint size)
{
  return (size + nn_winograd_output (tile) - 1) / nn_winograd_output (tile);
}

/**
 * NnWinogradInputArgs: V = Bᵀ d B of one tile
 * @in: the tile's pixel (0, 0), first channel; @in_row, @in_pixel: floats from one row, one pixel to the next
 * @rows, @columns: how much of the tile exists, at least 1; the rest counts as zeros and is not read
 * @channels: a multiple of NN_CHANNEL_BLOCK (conv.h)
 * @out: the first frequency's first channel, 64-byte aligned; @frequency: floats from one frequency to the next, a
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
 * NnWinogradOutputArgs: relu? (Aᵀ M A + bias + residual?) of one tile
 * @in, @frequency: as the input transform's out
 * @out, @residual (NULL: none; may be @out with its strides): the tile's pixel (0, 0), first channel; with their
 * strides in floats
 * @bias: channels floats, 64-byte aligned
 * @rows, @columns: how much of the tile is written (and read of residual), at least 1
 * @channels: a multiple of NN_CHANNEL_BLOCK
 * @relu: max (0, ·) last; a NaN stays one
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
 * channels, from weights that are not transformed: a quarter of the bytes from memory, and more work
 * @weights: [in_channels][9][NN_WINOGRAD_TAPS_CHANNELS], 64-byte aligned
 * @in: transformed tiles, [⌈in_channels / NN_WINOGRAD_TAPS_CHUNK⌉][36][NN_WINOGRAD_TAPS_TILES][NN_WINOGRAD_TAPS_CHUNK];
 * channels beyond the last are not read
 * @out: [36][NN_WINOGRAD_TAPS_TILES][NN_WINOGRAD_TAPS_CHANNELS], 64-byte aligned
 * What follows the weights in memory is fetched into a cache, as the next call's.
 */
typedef struct {
  const gfloat *weights, *in;
  gfloat *out;
  guint in_channels;
} NnWinogradTapsArgs;

/* @fast: the bodies are worth being chosen; the specification alone is not. @taps: NULL: none. */
typedef struct {
  gboolean fast;
  NnWinogradTransforms tile[NN_WINOGRAD_N_TILES];
  void (*taps) (const NnWinogradTapsArgs *args);
} NnWinogradKernels;

/* Fills the table with C, then overwrites upward to @isa. */
void nn_winograd_kernels_init (NnWinogradKernels *kernels, NnIsa isa);
void nn_winograd_kernels_init_c (NnWinogradKernels *kernels);
void nn_winograd_kernels_init_avx2 (NnWinogradKernels *kernels);
void nn_winograd_kernels_init_avx512 (NnWinogradKernels *kernels);

/* The matrices in float64, row after row: Bᵀ input × input, G input × 3, Aᵀ output × input. */
typedef struct {
  gdouble bt[NN_WINOGRAD_MAX_INPUT * NN_WINOGRAD_MAX_INPUT];
  gdouble g[NN_WINOGRAD_MAX_INPUT * 3];
  gdouble at[(NN_WINOGRAD_MAX_INPUT - 2) * NN_WINOGRAD_MAX_INPUT];
} NnWinogradMatrices;

void nn_winograd_matrices (NnWinogradTile tile, NnWinogradMatrices *matrices);

/**
 * nn_winograd_pack: U = G g Gᵀ of a block of output channels and of n_in input channels, in float64, rounded once
 * @weight: [out_channels][in_channels][3][3]
 * @packed: [frequencies][in_channels][channels], zero where @first + c is no output channel
 */
void nn_winograd_pack (NnWinogradTile tile, const gfloat *weight, guint out_channels, guint in_channels, guint first,
                       guint channels, guint first_in, guint n_in, gfloat *packed);

#define NN_WINOGRAD_LANES 16

/* Three weights from their transform at the points 0, p, −p and infinity, which is c g₀, (g₀ ± p g₁ + p² g₂) / s and
 * g₂:
 * @zero: 1 / c; @difference: s / 2p; @input: of the tile. */
typedef struct {
  guint input;
  gdouble zero, difference;
} NnWinogradInverse;

void nn_winograd_inverse (NnWinogradTile tile, NnWinogradInverse *inverse);

/* What the weights were, but for some rounding, of one input channel and NN_WINOGRAD_LANES output channels from @c on.
 * The same packed weights give the same bits. */
void nn_winograd_unpack (const NnWinogradInverse *inverse, const gfloat *packed, guint in_channels, guint channels,
                         guint in, guint c, gfloat weight[9][NN_WINOGRAD_LANES]);
