/* gst-resnet tests: whole networks against PyTorch's logits (tests/data/networks and family), at every ISA level of
 * this machine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/model.h>
#include <nn/npy.h>
#include <nn/session.h>
#include <string.h>

#include "bf16-kernels-emulated.h"
#include "kernels/bf16.h"
#include "model/model-private.h"
#include "plan/packed-bf16.h"
#include "run/session-choose.h"

/* Contract 3 says: max |Δlogit| ≤ 1e-4 · max |logit|. */
#define TOLERANCE 1e-4

/* The sessions run without the probe, and some of these thin networks of random weights lose more than wide ones do. */
#define TOLERANCE_HIGH 5e-4
/* bfloat16 alone has 8 bits of mantissa. */
#define TOLERANCE_MEDIUM 0.2

#define BATCH 5

typedef struct {
  gchar *name, *model;
  const gchar *level;
} Case;

/* The files of one network. */
typedef struct {
  NnModel *model;
  gfloat *input, *logits;
  gsize input_dims[NN_NPY_MAX_DIMS], logits_dims[NN_NPY_MAX_DIMS];
  gsize image; /* number of floats */
  guint n_classes;
} Fixture;

static gchar *
data_path (const gchar *file)
{
  return g_build_filename (TEST_DATA_DIR, file, NULL);
}

static gfloat *
load_npy (const gchar *name, const gchar *what, gsize *dims, guint n_dims)
{
  g_autofree gchar *file = g_strconcat (name, what, NULL), *path = data_path (file);
  guint n = 0;
  GError *error = NULL;
  gfloat *values = nn_npy_load (path, dims, &n, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, n_dims);
  return values;
}

static void
fixture_load (Fixture *fixture, const Case *test)
{
  g_autofree gchar *path = data_path (test->model);
  GError *error = NULL;

  fixture->model = nn_model_load (path, &error);
  g_assert_no_error (error);
  fixture->input = load_npy (test->name, "-input.npy", fixture->input_dims, 4);
  fixture->logits = load_npy (test->name, "-logits.npy", fixture->logits_dims, 2);
  fixture->n_classes = nn_model_get_n_outputs (fixture->model);
  fixture->image = 3 * fixture->input_dims[2] * fixture->input_dims[3];
  g_assert_cmpuint (fixture->input_dims[1], ==, 3);
  g_assert_cmpuint (fixture->logits_dims[0], ==, fixture->input_dims[0]);
  g_assert_cmpuint (fixture->logits_dims[1], ==, fixture->n_classes);
}

static void
fixture_clear (Fixture *fixture)
{
  nn_model_unref (fixture->model);
  g_free (fixture->input);
  g_free (fixture->logits);
}

static gboolean
init_emulated (gpointer kernels, NnIsa isa, guint products)
{
  nn_bf16_kernels_init_emulated (kernels, products);
  return TRUE;
}

static gboolean
init_vectors_emulated (gpointer kernels, NnIsa isa, guint products)
{
  if (products != 1)
    return FALSE;
  nn_bf16_kernels_init_vectors_emulated (kernels, products);
  return TRUE;
}

/* A level that runs the tile kernels. @prefix: the level's name begins with it and ends with the precision's; @init:
 * NULL for the level's own kernels */
typedef struct {
  const gchar *prefix, *max_isa;
  NnKernelsInit init;
  NnIsa needs;
} TileLevel;

static const TileLevel tile_levels[] = {
  { "emulated-tiles-", "c", init_emulated, NN_ISA_C },
  { "emulated-vectors-", "c", init_vectors_emulated, NN_ISA_C },
  { "tiles-", "amx", NULL, NN_ISA_AMX },
  { "vectors-", "avx512bf16", NULL, NN_ISA_AVX512BF16 },
};

/* Returns NULL where the level runs no tiles. */
static const TileLevel *
tile_level (const gchar *level)
{
  for (guint i = 0; i < G_N_ELEMENTS (tile_levels); i++)
    if (g_str_has_prefix (level, tile_levels[i].prefix))
      return &tile_levels[i];
  return NULL;
}

