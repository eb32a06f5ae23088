/* gst-resnet: a session of our own engine: its plan and its memory, and how it executes the plan
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/plan-session.h"

#include <nn/log.h>
#include <string.h>

#include "base/nn-clock.h"
#include "base/nn-memory.h"
#include "model/model-private.h"
#include "plan/plan-memory.h"
#include "plan/plan-operands.h"
#include "run/activation-map.h"
#include "run/peak.h"

static void
run_step (const NnRunFormat *format, NnRun *run)
{
  const NnStep *step = run->step;
  const NnStepRunner *runner = &format->steps[step->kind];

  if (!runner->plain_output)
    format->clear (run, step->pooled ? step->pooled->out : step->out);
  if (runner->run)
    runner->run (run);
  else
    nn_workers_run (run->workers, runner->task, run, run->images * (runner->an_image ? 1 : step->out->height));
}

/* Runs the steps from @begin to before @end on the images of the pass. @batch_first says which of the call's images is
 * image 0 of the batch. */
static void
run_steps (NnPlanSession *session, guint begin, guint end, guint batch_first)
{
  NnRun *run = &session->run;

  for (guint i = begin; i < end; i++) {
    const gdouble start = session->profiling ? nn_seconds () : 0;

    run->step = &g_array_index (run->plan->steps, NnStep, i);
    run_step (session->format->run, run);
    if (session->map.data && run->step->kind == NN_STEP_GLOBAL_AVG_POOL && run->step->in == session->map.buffer)
      nn_feature_map_store (&session->map, run, batch_first + run->first);
    if (session->profiling)
      session->seconds[i] += nn_seconds () - start;
  }
}

/* Runs the first steps on some images at a time, in passes of about the same size, and the other steps on all @images
 * images. @first says which of the call's images comes first. */
static void
run_images (NnPlanSession *session, const gfloat *input, guint first, guint images, gfloat *logits)
{
  NnRun *run = &session->run;
  const NnPlan *plan = run->plan;
  const gsize image = (gsize)session->base.channels * session->base.height * session->base.width;
  const guint n_passes = plan->split > 0 ? (images + plan->inner - 1) / plan->inner : 1;

  for (guint pass = 0; pass < n_passes; pass++) {
    run->first = (guint)((guint64)images * pass / n_passes);
    run->images = (guint)((guint64)images * (pass + 1) / n_passes) - run->first;
    run->input = input + run->first * image;
    session->format->run->clear (run, plan->input);
    session->format->run->input (run);
    run_steps (session, 0, plan->n_inner_steps, first);
  }
  run->first = 0;
  run->images = images;
  run_steps (session, plan->n_inner_steps, plan->steps->len, first);
  for (guint i = 0; i < images; i++)
    memcpy (logits + (gsize)i * session->base.n_outputs,
            plan->output_is_plain ? nn_plain_of (run, plan->n_buffers - 1, i)
                                  : nn_image_of (run, plan->output, i) + plan->output->origin,
            session->base.n_outputs * sizeof (gfloat));
}

void
nn_plan_session_run (NnPlanSession *session, const gfloat *input, guint batch, gfloat *logits)
{
  const gsize image = (gsize)session->base.channels * session->base.height * session->base.width;
  const guint n_parts = (batch + session->run.plan->batch - 1) / session->run.plan->batch;

  if (session->profiling)
    memset (session->seconds, 0, session->run.plan->steps->len * sizeof (gdouble));
  /* The arena has room for plan->batch images, so a larger batch is cut into parts of about the same size. */
  for (guint part = 0; part < n_parts; part++) {
    const guint first = (guint)((guint64)batch * part / n_parts), end = (guint)((guint64)batch * (part + 1) / n_parts);

    run_images (session, input + first * image, first, end - first, logits + (gsize)first * session->base.n_outputs);
  }
}

static void
free_own (NnSession *base)
{
  NnPlanSession *session = nn_plan_session (base);

  if (session->run.plan)
    nn_plan_cache_give_back (nn_model_get_plans (base->model), session->run.plan);
  nn_aligned_free (session->run.arena);
  nn_aligned_free (session->run.scratch);
  nn_aligned_free (session->run.shared_scratch);
  g_free (session->run.operands);
  g_free (session->run.operand_pointers);
  nn_feature_map_clear (&session->map);
  g_free (session->seconds);
}

