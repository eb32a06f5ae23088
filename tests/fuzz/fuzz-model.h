/* gst-resnet: the way of a model file from bytes to a checked graph
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/session.h>
#include <string.h>

#include "fuzz-common.h"
#include "graph/graph-shapes.h"
#include "graph/shape.h"
#include "model/model-private.h"

/* The limit on the work of one input, in multiplications and in bytes of weights. */
#define FUZZ_MAX_WORK 4e6

/* Returns an upper bound of the number of steps, as if every element of a node's output were made from every element of
 * its inputs. */
static inline gdouble
fuzz_work (const NnGraph *graph, const NnShape *shapes)
{
  gdouble work = 0;

  for (guint i = 0; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);
    gdouble in = 0, out = 1;

    for (guint d = 0; d < shapes[i].n_dims; d++)
      out *= (gdouble)shapes[i].dims[d];
    for (guint slot = 0; slot < nn_node_n_slots (node); slot++) {
      guint input = nn_node_get_input (node, slot);
      gdouble n = input != NN_NO_NODE;

      for (guint d = 0; input != NN_NO_NODE && d < shapes[input].n_dims; d++)
        n *= (gdouble)shapes[input].dims[d];
      in += n;
      if (node->constants && node->constants[slot])
        in += (gdouble)node->constants[slot]->value.n_elements;
    }
    work += (in + 1) * (out + 1) / (node->op == NN_OP_CONV ? MAX (shapes[i].channels, 1) : 1);
    work += (gdouble)(node->weight ? g_bytes_get_size (node->weight) : 0);
  }
  return work;
}

/* Where the work is within the limit, makes a session and runs it twice: both runs must give the same bits. */
static inline void
fuzz_session (NnModel *model)
{
  const NnGraph *graph = nn_model_get_graph (model);
  NnSessionOptions options = { .threads = 1, .height = 32, .width = 32 };
  g_autofree NnShape *shapes = NULL;
  g_autofree gfloat *image = NULL, *logits = NULL;
  guint n = nn_model_get_n_classes (model);
  g_autoptr (NnSession) session = NULL;
  g_autoptr (GError) error = NULL;

  if (graph->height) {
    options.height = graph->height;
    options.width = graph->width;
  }
  shapes = nn_graph_infer_shapes (graph, options.height, options.width, NULL);
  if (!shapes || fuzz_work (graph, shapes) > FUZZ_MAX_WORK)
    return;
  session = nn_session_new (model, &options, &error);
  FUZZ_CHECK_RESULT (session, error);
  if (!session)
    return;
  image = g_new (gfloat, (gsize)3 * options.height * options.width);
  for (gsize i = 0; i < (gsize)3 * options.height * options.width; i++)
    image[i] = (gfloat)(i % 7) - 3;
  logits = g_new0 (gfloat, 2 * (gsize)n);
  nn_session_run (session, image, 1, logits);
  nn_session_run (session, image, 1, logits + n);
  if (memcmp (logits, logits + n, n * sizeof (gfloat)) != 0)
    FUZZ_FAIL ("two runs, two results\n");
}

static inline int
fuzz_model (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (NnModel) model = nn_model_load_bytes (bytes, "fuzz", &error);

  FUZZ_CHECK_RESULT (model, error);
  if (model) {
    g_autoptr (GError) size_error = NULL;
    GArray *layers = nn_model_get_layers (model, 32, 32, &size_error);

    FUZZ_CHECK_RESULT (layers, size_error);
    g_clear_pointer (&layers, g_array_unref);
    fuzz_session (model);
  }
  return 0;
}