static NnSession *
session_new (const Fixture *fixture, const gchar *level, guint threads, guint batch)
{
  NnSessionOptions options = {
    .threads = threads,
    .max_batch = batch,
    .height = (guint)fixture->input_dims[2],
    .width = (guint)fixture->input_dims[3],
    .max_isa = level,
  };
  const TileLevel *tiles = tile_level (level);
  GError *error = NULL;
  NnSession *session;

  if (tiles) {
    /* auto runs as users have it, and high and medium run even where auto would not take them */
    g_assert_true (nn_precision_from_string (level + strlen (tiles->prefix), &options.precision));
    options.max_isa = tiles->max_isa;
    session = nn_session_new_with_kernels (fixture->model, &options, tiles->init,
                                           options.precision == NN_PRECISION_AUTO, &error);
  } else {
    session = nn_session_new (fixture->model, &options, &error);
  }
  g_assert_no_error (error);
  return session;
}

/* Runs BATCH images, @batch at a time. */
static gfloat *
run (const Fixture *fixture, const gchar *level, const gfloat *images, guint threads, guint batch)
{
  NnSession *session = session_new (fixture, level, threads, batch);
  gfloat *logits = g_new0 (gfloat, BATCH * fixture->n_classes);
  guint i;

  for (i = 0; i < BATCH; i += batch)
    nn_session_run (session, images + i * fixture->image, MIN (batch, BATCH - i), logits + i * fixture->n_classes);
  nn_session_free (session);
  return logits;
}

static void
assert_same_bits (const gchar *what, const gfloat *a, const gfloat *b, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    if (memcmp (&a[i], &b[i], sizeof (gfloat)))
      g_error ("%s: logit %u is %.9g and %.9g", what, i, a[i], b[i]);
}

/* Returns the fixture's own images and then variations of them. */
static gfloat *
five_images (const Fixture *fixture)
{
  gfloat *images = g_new (gfloat, BATCH * fixture->image);
  gsize i, k;

  for (i = 0; i < BATCH; i++)
    for (k = 0; k < fixture->image; k++)
      images[i * fixture->image + k] = fixture->input[(i % fixture->input_dims[0]) * fixture->image + k]
                                       * (i < fixture->input_dims[0] ? 1 : 1.5f - (gfloat)i / 2);
  return images;
}

typedef struct {
  const Fixture *fixture;
  const gchar *level;
  const gfloat *images, *expected;
} Other;

static gpointer
run_beside (gpointer data)
{
  const Other *other = data;
  guint i;

  for (i = 0; i < 5; i++) {
    g_autofree gfloat *logits = run (other->fixture, other->level, other->images, 2, BATCH);

    assert_same_bits ("two sessions at once", other->expected, logits, BATCH * other->fixture->n_classes);
  }
  return NULL;
}

/* Two elements of one process run at once, each with a session of its own. */
static void
check_two_sessions_at_once (const Fixture *fixture, const gchar *level, const gfloat *images, const gfloat *expected)
{
  Other other = { fixture, level, images, expected };
  GThread *thread = g_thread_new ("other", run_beside, &other);

  run_beside (&other);
  g_thread_join (thread);
}

