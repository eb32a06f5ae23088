/* gst-resnet tests: which state dicts are a ResNet, and which one
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "graph-reference.h"
#include "import/resnet/resnet-builder.h"
#include "state-dict-maker.h"

static const TestResnet basic = { { 2, 2, 2, 2 }, 4, 7, FALSE, 4, 4, 1, 10, FALSE, FALSE, FALSE };
static const TestResnet bottleneck = { { 1, 2, 1 }, 4, 7, TRUE, 4, 8, 1, 10, FALSE, FALSE, FALSE };
static const TestResnet grouped = { { 1, 1, 2 }, 4, 7, TRUE, 12, 8, 3, 10, FALSE, FALSE, FALSE };
static const TestResnet cifar = { { 3, 3, 3 }, 4, 3, FALSE, 4, 4, 1, 10, FALSE, FALSE, FALSE };
static const TestResnet cifar_a = { { 3, 3, 3 }, 4, 3, FALSE, 4, 4, 1, 10, TRUE, FALSE, FALSE };

/* Expects that the builder refuses a state dict, which is freed. Every part must be in the error's message. */
static void
refused_as (TestDict *dict, gint code, const gchar *part, ...)
{
  g_autofree gchar *architecture = NULL;
  g_autoptr (NnWeights) weights = test_dict_to_weights (dict);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  guint64 n_parameters;
  GError *error = NULL;
  va_list args;

  g_assert_null (nn_resnet_build (weights, &architecture, &n_parameters, warnings, &error));
  g_assert_error (error, NN_ERROR, code);
  va_start (args, part);
  for (; part; part = va_arg (args, const gchar *))
    if (!strstr (error->message, part))
      g_error ("\"%s\" should say \"%s\"", error->message, part);
  va_end (args);
  g_error_free (error);
  g_ptr_array_unref (dict);
}

#define refused(dict, ...) refused_as (dict, NN_ERROR_ARCHITECTURE, __VA_ARGS__, NULL)

static NnGraph *
accepted (TestDict *dict, const gchar *architecture, guint64 n_parameters)
{
  g_autofree gchar *name = NULL;
  g_autoptr (NnWeights) weights = test_dict_to_weights (dict);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  GError *error = NULL;
  guint64 n;
  NnGraph *graph = nn_resnet_build (weights, &name, &n, warnings, &error);

  g_assert_no_error (error);
  test_assert_valid (graph);
  g_assert_cmpstr (name, ==, architecture);
  if (n_parameters)
    g_assert_cmpuint (n, ==, n_parameters);
  g_assert_cmpuint (warnings->len, ==, 0);
  g_ptr_array_unref (dict);
  return graph;
}

static TestDict *
without (const TestResnet *net, const gchar *name)
{
  TestDict *dict = test_dict_new (net);

  test_dict_remove (dict, name);
  return dict;
}

static TestDict *
reshaped (const TestResnet *net, const gchar *name, guint n_dims, guint64 a, guint64 b, guint64 c, guint64 d)
{
  TestDict *dict = test_dict_new (net);
  const guint64 dims[] = { a, b, c, d };

  test_dict_reshape (dict, name, n_dims, dims);
  return dict;
}

static TestDict *
with (const TestResnet *net, const gchar *name, guint n_dims, guint64 a, guint64 b, guint64 c, guint64 d)
{
  TestDict *dict = test_dict_new (net);
  const guint64 dims[] = { a, b, c, d };

  test_dict_add (dict, name, n_dims, dims);
  return dict;
}

static void
test_missing (void)
{
  refused (g_ptr_array_new (), "conv1.weight", "no tensors");
  refused (without (&basic, "bn1.weight"), "bn1.weight: missing, expected [4]");
  refused (without (&basic, "bn1.running_mean"), "bn1.running_mean: missing, expected [4]");
  refused (without (&basic, "layer1.0.bn2.running_var"), "layer1.0.bn2.running_var: missing, expected [4]");
  refused (without (&basic, "layer1.1.conv1.weight"), "layer1.1.conv1.weight: missing, expected [4, 4, 3, 3]");
  refused (without (&basic, "layer1.1.conv2.weight"), "layer1.1.conv2.weight: missing, expected [4, 4, 3, 3]");
  refused (without (&basic, "layer2.0.downsample.0.weight"),
           "layer2.0.downsample.0.weight: missing, expected [8, 4, 1, 1]");
  refused (without (&bottleneck, "layer2.1.conv3.weight"), "layer2.1.conv3.weight: missing, expected [16, 8, 1, 1]");
  refused (without (&basic, "fc.weight"), "fc.weight: missing, expected [*, 32]");
}

