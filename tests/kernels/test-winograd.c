/* gst-resnet: Winograd's matrices, transforms and whole convolutions against float64, with guards; -m perf: GFLOP/s
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "../nn/test-levels.h"
#include "base/nn-clock.h"
#include "base/nn-cpu.h"
#include "base/nn-memory.h"
#include "conv-avx512-emulated.h"
#include "kernels/conv.h"
#include "kernels/winograd.h"
#include "plan/float-kernels.h"
#include "plan/plan-float.h"
#include "plan/plan-make.h"
#include "plan/plan-winograd.h"
#include "run/peak.h"
#include "run/step-winograd.h"
#include "winograd-emulated.h"

#define GUARD 12345.678f
#define GUARDS 64

typedef struct {
  const gchar *name;
  NnConvKernels conv;
  NnWinogradKernels winograd;
} Level;

static void
fill (gfloat *x, gsize n, gfloat value)
{
  for (gsize i = 0; i < n; i++)
    x[i] = value;
}

static gfloat *
random_floats (GRand *rand, gsize n)
{
  gfloat *x = nn_aligned_alloc0 (n * sizeof (gfloat));

  for (gsize i = 0; i < n; i++)
    x[i] = (gfloat)g_rand_double_range (rand, -1, 1);
  return x;
}

/* Checks the matrices alone: Aᵀ [(G g) ⊙ (Bᵀ d)] is the correlation of d with g in one dimension, to float64's
 * rounding. */
static void
test_matrices (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint tile = 0; tile < NN_WINOGRAD_N_TILES; tile++) {
    const guint n = nn_winograd_input (tile), out = nn_winograd_output (tile);
    NnWinogradMatrices m;

    nn_winograd_matrices (tile, &m);
    for (guint run = 0; run < 20; run++) {
      gdouble d[NN_WINOGRAD_MAX_INPUT], g[3], product[NN_WINOGRAD_MAX_INPUT];

      for (guint i = 0; i < n; i++)
        d[i] = g_rand_double_range (rand, -1, 1);
      for (guint i = 0; i < 3; i++)
        g[i] = g_rand_double_range (rand, -1, 1);
      for (guint i = 0; i < n; i++) {
        gdouble u = 0, v = 0;

        for (guint k = 0; k < 3; k++)
          u += m.g[i * 3 + k] * g[k];
        for (guint k = 0; k < n; k++)
          v += m.bt[i * n + k] * d[k];
        product[i] = u * v;
      }
      for (guint y = 0; y < out; y++) {
        gdouble sum = 0;

        for (guint i = 0; i < n; i++)
          sum += m.at[y * n + i] * product[i];
        g_assert_cmpfloat (fabs (sum - (d[y] * g[0] + d[y + 1] * g[1] + d[y + 2] * g[2])), <=, 1e-13);
      }
    }
  }
}

/* The matrices are those of Lavin and Gray's F(2×2), equation 7, except for signs and factors that cancel. Here all of
 * B's ones come from the polynomials of the points. */
static void
test_f2_is_lavins (void)
{
  static const gdouble bt[16] = { -1, 0, 1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, -1, 0, 1 };
  static const gdouble g[12] = { -1, 0, 0, .5, .5, .5, .5, -.5, .5, 0, 0, 1 };
  static const gdouble at[8] = { 1, 1, 1, 0, 0, 1, -1, 1 };
  NnWinogradMatrices m;

  nn_winograd_matrices (NN_WINOGRAD_F2, &m);
  for (guint i = 0; i < 16; i++)
    g_assert_cmpfloat (m.bt[i], ==, bt[i]);
  for (guint i = 0; i < 12; i++)
    g_assert_cmpfloat (m.g[i], ==, g[i]);
  for (guint i = 0; i < 8; i++)
    g_assert_cmpfloat (m.at[i], ==, at[i]);
}

/* Computes m (rows × n) · x (n × n) · mᵀ in float64. *@scale is the same product with magnitudes. */
static void
sandwich (const gdouble *m, guint rows, guint n, const gdouble *x, gdouble *y, gdouble *scale)
{
  for (guint i = 0; i < rows; i++) {
    for (guint j = 0; j < rows; j++) {
      gdouble sum = 0, size = 0;

      for (guint k = 0; k < n; k++) {
        for (guint l = 0; l < n; l++) {
          const gdouble term = m[i * n + k] * x[k * n + l] * m[j * n + l];

          sum += term;
          size += fabs (term);
        }
      }
      y[i * rows + j] = sum;
      scale[i * rows + j] = size;
    }
  }
}

