/* gst-resnet: activations, one body for every vector width
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file of each ISA includes this text, with
 *   ACTIVATION_LANES  the floats of a vector: 4, 8 or 16
 *   ACTIVATION_TABLE  the function that fills the table
 * Vectors are the compiler's own type. */
#include <string.h>

#include "kernels/activation.h"

typedef gfloat Vector __attribute__ ((vector_size (ACTIVATION_LANES * sizeof (gfloat))));
typedef gfloat UnalignedVector
    __attribute__ ((vector_size (ACTIVATION_LANES * sizeof (gfloat)), aligned (sizeof (gfloat))));
typedef gint32 Mask __attribute__ ((vector_size (ACTIVATION_LANES * sizeof (gint32))));

#define INLINE static inline __attribute__ ((always_inline))

INLINE Vector
select_where (Mask mask, Vector yes, Vector no)
{
  return (Vector)(((Mask)yes & mask) | ((Mask)no & ~mask));
}

/* A NaN in @x is neither above nor below anything, so it stays. */
INLINE Vector
at_least (Vector x, Vector low)
{
  return select_where (x < low, low, x);
}

INLINE Vector
at_most (Vector x, Vector high)
{
  return select_where (x > high, high, x);
}

/* exp (x) = 2^n · exp (r) with n = round (x / ln 2) and r = x − n ln 2, |r| ≤ ln (2) / 2. The series of exp (r) goes up
 * to r⁷ / 7!; what is left out is below 6e-9 of the sum. ln 2 is taken in two parts, and the first has few digits, so
 * that n ln 2 is exact. Beyond ±87 the result is that of ±87. */
INLINE Vector
exponential (Vector x)
{
  const Vector zero = { 0 };
  const gfloat to_whole = 12582912.f; /* 1.5 · 2²³: a number becomes a whole one when this is added to it */
  Vector shifted, n, r, p;
  Mask bits;

  x = at_most (at_least (x, zero - 87.f), zero + 87.f);
  shifted = x * 1.44269504f + to_whole;
  n = shifted - to_whole;
  r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  p = r * (1.f / 5040) + 1.f / 720;
  p = p * r + 1.f / 120;
  p = p * r + 1.f / 24;
  p = p * r + 1.f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.f;
  p = p * r + 1.f;
  /* The lowest bits of @shifted are those of n. */
  bits = ((Mask)shifted << 23) + (127 << 23);
  return p * (Vector)bits;
}

INLINE Vector
sigmoid (Vector x)
{
  return 1.f / (1.f + exponential (-x));
}

INLINE Vector
hyperbolic_tangent (Vector x)
{
  return 1.f - 2.f / (1.f + exponential (2.f * x));
}

/* The formula is from Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26; its error is at most
 * 1.5e-7. */
INLINE Vector
error_function (Vector x)
{
  const Vector zero = { 0 };
  const Mask sign = (Mask)x & G_MININT32;
  const Vector size = (Vector)((Mask)x & G_MAXINT32), t = 1.f / (1.f + 0.3275911f * size);
  Vector p = t * 1.061405429f - 1.453152027f;

  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  p = 1.f - p * t * exponential (zero - size * size);
  return (Vector)((Mask)p | sign);
}

/* @kind must be a constant at each call. */
INLINE Vector
activate (Vector x, const NnLayerActivationKind kind, gfloat a, gfloat b)
{
  const Vector zero = { 0 };

  switch (kind) {
  case NN_LAYER_ACTIVATION_CLIP:
    return at_most (at_least (x, zero + a), zero + b);
  case NN_LAYER_ACTIVATION_LEAKY_RELU:
    return select_where (x < zero, a * x, x);
  case NN_LAYER_ACTIVATION_HARD_SIGMOID:
    return at_most (at_least (a * x + b, zero), zero + 1.f);
  case NN_LAYER_ACTIVATION_HARD_SWISH:
    return x * at_most (at_least (x * (1.f / 6) + 0.5f, zero), zero + 1.f);
  case NN_LAYER_ACTIVATION_SIGMOID:
    return sigmoid (x);
  case NN_LAYER_ACTIVATION_SWISH:
    return x * sigmoid (a * x);
  case NN_LAYER_ACTIVATION_TANH:
    return hyperbolic_tangent (x);
  case NN_LAYER_ACTIVATION_GELU:
    return 0.5f * x * (1.f + error_function (x * 0.70710678f));
  case NN_LAYER_ACTIVATION_GELU_TANH:
    return x * sigmoid (1.59576912f * (x + 0.044715f * x * x * x));
  case NN_LAYER_ACTIVATION_NONE:
    break;
  }
  return x;
}

INLINE void
apply_kind (const NnLayerActivation *activation, const NnLayerActivationKind kind, const gfloat *in, gsize n,
            gfloat *out)
{
  const gfloat a = activation->a, b = activation->b;
  gsize i = 0;

  for (; i + ACTIVATION_LANES <= n; i += ACTIVATION_LANES)
    *(UnalignedVector *)(out + i) = activate (*(const UnalignedVector *)(in + i), kind, a, b);
  if (i < n) {
    Vector rest = { 0 };

    memcpy (&rest, in + i, (n - i) * sizeof (gfloat));
    rest = activate (rest, kind, a, b);
    memcpy (out + i, &rest, (n - i) * sizeof (gfloat));
  }
}

static void
apply (const NnLayerActivation *activation, const gfloat *in, gsize n, gfloat *out)
{
#define CASE(kind)                                                                                                     \
  case kind:                                                                                                           \
    apply_kind (activation, kind, in, n, out);                                                                         \
    break
  switch (activation->kind) {
    CASE (NN_LAYER_ACTIVATION_NONE);
    CASE (NN_LAYER_ACTIVATION_CLIP);
    CASE (NN_LAYER_ACTIVATION_LEAKY_RELU);
    CASE (NN_LAYER_ACTIVATION_HARD_SIGMOID);
    CASE (NN_LAYER_ACTIVATION_HARD_SWISH);
    CASE (NN_LAYER_ACTIVATION_SIGMOID);
    CASE (NN_LAYER_ACTIVATION_SWISH);
    CASE (NN_LAYER_ACTIVATION_TANH);
    CASE (NN_LAYER_ACTIVATION_GELU);
    CASE (NN_LAYER_ACTIVATION_GELU_TANH);
  }
#undef CASE
}

void
ACTIVATION_TABLE (NnActivationKernels *kernels)
{
  kernels->apply = apply;
}
