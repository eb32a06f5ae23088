/* gst-resnet: a graph at one input size → steps and buffers in one arena
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-make.h"

#include "base/nn-memory.h"
#include "graph/graph-shapes.h"
#include "graph/shape.h"
#include "plan/plan-memory.h"
#include "plan/plan-operands.h"
#include "plan/plan-place.h"
#include "plan/plan-pooled-conv.h"
#include "plan/plan-window.h"

/* Where pixels are a multiple of this many floats apart, the same channels of neighbouring pixels fall into a quarter
 * of a first-level cache's sets or fewer, and a kernel that reads some channels of many pixels finds little of them
 * again. With one more cache line between the pixels, ResNeXt-50 took 13 % less time and ResNet-50 7 % (Zen 3, one
 * thread). At half the number it was neither faster nor slower. */
#define CROWDED 256
/* Offsets inside an image and inside a batch are 32 bits. */
#define MAX_FLOATS ((gsize)G_MAXINT32)

static gboolean
too_large (const NnNode *node, guint height, guint width, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "layer %s: an input of %u × %u makes its activations too large",
               node->name, height, width);
  return FALSE;
}

/* Computes the size of every node's buffer. The border is the widest padding of the convolutions that read it. */
static gboolean
size_buffers (NnPlan *plan, const NnGraph *graph, const NnShape *shapes, const gboolean *wants_image, guint height,
              guint width, GError **error)
{
  for (guint i = 0; i < plan->n_buffers; i++) {
    const NnNode *node = nn_graph_node (graph, i);
    NnBuffer *b = &plan->buffers[i];

    b->channels = shapes[i].channels;
    b->height = shapes[i].height;
    b->width = shapes[i].width;
    b->lanes = b->pixel = b->channels;
    if (!wants_image[i])
      continue;
    if (node->op != NN_OP_INPUT)
      b->lanes = (b->lanes + NN_CHANNEL_BLOCK - 1) / NN_CHANNEL_BLOCK * NN_CHANNEL_BLOCK;
    b->pixel = b->lanes;
    if (b->lanes % CROWDED == 0)
      b->pixel += plan->format->gap;
    for (guint in = 0; in < G_N_ELEMENTS (node->inputs); in++) {
      if (node->op == NN_OP_CONV && in == 0) {
        NnBuffer *source = &plan->buffers[node->inputs[0]];
        guint more[2], before[2] = { nn_node_pad (node, 0, source->height, &more[0]),
                                     nn_node_pad (node, 1, source->width, &more[1]) };

        source->border = MAX (source->border, MAX (before[0] + more[0], before[1] + more[1]));
      }
    }
  }
  for (guint i = 0; i < plan->n_buffers; i++) {
    NnBuffer *b = &plan->buffers[i];

    if (!wants_image[i])
      continue;
    if (!nn_size_mul ((gsize)b->width + 2 * b->border, b->pixel, &b->row)
        || !nn_size_mul ((gsize)b->height + 2 * b->border, b->row, &b->size) || b->size > MAX_FLOATS - NN_CHANNEL_BLOCK)
      return too_large (nn_graph_node (graph, i), height, width, error);
    b->size = (b->size + NN_CHANNEL_BLOCK - 1) / NN_CHANNEL_BLOCK * NN_CHANNEL_BLOCK;
    b->origin = b->border * (b->row + b->pixel);
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
add_conv (NnPlan *plan, NnStep *step, NnAlgorithm algorithm, guint threads, GError **error)
{
  if (step->residual && step->residual->lanes < step->out->lanes) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "layer %s: adds a tensor of %u channels to one of %u",
                 step->node->name, step->residual->channels, step->out->channels);
    return FALSE;
  }
  return plan->format->conv (plan, step, algorithm, threads, error);
}

static void
clear_step (NnStep *step)
{
  if (step->free_own)
    step->free_own (step->own);
  g_clear_pointer (&step->packed, nn_packed_weight_unref);
  nn_plan_pool_rows_clear (step);
}

/* Adds a step that converts the node's output where its readers also want the form that its own step does not give. */
static void
add_conversion (NnPlan *plan, const NnGraph *graph, guint index, gboolean wants_image)
{
  const NnNode *node = nn_graph_node (graph, index);
  NnStep step = { .node = node, .index = index, .in = &plan->buffers[index], .out = &plan->buffers[index] };
  gboolean is_plain = node->op == NN_OP_PLAIN;

  if (is_plain ? !wants_image : plan->plain[index].size == 0)
    return;
  step.kind = is_plain ? NN_STEP_TO_IMAGE : NN_STEP_TO_PLAIN;
  g_array_append_val (plan->steps, step);
}