/* The part of a tile that exists has every size. The memory ends where the tile does. */
static void
test_input (gconstpointer data)
{
  const Level *level = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint tile = 0; tile < NN_WINOGRAD_N_TILES; tile++) {
    const guint n = nn_winograd_input (tile), frequencies = nn_winograd_frequencies (tile);
    NnWinogradMatrices m;

    nn_winograd_matrices (tile, &m);
    for (guint rows = 1; rows <= n + 1; rows++) {
      for (guint columns = 1; columns <= n + 1; columns++) {
        const guint channels = 16 * (guint)g_rand_int_range (rand, 1, 4), exist_y = MIN (rows, n);
        const guint exist_x = MIN (columns, n);
        const gsize pixel = channels + 3, row = pixel * n + 5, frequency = channels + 16;
        const gsize in_size = (exist_y - 1) * row + (exist_x - 1) * pixel + channels;
        g_autofree gfloat *in = g_new (gfloat, in_size);
        gfloat *out = nn_aligned_alloc0 ((frequencies * frequency + GUARDS) * sizeof (gfloat));
        const NnWinogradInputArgs args = { in, row, pixel, rows, columns, channels, out, frequency };

        for (gsize i = 0; i < in_size; i++)
          in[i] = (gfloat)g_rand_double_range (rand, -1, 1);
        fill (out, frequencies * frequency + GUARDS, GUARD);
        level->winograd.tile[tile].input (&args);
        for (guint c = 0; c < channels; c++) {
          gdouble d[NN_WINOGRAD_MAX_FREQUENCIES] = { 0 }, v[NN_WINOGRAD_MAX_FREQUENCIES];
          gdouble scale[NN_WINOGRAD_MAX_FREQUENCIES];

          for (guint y = 0; y < exist_y; y++) {
            for (guint x = 0; x < exist_x; x++)
              d[y * n + x] = in[y * row + x * pixel + c];
          }
          sandwich (m.bt, n, n, d, v, scale);
          for (guint f = 0; f < frequencies; f++)
            g_assert_cmpfloat (fabs (out[f * frequency + c] - v[f]), <=, 1e-6 * (scale[f] + 1e-3));
        }
        for (gsize i = 0; i < frequencies * frequency + GUARDS; i++) {
          if (i >= frequencies * frequency || i % frequency >= channels)
            g_assert_cmpfloat (out[i], ==, GUARD);
        }
        nn_aligned_free (out);
      }
    }
  }
}

