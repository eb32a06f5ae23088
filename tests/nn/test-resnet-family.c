/* gst-resnet tests: relatives of ResNet and other people's names: what is refused, and what it is called then
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether they compute what PyTorch does: test-network-logits.c, with the networks in tests/data/family. */
#include <string.h>

#include "graph-reference.h"
#include "import/resnet/resnet-builder.h"
#include "import/resnet/resnet-names.h"
#include "state-dict-maker.h"

static const TestResnet basic = { { 2, 1, 1, 1 }, 4, 7, FALSE, 4, 4, 1, 10, FALSE, FALSE, FALSE };
static const TestResnet bottleneck = { { 1, 2 }, 4, 7, TRUE, 4, 8, 1, 10, FALSE, FALSE, FALSE };

static NnGraph *
build (TestDict *dict, gchar **name, GError **error)
{
  g_autoptr (NnWeights) weights = test_dict_to_weights (dict);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  guint64 n_parameters;
  NnGraph *graph = nn_resnet_build (weights, name, &n_parameters, warnings, error);

  g_ptr_array_unref (dict);
  return graph;
}

static void
refused (TestDict *dict, gint code, const gchar *says)
{
  g_autofree gchar *name = NULL;
  GError *error = NULL;

  g_assert_null (build (dict, &name, &error));
  g_assert_error (error, NN_ERROR, code);
  if (!strstr (error->message, says))
    g_error ("\"%s\" should say \"%s\"", error->message, says);
  g_error_free (error);
}

static NnGraph *
accepted (TestDict *dict, const gchar *architecture)
{
  g_autofree gchar *name = NULL;
  GError *error = NULL;
  NnGraph *graph = build (dict, &name, &error);

  g_assert_no_error (error);
  test_assert_valid (graph);
  g_assert_cmpstr (name, ==, architecture);
  return graph;
}

static void
add (TestDict *dict, const gchar *name, guint n_dims, guint64 a, guint64 b, guint64 c, guint64 d)
{
  const guint64 dims[] = { a, b, c, d };

  test_dict_add (dict, name, n_dims, dims);
}

/* Makes a dict with a gate in layer1.0, whose blocks have four channels. */
static TestDict *
squeezing (void)
{
  TestDict *dict = test_dict_new (&basic);

  add (dict, "layer1.0.se.fc1.weight", 4, 2, 4, 1, 1);
  add (dict, "layer1.0.se.fc1.bias", 1, 2, 0, 0, 0);
  add (dict, "layer1.0.se.fc2.weight", 4, 4, 2, 1, 1);
  add (dict, "layer1.0.se.fc2.bias", 1, 4, 0, 0, 0);
  return dict;
}

static TestDict *
squeezing_with (const gchar *name, guint n_dims, guint64 a, guint64 b)
{
  TestDict *dict = squeezing ();
  const guint64 dims[] = { a, b, 1, 1 };

  test_dict_reshape (dict, name, n_dims, dims);
  return dict;
}

static TestDict *
squeezing_without (const gchar *name)
{
  TestDict *dict = squeezing ();

  test_dict_remove (dict, name);
  return dict;
}

static void
test_gates_refused (void)
{
  TestDict *dict;

  refused (squeezing_without ("layer1.0.se.fc1.weight"), NN_ERROR_ARCHITECTURE,
           "layer1.0.se.fc1.weight: missing, expected [*, 4, 1, 1]");
  refused (squeezing_without ("layer1.0.se.fc2.weight"), NN_ERROR_ARCHITECTURE,
           "layer1.0.se.fc2.weight: missing, expected [4, 2, 1, 1]");
  refused (squeezing_with ("layer1.0.se.fc1.weight", 4, 2, 5), NN_ERROR_ARCHITECTURE,
           "layer1.0.se.fc1.weight: expected [2, 4, 1, 1], found [2, 5, 1, 1]");
  refused (squeezing_with ("layer1.0.se.fc2.weight", 4, 5, 2), NN_ERROR_ARCHITECTURE, "layer1.0.se.fc2.weight");
  refused (squeezing_with ("layer1.0.se.fc1.bias", 1, 3, 0), NN_ERROR_ARCHITECTURE, "layer1.0.se.fc1.bias");
  refused (squeezing_with ("layer1.0.se.fc1.weight", 3, 2, 4), NN_ERROR_ARCHITECTURE, "layer1.0.se.fc1.weight");
  /* These are bad forms of efficient channel attention: an even kernel, a long one, and another shape. */
  dict = test_dict_new (&basic);
  add (dict, "layer1.0.se.conv.weight", 3, 1, 1, 4, 0);
  refused (dict, NN_ERROR_UNSUPPORTED, "layer1.0.se.conv.weight: a kernel of 4");
  dict = test_dict_new (&basic);
  add (dict, "layer1.0.se.conv.weight", 3, 1, 1, 101, 0);
  refused (dict, NN_ERROR_UNSUPPORTED, "a kernel of 101");
  dict = test_dict_new (&basic);
  add (dict, "layer1.0.eca.conv.weight", 3, 1, 2, 3, 0);
  refused (dict, NN_ERROR_ARCHITECTURE, "layer1.0.eca.conv.weight: expected [1, 1, 3]");
  /* This block has both kinds of gates. */
  dict = squeezing ();
  add (dict, "layer1.0.se.conv.weight", 3, 1, 1, 3, 0);
  refused (dict, NN_ERROR_ARCHITECTURE, "layer1.0.se.conv.weight [1, 1, 3]: unexpected");
}

