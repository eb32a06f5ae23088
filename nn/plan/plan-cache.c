/* gst-resnet: plans that the sessions of one model share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-cache.h"

#include <string.h>

#include "plan/plan-make.h"

typedef struct {
  NnPlanRequest key;
  NnPlan *plan;
  guint n_users;
} Entry;

typedef struct {
  NnIsa isa;
  guint height, width;
  NnVerdict verdict[NN_N_TRIALS];
  NnAlgorithm *algorithms; /* there are n of them; NULL: the cost model decides */
  guint n;
} Knowledge;

struct _NnPlanCache {
  GMutex mutex;
  const NnGraph *graph;
  NnWeightStore *weights;
  GArray *entries; /* of type Entry; there are only a few */
  GArray *known;   /* of type Knowledge, one for each level and size */
};

static void
knowledge_clear (gpointer data)
{
  g_free (((Knowledge *)data)->algorithms);
}

NnPlanCache *
nn_plan_cache_new (NnGraph *graph)
{
  NnPlanCache *cache = g_new0 (NnPlanCache, 1);

  g_mutex_init (&cache->mutex);
  cache->graph = graph;
  cache->weights = nn_weight_store_new (graph);
  cache->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  cache->known = g_array_new (FALSE, TRUE, sizeof (Knowledge));
  g_array_set_clear_func (cache->known, knowledge_clear);
  return cache;
}

void
nn_plan_cache_free (NnPlanCache *cache)
{
  if (!cache)
    return;
  g_assert (cache->entries->len == 0);
  g_array_free (cache->entries, TRUE);
  g_array_unref (cache->known);
  nn_weight_store_free (cache->weights);
  g_mutex_clear (&cache->mutex);
  g_free (cache);
}

static gboolean
same (const NnPlanRequest *a, const NnPlanRequest *b)
{
  return a->height == b->height && a->width == b->width && a->batch == b->batch && a->threads == b->threads
         && a->isa == b->isa && a->format == b->format && a->init == b->init && a->direct == b->direct;
}

/* Returns what is known for a level and a size. The caller holds the lock; the result is valid until the next call. */
static Knowledge *
knowledge (NnPlanCache *cache, NnIsa isa, guint height, guint width)
{
  const Knowledge made = { .isa = isa, .height = height, .width = width };

  for (guint i = 0; i < cache->known->len; i++) {
    Knowledge *k = &g_array_index (cache->known, Knowledge, i);

    if (k->isa == isa && k->height == height && k->width == width)
      return k;
  }
  g_array_append_val (cache->known, made);
  return &g_array_index (cache->known, Knowledge, cache->known->len - 1);
}

NnVerdict
nn_plan_cache_get_verdict (NnPlanCache *cache, NnIsa isa, guint height, guint width, NnTrial trial)
{
  NnVerdict verdict;

  g_mutex_lock (&cache->mutex);
  verdict = knowledge (cache, isa, height, width)->verdict[trial];
  g_mutex_unlock (&cache->mutex);
  return verdict;
}

void
nn_plan_cache_set_verdict (NnPlanCache *cache, NnIsa isa, guint height, guint width, NnTrial trial, NnVerdict verdict)
{
  g_mutex_lock (&cache->mutex);
  knowledge (cache, isa, height, width)->verdict[trial] = verdict;
  g_mutex_unlock (&cache->mutex);
}

void
nn_plan_cache_set_algorithms (NnPlanCache *cache, NnIsa isa, guint height, guint width, const NnAlgorithm *algorithms,
                              guint n)
{
  Knowledge *k;

  g_mutex_lock (&cache->mutex);
  k = knowledge (cache, isa, height, width);
  g_free (k->algorithms);
  k->algorithms = g_memdup2 (algorithms, n * sizeof *algorithms);
  k->n = n;
  g_mutex_unlock (&cache->mutex);
}

gboolean
nn_plan_request_kernels (const NnPlanRequest *request, gpointer kernels)
{
  const NnPlanFormat *format = request->format;

  return (request->init ? request->init : format->init) (kernels, request->isa, format->products);
}

/* The caller holds the lock. */
static NnPlan *
make_plan (NnPlanCache *cache, const NnPlanRequest *request, NnWorkers *workers, GError **error)
{
  const Knowledge *known = knowledge (cache, request->isa, request->height, request->width);
  g_autofree gpointer kernels = g_malloc0 (request->format->kernels_size);
  const NnPlanOptions options = {
    .height = request->height,
    .width = request->width,
    .batch = request->batch,
    .threads = request->threads,
    .format = request->format,
    .kernels = kernels,
    .weights = cache->weights,
    .limit = request->direct ? NN_ALGORITHM_DIRECT : NN_ALGORITHM_AUTO,
    .algorithms = known->n == cache->graph->nodes->len ? known->algorithms : NULL,
    .workers = workers,
  };

  if (!nn_plan_request_kernels (request, kernels)) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "level %s has no kernels in this number format",
                 nn_isa_name (request->isa));
    return NULL;
  }
  return nn_plan_new (cache->graph, &options, error);
}

const NnPlan *
nn_plan_cache_get (NnPlanCache *cache, const NnPlanRequest *request, NnWorkers *workers, GError **error)
{
  Entry made = { .key = *request, .n_users = 1 };

  g_mutex_lock (&cache->mutex);
  /* A plan that was made before the verdict may still be in use, but callers who ask after it must not get that
   * plan. */
  if (knowledge (cache, request->isa, request->height, request->width)->verdict[NN_TRIAL_WINOGRAD] == NN_VERDICT_LEAVES)
    made.key.direct = TRUE;
  for (guint i = 0; i < cache->entries->len; i++) {
    Entry *entry = &g_array_index (cache->entries, Entry, i);

    if (same (&entry->key, &made.key)) {
      made.plan = entry->plan;
      entry->n_users++;
      g_mutex_unlock (&cache->mutex);
      return made.plan;
    }
  }
  made.plan = make_plan (cache, &made.key, workers, error);
  if (made.plan)
    g_array_append_val (cache->entries, made);
  g_mutex_unlock (&cache->mutex);
  return made.plan;
}

void
nn_plan_cache_give_back (NnPlanCache *cache, const NnPlan *plan)
{
  NnPlan *unused = NULL;

  g_mutex_lock (&cache->mutex);
  for (guint i = 0; i < cache->entries->len; i++) {
    Entry *entry = &g_array_index (cache->entries, Entry, i);

    if (entry->plan != plan)
      continue;
    if (--entry->n_users == 0) {
      unused = entry->plan;
      g_array_remove_index_fast (cache->entries, i);
    }
    break;
  }
  g_mutex_unlock (&cache->mutex);
  nn_plan_free (unused);
}

guint
nn_plan_cache_get_n_users (NnPlanCache *cache, const NnPlan *plan)
{
  guint n = 0;

  g_mutex_lock (&cache->mutex);
  for (guint i = 0; i < cache->entries->len; i++) {
    if (g_array_index (cache->entries, Entry, i).plan == plan)
      n = g_array_index (cache->entries, Entry, i).n_users;
  }
  g_mutex_unlock (&cache->mutex);
  return n;
}

GBytes *
nn_plan_cache_get_weight (NnPlanCache *cache, guint node)
{
  GBytes *weight;

  g_mutex_lock (&cache->mutex);
  weight = nn_weight_store_get (cache->weights, node);
  g_mutex_unlock (&cache->mutex);
  return weight;
}