static void
test_output (gconstpointer data)
{
  const Level *level = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint tile = 0; tile < NN_WINOGRAD_N_TILES; tile++) {
    const guint n = nn_winograd_input (tile), size = nn_winograd_output (tile);
    const guint frequencies = nn_winograd_frequencies (tile);
    NnWinogradMatrices m;

    nn_winograd_matrices (tile, &m);
    for (guint run = 0; run < 4 * (size + 1) * (size + 1); run++) {
      const guint rows = 1 + run / 4 % (size + 1), columns = 1 + run / 4 / (size + 1);
      const guint exist_y = MIN (rows, size), exist_x = MIN (columns, size);
      const guint channels = 16 * (guint)g_rand_int_range (rand, 1, 4);
      const gsize pixel = channels + 3, row = pixel * size + 5, frequency = channels + 16;
      const gsize out_size = (exist_y - 1) * row + (exist_x - 1) * pixel + channels;
      const gboolean relu = run & 1;
      gfloat *in = random_floats (rand, frequencies * frequency), *bias = random_floats (rand, channels);
      g_autofree gfloat *out = g_new (gfloat, out_size + 2 * GUARDS);
      g_autofree gfloat *residual = run & 2 ? g_new (gfloat, out_size) : NULL;
      g_autofree guint8 *written = g_new0 (guint8, out_size + 2 * GUARDS);
      const NnWinogradOutputArgs args = { .in = in,
                                          .frequency = frequency,
                                          .out = out + GUARDS,
                                          .out_row = row,
                                          .out_pixel = pixel,
                                          .residual = residual,
                                          .residual_row = row,
                                          .residual_pixel = pixel,
                                          .bias = bias,
                                          .rows = rows,
                                          .columns = columns,
                                          .channels = channels,
                                          .relu = relu };

      fill (out, out_size + 2 * GUARDS, GUARD);
      for (gsize i = 0; residual && i < out_size; i++)
        residual[i] = (gfloat)g_rand_double_range (rand, -1, 1);
      level->winograd.tile[tile].output (&args);
      for (guint c = 0; c < channels; c++) {
        gdouble d[NN_WINOGRAD_MAX_FREQUENCIES], y[NN_WINOGRAD_MAX_FREQUENCIES], scale[NN_WINOGRAD_MAX_FREQUENCIES];

        for (guint f = 0; f < frequencies; f++)
          d[f] = in[f * frequency + c];
        sandwich (m.at, size, n, d, y, scale);
        for (guint i = 0; i < exist_y; i++) {
          for (guint j = 0; j < exist_x; j++) {
            const gsize at = i * row + j * pixel + c;
            gdouble want = y[i * size + j] + bias[c] + (residual ? residual[at] : 0);

            want = relu && want < 0 ? 0 : want;
            g_assert_cmpfloat (fabs (out[GUARDS + at] - want), <=, 1e-6 * (scale[i * size + j] + 2));
            written[GUARDS + at] = 1;
          }
        }
      }
      for (gsize i = 0; i < out_size + 2 * GUARDS; i++) {
        if (!written[i])
          g_assert_cmpfloat (out[i], ==, GUARD);
      }
      if (residual) {
        NnWinogradOutputArgs in_place = args;

        in_place.out = residual;
        level->winograd.tile[tile].output (&in_place);
        for (gsize i = 0; i < out_size; i++) {
          if (written[GUARDS + i])
            g_assert_cmpmem (&residual[i], sizeof (gfloat), &out[GUARDS + i], sizeof (gfloat));
        }
      }
      nn_aligned_free (in);
      nn_aligned_free (bias);
    }
  }
}

/* max (0, NaN) is NaN in PyTorch, too. */
static void
test_nan (gconstpointer data)
{
  const Level *level = data;

  for (guint tile = 0; tile < NN_WINOGRAD_N_TILES; tile++) {
    const gsize frequency = 32;
    gfloat *in = nn_aligned_alloc0 (NN_WINOGRAD_MAX_FREQUENCIES * frequency * sizeof (gfloat));
    gfloat *bias = nn_aligned_alloc0 (16 * sizeof (gfloat));
    gfloat out[16 * 16];
    const NnWinogradOutputArgs args = { .in = in,
                                        .frequency = frequency,
                                        .out = out,
                                        .out_row = 64,
                                        .out_pixel = 16,
                                        .bias = bias,
                                        .rows = 4,
                                        .columns = 4,
                                        .channels = 16,
                                        .relu = TRUE };

    in[5] = NAN; /* frequency 0 is in output (0, 0) */
    level->winograd.tile[tile].output (&args);
    g_assert_true (isnan (out[5]));
    g_assert_cmpfloat (out[4], ==, 0);
    nn_aligned_free (in);
    nn_aligned_free (bias);
  }
}

/* A network of one 3×3 convolution and what is added to it, planned with a given algorithm. */
typedef struct {
  NnGraph *graph;
  NnWeightStore *weights;
  NnPlan *plan;
  guint height, width, in, out, pad;
} Network;

static GBytes *
random_bytes (GRand *rand, gsize n)
{
  gfloat *x = g_new (gfloat, n);

  for (gsize i = 0; i < n; i++)
    x[i] = (gfloat)g_rand_double_range (rand, -1, 1);
  return g_bytes_new_take (x, n * sizeof (gfloat));
}

