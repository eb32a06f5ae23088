/* gst-resnet: a max pool in the loop of the convolution before it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The stem's convolution writes the network's largest image, and only the max pool reads it. So a task computes the
 * rows that a band of the pool's rows needs in its thread's scratch memory, which stays in a cache, and takes their
 * maxima. The image is never in memory as a whole, and no thread waits for others between the two layers. Rows that two
 * bands need are kept where one thread computes both bands, and are computed twice elsewhere. */
#include "plan/plan-pooled-conv.h"

#include "base/nn-memory.h"
#include "plan/plan-format.h"
#include "plan/plan-stages.h"
#include "plan/plan-window.h"

/* Weights up to this size in bytes are read again by every band. */
#define WEIGHTS_IN_CACHE (256 * 1024)
/* A band's rows should take at most this many bytes, so that they stay in a cache beside the weights and the inputs. */
#define ROWS_IN_CACHE (160 * 1024)
/* There are this many tasks for each thread, so that all threads finish at about the same time. */
#define TASKS_A_THREAD 4
/* At most one in this many rows may be computed twice, by two threads. */
#define ROWS_TWICE 8

/* Returns how many of the convolution's rows a band of the pool's rows reads at most. */
static guint
rows_of (const NnWindow *w, guint band)
{
  const guint64 rows = (guint64)(band - 1) * w->stride[0] + (guint64)(w->kernel[0] - 1) * w->dilation[0] + 1;

  return (guint)MIN (rows, (guint64)w->size[0]);
}

/* Returns whether the loop of node @i, a convolution, can compute its max pool, too, and whether this is worth it. */
static gboolean
joins_pool (const NnPlan *plan, const NnGraph *graph, const guint *last_use, guint i, guint threads)
{
  const NnNode *conv = nn_graph_node (graph, i), *pool = i + 1 < plan->n_buffers ? nn_graph_node (graph, i + 1) : NULL;
  const NnBuffer *out = &plan->buffers[i];
  const guint64 weights = (guint64)conv->kernel[0] * conv->kernel[1] * conv->in_channels / MAX (conv->groups, 1);
  NnWindow w;
  guint rows, twice;

  if (conv->op != NN_OP_CONV || conv->activation.kind || conv->inputs[1] != NN_NO_NODE || !pool
      || pool->op != NN_OP_MAX_POOL || pool->inputs[0] != i || i + 2 == plan->n_buffers || last_use[i] != i + 1
      || plan->plain[i].size > 0)
    return FALSE;
  if (plan->format->joins_pool && !plan->format->joins_pool (plan, conv))
    return FALSE;
  if (weights * out->lanes * sizeof (gfloat) > WEIGHTS_IN_CACHE)
    return FALSE;
  w = nn_plan_window (pool, out);
  rows = rows_of (&w, 1);
  twice = rows > w.stride[0] ? rows - w.stride[0] : 0;
  return (guint64)rows * threads <= out->height && (guint64)twice * (threads - 1) * ROWS_TWICE <= out->height;
}

void
nn_plan_join_pools (NnPlan *plan, const NnGraph *graph, guint threads)
{
  g_autofree guint *last_use = nn_plan_find_last_uses (plan, graph);

  for (guint i = 1; i < plan->n_buffers; i++) {
    if (!joins_pool (plan, graph, last_use, i, threads))
      continue;
    plan->buffers[i].in_rows = TRUE;
    plan->buffers[i].size = 0;
  }
}

void
nn_plan_pool_rows (NnPlan *plan, NnStep *step, const NnNode *pool, guint threads)
{
  NnPooledConv *p = g_new0 (NnPooledConv, 1);
  const NnWindow w = nn_plan_window (pool, step->out);
  const guint images = nn_plan_images (plan, step->index), wanted = threads > 1 ? TASKS_A_THREAD * threads : 1;
  const guint fit = (guint)(ROWS_IN_CACHE / (step->out->row * sizeof (gfloat)));
  guint most;

  p->out = &plan->buffers[step->index + 1];
  p->window = w;
  most = MAX ((guint)((guint64)p->out->height * images / wanted), 1);
  p->band = fit > rows_of (&w, 1) ? (fit - rows_of (&w, 1)) / w.stride[0] + 1 : 1;
  p->band = MIN (p->band, MIN (most, p->out->height));
  p->n_bands = (p->out->height + p->band - 1) / p->band;
  p->n_rows = rows_of (&w, p->band);
  p->name = g_strdup_printf ("%s + %s", step->node->name, pool->name);
  p->scratch = nn_size_round_up (plan->scratch_size, NN_CHANNEL_BLOCK);
  plan->scratch_size = p->scratch + NN_POOLED_HEAD + p->n_rows * step->out->row;
  step->pooled = p;
}

void
nn_plan_pool_rows_clear (NnStep *step)
{
  if (step->pooled)
    g_free (step->pooled->name);
  g_clear_pointer (&step->pooled, g_free);
}

void
nn_pooled_band (const NnPooledConv *p, guint task, NnPooledBand *band)
{
  const NnWindow *w = &p->window;

  band->image = task / p->n_bands;
  band->first = task % p->n_bands * p->band;
  band->end = MIN (band->first + p->band, p->out->height);
  band->begin_in = w->size[0];
  band->end_in = 0;
  for (guint y = band->first; y < band->end; y++) {
    guint top;
    const guint bottom = nn_window_taps (w, 0, y, &top);

    if (top >= bottom)
      continue;
    band->begin_in = MIN (band->begin_in, (guint)nn_window_at (w, 0, y, top));
    band->end_in = MAX (band->end_in, (guint)nn_window_at (w, 0, y, bottom - 1) + 1);
  }
  band->begin_in = MIN (band->begin_in, band->end_in);
}