static void
test_missing_parts (void)
{
  TestDict *dict = test_dict_new (&basic);

  test_dict_remove_prefix (dict, "layer2.1.bn1.");
  refused (dict, "layer2.1.bn1.weight: missing");
  dict = test_dict_new (&basic);
  test_dict_remove_prefix (dict, "layer2.0.downsample.");
  refused (dict, "layer2.0.downsample.0.weight: missing, expected [8, 4, 1, 1]");
  dict = test_dict_new (&basic);
  test_dict_remove_prefix (dict, "layer2.");
  refused (dict, "layer2.0.conv1.weight: missing");
  dict = test_dict_new (&basic);
  test_dict_remove_prefix (dict, "layer1.0.");
  refused (dict, "layer1.0.conv1.weight: missing");
  dict = test_dict_new (&basic);
  test_dict_remove_prefix (dict, "layer");
  refused (dict, "layer1.0.conv1.weight: missing");
  dict = test_dict_new (&basic);
  test_dict_remove_prefix (dict, "fc.");
  refused (dict, "fc.weight: missing");
  dict = test_dict_new (&basic);
  test_dict_remove_prefix (dict, "conv1.");
  refused (dict, "conv1.weight is missing", "bn1.weight [4]");
}

static void
test_shapes (void)
{
  refused (reshaped (&basic, "conv1.weight", 4, 4, 2, 7, 7), "conv1.weight: expected [*, 3, 7, 7]",
           "found [4, 2, 7, 7]");
  refused (reshaped (&basic, "conv1.weight", 4, 4, 3, 5, 5), "found [4, 3, 5, 5]");
  refused (reshaped (&basic, "conv1.weight", 4, 4, 3, 7, 3), "found [4, 3, 7, 3]");
  refused (reshaped (&basic, "conv1.weight", 2, 4, 3, 0, 0), "found [4, 3]");
  refused (reshaped (&basic, "conv1.weight", 4, 0, 3, 7, 7), "conv1.weight", "found [0, 3, 7, 7]");
  refused (reshaped (&basic, "bn1.weight", 1, 5, 0, 0, 0), "bn1.weight: expected [4], found [5]");
  refused (reshaped (&basic, "bn1.running_var", 2, 4, 1, 0, 0), "bn1.running_var: expected [4], found [4, 1]");
  refused (reshaped (&basic, "layer2.0.conv1.weight", 4, 8, 8, 3, 3),
           "layer2.0.conv1.weight: expected [8, 4, 3, 3], found [8, 8, 3, 3]");
  refused (reshaped (&basic, "layer2.0.conv1.weight", 4, 8, 2, 3, 3),
           "layer2.0.conv1.weight: expected [8, 4, 3, 3], found [8, 2, 3, 3]");
  refused (reshaped (&basic, "layer1.0.conv2.weight", 4, 4, 4, 1, 1),
           "layer1.0.conv2.weight: expected [4, 4, 3, 3], found [4, 4, 1, 1]");
  refused (reshaped (&basic, "layer2.0.downsample.0.weight", 4, 9, 4, 1, 1),
           "layer2.0.downsample.0.weight: expected [8, 4, 1, 1], found [9, 4, 1, 1]");
  refused (reshaped (&basic, "layer1.1.conv2.weight", 4, 5, 4, 3, 3),
           "layer1.1.conv2.weight: expected [4, 4, 3, 3], found [5, 4, 3, 3]");
  refused (reshaped (&basic, "fc.weight", 2, 10, 31, 0, 0), "fc.weight: expected [10, 32], found [10, 31]");
  refused (reshaped (&basic, "fc.bias", 1, 11, 0, 0, 0), "fc.bias: expected [10], found [11]");
}

