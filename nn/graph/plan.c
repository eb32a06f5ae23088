/* gst-resnet: a graph at one input size → steps and buffers in one arena
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/plan.h"

#include "base/nn-memory.h"

/* Images that go through a layer together: their activations should fit in the last-level cache; bytes. */
#define BATCH_IN_CACHE (24 * 1024 * 1024)
/* Offsets inside an image and a batch are 32 bits. */
#define MAX_FLOATS ((gsize)G_MAXINT32)

static gboolean
too_large (const NnNode *node, guint height, guint width, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "layer %s: an input of %u × %u makes its activations too large",
               node->name, height, width);
  return FALSE;
}

/* Sizes of every node's buffer; the border is the widest padding of the convolutions that read it. */
static gboolean
size_buffers (NnPlan *plan, const NnGraph *graph, const NnShape *shapes, guint height, guint width, GError **error)
{
  for (guint i = 0; i < plan->n_buffers; i++) {
    const NnNode *node = nn_graph_node (graph, i);
    NnBuffer *b = &plan->buffers[i];

    b->channels = shapes[i].channels;
    b->height = shapes[i].height;
    b->width = shapes[i].width;
    b->pixel = b->channels;
    if (node->op != NN_OP_INPUT)
      b->pixel = (b->pixel + NN_CHANNEL_BLOCK - 1) / NN_CHANNEL_BLOCK * NN_CHANNEL_BLOCK;
    for (guint in = 0; in < G_N_ELEMENTS (node->inputs); in++) {
      if (node->op == NN_OP_CONV && in == 0) {
        NnBuffer *source = &plan->buffers[node->inputs[0]];

        source->border = MAX (source->border, MAX (node->pad[0], node->pad[1]));
      }
    }
  }
  for (guint i = 0; i < plan->n_buffers; i++) {
    NnBuffer *b = &plan->buffers[i];

    if (!nn_size_mul ((gsize)b->width + 2 * b->border, b->pixel, &b->row)
        || !nn_size_mul ((gsize)b->height + 2 * b->border, b->row, &b->size) || b->size > MAX_FLOATS - NN_CHANNEL_BLOCK)
      return too_large (nn_graph_node (graph, i), height, width, error);
    b->size = (b->size + NN_CHANNEL_BLOCK - 1) / NN_CHANNEL_BLOCK * NN_CHANNEL_BLOCK;
    b->origin = b->border * (b->row + b->pixel);
  }
  return TRUE;
}

static void
choose_batch (NnPlan *plan, guint batch)
{
  gsize largest = 1;

  for (guint i = 0; i + 1 < plan->n_buffers; i++)
    largest = MAX (largest, plan->buffers[i].size + plan->buffers[i + 1].size);
  plan->batch = (guint)CLAMP (BATCH_IN_CACHE / sizeof (gfloat) / largest, 1, batch);
}

/* First fit over the buffers that live at the same time. */
static gboolean
place_buffers (NnPlan *plan, const NnGraph *graph, GError **error)
{
  const guint n = plan->n_buffers;
  g_autofree guint *last_use = g_new0 (guint, n);

  for (guint i = 0; i < n; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    last_use[i] = i;
    for (guint in = 0; in < G_N_ELEMENTS (node->inputs); in++) {
      if (node->inputs[in] != NN_NO_NODE)
        last_use[node->inputs[in]] = i;
    }
  }
  last_use[n - 1] = n;

  for (guint i = 0; i < n; i++) {
    NnBuffer *b = &plan->buffers[i];
    const gsize size = b->size * plan->batch;
    gboolean moved = TRUE;

    b->offset = 0;
    while (moved) {
      moved = FALSE;
      for (guint j = 0; j < i; j++) {
        const NnBuffer *other = &plan->buffers[j];
        const gsize end = other->offset + other->size * plan->batch;

        if (last_use[j] >= i && b->offset < end && other->offset < b->offset + size) {
          b->offset = end;
          moved = TRUE;
        }
      }
    }
    plan->arena_size = MAX (plan->arena_size, b->offset + size);
  }
  if (plan->arena_size > G_MAXSIZE / 2 / sizeof (gfloat)) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "the activations need more memory than can be addressed");
    return FALSE;
  }
  return TRUE;
}