/* Makes the graph input → 1×1 → 3×3, to which the output of the 1×1 is added where @residual is TRUE. */
static void
network_init (Network *n, const Level *level, NnAlgorithm algorithm, guint batch, guint threads, gboolean residual,
              GRand *rand)
{
  const NnAlgorithm algorithms[] = { NN_ALGORITHM_AUTO, NN_ALGORITHM_DIRECT, algorithm };
  NnFloatKernels kernels = { .conv = level->conv, .winograd = level->winograd };
  NnPlanOptions options = { .height = n->height,
                            .width = n->width,
                            .batch = batch,
                            .threads = threads,
                            .format = &nn_plan_float,
                            .kernels = &kernels,
                            .algorithms = algorithms };
  GError *error = NULL;
  NnNode *node;

  nn_pool_kernels_init_c (&kernels.pool);
  n->graph = nn_graph_new ();
  node = nn_graph_node (n->graph, nn_graph_add (n->graph, NN_OP_INPUT, "input"));
  node->out_channels = 3;
  node = nn_graph_node (n->graph, nn_graph_add (n->graph, NN_OP_CONV, "first"));
  node->inputs[0] = 0;
  node->in_channels = 3;
  node->out_channels = n->in;
  node->weight = random_bytes (rand, (gsize)n->in * 3);
  node = nn_graph_node (n->graph, nn_graph_add (n->graph, NN_OP_CONV, "second"));
  node->inputs[0] = 1;
  node->inputs[1] = residual ? 1 : NN_NO_NODE;
  node->in_channels = n->in;
  node->out_channels = n->out;
  node->kernel[0] = node->kernel[1] = 3;
  node->pad[0] = node->pad[1] = n->pad;
  node->relu = residual;
  node->weight = random_bytes (rand, (gsize)n->in * n->out * 9);
  node->bias = random_bytes (rand, n->out);
  nn_activation_kernels_init_c (&kernels.activation);
  options.weights = n->weights = nn_weight_store_new (n->graph);
  n->plan = nn_plan_new (n->graph, &options, &error);
  g_assert_no_error (error);
}

static void
network_clear (Network *n)
{
  nn_plan_free (n->plan);
  nn_weight_store_free (n->weights);
  nn_graph_free (n->graph);
}

static const NnStep *
last_step (const Network *n)
{
  return &g_array_index (n->plan->steps, NnStep, n->plan->steps->len - 1);
}

/* Runs the second convolution alone. The first one's output is random, with zeros in its border and in the padding of
 * its channels. The rest of the arena is NaN, so that a read of it shows. Returns the arena. */
static gfloat *
network_run (const Network *n, guint threads, guint images, GRand *rand)
{
  const NnStep *step = last_step (n);
  const NnBuffer *in = step->in;
  gfloat *arena = nn_aligned_alloc0 (n->plan->arena_size * sizeof (gfloat)), *scratch, *shared;
  const gsize stride = (n->plan->scratch_size + 63) / 64 * 64;
  NnWorkers *workers = nn_workers_new (threads);
  NnRun run;

  fill (arena, n->plan->arena_size, NAN);
  for (guint image = 0; image < images; image++) {
    gfloat *first = arena + in->offset + image * in->size;

    fill (first, in->size, 0);
    for (guint y = 0; y < in->height; y++) {
      for (guint x = 0; x < in->width; x++) {
        for (guint c = 0; c < in->channels; c++)
          first[in->origin + y * in->row + x * in->pixel + c] = (gfloat)g_rand_double_range (rand, -1, 1);
      }
    }
  }
  scratch = nn_aligned_alloc0 (stride * threads * sizeof (gfloat));
  shared = nn_aligned_alloc0 ((n->plan->shared_scratch_size + 1) * sizeof (gfloat));
  fill (scratch, stride * threads, NAN);
  fill (shared, n->plan->shared_scratch_size, NAN);
  run = (NnRun){ .plan = n->plan,
                 .workers = workers,
                 .arena = arena,
                 .scratch = scratch,
                 .shared_scratch = shared,
                 .scratch_size = stride,
                 .images = images,
                 .step = step };
  nn_winograd_run (&run);
  nn_workers_free (workers);
  nn_aligned_free (scratch);
  nn_aligned_free (shared);
  return arena;
}

/* Checks all outputs. The error of an output comes from its whole tile, even where its own taps are in the border, so
 * @tolerance is relative to the mean sum of magnitudes of numbers between -1 and 1. */
