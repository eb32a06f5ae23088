/* gst-resnet: makes a session: its plan, its threads and its memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/session-make.h"

#include <nn/log.h>

#include "base/nn-memory.h"
#include "model/model-private.h"
#include "plan/plan-operands.h"

/* One number a class, whatever the dimensions of 1 around it. */
static gboolean
check_output (const NnSession *session, GError **error)
{
  const NnPlan *plan = session->run.plan;
  const NnBuffer *out = plan->output;
  gsize n = (gsize)out->channels * out->height * out->width;

  if (plan->output_is_plain) {
    const NnValue *value = &nn_step_operands (&g_array_index (plan->steps, NnStep, plan->steps->len - 1))->out[0];

    n = nn_dtype_is_float (value->dtype) ? value->n_elements : 0;
  }
  if (n == session->n_classes && (plan->output_is_plain || (out->height == 1 && out->width == 1)))
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "with an input of %u × %u the network's last layer gives %u × %u × %u (%" G_GSIZE_FORMAT
               " numbers), not %u logits",
               session->height, session->width, out->channels, out->height, out->width, n, session->n_classes);
  return FALSE;
}

/* The plan for what was asked for; float32 where this machine or this network has nothing faster. */
static const NnPlan *
get_plan (NnSession *session, NnPrecision asked, NnKernelsInit init, gboolean direct, GError **error)
{
  NnPlanCache *plans = nn_model_get_plans (session->model);
  NnPlanRequest request = { .height = session->height,
                            .width = session->width,
                            .batch = session->max_batch,
                            .threads = nn_workers_get_threads (session->run.workers),
                            .isa = session->isa };

  session->format = nn_number_format_get (asked);
  if (session->format->precision != NN_PRECISION_HIGHEST) {
    GError *why = NULL;
    const NnPlan *plan;

    request.format = session->format->plan;
    request.init = init;
    plan = nn_plan_cache_get (plans, &request, session->run.workers, &why);
    if (plan)
      return plan;
    nn_log (G_LOG_LEVEL_DEBUG, "precision %s runs as highest: %s", nn_precision_to_string (asked), why->message);
    g_error_free (why);
  }
  session->format = nn_number_format_get (NN_PRECISION_HIGHEST);
  request.format = session->format->plan;
  request.init = NULL;
  request.direct = direct;
  return nn_plan_cache_get (plans, &request, session->run.workers, error);
}

NnSession *
nn_session_make (NnModel *model, const NnSessionOptions *options, NnKernelsInit init, gboolean direct, GError **error)
{
  static const NnSessionOptions defaults = { 0 };
  const NnPreprocess *p = nn_model_get_preprocess (model);
  NnSession *session = g_new0 (NnSession, 1);
  NnRun *run = &session->run;
  const NnPlan *plan;
  guint threads, n_operands;

  if (!options)
    options = &defaults;
  threads = options->threads > 0 ? options->threads : nn_cpu_count ();
  session->model = nn_model_ref (model);
  session->max_batch = MAX (options->max_batch, 1);
  session->height = options->height > 0 ? options->height : p->crop_height;
  session->width = options->width > 0 ? options->width : p->crop_width;
  session->n_classes = nn_model_get_n_outputs (model);
  session->isa = nn_cpu_level (options->max_isa);
  run->workers = nn_workers_new (threads);
  plan = run->plan = get_plan (session, options->precision, init, direct, error);
  if (!plan)
    goto failed;
  if (!check_output (session, error))
    goto failed;
  session->seconds = g_new0 (gdouble, plan->steps->len);
  run->arena = nn_aligned_alloc0 (plan->arena_size * sizeof (gfloat));
  /* Per thread, each at its own cache lines. */
  run->scratch_size = (plan->scratch_size + NN_ALIGNMENT - 1) / NN_ALIGNMENT * NN_ALIGNMENT;
  if (run->scratch_size > 0)
    run->scratch = nn_aligned_alloc0 (run->scratch_size * nn_workers_get_threads (run->workers) * sizeof (gfloat));
  n_operands = plan->max_operands * nn_workers_get_threads (run->workers);
  run->operands = g_new0 (NnValue, n_operands);
  run->operand_pointers = g_new0 (const NnValue *, n_operands);
  if (plan->shared_scratch_size > 0)
    run->shared_scratch = nn_aligned_alloc0 (plan->shared_scratch_size * sizeof (gfloat));
  if (!run->arena || (run->scratch_size > 0 && !run->scratch)
      || (plan->shared_scratch_size > 0 && !run->shared_scratch)) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "no memory for the activations of %u images of %u × %u pixels",
                 session->max_batch, session->height, session->width);
    goto failed;
  }
  return session;

failed:
  nn_session_free (session);
  return NULL;
}

void
nn_session_free (NnSession *session)
{
  if (!session)
    return;
  nn_workers_free (session->run.workers);
  if (session->run.plan)
    nn_plan_cache_give_back (nn_model_get_plans (session->model), session->run.plan);
  nn_aligned_free (session->run.arena);
  g_free (session->feature_map);
  g_clear_pointer (&session->feature_weight, g_bytes_unref);
  nn_aligned_free (session->run.scratch);
  nn_aligned_free (session->run.shared_scratch);
  g_free (session->seconds);
  g_free (session->run.operands);
  g_free (session->run.operand_pointers);
  nn_model_unref (session->model);
  g_free (session);
}
