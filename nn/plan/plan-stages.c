/* gst-resnet: how many images go through the layers together
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Layers near the input have large activations and small weights; for those near the output it is the other way round.
 * So the first nodes run a few images at a time, as many as a cache has room for. The other nodes run the whole batch,
 * whose images share the weights that come from memory. The place of the cut changes no bit, since the order of a sum
 * does not depend on it. */
#include "plan/plan-stages.h"

/* The activations of the images that go through a layer together may take this many bytes. It is the share of the
 * last-level cache that one program may count on where others use it, too. Of 2 to 32 MB, 4 to 8 were the fastest for
 * 20 images on ResNet-18 (Zen 3, two of the cores that share 32 MB); 16 and more were slower than one image at a
 * time. */
#define STAGE_IN_CACHE (6 * 1024 * 1024)
/* In a plan without stages, whose kernels are faster than memory, they may take this many bytes. */
#define BATCH_IN_CACHE (24 * 1024 * 1024)

static gsize
output_size (const NnPlan *plan, guint node)
{
  return plan->buffers[node].size + plan->plain[node].size;
}

/* Returns how many floats a node reads and writes for an image. */
static gsize
touched (const NnPlan *plan, const NnGraph *graph, guint index)
{
  const NnNode *node = nn_graph_node (graph, index);
  gsize size = output_size (plan, index);

  for (guint slot = 0; slot < nn_node_n_slots (node); slot++) {
    const guint input = nn_node_get_input (node, slot);

    if (input != NN_NO_NODE)
      size += output_size (plan, input);
  }
  return size;
}

/* Returns the node's weights in floats. */
static gdouble
weights_of (const NnNode *node)
{
  if (node->op == NN_OP_CONV)
    return (gdouble)node->out_channels * (node->in_channels / node->groups) * node->kernel[0] * node->kernel[1];
  return node->op == NN_OP_LINEAR ? (gdouble)node->out_channels * node->in_channels : 0;
}

static guint
images_that_fit (gsize image, gsize cache, guint most)
{
  return (guint)CLAMP (cache / sizeof (gfloat) / MAX (image, 1), 1, most);
}

guint *
nn_plan_find_last_uses (const NnPlan *plan, const NnGraph *graph)
{
  guint *last_use = g_new (guint, plan->n_buffers);

  for (guint i = 0; i < plan->n_buffers; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    last_use[i] = i;
    for (guint slot = 0; slot < nn_node_n_slots (node); slot++) {
      /* A node that runs in the loop of the next node still reads its inputs then. */
      if (nn_node_get_input (node, slot) != NN_NO_NODE)
        last_use[nn_node_get_input (node, slot)] = plan->buffers[i].in_rows ? i + 1 : i;
    }
  }
  last_use[plan->n_buffers - 1] = plan->n_buffers;
  return last_use;
}

/* This is how many floats come from memory for an image when the nodes before @split run @inner images at a time and
 * the others @outer. */
typedef struct {
  guint split, inner, outer;
  gdouble traffic;
} Cut;

static Cut
find_cut (const NnPlan *plan, const NnGraph *graph, const guint *last_use, guint batch)
{
  const guint n = plan->n_buffers;
  g_autofree gsize *from = g_new0 (gsize, n + 1); /* the most that a node from there on touches */
  /* leaving[i] is the size of those outputs whose last reader is node i: they leave with it. */
  g_autofree gdouble *leaving = g_new0 (gdouble, n + 1);
  gdouble weights = 0, before = 0, crossing = 0;
  gsize so_far = 0;
  Cut best = { 0 };

  for (guint i = n; i-- > 0;) {
    from[i] = MAX (from[i + 1], touched (plan, graph, i));
    weights += weights_of (nn_graph_node (graph, i));
  }
  best.inner = best.outer = images_that_fit (from[0], STAGE_IN_CACHE, batch);
  best.traffic = weights / best.outer;
  for (guint split = 1; split < n; split++) {
    Cut cut = { .split = split };

    /* Node split − 1 now lies before the cut. */
    before += weights_of (nn_graph_node (graph, split - 1));
    so_far = MAX (so_far, touched (plan, graph, split - 1));
    crossing += (gdouble)output_size (plan, split - 1) - leaving[split - 1];
    leaving[last_use[split - 1]] += (gdouble)output_size (plan, split - 1);
    cut.inner = images_that_fit (so_far, STAGE_IN_CACHE, batch);
    cut.outer = images_that_fit (from[split], STAGE_IN_CACHE, batch);
    /* What crosses the cut is written and read again. */
    cut.traffic = before / cut.inner + (weights - before) / cut.outer + 2 * crossing;
    if (!plan->buffers[split - 1].in_rows && cut.inner < cut.outer && cut.traffic < best.traffic)
      best = cut;
  }
  return best;
}

void
nn_plan_cut_stages (NnPlan *plan, const NnGraph *graph, guint batch)
{
  g_autofree guint *last_use = nn_plan_find_last_uses (plan, graph);
  const Cut cut = find_cut (plan, graph, last_use, batch);

  plan->batch = cut.outer;
  plan->inner = cut.inner;
  plan->split = cut.split;
  for (guint i = 0; i < cut.split; i++)
    plan->buffers[i].whole = plan->plain[i].whole = last_use[i] >= cut.split;
}

void
nn_plan_one_stage (NnPlan *plan, const NnGraph *graph, guint batch)
{
  gsize largest = 1;

  for (guint i = 0; i + 1 < plan->n_buffers; i++)
    largest = MAX (largest, output_size (plan, i) + output_size (plan, i + 1));
  plan->batch = plan->inner = images_that_fit (largest, BATCH_IN_CACHE, batch);
}

guint
nn_plan_images (const NnPlan *plan, guint node)
{
  return node < plan->split ? plan->inner : plan->batch;
}