/* The first block's sum has no shortcut that could change its channels. */
static void
test_residual_of_other_width (void)
{
  TestDict *dict = reshaped (&basic, "layer1.0.conv2.weight", 4, 5, 4, 3, 3);
  const guint64 five[] = { 5 };
  static const gchar *const names[] = { "weight", "bias", "running_mean", "running_var" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *name = g_strconcat ("layer1.0.bn2.", names[i], NULL);

    test_dict_reshape (dict, name, 1, five);
  }
  refused (dict, "layer1.0.downsample.0.weight: missing, expected [5, 4, 1, 1]");
}

static void
test_groups (void)
{
  /* The first number does not divide the 12 channels that come in. The second convolution is grouped where the others
   * are not. The third number divides the channels that come in, but not those that go out. */
  refused (reshaped (&grouped, "layer1.0.conv2.weight", 4, 12, 5, 3, 3), "layer1.0.conv2.weight",
           "found [12, 5, 3, 3]");
  refused (reshaped (&bottleneck, "layer2.1.conv2.weight", 4, 8, 4, 3, 3),
           "layer2.1.conv2.weight: expected [8, 8, 3, 3], found [8, 4, 3, 3]");
  refused (reshaped (&grouped, "layer1.0.conv2.weight", 4, 13, 4, 3, 3), "layer1.0.conv2.weight",
           "found [13, 4, 3, 3]");
}

static void
test_unexpected (void)
{
  const guint64 four[] = { 4 };
  TestDict *spectral;

  refused (with (&basic, "layer1.0.se.channel.fc1.weight", 4, 1, 4, 1, 1),
           "layer1.0.se.channel.fc1.weight [1, 4, 1, 1]: unexpected", "attention");
  refused (with (&basic, "layer1.0.bn3.weight", 1, 4, 0, 0, 0), "layer1.0.bn3.weight [4]: unexpected");
  refused (with (&basic, "layer2.0.shortcut.0.weight", 4, 8, 4, 1, 1),
           "layer2.0.shortcut.0.weight [8, 4, 1, 1]: unexpected");
  refused (with (&basic, "linear.weight", 2, 10, 32, 0, 0), "linear.weight [10, 32]: unexpected");
  refused (with (&basic, "fc.3.weight", 2, 10, 32, 0, 0), "fc.3.weight [10, 32]: unexpected");
  refused (with (&basic, "layer01.0.conv1.weight", 4, 4, 4, 3, 3), "layer01.0.conv1.weight");
  refused (with (&basic, "layer9.0.conv1.weight", 4, 4, 4, 3, 3), "layer9.0.conv1.weight");
  refused (with (&basic, "layer0.0.conv1.weight", 4, 4, 4, 3, 3), "layer0.0.conv1.weight");
  refused (with (&basic, "layer1.9999.conv1.weight", 4, 4, 4, 3, 3), "layer1.9999.conv1.weight");
  refused (with (&basic, "layer1.4294967296.conv1.weight", 4, 4, 4, 3, 3), "layer1.4294967296.conv1.weight");
  refused (with (&basic, "layer1..conv1.weight", 4, 4, 4, 3, 3), "layer1..conv1.weight");
  refused (with (&basic, "conv1.weight_orig", 4, 4, 4, 3, 3), "conv1.weight_orig", "prune.remove");
  spectral = with (&basic, "conv1.weight_orig", 4, 4, 4, 3, 3);
  test_dict_add (spectral, "conv1.weight_u", 1, four);
  refused (spectral, "conv1.weight_orig", "remove_spectral_norm");
  refused (with (&basic, "conv1.weight_g", 4, 4, 1, 1, 1), "conv1.weight_g", "remove_weight_norm");
  refused (with (&basic, "", 1, 4, 0, 0, 0), "unexpected");
  /* A block is missing before another one. */
  refused (with (&basic, "layer1.3.conv1.weight", 4, 4, 4, 3, 3), "layer1.2.conv1.weight: missing");
}