static void
test_network (gconstpointer data)
{
  const Case *test = data;
  Fixture fixture = { NULL };
  g_autofree gfloat *images = NULL, *reference = NULL;
  const TileLevel *tiles = tile_level (test->level);
  const gdouble tolerance = g_str_has_suffix (test->level, "medium") ? TOLERANCE_MEDIUM
                            : g_str_has_suffix (test->level, "high") ? TOLERANCE_HIGH
                                                                     : TOLERANCE;
  gdouble largest = 0, worst = 0;
  NnSession *session;
  guint i, threads, n;

  if (tiles && nn_cpu_level (NULL) < tiles->needs) {
    g_autofree gchar *message = g_strdup_printf ("this machine has no %s", nn_isa_name (tiles->needs));

    g_test_skip (message);
    return;
  }
  fixture_load (&fixture, test);
  session = session_new (&fixture, test->level, 1, 1);
  if (tiles) {
    const gchar *ran = nn_precision_to_string (nn_session_get_precision (session));

    g_test_message ("ran as %s", ran);
    if (g_str_equal (ran, "highest") && !g_str_has_suffix (test->level, "auto")) {
      nn_session_free (session);
      fixture_clear (&fixture);
      g_test_skip ("has a layer that tiles have no kernel for");
      return;
    }
    if (!g_str_has_suffix (test->level, "auto"))
      g_assert_cmpstr (ran, ==, test->level + strlen (tiles->prefix));
  } else if (strcmp (nn_session_get_isa (session), test->level)) {
    g_autofree gchar *message = g_strdup_printf ("this machine has no %s", test->level);

    nn_session_free (session);
    fixture_clear (&fixture);
    g_test_skip (message);
    return;
  }
  nn_session_free (session);

  images = five_images (&fixture);
  reference = run (&fixture, test->level, images, 1, BATCH);
  n = (guint)fixture.logits_dims[0] * fixture.n_classes;
  for (i = 0; i < n; i++) {
    largest = fmax (largest, fabs (fixture.logits[i]));
    worst = fmax (worst, isfinite (reference[i]) ? fabs ((gdouble)reference[i] - fixture.logits[i]) : INFINITY);
  }
  g_test_message ("max |logit| %.4f, max error %.2e of it", largest, worst / largest);
  g_assert_cmpfloat (largest, >, 0);
  g_assert_cmpfloat (worst, <=, tolerance * largest);

  if (tiles) {
    /* Emulated tiles are slow, so other threads and another batch are tried together. The bits of auto are those of one
     * of the two others. */
    if (!g_str_has_suffix (test->level, "auto")) {
      g_autofree gfloat *other = run (&fixture, test->level, images, 3, 2);

      assert_same_bits ("two images at a time on three threads", reference, other, BATCH * fixture.n_classes);
    }
    fixture_clear (&fixture);
    return;
  }
  for (threads = 1; threads <= 3; threads++) {
    g_autofree gfloat *batch = run (&fixture, test->level, images, threads, BATCH);
    g_autofree gfloat *single = run (&fixture, test->level, images, threads, 1);
    g_autofree gfloat *pairs = run (&fixture, test->level, images, threads, 2);

    assert_same_bits ("another number of threads", reference, batch, BATCH * fixture.n_classes);
    assert_same_bits ("one image at a time", reference, single, BATCH * fixture.n_classes);
    assert_same_bits ("two images at a time", reference, pairs, BATCH * fixture.n_classes);
  }
  check_two_sessions_at_once (&fixture, test->level, images, reference);
  fixture_clear (&fixture);
}

