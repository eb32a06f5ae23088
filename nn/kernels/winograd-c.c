/* gst-resnet: Winograd's matrices, and the transforms' portable body (the specification, never tuned)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "kernels/conv.h"
#include "kernels/winograd-points.h"
#include "kernels/winograd.h"

/* Multiplies the polynomial p, which has @degree, by (x − @root). */
static void
times_root (gdouble *p, guint degree, gdouble root)
{
  p[degree + 1] = p[degree];
  for (guint i = degree; i > 0; i--)
    p[i] = p[i - 1] - root * p[i];
  p[0] *= -root;
}

void
nn_winograd_matrices (NnWinogradTile tile, NnWinogradMatrices *m)
{
  static const gdouble points[NN_WINOGRAD_N_TILES][NN_WINOGRAD_MAX_INPUT - 1]
      = { { 0, 1, -1 }, { 0, NN_WINOGRAD_A, -NN_WINOGRAD_A, NN_WINOGRAD_B, -NN_WINOGRAD_B } };
  const gdouble *p = points[tile];
  const guint n = nn_winograd_input (tile), out = nn_winograd_output (tile);

  memset (m, 0, sizeof *m);
  for (guint i = 0; i < n; i++) {
    gdouble row[NN_WINOGRAD_MAX_INPUT] = { 1 };
    gdouble scale = 1, power = 1;
    guint degree = 0;

    /* Point n − 1 is infinity: its row of Bᵀ is the product over all other points, and G and Aᵀ have only the highest
     * powers there. */
    for (guint q = 0; q + 1 < n; q++) {
      if (q == i)
        continue;
      times_root (row, degree++, p[q]);
      if (i + 1 < n)
        scale *= p[i] - p[q];
    }
    memcpy (m->bt + i * n, row, n * sizeof (gdouble));
    if (i + 1 == n) {
      m->g[i * 3 + 2] = 1;
      m->at[(out - 1) * n + i] = 1;
      break;
    }
    for (guint k = 0; k < MAX (out, 3); k++, power *= p[i]) {
      if (k < 3)
        m->g[i * 3 + k] = power / scale;
      if (k < out)
        m->at[k * n + i] = power;
    }
  }
}

#define LANES NN_WINOGRAD_LANES

/* A weight that is smaller than this share of the largest of its nine is taken as a zero that was rounded. */
#define NOISE 0x1p-21

/* Transforms the weights of one input channel and of LANES output channels. */
static inline void
transform_weights (const NnWinogradMatrices *m, guint n, const gdouble g[9][LANES],
                   gdouble u[NN_WINOGRAD_MAX_FREQUENCIES][LANES])
{
  for (guint i = 0; i < n; i++) {
    gdouble row[3][LANES];

    for (guint j = 0; j < 3; j++) {
      for (guint l = 0; l < LANES; l++)
        row[j][l] = m->g[i * 3] * g[j][l] + m->g[i * 3 + 1] * g[3 + j][l] + m->g[i * 3 + 2] * g[6 + j][l];
    }
    for (guint j = 0; j < n; j++) {
      for (guint l = 0; l < LANES; l++)
        u[i * n + j][l] = row[0][l] * m->g[j * 3] + row[1][l] * m->g[j * 3 + 1] + row[2][l] * m->g[j * 3 + 2];
    }
  }
}

void
nn_winograd_pack (NnWinogradTile tile, const gfloat *weight, guint out_channels, guint in_channels, guint first,
                  guint channels, guint first_in, guint n_in, gfloat *packed)
{
  const guint n = nn_winograd_input (tile);
  NnWinogradMatrices m;

  nn_winograd_matrices (tile, &m);
  for (guint c = 0; c < channels; c += LANES) {
    for (guint in = first_in; in < first_in + n_in; in++) {
      gdouble g[9][LANES] = { { 0 } }, u[NN_WINOGRAD_MAX_FREQUENCIES][LANES];

      for (guint l = 0; l < LANES && first + c + l < out_channels; l++) {
        const gfloat *w = weight + ((gsize)(first + c + l) * in_channels + in) * 9;

        for (guint k = 0; k < 9; k++)
          g[k][l] = w[k];
      }
      transform_weights (&m, n, g, u);
      for (guint f = 0; f < n * n; f++) {
        gfloat *out = packed + ((gsize)f * in_channels + in) * channels + c;

        for (guint l = 0; l < LANES; l++)
          out[l] = (gfloat)u[f][l];
      }
    }
  }
}

void
nn_winograd_inverse (NnWinogradTile tile, NnWinogradInverse *inverse)
{
  NnWinogradMatrices m;

  nn_winograd_matrices (tile, &m);
  *inverse = (NnWinogradInverse){ nn_winograd_input (tile), 1 / m.g[0], 0.5 / m.g[4] };
}