static void
run_class (NnSession *session, const gfloat *input, guint batch, gfloat *logits)
{
  nn_plan_session_run (nn_plan_session (session), input, batch, logits);
}

static void
describe (const NnSession *base, NnSessionInfo *info)
{
  const NnPlanSession *session = nn_plan_session (base);
  const NnPlan *plan = session->run.plan;

  info->isa = nn_isa_name (session->isa);
  info->precision = session->format->precision;
  info->memory = plan->packed_size + plan->arena_size * sizeof (gfloat);
  info->n_sharing = nn_plan_cache_get_n_users (nn_model_get_plans (base->model), plan) - 1;
}

static gboolean
set_feature_map (NnSession *base, gboolean on, GError **error)
{
  NnPlanSession *session = nn_plan_session (base);

  nn_feature_map_clear (&session->map);
  if (!on)
    return TRUE;
  if (!nn_feature_map_can (base->model, error))
    return FALSE;
  /* Other formats keep images in forms of their own, which an activation map cannot read. */
  if (!session->format->run->has_float_images) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "class activation maps are made with precision highest only; this session runs as %s",
                 nn_precision_to_string (session->format->precision));
    return FALSE;
  }
  return nn_feature_map_init (&session->map, base->model, session->run.plan, base->max_batch, error);
}

static void
get_feature_map_size (const NnSession *session, guint *height, guint *width)
{
  nn_feature_map_get_size (&nn_plan_session (session)->map, height, width);
}

static void
get_activation_map (const NnSession *session, guint image, guint class_index, gfloat *map)
{
  nn_feature_map_weigh (&nn_plan_session (session)->map, image, class_index, map);
}

static gdouble
measure_peak (const NnSession *session)
{
  NnConvKernels kernels;

  nn_conv_kernels_init (&kernels, nn_plan_session (session)->isa);
  return nn_measure_peak (&kernels);
}

static void
set_profiling (NnSession *base, gboolean on)
{
  NnPlanSession *session = nn_plan_session (base);

  session->profiling = on;
  if (on && session->peak <= 0)
    session->peak = measure_peak (base);
}

static GArray *
get_profile (const NnSession *base)
{
  const NnPlanSession *session = nn_plan_session (base);
  const NnPlan *plan = session->run.plan;
  GArray *times = g_array_new (FALSE, TRUE, sizeof (NnLayerTime));

  for (guint i = 0; i < plan->steps->len; i++) {
    const NnStep *step = &g_array_index (plan->steps, NnStep, i);
    const NnStepRunner *runner = &session->format->run->steps[step->kind];
    NnLayerTime t = { .name = step->pooled ? step->pooled->name : step->node->name,
                      .kernel = runner->name ? runner->name : runner->describe (plan, step),
                      .flops = step->flops,
                      .seconds = session->seconds[i] };

    if (session->peak > 0)
      t.predicted = step->cost * plan->batch / session->peak / nn_workers_get_threads (base->workers);
    g_array_append_val (times, t);
  }
  return times;
}

static const NnSessionClass session_class = {
  .run = run_class,
  .free = free_own,
  .describe = describe,
  .set_feature_map = set_feature_map,
  .get_feature_map_size = get_feature_map_size,
  .get_activation_map = get_activation_map,
  .set_profiling = set_profiling,
  .get_profile = get_profile,
  .measure_peak = measure_peak,
};