static gdouble
flops (const NnNode *node, const NnBuffer *out)
{
  const gdouble outputs = (gdouble)out->channels * out->height * out->width;

  if (node->op == NN_OP_CONV)
    return 2. * outputs * (node->in_channels / node->groups) * node->kernel[0] * node->kernel[1];
  return node->op == NN_OP_LINEAR ? 2. * outputs * node->in_channels : outputs;
}

static gboolean
add_step (NnPlan *plan, const NnGraph *graph, guint index, guint threads, GError **error)
{
  const NnNode *node = nn_graph_node (graph, index);
  NnStep step = { .node = node, .out = &plan->buffers[index], .relu = node->relu };

  step.in = &plan->buffers[node->inputs[0]];
  step.residual = node->inputs[1] == NN_NO_NODE ? NULL : &plan->buffers[node->inputs[1]];
  step.flops = flops (node, step.out);
  switch (node->op) {
  case NN_OP_CONV:
  case NN_OP_LINEAR:
    step.kind = NN_STEP_CONV;
    if (!nn_plan_conv (plan, &step, threads, error)) {
      nn_plan_conv_clear (&step);
      return FALSE;
    }
    break;
  case NN_OP_MAX_POOL:
  case NN_OP_GLOBAL_MAX_POOL:
    step.kind = NN_STEP_MAX_POOL;
    break;
  case NN_OP_AVG_POOL:
    step.kind = NN_STEP_AVG_POOL;
    break;
  case NN_OP_SIGMOID:
    step.kind = NN_STEP_SIGMOID;
    break;
  case NN_OP_SCALE:
    step.kind = NN_STEP_SCALE;
    break;
  case NN_OP_GLOBAL_AVG_POOL:
    step.kind = NN_STEP_GLOBAL_AVG_POOL;
    break;
  case NN_OP_RELU:
    step.relu = TRUE;
    step.kind = NN_STEP_ADD;
    break;
  case NN_OP_ADD:
    step.kind = NN_STEP_ADD;
    break;
  default:
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "layer %s: operation %d is not run by the engine", node->name,
                 node->op);
    return FALSE;
  }
  if (step.kind != NN_STEP_CONV && step.in->pixel != step.out->pixel) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "layer %s: is not run directly on the network's input",
                 node->name);
    return FALSE;
  }
  g_array_append_val (plan->steps, step);
  return TRUE;
}

NnPlan *
nn_plan_new (const NnGraph *graph, guint height, guint width, guint batch, guint threads, const NnConvKernels *conv,
             const NnPoolKernels *pool, GError **error)
{
  g_autofree NnShape *shapes = nn_graph_infer_shapes (graph, height, width, error);
  NnPlan *plan;

  if (!shapes)
    return NULL;
  plan = g_new0 (NnPlan, 1);
  plan->conv = *conv;
  plan->pool = *pool;
  plan->n_buffers = graph->nodes->len;
  plan->buffers = g_new0 (NnBuffer, plan->n_buffers);
  plan->steps = g_array_new (FALSE, TRUE, sizeof (NnStep));
  plan->input = &plan->buffers[0];
  plan->output = &plan->buffers[plan->n_buffers - 1];
  if (!size_buffers (plan, graph, shapes, height, width, error))
    goto failed;
  choose_batch (plan, batch);
  if (!place_buffers (plan, graph, error))
    goto failed;
  for (guint i = 1; i < plan->n_buffers; i++) {
    if (!add_step (plan, graph, i, threads, error))
      goto failed;
  }
  return plan;

failed:
  nn_plan_free (plan);
  return NULL;
}

void
nn_plan_free (NnPlan *plan)
{
  if (!plan)
    return;
  for (guint i = 0; i < plan->steps->len; i++)
    nn_plan_conv_clear (&g_array_index (plan->steps, NnStep, i));
  g_array_free (plan->steps, TRUE);
  g_free (plan->buffers);
  g_free (plan);
}
