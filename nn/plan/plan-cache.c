/* gst-resnet: plans that the sessions of one model share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-cache.h"

#include <string.h>

#include "plan/packed-weight.h"
#include "plan/plan-make.h"

typedef struct {
  guint height, width, batch, threads;
  NnIsa isa;
  gpointer tile; /* the kernels' conv, NULL: float32 */
  gboolean direct;
} Key;

typedef struct {
  Key key;
  NnPlan *plan;
  guint n_users;
} Entry;

typedef struct {
  NnIsa isa;
  guint height, width;
  NnVerdict verdict[NN_N_TRIALS];
  NnAlgorithm *algorithms; /* n, NULL: the cost model decides */
  guint n;
} Knowledge;

struct _NnPlanCache {
  GMutex mutex;
  GArray *entries; /* a handful */
  GArray *known;   /* Knowledge, one a level and size */
};

static void
knowledge_clear (gpointer data)
{
  g_free (((Knowledge *)data)->algorithms);
}

NnPlanCache *
nn_plan_cache_new (void)
{
  NnPlanCache *cache = g_new0 (NnPlanCache, 1);

  g_mutex_init (&cache->mutex);
  cache->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  cache->known = g_array_new (FALSE, TRUE, sizeof (Knowledge));
  g_array_set_clear_func (cache->known, knowledge_clear);
  return cache;
}

void
nn_plan_cache_free (NnPlanCache *cache)
{
  g_assert (cache->entries->len == 0);
  g_array_free (cache->entries, TRUE);
  g_array_unref (cache->known);
  g_mutex_clear (&cache->mutex);
  g_free (cache);
}

static gboolean
same (const Key *a, const Key *b)
{
  return a->height == b->height && a->width == b->width && a->batch == b->batch && a->threads == b->threads
         && a->isa == b->isa && a->tile == b->tile && a->direct == b->direct;
}

/* Under the lock; until the next call. */
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

const NnPlan *
nn_plan_cache_get (NnPlanCache *cache, const NnGraph *graph, guint height, guint width, guint batch, guint threads,
                   NnIsa isa, const NnBf16Kernels *tile, gboolean direct, NnWorkers *workers, GError **error)
{
  Entry made = { .key = { height, width, batch, threads, isa, tile ? (gpointer)tile->conv : NULL }, .n_users = 1 };
  NnConvKernels conv;
  NnPoolKernels pool;
  NnWinogradKernels winograd;
  NnActivationKernels activation;
  const Knowledge *known;
  NnPlanOptions options = { .height = height,
                            .width = width,
                            .batch = batch,
                            .threads = threads,
                            .take_weights = TRUE,
                            .conv = &conv,
                            .pool = &pool,
                            .winograd = &winograd,
                            .activation = &activation,
                            .tile = tile,
                            .workers = workers };

  g_mutex_lock (&cache->mutex);
  known = knowledge (cache, isa, height, width);
  /* A plan from before the verdict may be in use still, and is none for those who ask after it. */
  made.key.direct = !tile && (direct || known->verdict[NN_TRIAL_WINOGRAD] == NN_VERDICT_LEAVES);
  for (guint i = 0; i < cache->entries->len; i++) {
    Entry *entry = &g_array_index (cache->entries, Entry, i);

    if (same (&entry->key, &made.key)) {
      made.plan = entry->plan;
      entry->n_users++;
      g_mutex_unlock (&cache->mutex);
      return made.plan;
    }
  }
  nn_conv_kernels_init (&conv, isa);
  nn_pool_kernels_init (&pool, isa);
  nn_winograd_kernels_init (&winograd, isa);
  nn_activation_kernels_init (&activation, isa);
  if (made.key.direct)
    options.limit = NN_ALGORITHM_DIRECT;
  if (known->n == graph->nodes->len)
    options.algorithms = known->algorithms;
  made.plan = nn_plan_new (graph, &options, error);
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
nn_plan_cache_get_weight (NnPlanCache *cache, const NnNode *node)
{
  GBytes *weight;

  g_mutex_lock (&cache->mutex);
  ((NnNode *)node)->owns_weight = FALSE; /* whoever gets the reference reads it, too */
  weight = nn_node_get_weight (node);
  g_mutex_unlock (&cache->mutex);
  return weight;
}