static void
check_outputs (const Network *n, const gfloat *arena, guint image, gdouble tolerance)
{
  const NnStep *step = last_step (n);
  const NnBuffer *in = step->in, *out = step->out;
  g_autoptr (GBytes) weights = nn_weight_store_get (n->weights, step->index);
  const gfloat *weight = g_bytes_get_data (weights, NULL), *bias = g_bytes_get_data (step->node->bias, NULL);
  const gfloat *x = arena + in->offset + image * in->size
                    + (in->border - n->pad) * (in->row + in->pixel); /* the first tap of pixel (0, 0) */
  const gfloat *y = arena + out->offset + image * out->size + out->origin;
  const gdouble scale = 1 + n->in * 9 / 4.;

  for (guint i = 0; i < out->height * out->width; i++) {
    const guint row = i / out->width, column = i % out->width;

    for (guint c = 0; c < out->pixel; c++) {
      gdouble sum = c < n->out ? bias[c] : 0;

      for (guint k = 0; c < n->out && k < n->in * 9; k++) {
        const gfloat tap = x[(row + k % 9 / 3) * in->row + (column + k % 3) * in->pixel + k / 9];

        sum += (gdouble)weight[c * n->in * 9 + k] * tap;
      }
      if (step->residual)
        sum += arena[step->residual->offset + image * step->residual->size + step->residual->origin
                     + row * step->residual->row + column * step->residual->pixel + c];
      if (step->relu && sum < 0)
        sum = 0;
      if (!(fabs (y[row * out->row + column * out->pixel + c] - sum) <= tolerance * scale))
        g_error ("%s: %u × %u, %u → %u: pixel %u %u, channel %u: %.9g instead of %.9g", nn_step_winograd (step)->name,
                 n->height, n->width, n->in, n->out, row, column, c, y[row * out->row + column * out->pixel + c], sum);
    }
  }
}

/* The sizes are no multiples of a tile, and the channels fill no block. */
static void
test_convolution (gconstpointer data)
{
  const Level *level = data;
  static const guint sizes[][2] = { { 1, 1 }, { 3, 2 }, { 4, 4 }, { 7, 7 }, { 5, 17 }, { 14, 13 }, { 33, 20 } };
  static const guint channels[][2] = { { 1, 1 }, { 16, 16 }, { 17, 40 }, { 70, 130 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
    for (guint c = 0; c < G_N_ELEMENTS (channels); c++) {
      for (guint tile = 0; tile < NN_WINOGRAD_N_TILES; tile++) {
        Network n = { .height = sizes[s][0], .width = sizes[s][1], .in = channels[c][0], .out = channels[c][1] };
        const gboolean residual = n.in == n.out;
        gfloat *arena;

        n.pad = sizes[s][0] > 2 && sizes[s][1] > 2 && !residual ? s % 3 : 1;
        network_init (&n, level, NN_ALGORITHM_WINOGRAD_F2 + tile, 2, 2, residual, rand);
        g_assert_cmpint (last_step (&n)->kind, ==, NN_STEP_WINOGRAD);
        arena = network_run (&n, 2, 2, rand);
        /* The errors of F(2×2) and F(4×4) are about as large and twice as large as those of direct sums:
         * winograd-points.h. */
        check_outputs (&n, arena, 0, 2e-6);
        check_outputs (&n, arena, 1, 2e-6);
        nn_aligned_free (arena);
        network_clear (&n);
      }
    }
  }
}

/* The bits do not depend on the threads or on the batch, which change the blocks, the groups and whether the steps are
 * fused. */
static void
test_same_bits (gconstpointer data)
{
  const Level *level = data;
  static const guint shapes[][4] = { { 29, 29, 48, 64 }, { 9, 9, 130, 144 }, { 7, 8, 100, 90 } };
  gboolean fused[2] = { FALSE, FALSE };

  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++) {
    for (guint tile = 0; tile < NN_WINOGRAD_N_TILES; tile++) {
      g_autofree gfloat *expected = NULL;
      gsize size = 0;

      for (guint run = 0; run < 6; run++) {
        const guint threads = 1 + run % 4, batch = run < 3 ? 1 : 3;
        Network n
            = { .height = shapes[s][0], .width = shapes[s][1], .in = shapes[s][2], .out = shapes[s][3], .pad = 1 };
        g_autoptr (GRand) rand = g_rand_new_with_seed (5);
        const NnBuffer *out;
        gfloat *arena;

        network_init (&n, level, NN_ALGORITHM_WINOGRAD_F2 + tile, batch, threads, FALSE, rand);
        fused[nn_step_winograd (last_step (&n))->fused] = TRUE;
        arena = network_run (&n, threads, batch, rand);
        out = last_step (&n)->out;
        if (!expected) {
          size = out->size * sizeof (gfloat);
          expected = g_memdup2 (arena + out->offset, size);
        }
        g_assert_cmpmem (arena + out->offset, size, expected, size);
        nn_aligned_free (arena);
        network_clear (&n);
      }
    }
  }
  g_assert_true (fused[FALSE]);
  g_assert_true (fused[TRUE]);
}