static void
test_other_networks (void)
{
  static const struct {
    const gchar *names[3];
    const gchar *says;
  } networks[] = {
    { { "features.0.weight", "features.0.bias", "classifier.0.weight" }, "VGG" },
    { { "cls_token", "pos_embed", "patch_embed.proj.weight" }, "vision transformer" },
    { { "conv_stem.weight", "bn1.weight", "blocks.0.0.conv_dw.weight" }, "EfficientNet" },
    { { "features.0.0.weight", "features.0.1.weight", "classifier.1.weight" }, "MobileNet" },
    { { "features.conv0.weight", "features.norm0.weight", "features.denseblock1.denselayer1.norm1.weight" },
      "DenseNet" },
    { { "conv1.0.weight", "conv1.1.weight", "bn1.weight" }, "conv1.weight is missing" },
    { { "resnet.embedder.embedder.convolution.weight", "resnet.encoder.stages.0.layers.0.shortcut.convolution.weight",
        "classifier.1.weight" },
      "resnet.embedder.embedder.convolution.weight: expected [*, 3, 7, 7]" },
    { { "conv1.weight", "conv2.weight", "fc1.weight" }, "conv2.weight" },
    { { "a", "b", "c" }, "a [4, 3, 3, 3]: unexpected" },
  };
  const guint64 dims[] = { 4, 3, 3, 3 };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (networks); i++) {
    TestDict *dict = test_dict_new (&basic);

    g_ptr_array_set_size (dict, 0);
    for (j = 0; j < 3; j++)
      test_dict_add (dict, networks[i].names[j], 4, dims);
    refused (dict, networks[i].says);
  }
}

static void
test_wrong_type (void)
{
  TestDict *dict = test_dict_new (&basic);

  test_dict_make_integer (dict, "layer1.0.conv1.weight");
  refused_as (dict, NN_ERROR_UNSUPPORTED, "layer1.0.conv1.weight", "int64", NULL);
}

