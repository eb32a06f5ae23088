/* gst-resnet tests: what cannot be evaluated, and what a user should hear of
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "import/resnet/resnet-builder.h"
#include "state-dict-maker.h"

static const TestResnet net = { { 1, 1 }, 4, 7, FALSE, 4, 4, 1, 10, FALSE, FALSE, FALSE };

static void
unfit (TestDict *dict, const gchar *part, const gchar *other)
{
  g_autofree gchar *architecture = NULL;
  g_autoptr (NnWeights) weights = test_dict_to_weights (dict);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  guint64 n_parameters;
  GError *error = NULL;

  g_assert_null (nn_resnet_build (weights, &architecture, &n_parameters, warnings, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_UNFIT);
  if (!strstr (error->message, part) || !strstr (error->message, other))
    g_error ("\"%s\" should say \"%s\" and \"%s\"", error->message, part, other);
  g_error_free (error);
  g_ptr_array_unref (dict);
}

/* Loads the dict and expects exactly one warning, or none where @part is NULL. */
static void
warned (TestDict *dict, const gchar *part)
{
  g_autofree gchar *architecture = NULL;
  g_autoptr (NnWeights) weights = test_dict_to_weights (dict);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  guint64 n_parameters;
  GError *error = NULL;
  NnGraph *graph = nn_resnet_build (weights, &architecture, &n_parameters, warnings, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (warnings->len, ==, part ? 1 : 0);
  if (part)
    g_assert_nonnull (strstr (g_ptr_array_index (warnings, 0), part));
  nn_graph_free (graph);
  g_ptr_array_unref (dict);
}

static void
test_not_finite (void)
{
  TestDict *dict = test_dict_new (&net);

  test_dict_set (dict, "layer1.0.conv1.weight", 4 * 9 + 2 * 9 + 3 + 2, NAN);
  unfit (dict, "layer1.0.conv1.weight[1, 2, 1, 2]", "not a number");
  dict = test_dict_new (&net);
  test_dict_set (dict, "fc.bias", 9, -INFINITY);
  unfit (dict, "fc.bias[9]", "infinite");
  dict = test_dict_new (&net);
  test_dict_set (dict, "layer2.0.bn2.running_mean", 0, INFINITY);
  unfit (dict, "layer2.0.bn2.running_mean[0]", "infinite");
  dict = test_dict_new (&net);
  test_dict_set (dict, "layer2.0.downsample.1.running_var", 7, NAN);
  unfit (dict, "layer2.0.downsample.1.running_var[7]", "not a number");
}

static void
test_negative_variance (void)
{
  TestDict *dict = test_dict_new (&net);

  test_dict_set (dict, "layer2.0.bn1.running_var", 5, -0.25f);
  unfit (dict, "layer2.0.bn1.running_var[5] is -0.25", "negative");
  dict = test_dict_new (&net);
  test_dict_set (dict, "bn1.running_var", 0, -1e-30f);
  unfit (dict, "bn1.running_var[0]", "negative");
  /* A variance of zero belongs to a dead channel and is no error. */
  dict = test_dict_new (&net);
  test_dict_set (dict, "bn1.running_var", 0, -0.0f);
  test_dict_set (dict, "bn1.running_var", 1, 0);
  warned (dict, NULL);
}

static void
test_no_statistics (void)
{
  static const gchar *const layers[]
      = { "bn1", "layer1.0.bn1", "layer1.0.bn2", "layer2.0.bn1", "layer2.0.bn2", "layer2.0.downsample.1" };
  TestDict *dict = test_dict_new (&net);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (layers); i++) {
    g_autofree gchar *mean = g_strconcat (layers[i], ".running_mean", NULL);
    g_autofree gchar *variance = g_strconcat (layers[i], ".running_var", NULL);
    g_autofree gchar *counter = g_strconcat (layers[i], ".num_batches_tracked", NULL);

    test_dict_remove (dict, mean);
    test_dict_remove (dict, variance);
    test_dict_remove (dict, counter);
  }
  unfit (dict, "bn1.running_mean", "track_running_stats=True");
}

static void
test_initial_statistics (void)
{
  TestDict *dict = test_dict_new (&net);

  test_dict_fill_suffix (dict, "running_mean", 0);
  test_dict_fill_suffix (dict, "running_var", 1);
  warned (dict, "initial values (mean 0, variance 1) in every layer");
  /* With counters at 0, too, there is still one sentence. */
  dict = test_dict_new (&net);
  test_dict_fill_suffix (dict, "running_mean", 0);
  test_dict_fill_suffix (dict, "running_var", 1);
  test_dict_fill_suffix (dict, "num_batches_tracked", 0);
  warned (dict, "initial values (mean 0, variance 1) in every layer");
  dict = test_dict_new (&net);
  test_dict_fill (dict, "layer2.0.bn1.running_mean", 0);
  test_dict_fill (dict, "layer2.0.bn1.running_var", 1);
  warned (dict, "1 of 6 layers, first in layer2.0.bn1");
  /* A layer with one element away from the initial values is trained. */
  dict = test_dict_new (&net);
  test_dict_fill (dict, "layer2.0.bn1.running_mean", 0);
  test_dict_fill (dict, "layer2.0.bn1.running_var", 1);
  test_dict_set (dict, "layer2.0.bn1.running_var", 3, 1.0000001f);
  warned (dict, NULL);
}

static void
test_counters (void)
{
  TestDict *dict = test_dict_new (&net);

  test_dict_fill_suffix (dict, "num_batches_tracked", 0);
  warned (dict, "num_batches_tracked is 0 in every BatchNorm");
  dict = test_dict_new (&net);
  test_dict_fill_suffix (dict, "num_batches_tracked", 0);
  test_dict_fill (dict, "bn1.num_batches_tracked", 1);
  warned (dict, NULL);
}

static void
test_constant_weights (void)
{
  TestDict *dict = test_dict_new (&net);

  test_dict_fill (dict, "fc.weight", 0);
  warned (dict, "every element of fc.weight is the same");
  dict = test_dict_new (&net);
  test_dict_fill (dict, "layer1.0.conv2.weight", 0.5f);
  warned (dict, "every element of layer1.0.conv2.weight is the same");
  /* torchvision's zero_init_residual starts a gamma at 0, which is not odd. */
  dict = test_dict_new (&net);
  test_dict_fill (dict, "layer1.0.bn2.weight", 0);
  warned (dict, NULL);
}

static void
test_good (void)
{
  warned (test_dict_new (&net), NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fitness/not-finite", test_not_finite);
  g_test_add_func ("/fitness/negative-variance", test_negative_variance);
  g_test_add_func ("/fitness/no-statistics", test_no_statistics);
  g_test_add_func ("/fitness/initial-statistics", test_initial_statistics);
  g_test_add_func ("/fitness/counters", test_counters);
  g_test_add_func ("/fitness/constant-weights", test_constant_weights);
  g_test_add_func ("/fitness/good", test_good);
  return g_test_run ();
}
