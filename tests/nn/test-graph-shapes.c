/* gst-resnet tests: shape inference against the formulas of torch.nn.Conv2d and MaxPool2d
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "graph-reference.h"
#include "graph/graph-check.h"
#include "graph/graph-shapes.h"
#include "graph/shape.h"

static void
refused (const NnGraph *graph, guint height, guint width, const gchar *name)
{
  GError *error = NULL;

  g_assert_null (nn_graph_infer_shapes (graph, height, width, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, name));
  g_error_free (error);
}

static void
test_input_size (void)
{
  g_autoptr (NnGraph) graph = nn_graph_new ();

  test_add_input (graph, 3);
  test_add_conv (graph, "conv", 0, 4, 3, 1, 1, FALSE);
  refused (graph, 0, 5, "0×5");
  refused (graph, 5, 0, "5×0");
  refused (graph, 65536, 5, "65536");
  refused (graph, 5, G_MAXUINT, "65535");
  /* 4 × 65535² elements are more than 2^31. 3 × 25000² are not, but 4 × 25000² are. */
  refused (graph, 65535, 65535, "input");
  refused (graph, 25000, 25000, "conv");
}

static void
test_kernel_over_input (void)
{
  g_autoptr (NnGraph) graph = nn_graph_new ();
  NnNode *conv;

  test_add_input (graph, 3);
  test_add_conv (graph, "conv", 0, 4, 7, 1, 1, FALSE);
  conv = nn_graph_node (graph, 1);
  conv->pad[0] = conv->pad[1] = 0;
  refused (graph, 6, 7, "conv");
  refused (graph, 7, 6, "conv");
  refused (graph, 1, 1, "conv");
  g_free (nn_graph_infer_shapes (graph, 7, 7, NULL));
  conv->dilation[1] = 2;
  refused (graph, 7, 12, "conv");
  g_assert_true (nn_graph_check (graph, NULL));
}

static void
test_sum_of_different_sizes (void)
{
  g_autoptr (NnGraph) graph = nn_graph_new ();
  guint a, b;

  test_add_input (graph, 3);
  a = test_add_conv (graph, "a", 0, 4, 3, 1, 1, FALSE);
  b = test_add_conv (graph, "b", 0, 4, 3, 2, 1, FALSE);
  test_add_simple (graph, NN_OP_ADD, "sum", a, b);
  refused (graph, 8, 8, "sum");
  g_free (nn_graph_infer_shapes (graph, 1, 1, NULL));
}

static void
test_linear_on_an_image (void)
{
  g_autoptr (NnGraph) graph = nn_graph_new ();

  test_add_input (graph, 3);
  test_add_linear (graph, "fc", 0, 2);
  refused (graph, 1, 2, "fc");
}

/* Returns ⌊(in + 2p − d(k − 1) − 1) / s + 1⌋ by counting the places where the window fits, so that the test shares no
 * formula with the code. */
static guint
places (guint in, guint kernel, guint stride, guint pad, guint dilation)
{
  guint n = 0, at;

  for (at = 0; at + dilation * (kernel - 1) + 1 <= in + 2 * pad; at += stride)
    n++;
  return n;
}

static void
test_formula (void)
{
  guint kernel, stride, pad, dilation, height, width, n = 0;

  for (kernel = 1; kernel <= 7; kernel++)
    for (stride = 1; stride <= 3; stride++)
      for (pad = 0; pad <= kernel / 2; pad++)
        for (dilation = 1; dilation <= 2; dilation++) {
          g_autoptr (NnGraph) graph = nn_graph_new ();
          NnNode *node;
          guint i;

          test_add_input (graph, 3);
          if (dilation == 1)
            test_add_max_pool (graph, "window", 0, kernel, stride, pad);
          else
            test_add_conv (graph, "window", 0, 3, kernel, stride, 1, FALSE);
          node = nn_graph_node (graph, 1);
          for (i = 0; i < 2; i++) {
            node->pad[i] = pad;
            node->dilation[i] = dilation;
          }
          for (height = 1; height <= 17; height++)
            for (width = 1; width <= 17; width += 4) {
              guint h = places (height, kernel, stride, pad, dilation),
                    w = places (width, kernel, stride, pad, dilation);
              g_autofree NnShape *shapes = NULL;

              if (!h || !w) {
                refused (graph, height, width, "window");
                continue;
              }
              shapes = nn_graph_infer_shapes (graph, height, width, NULL);
              g_assert_nonnull (shapes);
              g_assert_cmpuint (shapes[1].height, ==, h);
              g_assert_cmpuint (shapes[1].width, ==, w);
              g_assert_cmpuint (shapes[1].channels, ==, 3);
              n++;
            }
        }
  g_assert_cmpuint (n, >, 1000);
}

