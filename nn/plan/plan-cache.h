/* gst-resnet: plans that the sessions of one model share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plan with its packed weights never changes once it is made, so sessions that want the same plan share it: the
 * second session costs an arena and no weights. Plans of other sizes share the packed weights of the layers that both
 * compute directly. The cache belongs to the model, together with the weights of its network. It keeps no plan alive by
 * itself: the last session that gives a plan back frees it. */
#pragma once

#include "base/nn-cpu.h"
#include "plan/plan-format.h"

typedef struct _NnPlanCache NnPlanCache;

/**
 * NnPlanRequest: a plan that is wanted
 * @format: the number format of its images; @init: the function that fills the table of kernels, NULL for the format's
 * own
 * @direct: no layer uses Winograd's algorithm, whatever is known about the model
 */
typedef struct {
  guint height, width, batch, threads;
  NnIsa isa;
  const NnPlanFormat *format;
  NnKernelsInit init;
  gboolean direct;
} NnPlanRequest;

/* Takes the weights out of @graph, which must be folded and must outlive the cache. */
NnPlanCache *nn_plan_cache_new (NnGraph *graph);
/* All plans must have been given back before. */
void nn_plan_cache_free (NnPlanCache *cache);

/* Fills a table of kernels in the request's format. Returns FALSE where the level has no such kernels. */
gboolean nn_plan_request_kernels (const NnPlanRequest *request, gpointer kernels);
/* Returns a new plan, or the one that was made for the same request and is still in use. The error is
 * NN_ERROR_UNSUPPORTED where the level or the network has no kernels in this format. Any thread may call this with
 * @workers of its own; while one thread packs, the others wait, and then they share the plan. */
const NnPlan *nn_plan_cache_get (NnPlanCache *cache, const NnPlanRequest *request, NnWorkers *workers, GError **error);
void nn_plan_cache_give_back (NnPlanCache *cache, const NnPlan *plan);
/* Returns how many users @plan has now. */
guint nn_plan_cache_get_n_users (NnPlanCache *cache, const NnPlan *plan);

/* This is what is known about a model at one level and size, for all of its sessions. WINOGRAD and SPLIT: whether a way
 * that rounds more than plain float32 sums stays inside the contract. SPLIT_SPEED and MEDIUM_SPEED: whether two
 * bfloat16 for each number, or one, are faster than float32 (STAYS). */
typedef enum { NN_TRIAL_WINOGRAD, NN_TRIAL_SPLIT, NN_TRIAL_SPLIT_SPEED, NN_TRIAL_MEDIUM_SPEED, NN_N_TRIALS } NnTrial;
typedef enum { NN_VERDICT_UNKNOWN, NN_VERDICT_STAYS, NN_VERDICT_LEAVES } NnVerdict;

NnVerdict nn_plan_cache_get_verdict (NnPlanCache *cache, NnIsa isa, guint height, guint width, NnTrial trial);
/* After the verdict LEAVES on the trial WINOGRAD, plans that are made from now on are direct. */
void nn_plan_cache_set_verdict (NnPlanCache *cache, NnIsa isa, guint height, guint width, NnTrial trial,
                                NnVerdict verdict);
/* Plans that are made from now on for this level and size use these algorithms, one for each node; the cost model
 * decides where one is AUTO. */
void nn_plan_cache_set_algorithms (NnPlanCache *cache, NnIsa isa, guint height, guint width,
                                   const NnAlgorithm *algorithms, guint n);

/* Does what nn_weight_store_get() does, and is safe while other threads make sessions. */
GBytes *nn_plan_cache_get_weight (NnPlanCache *cache, guint node);
