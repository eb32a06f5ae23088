/* gst-resnet tests: what outputs say of classes: one output decides between two
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/answer.h>
#include <nn/error.h>
#include <string.h>

#include "graph/graph.h"
#include "model/model-labels.h"
#include "model/model-private.h"
#include "model/model-struct.h"

/* Makes a model of @n outputs that end in @output. */
static NnModel *
model_of (guint n, NnModelOutput output)
{
  NnGraph *graph = nn_graph_new ();
  NnModel *model;

  nn_graph_node (graph, nn_graph_add (graph, NN_OP_INPUT, "input"))->out_channels = 3;
  model = nn_model_new_from_graph (graph, n);
  model->facts.output = output;
  return model;
}

static void
near (gfloat got, gdouble expected)
{
  g_assert_cmpfloat_with_epsilon (got, expected, 1e-6);
}

/* The answer is 1 − σ(z / T) and σ(z / T), as torch.sigmoid gives them, by whichever function it is asked for. */
static void
test_one_logit (void)
{
  static const NnActivation ways[] = { NN_ACTIVATION_AUTO, NN_ACTIVATION_SOFTMAX, NN_ACTIVATION_SIGMOID };
  static const struct {
    gfloat z, temperature;
    gdouble yes;
  } cases[] = {
    { 0, 1, 0.5 },
    { 1.5f, 1, 0.8175744761936437 },
    { -1.5f, 1, 0.18242552380635635 },
    { 3, 2, 0.8175744761936437 },
    { 100, 1, 1 },
    { -200, 1, 0 },
  };
  g_autoptr (NnModel) model = model_of (1, NN_MODEL_OUTPUT_LOGITS);
  gfloat confidences[2];
  guint indices[5], i, k;

  g_assert_cmpuint (nn_model_get_n_outputs (model), ==, 1);
  g_assert_cmpuint (nn_model_get_n_classes (model), ==, 2);
  g_assert_cmpint (nn_model_resolve_activation (model, NN_ACTIVATION_AUTO), ==, NN_ACTIVATION_SIGMOID);
  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    for (k = 0; k < G_N_ELEMENTS (ways); k++) {
      nn_model_answer (model, ways[k], cases[i].temperature, &cases[i].z, confidences);
      near (confidences[1], cases[i].yes);
      near (confidences[0], 1 - cases[i].yes);
      g_assert_cmpuint (nn_model_rank (model, &cases[i].z, 5, indices), ==, 2);
      g_assert_cmpuint (indices[0], ==, cases[i].z > 0);
      g_assert_cmpuint (indices[1], ==, cases[i].z <= 0);
    }
  nn_model_answer (model, NN_ACTIVATION_NONE, 2, &cases[3].z, confidences);
  near (confidences[0], 0);
  near (confidences[1], 1.5);
  /* The network is so sure that a float cannot tell the confidence from 1. The order stays, and "no" does not become 0
   * / 0. */
  nn_model_answer (model, NN_ACTIVATION_AUTO, 1, &cases[5].z, confidences);
  near (confidences[0], 1);
  g_assert_true (confidences[1] >= 0);
}

/* The graph ends in a sigmoid of its own. */
static void
test_one_probability (void)
{
  g_autoptr (NnModel) model = model_of (1, NN_MODEL_OUTPUT_SIGMOID);
  gfloat p = 0.8175744761936437f, confidences[2];
  guint indices[2];

  nn_model_answer (model, NN_ACTIVATION_AUTO, 1, &p, confidences);
  near (confidences[0], 1 - p);
  near (confidences[1], p);
  nn_model_answer (model, NN_ACTIVATION_NONE, 1, &p, confidences);
  near (confidences[0], 1 - p);
  near (confidences[1], p);
  nn_model_answer (model, NN_ACTIVATION_AUTO, 0.5f, &p, confidences); /* σ(2 · 1.5) */
  near (confidences[1], 0.9525741268224334);
  p = 0.4f;
  nn_model_rank (model, &p, 2, indices);
  g_assert_cmpuint (indices[0], ==, 0);
}

static void
test_not_a_number (void)
{
  g_autoptr (NnModel) model = model_of (1, NN_MODEL_OUTPUT_LOGITS);
  gfloat z = NAN, confidences[2];

  nn_model_answer (model, NN_ACTIVATION_AUTO, 1, &z, confidences);
  g_assert_true (isnan (confidences[0]) && isnan (confidences[1]));
}

static void
test_several (void)
{
  static const gfloat logits[] = { 1, 3, 2 };
  g_autoptr (NnModel) model = model_of (3, NN_MODEL_OUTPUT_LOGITS);
  gfloat confidences[3], expected[3];
  gboolean negative;
  guint indices[3];

  g_assert_cmpuint (nn_model_get_n_classes (model), ==, 3);
  nn_activate (NN_ACTIVATION_SOFTMAX, logits, 3, expected);
  nn_model_answer (model, NN_ACTIVATION_AUTO, 1, logits, confidences);
  g_assert_cmpmem (confidences, sizeof confidences, expected, sizeof expected);
  g_assert_cmpuint (nn_model_rank (model, logits, 2, indices), ==, 2);
  g_assert_cmpuint (indices[0], ==, 1);
  g_assert_cmpuint (indices[1], ==, 2);
  g_assert_cmpuint (nn_model_get_output_of (model, 2, &negative), ==, 2);
  g_assert_false (negative);
}

static void
test_output_of (void)
{
  g_autoptr (NnModel) model = model_of (1, NN_MODEL_OUTPUT_LOGITS);
  gboolean negative;

  g_assert_cmpuint (nn_model_get_output_of (model, 1, &negative), ==, 0);
  g_assert_false (negative);
  g_assert_cmpuint (nn_model_get_output_of (model, 0, &negative), ==, 0);
  g_assert_true (negative);
}

static void
check_labels (const gchar *text, const gchar *no, const gchar *yes, gboolean warns)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  GError *error = NULL;
  g_auto (GStrv) labels = nn_model_labels_parse (1, text, strlen (text), "l.txt", warnings, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (labels), ==, 2);
  g_assert_cmpstr (labels[0], ==, no);
  g_assert_cmpstr (labels[1], ==, yes);
  g_assert_cmpuint (warnings->len, ==, warns ? 1 : 0);
  if (warns)
    g_assert_nonnull (strstr (g_ptr_array_index (warnings, 0), "l.txt: the network's one output has one label"));
}

static void
test_labels (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (nn_model_labels_parse (1, "a\nb\nc\n", 6, "l.txt", NULL, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_LABELS);
  g_assert_nonnull (strstr (error->message, "one output"));
  g_assert_nonnull (strstr (error->message, "l.txt: 3 labels"));
  check_labels ("cat\n", "not cat", "cat", TRUE);
  check_labels ("no\nyes\n", "no", "yes", FALSE);
  check_labels ("{\"dog\": 1, \"cat\": 0}", "cat", "dog", FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/answer/not-a-number", test_not_a_number);
  g_test_add_func ("/answer/labels", test_labels);
  g_test_add_func ("/answer/one-logit", test_one_logit);
  g_test_add_func ("/answer/one-probability", test_one_probability);
  g_test_add_func ("/answer/several", test_several);
  g_test_add_func ("/answer/output-of", test_output_of);
  return g_test_run ();
}