static gboolean
add_step (NnPlan *plan, const NnGraph *graph, const NnShape *shapes, guint index, const NnPlanOptions *options,
          GError **error)
{
  const NnNode *node = nn_graph_node (graph, index);
  NnStep step = { .node = node, .index = index, .out = &plan->buffers[index], .relu = node->relu };

  step.in = node->inputs[0] == NN_NO_NODE ? step.out : &plan->buffers[node->inputs[0]];
  step.residual = node->inputs[1] == NN_NO_NODE ? NULL : &plan->buffers[node->inputs[1]];
  step.flops = flops (node, step.out);
  switch (node->op) {
  case NN_OP_CONV:
  case NN_OP_LINEAR:
    if (!add_conv (plan, &step, options->algorithms ? options->algorithms[index] : NN_ALGORITHM_AUTO, options->threads,
                   error)) {
      clear_step (&step);
      return FALSE;
    }
    if (step.out->in_rows)
      nn_plan_pool_rows (plan, &step, nn_graph_node (graph, index + 1), options->threads);
    break;
  case NN_OP_MAX_POOL:
  case NN_OP_GLOBAL_MAX_POOL:
    step.kind = NN_STEP_MAX_POOL;
    nn_plan_set_window (&step);
    break;
  case NN_OP_AVG_POOL:
    step.kind = NN_STEP_AVG_POOL;
    nn_plan_set_window (&step);
    break;
  case NN_OP_SIGMOID:
    step.kind = NN_STEP_SIGMOID;
    break;
  case NN_OP_ACTIVATION:
    step.kind = NN_STEP_ACTIVATION;
    break;
  case NN_OP_SCALE:
    step.kind = NN_STEP_SCALE;
    break;
  case NN_OP_GLOBAL_AVG_POOL:
    step.kind = NN_STEP_GLOBAL_AVG_POOL;
    nn_plan_set_window (&step);
    break;
  case NN_OP_RELU:
    step.relu = TRUE;
    step.kind = NN_STEP_ADD;
    break;
  case NN_OP_ADD:
    step.kind = NN_STEP_ADD;
    break;
  case NN_OP_AFFINE:
    step.kind = NN_STEP_AFFINE;
    if (!nn_plan_affine (plan, &step, error)) {
      clear_step (&step);
      return FALSE;
    }
    break;
  case NN_OP_CHANNEL_NORM:
    step.kind = NN_STEP_CHANNEL_NORM;
    break;
  case NN_OP_CONCAT:
    step.kind = NN_STEP_CONCAT;
    break;
  case NN_OP_ELEMENTWISE:
  case NN_OP_PLAIN:
    step.kind = node->op == NN_OP_PLAIN ? NN_STEP_PLAIN : NN_STEP_ELEMENTWISE;
    if (!nn_plan_operands (plan, shapes, &step, error)) {
      clear_step (&step);
      return FALSE;
    }
    break;
  default:
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "layer %s: operation %d is not run by the engine", node->name,
                 node->op);
    return FALSE;
  }
  if (step.kind != NN_STEP_CONV && step.kind != NN_STEP_WINOGRAD && step.kind != NN_STEP_CONCAT
      && step.kind != NN_STEP_PLAIN && step.in->lanes != step.out->lanes) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "layer %s: is not run directly on the network's input",
                 node->name);
    clear_step (&step);
    return FALSE;
  }
  g_array_append_val (plan->steps, step);
  return TRUE;
}

gboolean
nn_plan_format_fits (const NnPlanFormat *format, const NnGraph *graph, GError **error)
{
  for (guint i = 1; format->fits && i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    if (format->fits (graph, i))
      continue;
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "layer %s (%s) has no kernel in this number format", node->name,
                 node->op_string ? node->op_string : "operation");
    return FALSE;
  }
  return TRUE;
}

NnPlan *
nn_plan_new (const NnGraph *graph, const NnPlanOptions *options, GError **error)
{
  const guint height = options->height, width = options->width;
  g_autofree NnShape *shapes = nn_graph_infer_shapes (graph, height, width, error);
  g_autofree gboolean *wants_image = g_new0 (gboolean, MAX (graph->nodes->len, 1));
  guint64 weights;
  NnPlan *plan;

  if (!shapes || !nn_plan_format_fits (options->format, graph, error))
    return NULL;
  plan = g_new0 (NnPlan, 1);
  plan->format = options->format;
  plan->kernels = g_memdup2 (options->kernels, options->format->kernels_size);
  plan->weights = options->weights;
  plan->workers = options->workers;
  plan->limit = options->limit == NN_ALGORITHM_AUTO ? NN_ALGORITHM_WINOGRAD_F4 : options->limit;
  plan->n_buffers = graph->nodes->len;
  plan->buffers = g_new0 (NnBuffer, plan->n_buffers);
  plan->plain = g_new0 (NnPlainBuffer, plan->n_buffers);
  plan->output_is_plain = nn_graph_node (graph, plan->n_buffers - 1)->op == NN_OP_PLAIN;
  plan->steps = g_array_new (FALSE, TRUE, sizeof (NnStep));
  plan->input = &plan->buffers[0];
  plan->output = &plan->buffers[plan->n_buffers - 1];
  if (!nn_plan_size_plain (plan, graph, shapes, wants_image, error)
      || !size_buffers (plan, graph, shapes, wants_image, height, width, error))
    goto failed;
  nn_plan_join_pools (plan, graph, options->threads);
  plan->format->stages (plan, graph, options->batch);
  if (plan->format->buffers && !plan->format->buffers (plan, graph, error))
    goto failed;
  if (!nn_plan_place (plan, graph, error)
      || !nn_plan_check_memory (plan, height, width, options->batch, options->threads, error))
    goto failed;
  weights = nn_plan_weights_size (graph);
  for (guint i = 0; i < plan->n_buffers; i++) {
    if (i > 0 && !plan->buffers[i - 1].in_rows && !add_step (plan, graph, shapes, i, options, error))
      goto failed;
    if (!nn_plan_check_packed (plan, weights, error))
      goto failed;
    add_conversion (plan, graph, i, wants_image[i]);
    if (i < plan->split)
      plan->n_inner_steps = plan->steps->len;
  }
  plan->workers = NULL;
  plan->weights = NULL;
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
    clear_step (&g_array_index (plan->steps, NnStep, i));
  g_array_free (plan->steps, TRUE);
  g_free (plan->buffers);
  g_free (plan->plain);
  g_free (plan->kernels);
  g_free (plan);
}