static void
test_gates (void)
{
  g_autoptr (NnGraph) graph = accepted (squeezing (), "SE-ResNet (basic 2-1-1-1, width 4)");
  TestDict *dict = test_dict_new (&basic);
  const NnNode *node;
  g_autoptr (NnGraph) efficient = NULL;
  const gfloat *matrix;
  guint i, row, column;

  g_assert_cmpuint (test_count_op (graph, NN_OP_SCALE), ==, 1);
  add (dict, "layer1.1.eca.conv.weight", 3, 1, 1, 3, 0);
  test_dict_set (dict, "layer1.1.eca.conv.weight", 0, 0.25f);
  test_dict_set (dict, "layer1.1.eca.conv.weight", 1, 0.5f);
  test_dict_set (dict, "layer1.1.eca.conv.weight", 2, 2);
  efficient = accepted (dict, "ECA-ResNet (basic 2-1-1-1, width 4)");
  for (i = 0; strcmp (nn_graph_node (efficient, i)->name, "layer1.1.se.conv"); i++)
    ;
  node = nn_graph_node (efficient, i);
  matrix = g_bytes_get_data (node->weight, NULL);
  for (row = 0; row < 4; row++)
    for (column = 0; column < 4; column++)
      g_assert_cmpfloat (matrix[row * 4 + column], ==,
                         column + 1 == row   ? 0.25f
                         : column == row     ? 0.5f
                         : column == row + 1 ? 2
                                             : 0);
}

/* A projection comes behind a pool, which shows in the numbers of its tensors' names. */
static void
test_average_shortcut (void)
{
  TestDict *dict = test_dict_new (&bottleneck);
  g_autoptr (NnGraph) graph = NULL;

  test_dict_rename (dict, "layer2.0.downsample.1", "layer2.0.downsample.2");
  test_dict_rename (dict, "layer2.0.downsample.0", "layer2.0.downsample.1");
  graph = accepted (dict, "ResNet (bottleneck 1-2, width 4)");
  g_assert_cmpuint (test_count_op (graph, NN_OP_AVG_POOL), ==, 1);

  dict = test_dict_new (&bottleneck);
  test_dict_rename (dict, "layer2.0.downsample.1", "layer2.0.downsample.2");
  test_dict_rename (dict, "layer2.0.downsample.0", "layer2.0.downsample.1");
  test_dict_remove (dict, "layer2.0.downsample.1.weight");
  refused (dict, NN_ERROR_ARCHITECTURE, "layer2.0.downsample.1.weight: missing, expected [16, 8, 1, 1]");
  dict = test_dict_new (&bottleneck);
  test_dict_rename (dict, "layer2.0.downsample.1", "layer2.0.downsample.2");
  refused (dict, NN_ERROR_ARCHITECTURE, "layer2.0.downsample.1.weight: missing");
}

/* Makes a dict with the names of transformers. Messages about missing tensors use these names. */
static TestDict *
hugging_face (void)
{
  TestDict *dict = test_dict_new (&bottleneck);

  test_dict_rename (dict, "layer1.", "resnet.encoder.stages.0.layers.");
  test_dict_rename (dict, "layer2.", "resnet.encoder.stages.1.layers.");
  test_dict_rename (dict, ".conv1.", ".layer.0.convolution.");
  test_dict_rename (dict, ".conv2.", ".layer.1.convolution.");
  test_dict_rename (dict, ".conv3.", ".layer.2.convolution.");
  test_dict_rename (dict, ".bn1.", ".layer.0.normalization.");
  test_dict_rename (dict, ".bn2.", ".layer.1.normalization.");
  test_dict_rename (dict, ".bn3.", ".layer.2.normalization.");
  test_dict_rename (dict, "downsample.0", "shortcut.convolution");
  test_dict_rename (dict, "downsample.1", "shortcut.normalization");
  test_dict_rename (dict, "conv1.", "resnet.embedder.embedder.convolution.");
  test_dict_rename (dict, "bn1.", "resnet.embedder.embedder.normalization.");
  test_dict_rename (dict, "fc.", "classifier.1.");
  return dict;
}