/* Checks that the output has one number for each class. A plain tensor may have further dimensions of 1. */
static gboolean
check_output (const NnPlanSession *session, GError **error)
{
  const NnPlan *plan = session->run.plan;
  const NnBuffer *out = plan->output;
  gsize n = (gsize)out->channels * out->height * out->width;

  if (plan->output_is_plain) {
    const NnValue *value = &nn_step_operands (&g_array_index (plan->steps, NnStep, plan->steps->len - 1))->out[0];

    n = nn_dtype_is_float (value->dtype) ? value->n_elements : 0;
  }
  if (n == session->base.n_outputs && (plan->output_is_plain || (out->height == 1 && out->width == 1)))
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "with an input of %u × %u the network's last layer gives %u × %u × %u (%" G_GSIZE_FORMAT
               " numbers), not %u logits",
               session->base.height, session->base.width, out->channels, out->height, out->width, n,
               session->base.n_outputs);
  return FALSE;
}

/* Gets the plan for the precision that was asked for, or the plan for float32 where the format has no kernels for this
 * machine or this network. Sets the session's format. */
static const NnPlan *
get_plan (NnPlanSession *session, NnPrecision asked, NnKernelsInit init, gboolean direct, GError **error)
{
  NnPlanCache *plans = nn_model_get_plans (session->base.model);
  NnPlanRequest request = { .height = session->base.height,
                            .width = session->base.width,
                            .batch = session->base.max_batch,
                            .threads = nn_workers_get_threads (session->base.workers),
                            .isa = session->isa };

  session->format = nn_number_format_get (asked);
  if (session->format->precision != NN_PRECISION_HIGHEST) {
    GError *why = NULL;
    const NnPlan *plan;

    request.format = session->format->plan;
    request.init = init;
    plan = nn_plan_cache_get (plans, &request, session->base.workers, &why);
    if (plan)
      return plan;
    nn_log (G_LOG_LEVEL_DEBUG, "precision %s runs as highest: %s", nn_precision_to_string (asked), why->message);
    g_error_free (why);
  }
  session->format = nn_number_format_get (NN_PRECISION_HIGHEST);
  request.format = session->format->plan;
  request.init = NULL;
  request.direct = direct;
  return nn_plan_cache_get (plans, &request, session->base.workers, error);
}

NnPlanSession *
nn_plan_session_new (NnModel *model, const NnSessionOptions *options, NnKernelsInit init, gboolean direct,
                     GError **error)
{
  NnPlanSession *session = g_new0 (NnPlanSession, 1);
  NnRun *run = &session->run;
  const NnPlan *plan;
  guint threads, n_operands;

  nn_session_init (&session->base, &session_class, model, options);
  session->isa = nn_cpu_level (options->max_isa);
  run->workers = session->base.workers;
  threads = nn_workers_get_threads (run->workers);
  plan = run->plan = get_plan (session, options->precision, init, direct, error);
  if (!plan)
    goto failed;
  if (!check_output (session, error))
    goto failed;
  if (!nn_plan_check_memory (plan, session->base.height, session->base.width, session->base.max_batch, threads, error))
    goto failed;
  session->seconds = g_new0 (gdouble, plan->steps->len);
  run->arena = nn_aligned_alloc0 (plan->arena_size * sizeof (gfloat));
  /* Each thread's scratch memory begins at a cache line of its own. */
  run->scratch_size = (plan->scratch_size + NN_ALIGNMENT - 1) / NN_ALIGNMENT * NN_ALIGNMENT;
  if (run->scratch_size > 0)
    run->scratch = nn_aligned_alloc0 (run->scratch_size * threads * sizeof (gfloat));
  n_operands = plan->max_operands * threads;
  run->operands = g_new0 (NnValue, n_operands);
  run->operand_pointers = g_new0 (const NnValue *, n_operands);
  if (plan->shared_scratch_size > 0)
    run->shared_scratch = nn_aligned_alloc0 (plan->shared_scratch_size * sizeof (gfloat));
  if (!run->arena || (run->scratch_size > 0 && !run->scratch)
      || (plan->shared_scratch_size > 0 && !run->shared_scratch)) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "no memory for the activations of %u images of %u × %u pixels",
                 session->base.max_batch, session->base.height, session->base.width);
    goto failed;
  }
  return session;

failed:
  nn_plan_session_free (session);
  return NULL;
}

void
nn_plan_session_free (NnPlanSession *session)
{
  if (!session)
    return;
  free_own (&session->base);
  nn_session_clear (&session->base);
  g_free (session);
}