static void
bench (gconstpointer data)
{
  const Level *level = data;
  static const guint shapes[][2] = { { 56, 64 }, { 28, 128 }, { 14, 256 }, { 7, 512 } };
  const gdouble most = nn_measure_peak (&level->conv);

  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++) {
    for (guint tile = 0; tile < NN_WINOGRAD_N_TILES; tile++) {
      Network n = { .height = shapes[s][0], .width = shapes[s][0], .in = shapes[s][1], .out = shapes[s][1], .pad = 1 };
      g_autoptr (GRand) rand = g_rand_new_with_seed (6);
      NnWorkers *workers = nn_workers_new (1);
      gfloat *arena, *scratch, *shared;
      NnRun once;
      gdouble best = G_MAXDOUBLE;

      network_init (&n, level, NN_ALGORITHM_WINOGRAD_F2 + tile, 1, 1, FALSE, rand);
      arena = nn_aligned_alloc0 (n.plan->arena_size * sizeof (gfloat));
      scratch = nn_aligned_alloc0 (n.plan->scratch_size * sizeof (gfloat));
      shared = nn_aligned_alloc0 ((n.plan->shared_scratch_size + 1) * sizeof (gfloat));
      once = (NnRun){ .plan = n.plan,
                      .workers = workers,
                      .arena = arena,
                      .scratch = scratch,
                      .shared_scratch = shared,
                      .images = 1,
                      .step = last_step (&n) };
      for (guint i = 0; i < 50; i++) {
        const gdouble start = nn_seconds ();

        nn_winograd_run (&once);
        best = MIN (best, nn_seconds () - start);
      }
      g_test_message ("%s: %u channels, %u × %u: %.3f ms, %.1f GFLOP/s counted as direct, %.2f of %.1f",
                      nn_step_winograd (last_step (&n))->name, n.in, n.height, n.width, best * 1e3,
                      last_step (&n)->flops / best * 1e-9, last_step (&n)->flops / best / most, most * 1e-9);
      nn_aligned_free (arena);
      nn_aligned_free (scratch);
      nn_aligned_free (shared);
      nn_workers_free (workers);
      network_clear (&n);
    }
  }
}

static Level levels[4];
static guint n_levels;

static void
add_level (const gchar *name, gboolean there, void (*conv) (NnConvKernels *), void (*winograd) (NnWinogradKernels *))
{
  static const struct {
    const gchar *name;
    GTestDataFunc func;
  } tests[] = { { "input", test_input },
                { "output", test_output },
                { "nan", test_nan },
                { "convolution", test_convolution },
                { "same-bits", test_same_bits } };
  Level *level = &levels[n_levels++];

  level->name = name;
  if (there) {
    conv (&level->conv);
    winograd (&level->winograd);
  }
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    test_add_at_level ("winograd", name, tests[i].name, there, level, tests[i].func);
  if (there && g_test_perf ())
    test_add_at_level ("winograd", name, "bench", there, level, bench);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/winograd/matrices", test_matrices);
  g_test_add_func ("/winograd/f2-is-lavins", test_f2_is_lavins);
  add_level ("c", TRUE, nn_conv_kernels_init_c, nn_winograd_kernels_init_c);
  add_level ("avx512-emulated", TRUE, nn_conv_kernels_init_avx512_emulated, nn_winograd_kernels_init_emulated);
#ifdef NN_HAVE_X86
  add_level ("avx2", nn_cpu_level (NULL) >= NN_ISA_AVX2, nn_conv_kernels_init_avx2, nn_winograd_kernels_init_avx2);
  add_level ("avx512", nn_cpu_level (NULL) >= NN_ISA_AVX512, nn_conv_kernels_init_avx512,
             nn_winograd_kernels_init_avx512);
#endif
  return g_test_run ();
}