static void
test_hugging_face (void)
{
  static const gchar *const needed[] = {
    "resnet.embedder.embedder.normalization.running_var",
    "resnet.encoder.stages.1.layers.1.layer.2.convolution.weight",
    "resnet.encoder.stages.0.layers.0.layer.1.normalization.running_mean",
    "resnet.encoder.stages.1.layers.0.shortcut.convolution.weight",
    "resnet.encoder.stages.1.layers.0.shortcut.normalization.bias",
    "classifier.1.weight",
  };
  TestDict *dict;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_autofree gchar *says = g_strconcat (needed[i], ": missing, expected", NULL);

    dict = hugging_face ();
    test_dict_remove (dict, needed[i]);
    refused (dict, NN_ERROR_ARCHITECTURE, says);
  }
  dict = hugging_face ();
  add (dict, "resnet.encoder.stages.0.layers.0.layer.3.convolution.weight", 4, 4, 4, 3, 3);
  refused (dict, NN_ERROR_ARCHITECTURE, "layer.3.convolution.weight [4, 4, 3, 3]: unexpected");
  dict = hugging_face ();
  test_dict_rename (dict, "resnet.", "regnet.");
  refused (dict, NN_ERROR_ARCHITECTURE, "regnet");
  nn_graph_free (accepted (hugging_face (), "ResNet (bottleneck 1-2, width 4)"));
}

/* Where no BatchNorm follows the stem, it is either missing or the network activates before its convolutions. The first
 * BatchNorm of a block that changes its channels decides which. */
static void
test_pre_activation (void)
{
  TestDict *dict = test_dict_new (&basic);
  const guint64 four[] = { 4 }, eight[] = { 8 }, sixteen[] = { 16 };
  static const gchar *const vectors[] = { "weight", "bias", "running_mean", "running_var" };
  gsize i;

  test_dict_remove_prefix (dict, "bn1.");
  refused (dict, NN_ERROR_ARCHITECTURE, "bn1.weight: missing");
  dict = test_dict_new (&basic);
  test_dict_remove_prefix (dict, "bn1.");
  for (i = 0; i < G_N_ELEMENTS (vectors); i++) {
    static const gchar *const layers[] = { "layer2.0", "layer3.0", "layer4.0" };
    const guint64 *const sizes[] = { four, eight, sixteen };
    gsize k;

    for (k = 0; k < G_N_ELEMENTS (layers); k++) {
      g_autofree gchar *name = g_strdup_printf ("%s.bn1.%s", layers[k], vectors[i]);

      test_dict_reshape (dict, name, 1, sizes[k]);
    }
  }
  test_dict_remove_prefix (dict, "layer2.0.downsample.1.");
  test_dict_remove_prefix (dict, "layer3.0.downsample.1.");
  /* One projection still has its BatchNorm, which such networks do not have. */
  refused (dict, NN_ERROR_ARCHITECTURE, "layer4.0.downsample.1.weight [32]: unexpected");
}

static void
test_inverse (void)
{
  static const struct {
    NnNaming naming;
    const gchar *ours, *file;
  } names[] = {
    { NN_NAMING_TORCHVISION, "layer2.0.downsample.1", "layer2.0.downsample.1" },
    { NN_NAMING_HUGGING_FACE, "layer3.12.conv2", "encoder.stages.2.layers.12.layer.1.convolution" },
    { NN_NAMING_TIMM_V2, "layer1.3.bn2", "stages.0.blocks.3.norm2" },
    { NN_NAMING_TIMM_V2, "fc", "head.fc" },
    { NN_NAMING_SENET, "conv1.6", "layer0.conv3" },
    { NN_NAMING_RESIDUAL_FUNCTION, "layer4.1.conv3", "conv5_x.1.residual_function.6" },
    { NN_NAMING_WIDE_BLOCKS, "layer1.0.downsample.0", "block1.layer.0.convShortcut" },
    { NN_NAMING_FASTAI, "layer4.2.bn1", "0.7.2.bn1" },
    { NN_NAMING_CHILDREN, "layer1.0.conv1", "4.0.conv1" },
    { NN_NAMING_TORCHVISION, "head.1.max", NULL },
    { NN_NAMING_WIDE_BLOCKS, "layer1.0.se.fc1", NULL },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *file = nn_naming_from_ours (names[i].naming, names[i].ours);

    g_assert_cmpstr (file, ==, names[i].file);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/family/gates-refused", test_gates_refused);
  g_test_add_func ("/family/gates", test_gates);
  g_test_add_func ("/family/average-shortcut", test_average_shortcut);
  g_test_add_func ("/family/hugging-face", test_hugging_face);
  g_test_add_func ("/family/pre-activation", test_pre_activation);
  g_test_add_func ("/family/inverse", test_inverse);
  return g_test_run ();
}