void
nn_winograd_unpack (const NnWinogradInverse *inverse, const gfloat *packed, guint in_channels, guint channels, guint in,
                    guint c, gfloat weight[9][NN_WINOGRAD_LANES])
{
  const guint n = inverse->input, at[4] = { 0, 1, 2, n - 1 };
  const gdouble zero = inverse->zero, difference = inverse->difference;
  gdouble w[9][LANES], largest[LANES] = { 0 }, half[3][4][LANES];

  for (guint j = 0; j < 4; j++) {
    const gfloat *u[4];

    for (guint i = 0; i < 4; i++)
      u[i] = packed + ((gsize)(at[i] * n + at[j]) * in_channels + in) * channels + c;
    for (guint l = 0; l < LANES; l++) {
      half[0][j][l] = (gdouble)u[0][l] * zero;
      half[1][j][l] = ((gdouble)u[1][l] - (gdouble)u[2][l]) * difference;
      half[2][j][l] = (gdouble)u[3][l];
    }
  }
  for (guint i = 0; i < 3; i++) {
    for (guint l = 0; l < LANES; l++) {
      w[3 * i][l] = half[i][0][l] * zero;
      w[3 * i + 1][l] = (half[i][1][l] - half[i][2][l]) * difference;
      w[3 * i + 2][l] = half[i][3][l];
    }
  }
  for (guint k = 0; k < 9; k++) {
    for (guint l = 0; l < LANES; l++)
      largest[l] = MAX (largest[l], fabs (w[k][l]));
  }
  for (guint k = 0; k < 9; k++) {
    for (guint l = 0; l < LANES; l++) {
      const gdouble size = fabs (w[k][l]);

      /* A value that is not finite says nothing about the weight. */
      weight[k][l] = size > NOISE * largest[l] && size <= (gdouble)G_MAXFLOAT ? (gfloat)w[k][l] : 0;
    }
  }
}

/* Computes out (rows × rows) = m (rows × n) · d (n × n) · mᵀ. */
static void
sandwich (const gdouble *m, guint rows, guint n, const gfloat *d, gfloat *out)
{
  gfloat half[NN_WINOGRAD_MAX_FREQUENCIES];

  for (guint i = 0; i < rows; i++) {
    for (guint j = 0; j < n; j++) {
      half[i * n + j] = 0;
      for (guint k = 0; k < n; k++)
        half[i * n + j] += (gfloat)m[i * n + k] * d[k * n + j];
    }
  }
  for (guint i = 0; i < rows; i++) {
    for (guint j = 0; j < rows; j++) {
      out[i * rows + j] = 0;
      for (guint k = 0; k < n; k++)
        out[i * rows + j] += half[i * n + k] * (gfloat)m[j * n + k];
    }
  }
}

static void
input_c (NnWinogradTile tile, const NnWinogradInputArgs *a)
{
  const guint n = nn_winograd_input (tile);
  NnWinogradMatrices m;

  nn_winograd_matrices (tile, &m);
  for (guint c = 0; c < a->channels; c++) {
    gfloat d[NN_WINOGRAD_MAX_FREQUENCIES] = { 0 }, v[NN_WINOGRAD_MAX_FREQUENCIES];

    for (guint y = 0; y < MIN (a->rows, n); y++) {
      for (guint x = 0; x < MIN (a->columns, n); x++)
        d[y * n + x] = a->in[y * a->in_row + x * a->in_pixel + c];
    }
    sandwich (m.bt, n, n, d, v);
    for (guint f = 0; f < n * n; f++)
      a->out[f * a->frequency + c] = v[f];
  }
}

static void
output_c (NnWinogradTile tile, const NnWinogradOutputArgs *a)
{
  const guint n = nn_winograd_input (tile), out = nn_winograd_output (tile);
  NnWinogradMatrices m;

  nn_winograd_matrices (tile, &m);
  for (guint c = 0; c < a->channels; c++) {
    gfloat d[NN_WINOGRAD_MAX_FREQUENCIES], y[NN_WINOGRAD_MAX_FREQUENCIES];

    for (guint f = 0; f < n * n; f++)
      d[f] = a->in[f * a->frequency + c];
    sandwich (m.at, out, n, d, y);
    for (guint row = 0; row < MIN (a->rows, out); row++) {
      for (guint column = 0; column < MIN (a->columns, out); column++) {
        gfloat sum = y[row * out + column] + a->bias[c];

        if (a->residual)
          sum += a->residual[row * a->residual_row + column * a->residual_pixel + c];
        if (a->relu && sum < 0)
          sum = 0;
        a->out[row * a->out_row + column * a->out_pixel + c] = sum;
      }
    }
  }
}

static void
input_f2_c (const NnWinogradInputArgs *args)
{
  input_c (NN_WINOGRAD_F2, args);
}

static void
input_f4_c (const NnWinogradInputArgs *args)
{
  input_c (NN_WINOGRAD_F4, args);
}

static void
output_f2_c (const NnWinogradOutputArgs *args)
{
  output_c (NN_WINOGRAD_F2, args);
}

static void
output_f4_c (const NnWinogradOutputArgs *args)
{
  output_c (NN_WINOGRAD_F4, args);
}

void
nn_winograd_kernels_init_c (NnWinogradKernels *kernels)
{
  *kernels = (NnWinogradKernels){
    .fast = FALSE,
    .tile = { [NN_WINOGRAD_F2] = { input_f2_c, output_f2_c }, [NN_WINOGRAD_F4] = { input_f4_c, output_f4_c } }
  };
}
