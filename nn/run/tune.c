/* gst-resnet: measurements of the algorithms of each layer
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/tune.h>
#include <string.h>

#include "model/model-private.h"
#include "model/model-tuning.h"
#include "plan/plan-winograd.h"
#include "run/plan-session.h"

/* A less exact algorithm must take less than this part of the time, because a smaller gain may be noise. */
#define WORTH 0.97
#define MIN_RUNS 5

/* Runs the network with @algorithm wherever that can be used. *best gets the shortest time of each node, INFINITY for a
 * node that cannot use it. */
static gboolean
measure (NnModel *model, const NnSessionOptions *options, NnAlgorithm algorithm, gdouble seconds, gdouble *best,
         GError **error)
{
  const NnGraph *graph = nn_model_get_graph (model);
  const guint n = graph->nodes->len;
  g_autofree NnAlgorithm *all = g_new (NnAlgorithm, n);
  g_autoptr (NnSession) session = NULL;
  g_autofree gfloat *input = NULL, *logits = NULL;
  gsize size;
  gint64 start;

  for (guint i = 0; i < n; i++) {
    all[i] = algorithm;
    best[i] = INFINITY;
  }
  nn_plan_cache_set_algorithms (nn_model_get_plans (model), nn_cpu_level (options->max_isa), options->height,
                                options->width, all, n);
  session = nn_session_new (model, options, error);
  if (!session)
    return FALSE;
  if (nn_session_get_n_sharing (session) > 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "the model is in use and cannot be tuned meanwhile");
    return FALSE;
  }
  size = (gsize)nn_model_get_preprocess (model)->channels * options->height * options->width * options->max_batch;
  input = g_try_new (gfloat, size);
  logits = g_try_new (gfloat, (gsize)session->n_outputs * options->max_batch);
  if (!input || !logits) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "no memory for %u images of %u × %u pixels", options->max_batch,
                 options->height, options->width);
    return FALSE;
  }
  /* The values have the range of normalized images and are never constant. */
  for (gsize i = 0; i < size; i++)
    input[i] = (gfloat)(i * 2654435761u % 4096) / 1024 - 2;
  nn_session_run (session, input, options->max_batch, logits);
  nn_session_set_profiling (session, TRUE);
  start = g_get_monotonic_time ();
  for (guint run = 0; run < MIN_RUNS || (gdouble)(g_get_monotonic_time () - start) < seconds * G_USEC_PER_SEC; run++) {
    nn_session_run (session, input, options->max_batch, logits);
    const NnPlan *plan = nn_plan_session (session)->run.plan;

    for (guint i = 0; i < plan->steps->len; i++) {
      const NnStep *step = &g_array_index (plan->steps, NnStep, i);
      const NnAlgorithm ran = step->kind == NN_STEP_WINOGRAD ? NN_ALGORITHM_WINOGRAD_F2 + nn_step_winograd (step)->tile
                              : step->kind == NN_STEP_CONV   ? NN_ALGORITHM_DIRECT
                                                             : NN_ALGORITHM_AUTO;

      if (ran == algorithm)
        best[step->index] = fmin (best[step->index], nn_plan_session (session)->seconds[i]);
    }
  }
  return TRUE;
}

gchar *
nn_model_tune (NnModel *model, const NnSessionOptions *options, gdouble seconds, GError **error)
{
  const NnGraph *graph = nn_model_get_graph (model);
  const guint n = graph->nodes->len;
  g_autofree NnAlgorithm *chosen = g_new0 (NnAlgorithm, n);
  g_autofree gdouble *fastest = g_new (gdouble, n), *seconds_of = g_new (gdouble, n);
  NnSessionOptions used = options ? *options : (NnSessionOptions){ 0 };
  const NnIsa isa = nn_cpu_level (used.max_isa);
  const NnPreprocess *p = nn_model_get_preprocess (model);
  gboolean ok = TRUE;

  used.precision = NN_PRECISION_HIGHEST;
  used.max_batch = MAX (used.max_batch, 1);
  used.height = used.height > 0 ? used.height : p->crop_height;
  used.width = used.width > 0 ? used.width : p->crop_width;
  used.threads = used.threads > 0 ? used.threads : nn_cpu_count ();
  ok = measure (model, &used, NN_ALGORITHM_DIRECT, seconds, fastest, error);
  for (NnAlgorithm a = NN_ALGORITHM_WINOGRAD_F2; ok && a <= NN_ALGORITHM_WINOGRAD_F4; a++) {
    ok = measure (model, &used, a, seconds, seconds_of, error);
    for (guint i = 0; ok && i < n; i++) {
      if (!isfinite (seconds_of[i]))
        continue;
      if (chosen[i] == NN_ALGORITHM_AUTO)
        chosen[i] = NN_ALGORITHM_DIRECT;
      if (seconds_of[i] >= WORTH * fastest[i])
        continue;
      chosen[i] = a;
      fastest[i] = seconds_of[i];
    }
  }
  if (!ok)
    memset (chosen, 0, n * sizeof *chosen);
  nn_plan_cache_set_algorithms (nn_model_get_plans (model), isa, used.height, used.width, chosen, n);
  return ok ? nn_tuning_to_json (model, isa, used.height, used.width, used.threads, used.max_batch, chosen) : NULL;
}