/* On tiles, auto and high become float32 where two bfloat16 per number would leave the contract. */
static void
test_probe (void)
{
  static const struct {
    const gchar *model;
    guint size;
    const gchar *asked, *runs;
  } cases[] = {
    { "resnet50-thin.pth", 64, "auto", "highest" },  { "resnet50-thin.pth", 64, "high", "highest" },
    { "resnet50-thin.pth", 64, "medium", "medium" }, { "resnet50-thin.pth", 64, "highest", "highest" },
    { "cifar-resnet8.pth", 32, "auto", "high" },     { "cifar-resnet8.pth", 32, "high", "high" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = data_path ("networks"), *file = g_build_filename (path, cases[i].model, NULL);
    NnSessionOptions options = { .threads = 1, .height = cases[i].size, .width = cases[i].size };
    GError *error = NULL;
    NnModel *model = nn_model_load (file, &error);
    NnSession *session;

    g_assert_no_error (error);
    g_assert_true (nn_precision_from_string (cases[i].asked, &options.precision));
    session = nn_session_new_with_kernels (model, &options, init_emulated, TRUE, &error);
    g_assert_no_error (error);
    if (g_strcmp0 (nn_precision_to_string (nn_session_get_precision (session)), cases[i].runs))
      g_error ("%s: %s runs as %s", cases[i].model, cases[i].asked,
               nn_precision_to_string (nn_session_get_precision (session)));
    nn_session_free (session);
    nn_model_unref (model);
  }
}

static guint n_no_ops;

static void
no_conv (const NnBf16ConvArgs *args, guint first_tile, guint n_tiles, guint first_block, guint n_blocks)
{
  n_no_ops++;
}

static void
no_pool (const NnBf16PoolArgs *args, guint row)
{
}

static void
no_average (const NnBf16 *in_hi, const NnBf16 *in_lo, gsize in_row, gsize in_pixel, guint height, guint width,
            guint channels, NnBf16 *out_hi, NnBf16 *out_lo)
{
}

static void
no_add (const NnBf16 *a_hi, const NnBf16 *a_lo, const NnBf16 *b_hi, const NnBf16 *b_lo, gsize n, gboolean relu,
        NnBf16 *out_hi, NnBf16 *out_lo)
{
}

static void
no_input (const gfloat *in, gsize plane, guint channels, guint width, NnBf16 *hi, NnBf16 *lo)
{
}

static gulong slow_us;

static void
slow_conv (const NnBf16ConvArgs *args, guint first_tile, guint n_tiles, guint first_block, guint n_blocks)
{
  g_usleep (slow_us);
}

/* Fills in kernels that do nothing, so that none can be faster. */
static gboolean
init_no_ops (gpointer kernels, NnIsa isa, guint products)
{
  *(NnBf16Kernels *)kernels = (NnBf16Kernels){ .name = "nothing",
                                               .products = 1,
                                               .vectors = TRUE,
                                               .conv = no_conv,
                                               .max_pool_row = no_pool,
                                               .average = no_average,
                                               .add = no_add,
                                               .input = no_input };
  return products == 1;
}

/* Fills in kernels that are slower than direct sums in any build and on any machine: see test_measured(). */
static gboolean
init_slow (gpointer kernels, NnIsa isa, guint products)
{
  const gboolean ok = init_no_ops (kernels, isa, products);

  ((NnBf16Kernels *)kernels)->conv = slow_conv;
  return ok;
}

/* Returns how long an image takes in float32. */
static gulong
microseconds_of (NnModel *model, const NnSessionOptions *options)
{
  g_autoptr (NnSession) session = nn_session_new (model, options, NULL);
  g_autofree gfloat *x = g_new0 (gfloat, 3 * (gsize)options->height * options->width);
  g_autofree gfloat *logits = g_new0 (gfloat, nn_model_get_n_outputs (model));
  const gint64 start = g_get_monotonic_time ();

  nn_session_run (session, x, 1, logits);
  return (gulong)(g_get_monotonic_time () - start);
}

/* With medium on vectors, the kernels that measure faster run, and one session measures for all sessions of the
 * model. */
static void
test_measured (void)
{
  static const struct {
    NnKernelsInit init;
    const gchar *asked, *runs;
  } cases[] = {
    { init_slow, "medium", "highest" },
    { init_no_ops, "medium", "medium" },
    { init_no_ops, "high", "highest" },
    { init_no_ops, "auto", "highest" },
  };
  g_autofree gchar *path = data_path ("networks/cifar-resnet8.pth");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    NnSessionOptions options = { .threads = 1, .height = 32, .width = 32, .max_isa = "c" };
    GError *error = NULL;
    NnModel *model = nn_model_load (path, &error);

    g_assert_no_error (error);
    /* Each convolution waits as long as a whole image takes, and long enough that an interruption adds little. */
    options.precision = NN_PRECISION_HIGHEST;
    slow_us = MAX (10000, microseconds_of (model, &options));
    g_assert_true (nn_precision_from_string (cases[i].asked, &options.precision));
    for (guint again = 0; again < 2; again++) {
      const guint before = n_no_ops;
      NnSession *session = nn_session_new_with_kernels (model, &options, cases[i].init, TRUE, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (nn_precision_to_string (nn_session_get_precision (session)), ==, cases[i].runs);
      if (cases[i].init == init_no_ops)
        g_assert_cmpint (n_no_ops > before, ==, g_str_equal (cases[i].asked, "medium") && !again);
      nn_session_free (session);
    }
    nn_model_unref (model);
  }
}

/* Checks the form in which the session's steps have their weights. None of them is kept beside the tensor. */
static void
check_forms (const NnSession *session, gboolean is_float)
{
  const NnPlan *plan = nn_plan_session (session)->run.plan;
  guint n = 0;

  for (guint i = 0; i < plan->steps->len; i++) {
    const NnPackedWeight *packed = g_array_index (plan->steps, NnStep, i).packed;

    if (!packed)
      continue;
    n++;
    g_assert_true (packed->complete);
    g_assert_cmpint (packed->layout.form == &nn_packed_high, ==, !is_float);
    /* The plan and the store have one reference each, so the tensor is gone. */
    g_assert_cmpint (packed->ref_count, ==, 2);
  }
  g_assert_cmpuint (n, >, 0);
}

/* A session for tiles leaves only its own form of a layer's weights, from which the tensor comes back. The same holds
 * once float32 has taken its place. */
static void
test_one_form (void)
{
  g_autofree gchar *file = data_path ("networks/cifar-resnet8.pth");
  NnSessionOptions options = { .threads = 2, .height = 32, .width = 32 };
  GError *error = NULL;
  NnModel *model = nn_model_load (file, &error), *untouched = nn_model_load (file, &error);
  const NnGraph *graph = nn_model_get_graph (model);
  NnSession *session;

  g_assert_no_error (error);
  for (guint pass = 0; pass < 3; pass++) {
    options.precision = pass == 1 ? NN_PRECISION_HIGHEST : NN_PRECISION_AUTO;
    session = nn_session_new_with_kernels (model, &options, init_emulated, TRUE, &error);
    g_assert_no_error (error);
    g_assert_cmpint (nn_session_get_precision (session), ==, pass == 1 ? NN_PRECISION_HIGHEST : NN_PRECISION_HIGH);
    for (guint i = 0; i < graph->nodes->len; i++) {
      const NnNode *node = nn_graph_node (graph, i);
      g_autoptr (GBytes) weight = NULL, same = NULL;

      if (node->op != NN_OP_CONV && node->op != NN_OP_LINEAR)
        continue;
      weight = nn_plan_cache_get_weight (nn_model_get_plans (model), i);
      same = nn_plan_cache_get_weight (nn_model_get_plans (untouched), i);
      g_assert_true (g_bytes_equal (weight, same));
    }
    check_forms (session, pass == 1);
    nn_session_free (session);
  }
  nn_model_unref (model);
  nn_model_unref (untouched);
}

static void
case_free (gpointer data)
{
  Case *test = data;

  g_free (test->name);
  g_free (test->model);
  g_free (test);
}

/* Adds the networks of the folder and returns how many there are. */
static guint
add_folder (const gchar *folder)
{
  static const gchar *const levels[] = { "c",
                                         "avx2",
                                         "avx512",
                                         "emulated-tiles-high",
                                         "emulated-tiles-medium",
                                         "emulated-tiles-auto",
                                         "emulated-vectors-medium",
                                         "tiles-high",
                                         "tiles-medium",
                                         "tiles-auto",
                                         "vectors-medium" };
  g_autofree gchar *path = data_path (folder);
  GError *error = NULL;
  GDir *dir = g_dir_open (path, 0, &error);
  const gchar *file;
  guint n = 0, i;

  g_assert_no_error (error);
  while ((file = g_dir_read_name (dir))) {
    const gchar *dot = strrchr (file, '.');
    g_autofree gchar *stem = g_strndup (file, dot ? (gsize)(dot - file) : 0);
    g_autofree gchar *name = g_build_filename (folder, stem, NULL);
    g_autofree gchar *logits = g_strconcat (name, "-logits.npy", NULL), *logits_path = data_path (logits);

    if (!dot || (strcmp (dot, ".pth") && strcmp (dot, ".safetensors"))
        || !g_file_test (logits_path, G_FILE_TEST_EXISTS))
      continue;
    for (i = 0; i < G_N_ELEMENTS (levels); i++) {
      g_autofree gchar *test_path = g_strdup_printf ("/network-logits/%s/%s", levels[i], name);
      Case *test = g_new0 (Case, 1);

      test->name = g_strdup (name);
      test->model = g_build_filename (folder, file, NULL);
      test->level = levels[i];
      g_test_add_data_func_full (test_path, test, test_network, case_free);
    }
    n++;
  }
  g_dir_close (dir);
  return n;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* A folder that lost its files must not pass. */
  g_assert_cmpuint (add_folder ("networks"), >=, 10);
  g_assert_cmpuint (add_folder ("family"), >=, 20);
  g_test_add_func ("/network-logits/probe", test_probe);
  g_test_add_func ("/network-logits/one-form", test_one_form);
  g_test_add_func ("/network-logits/measured", test_measured);
  return g_test_run ();
}