static void
test_too_large (void)
{
  static const gchar *const names[] = { "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var" };
  TestDict *dict = reshaped (&basic, "conv1.weight", 4, 65537, 3, 7, 7);
  const guint64 channels[] = { 65537 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    test_dict_reshape (dict, names[i], 1, channels);
  refused_as (dict, NN_ERROR_TOO_LARGE, "conv1.weight", "65537", "65536", NULL);
}

/* Where the four tensors of a BatchNorm agree, the convolution is wrong. Where three of them agree with it, the fourth
 * is wrong. */
static void
test_convolution_against_batch_norm (void)
{
  refused (reshaped (&basic, "conv1.weight", 4, 5, 3, 7, 7), "conv1.weight: expected [4, 3, 7, 7], found [5, 3, 7, 7]");
  refused (reshaped (&basic, "layer2.0.conv1.weight", 4, 9, 4, 3, 3),
           "layer2.0.conv1.weight: expected [8, 4, 3, 3], found [9, 4, 3, 3]");
  refused (reshaped (&bottleneck, "layer1.0.conv3.weight", 4, 7, 4, 1, 1),
           "layer1.0.conv3.weight: expected [8, 4, 1, 1], found [7, 4, 1, 1]");
  refused (reshaped (&basic, "layer2.0.bn1.bias", 1, 7, 0, 0, 0), "layer2.0.bn1.bias: expected [8], found [7]");
}

/* Option A is taken only where it can be meant. */
static void
test_zero_padded_shortcut_elsewhere (void)
{
  TestResnet net = cifar_a;
  TestDict *dict;

  net.stem_kernel = 7;
  refused (test_dict_new (&net), "layer2.0.downsample.0.weight: missing, expected [8, 4, 1, 1]");
  net = cifar_a;
  net.stem = net.out = net.inner = 5;
  refused (test_dict_new (&net), "layer2.0.downsample.0.weight: missing, expected [10, 5, 1, 1]");
  net = cifar_a;
  net.bottleneck = TRUE;
  net.stem = 4;
  refused (test_dict_new (&net), "layer2.0.downsample.0.weight: missing");
  net = cifar_a;
  net.stem = 2;
  refused (test_dict_new (&net), "layer1.0.downsample.0.weight: missing, expected [4, 2, 1, 1]");
  /* Only a part of a projection is there, so the rest is missing. */
  dict = without (&cifar, "layer2.0.downsample.0.weight");
  refused (dict, "layer2.0.downsample.0.weight: missing, expected [8, 4, 1, 1]");
}

/* Without BatchNorm, every convolution must have its bias. */
static void
test_partly_folded (void)
{
  TestResnet net = basic;

  net.no_batch_norm = TRUE;
  refused (without (&net, "layer1.0.conv1.bias"), "layer1.0.conv1.bias: missing, expected [4]");
  refused (without (&net, "conv1.bias"), "bn1.weight: missing");
}

static void
test_names (void)
{
  static const struct {
    TestResnet net;
    const gchar *name;
    guint64 n_parameters; /* the number that torchvision's documentation gives */
  } nets[] = {
    { { { 2, 2, 2, 2 }, 64, 7, FALSE, 64, 64, 1, 1000, FALSE, FALSE, FALSE }, "ResNet-18", 11689512 },
    { { { 3, 4, 6, 3 }, 64, 7, TRUE, 64, 256, 1, 1000, FALSE, FALSE, FALSE }, "ResNet-50", 25557032 },
    { { { 3, 4, 6, 3 }, 64, 7, TRUE, 128, 256, 32, 1000, FALSE, FALSE, FALSE }, "ResNeXt-50 32x4d", 25028904 },
    { { { 2, 2, 2, 2 }, 64, 3, FALSE, 64, 64, 1, 10, FALSE, FALSE, FALSE }, "ResNet-18 (CIFAR stem)", 11173962 },
    { { { 2, 2, 2, 2 }, 32, 7, FALSE, 32, 32, 1, 200, FALSE, FALSE, FALSE }, "ResNet (basic 2-2-2-2, width 32)", 0 },
    { { { 3, 3, 3 }, 16, 3, FALSE, 16, 16, 1, 10, TRUE, FALSE, FALSE }, "ResNet-20 (CIFAR stem)", 269722 },
    { { { 3, 3, 3 }, 8, 3, FALSE, 8, 8, 1, 10, FALSE, FALSE, FALSE }, "ResNet-20 (CIFAR stem, width 8)", 0 },
    { { { 1 }, 8, 7, FALSE, 8, 8, 1, 2, FALSE, FALSE, FALSE }, "ResNet (basic 1, width 8)", 0 },
    { { { 1, 2 }, 8, 3, TRUE, 12, 8, 3, 2, FALSE, FALSE, FALSE },
      "ResNet (bottleneck 1-2, 3 groups, width 12, CIFAR stem)",
      0 },
    { { { 1, 1, 1, 1, 1 }, 4, 7, FALSE, 4, 4, 1, 2, FALSE, FALSE, FALSE }, "ResNet (basic 1-1-1-1-1, width 4)", 0 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (nets); i++)
    nn_graph_free (accepted (test_dict_new (&nets[i].net), nets[i].name, nets[i].n_parameters));
}

/* Checks only the names, because networks of these widths take too much memory for a unit test. */
static void
test_more_names (void)
{
  static const struct {
    TestResnet net;
    const gchar *name;
  } nets[] = {
    { { { 3, 4, 6, 3 }, 64, 7, FALSE, 64, 64, 1, 2, FALSE, FALSE, FALSE }, "ResNet-34" },
    { { { 3, 4, 6, 3 }, 64, 7, TRUE, 128, 256, 1, 2, FALSE, FALSE, FALSE }, "Wide ResNet-50-2" },
    { { { 3, 4, 23, 3 }, 64, 7, TRUE, 256, 256, 64, 2, FALSE, FALSE, FALSE }, "ResNeXt-101 64x4d" },
  };
  guint i;

  if (!g_test_slow ()) {
    g_test_skip ("full-size networks; run with -m slow");
    return;
  }
  for (i = 0; i < G_N_ELEMENTS (nets); i++)
    nn_graph_free (accepted (test_dict_new (&nets[i].net), nets[i].name, 0));
}

static void
test_spellings (void)
{
  static const gchar *const heads[]
      = { "linear", "classifier", "head", "head.fc", "classifier.1", "fc.0", "last_linear" };
  const gchar *name = "ResNet (basic 2-2-2-2, width 4)";
  TestDict *dict;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (heads); i++) {
    g_autofree gchar *part = g_strconcat (heads[i], ".", NULL);
    NnGraph *graph;

    dict = test_dict_new (&basic);
    test_dict_rename (dict, "fc.", part);
    test_dict_rename (dict, "downsample", "shortcut");
    graph = accepted (dict, name, 0);
    g_assert_cmpstr (nn_graph_node (graph, graph->nodes->len - 1)->name, ==, "fc");
    nn_graph_free (graph);
  }
  dict = test_dict_new (&basic);
  test_dict_prefix (dict, "backbone.");
  nn_graph_free (accepted (dict, name, 0));
  dict = test_dict_new (&basic);
  test_dict_prefix (dict, "encoder.");
  test_dict_rename (dict, "encoder.fc", "head.fc");
  nn_graph_free (accepted (dict, name, 0));
  dict = test_dict_new (&basic);
  test_dict_prefix (dict, "encoder.");
  test_dict_rename (dict, "encoder.fc", "head.fc");
  test_dict_remove (dict, "encoder.layer2.0.conv1.weight");
  refused (dict, "encoder.layer2.0.conv1.weight: missing");
  /* Training leaves such tensors behind: an average's counter and a profiler's buffers. */
  dict = test_dict_new (&basic);
  test_dict_prefix (dict, "module.");
  test_dict_add (dict, "n_averaged", 0, NULL);
  nn_graph_free (accepted (dict, name, 0));
  dict = with (&basic, "layer1.0.conv1.total_ops", 1, 1, 0, 0, 0);
  nn_graph_free (accepted (dict, name, 0));
}

static void
test_optional_tensors (void)
{
  TestDict *dict = test_dict_new (&basic);
  TestResnet net = basic;
  NnGraph *graph;
  guint i;

  for (i = dict->len; i-- > 0;) {
    const gchar *name = *(gchar **)g_ptr_array_index (dict, i);

    if (g_str_has_suffix (name, "num_batches_tracked"))
      g_ptr_array_remove_index (dict, i);
  }
  test_dict_remove (dict, "fc.bias");
  nn_graph_free (accepted (dict, "ResNet (basic 2-2-2-2, width 4)", 0));
  /* A convolution has a bias beside its BatchNorm. */
  dict = with (&basic, "layer1.0.conv1.bias", 1, 4, 0, 0, 0);
  graph = accepted (dict, "ResNet (basic 2-2-2-2, width 4)", 0);
  for (i = 0; i < graph->nodes->len; i++)
    g_assert_true (nn_graph_node (graph, i)->op != NN_OP_CONV
                   || !nn_graph_node (graph, i)->bias == !!strcmp (nn_graph_node (graph, i)->name, "layer1.0.conv1"));
  nn_graph_free (graph);
  net.no_affine = TRUE;
  nn_graph_free (accepted (test_dict_new (&net), "ResNet (basic 2-2-2-2, width 4)", 0));
  net = bottleneck;
  net.no_batch_norm = TRUE;
  graph = accepted (test_dict_new (&net), "ResNet (bottleneck 1-2-1, width 4)", 0);
  g_assert_cmpuint (test_count_op (graph, NN_OP_BATCH_NORM), ==, 0);
  nn_graph_free (graph);
}

static const NnNode *
node_named (const NnGraph *graph, const gchar *name)
{
  guint i;

  for (i = 0; i < graph->nodes->len; i++)
    if (!strcmp (nn_graph_node (graph, i)->name, name))
      return nn_graph_node (graph, i);
  g_error ("there is no node %s", name);
}

static void
test_strides_and_groups (void)
{
  g_autoptr (NnGraph) a = accepted (test_dict_new (&basic), "ResNet (basic 2-2-2-2, width 4)", 0);
  g_autoptr (NnGraph) b = accepted (test_dict_new (&grouped), "ResNet (bottleneck 1-1-2, 3 groups, width 12)", 0);
  g_autoptr (NnGraph) c = accepted (test_dict_new (&cifar), "ResNet-20 (CIFAR stem, width 4)", 0);

  g_assert_cmpuint (node_named (a, "conv1")->stride[0], ==, 2);
  g_assert_cmpuint (node_named (a, "conv1")->pad[1], ==, 3);
  g_assert_cmpuint (node_named (a, "maxpool")->stride[1], ==, 2);
  g_assert_cmpuint (node_named (a, "layer1.0.conv1")->stride[0], ==, 1);
  g_assert_cmpuint (node_named (a, "layer2.0.conv1")->stride[0], ==, 2);
  g_assert_cmpuint (node_named (a, "layer2.0.conv2")->stride[0], ==, 1);
  g_assert_cmpuint (node_named (a, "layer2.1.conv1")->stride[0], ==, 1);
  g_assert_cmpuint (node_named (a, "layer2.0.downsample.0")->stride[1], ==, 2);
  g_assert_cmpuint (node_named (a, "layer2.0.downsample.0")->pad[1], ==, 0);
  g_assert_cmpuint (node_named (b, "layer2.0.conv1")->stride[0], ==, 1);
  g_assert_cmpuint (node_named (b, "layer2.0.conv2")->stride[0], ==, 2);
  g_assert_cmpuint (node_named (b, "layer2.0.conv2")->groups, ==, 3);
  g_assert_cmpuint (node_named (b, "layer2.0.conv3")->groups, ==, 1);
  g_assert_cmpuint (node_named (b, "layer1.0.downsample.0")->stride[0], ==, 1);
  g_assert_cmpuint (node_named (c, "conv1")->stride[0], ==, 1);
  g_assert_cmpuint (node_named (c, "layer2.0.conv1")->stride[0], ==, 2);
  g_assert_cmpuint (test_count_op (c, NN_OP_MAX_POOL), ==, 0);
}

/* PyTorch computes F.pad (x[:, :, ::2, ::2], (0, 0, 0, 0, planes / 4, planes / 4)): channels 1 and 2 of four come from
 * channels 0 and 1 of two. */
static void
test_zero_padded_shortcut (void)
{
  TestResnet net = { { 1, 1 }, 4, 3, FALSE, 4, 4, 1, 10, TRUE, FALSE, FALSE };
  g_autoptr (NnGraph) graph = accepted (test_dict_new (&net), "ResNet (basic 1-1, width 4, CIFAR stem)", 0);
  const NnNode *node = node_named (graph, "layer2.0.downsample");
  const gfloat *weight = g_bytes_get_data (node->weight, NULL);
  guint out, in;

  g_assert_cmpuint (node->out_channels, ==, 8);
  g_assert_cmpuint (node->stride[0], ==, 2);
  g_assert_cmpuint (node->pad[0], ==, 0);
  g_assert_null (node->bias);
  for (out = 0; out < 8; out++)
    for (in = 0; in < 4; in++)
      g_assert_cmpfloat (weight[out * 4 + in], ==, out == in + 2 ? 1 : 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resnet/missing", test_missing);
  g_test_add_func ("/resnet/missing-parts", test_missing_parts);
  g_test_add_func ("/resnet/shapes", test_shapes);
  g_test_add_func ("/resnet/residual-of-other-width", test_residual_of_other_width);
  g_test_add_func ("/resnet/groups", test_groups);
  g_test_add_func ("/resnet/unexpected", test_unexpected);
  g_test_add_func ("/resnet/other-networks", test_other_networks);
  g_test_add_func ("/resnet/wrong-type", test_wrong_type);
  g_test_add_func ("/resnet/too-large", test_too_large);
  g_test_add_func ("/resnet/convolution-against-batch-norm", test_convolution_against_batch_norm);
  g_test_add_func ("/resnet/zero-padded-shortcut-elsewhere", test_zero_padded_shortcut_elsewhere);
  g_test_add_func ("/resnet/partly-folded", test_partly_folded);
  g_test_add_func ("/resnet/names", test_names);
  g_test_add_func ("/resnet/more-names", test_more_names);
  g_test_add_func ("/resnet/spellings", test_spellings);
  g_test_add_func ("/resnet/optional-tensors", test_optional_tensors);
  g_test_add_func ("/resnet/strides-and-groups", test_strides_and_groups);
  g_test_add_func ("/resnet/zero-padded-shortcut", test_zero_padded_shortcut);
  return g_test_run ();
}