static void
test_factors_of_an_image (void)
{
  g_autoptr (NnGraph) graph = nn_graph_new ();

  test_add_input (graph, 3);
  test_add_conv (graph, "conv", 0, 3, 3, 1, 1, FALSE);
  test_add_simple (graph, NN_OP_SCALE, "scale", 1, 0);
  refused (graph, 1, 2, "scale");
  g_free (nn_graph_infer_shapes (graph, 1, 1, NULL));
}

/* These pools have torch's ceil_mode=True. The sizes are those that PyTorch prints. */
static void
test_rounded_up (void)
{
  static const guint sizes[][3] = {
    /* the input, the average pool 2×2/2, the max pool 3×3/2 */
    { 2, 1, 1 }, { 3, 2, 1 }, { 4, 2, 2 }, { 5, 3, 2 }, { 6, 3, 3 }, { 7, 4, 3 }, { 112, 56, 56 }, { 113, 57, 56 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (NnGraph) graph = nn_graph_new ();
    g_autofree NnShape *shapes = NULL;
    guint average, max;

    test_add_input (graph, 3);
    average = test_add_max_pool (graph, "average", 0, 2, 2, 0);
    nn_graph_node (graph, average)->op = NN_OP_AVG_POOL;
    max = test_add_max_pool (graph, "max", 0, 3, 2, 0);
    nn_graph_node (graph, average)->pad_more[0] = nn_graph_node (graph, average)->pad_more[1] = 1;
    nn_graph_node (graph, max)->pad_more[0] = nn_graph_node (graph, max)->pad_more[1] = 1;
    shapes = nn_graph_infer_shapes (graph, sizes[i][0], sizes[i][0], NULL);
    g_assert_cmpuint (shapes[average].height, ==, sizes[i][1]);
    g_assert_cmpuint (shapes[average].width, ==, sizes[i][1]);
    g_assert_cmpuint (shapes[max].width, ==, sizes[i][2]);
  }
}

/* The network is torchvision's stem for ImageNet and a block of stride 2. The sizes are those that PyTorch prints for
 * them. */
static void
test_stem (void)
{
  static const guint sizes[][6] = {
    /* input, conv1 and maxpool, with height and width of each */
    { 224, 224, 112, 112, 56, 56 }, { 1, 1, 1, 1, 1, 1 }, { 7, 5, 4, 3, 2, 2 },
    { 33, 47, 17, 24, 9, 12 },      { 2, 3, 1, 2, 1, 1 }, { 97, 98, 49, 49, 25, 25 },
  };
  g_autoptr (NnGraph) graph = nn_graph_new ();
  guint i;

  test_add_input (graph, 3);
  test_add_conv (graph, "conv1", 0, 4, 7, 2, 1, FALSE);
  test_add_max_pool (graph, "maxpool", 1, 3, 2, 1);
  test_add_simple (graph, NN_OP_GLOBAL_AVG_POOL, "avgpool", 2, NN_NO_NODE);
  test_add_linear (graph, "fc", 3, 10);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree NnShape *shapes = nn_graph_infer_shapes (graph, sizes[i][0], sizes[i][1], NULL);
    const guint got[]
        = { shapes[0].height, shapes[0].width, shapes[1].height, shapes[1].width, shapes[2].height, shapes[2].width };

    g_assert_cmpmem (got, sizeof got, sizes[i], sizeof sizes[i]);
    g_assert_cmpuint (shapes[3].height * shapes[3].width, ==, 1);
    g_assert_cmpuint (shapes[4].channels, ==, 10);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/shapes/input-size", test_input_size);
  g_test_add_func ("/graph/shapes/kernel-over-input", test_kernel_over_input);
  g_test_add_func ("/graph/shapes/sum-of-different-sizes", test_sum_of_different_sizes);
  g_test_add_func ("/graph/shapes/linear-on-an-image", test_linear_on_an_image);
  g_test_add_func ("/graph/shapes/factors-of-an-image", test_factors_of_an_image);
  g_test_add_func ("/graph/shapes/formula", test_formula);
  g_test_add_func ("/graph/shapes/rounded-up", test_rounded_up);
  g_test_add_func ("/graph/shapes/stem", test_stem);
  return g_test_run ();
}
