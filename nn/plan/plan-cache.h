/* gst-resnet: plans that the sessions of one model share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plan with its packed weights never changes once it is made, so sessions that want the same one get it: the second
 * costs its arena and no weights. Plans of other sizes share those of the layers that both compute directly. The cache
 * belongs to the model, with the weights of its network, and holds no plan of its own accord: the last session frees
 * it. */
#pragma once

#include "base/nn-cpu.h"
#include "plan/plan-format.h"

typedef struct _NnPlanCache NnPlanCache;

/**
 * NnPlanRequest: a plan that is wanted
 * @format: of its images; @init: who fills the table of kernels, the format's own where NULL
 * @direct: without Winograd's sums, whatever is known of the model
 */
typedef struct {
  guint height, width, batch, threads;
  NnIsa isa;
  const NnPlanFormat *format;
  NnKernelsInit init;
  gboolean direct;
} NnPlanRequest;

/* Takes the weights of @graph, which must be folded and outlive the cache. */
NnPlanCache *nn_plan_cache_new (NnGraph *graph);
/* All plans must have been given back. */
void nn_plan_cache_free (NnPlanCache *cache);

/* Fills a table of the request's format. FALSE: the level has no such kernels. */
gboolean nn_plan_request_kernels (const NnPlanRequest *request, gpointer kernels);
/* A new plan, or the one that was made for the same request and is still in use. NN_ERROR_UNSUPPORTED where the level
 * or the network has no kernels in this format. May be called from any thread with @workers of its own; one that packs
 * makes others wait, who then share. */
const NnPlan *nn_plan_cache_get (NnPlanCache *cache, const NnPlanRequest *request, NnWorkers *workers, GError **error);
void nn_plan_cache_give_back (NnPlanCache *cache, const NnPlan *plan);
/* How many have @plan now. */
guint nn_plan_cache_get_n_users (NnPlanCache *cache, const NnPlan *plan);

/* What is known about a model at one level and size, for all its sessions: whether a way that rounds more than plain
 * float32 sums stays inside the contract; SPLIT_SPEED, MEDIUM_SPEED: whether two bfloat16 a number, or one, are faster
 * than float32 (STAYS). */
typedef enum { NN_TRIAL_WINOGRAD, NN_TRIAL_SPLIT, NN_TRIAL_SPLIT_SPEED, NN_TRIAL_MEDIUM_SPEED, NN_N_TRIALS } NnTrial;
typedef enum { NN_VERDICT_UNKNOWN, NN_VERDICT_STAYS, NN_VERDICT_LEAVES } NnVerdict;

NnVerdict nn_plan_cache_get_verdict (NnPlanCache *cache, NnIsa isa, guint height, guint width, NnTrial trial);
/* WINOGRAD, LEAVES: plans made from now on are direct. */
void nn_plan_cache_set_verdict (NnPlanCache *cache, NnIsa isa, guint height, guint width, NnTrial trial,
                                NnVerdict verdict);
/* Plans made from now on for this level and size take these algorithms, one a node, AUTO where the cost model decides.
 */
void nn_plan_cache_set_algorithms (NnPlanCache *cache, NnIsa isa, guint height, guint width,
                                   const NnAlgorithm *algorithms, guint n);

/* nn_weight_store_get() while other threads make sessions. */
GBytes *nn_plan_cache_get_weight (NnPlanCache *cache, guint node);
