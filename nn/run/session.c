/* gst-resnet: executes a plan
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/session.h>
#include <string.h>

#include "base/nn-clock.h"
#include "model/model-private.h"
#include "run/activation-map.h"
#include "run/peak.h"
#include "run/session-private.h"

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

/* Steps from @begin to before @end, on images of the batch from @first on; @batch_first: of the call's images. */
static void
run_steps (NnSession *session, guint begin, guint end, guint batch_first)
{
  NnRun *run = &session->run;

  for (guint i = begin; i < end; i++) {
    const gdouble start = session->profiling ? nn_seconds () : 0;

    run->step = &g_array_index (run->plan->steps, NnStep, i);
    run_step (session->format->run, run);
    if (session->feature_map && run->step->kind == NN_STEP_GLOBAL_AVG_POOL && run->step->in == session->feature_buffer)
      nn_session_store_feature_map (session, batch_first + run->first);
    if (session->profiling)
      session->seconds[i] += nn_seconds () - start;
  }
}

/* The first steps some images at a time, passes of about the same size; the others all. */
static void
run_images (NnSession *session, const gfloat *input, guint first, guint images, gfloat *logits)
{
  NnRun *run = &session->run;
  const NnPlan *plan = run->plan;
  const gsize image = (gsize)nn_model_get_preprocess (session->model)->channels * session->height * session->width;
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
    memcpy (logits + (gsize)i * session->n_classes,
            plan->output_is_plain ? nn_plain_of (run, plan->n_buffers - 1, i)
                                  : nn_image_of (run, plan->output, i) + plan->output->origin,
            session->n_classes * sizeof (gfloat));
}

void
nn_session_run (NnSession *session, const gfloat *input, guint batch, gfloat *logits)
{
  const gsize image = (gsize)nn_model_get_preprocess (session->model)->channels * session->height * session->width;
  const guint n_parts = (batch + session->run.plan->batch - 1) / session->run.plan->batch;

  g_return_if_fail (batch >= 1 && batch <= session->max_batch);
  if (session->profiling)
    memset (session->seconds, 0, session->run.plan->steps->len * sizeof (gdouble));
  /* Parts of about the same size. */
  for (guint part = 0; part < n_parts; part++) {
    const guint first = (guint)((guint64)batch * part / n_parts), end = (guint)((guint64)batch * (part + 1) / n_parts);

    run_images (session, input + first * image, first, end - first, logits + (gsize)first * session->n_classes);
  }
}

void
nn_session_run_tasks (NnSession *session, NnSessionFunc func, gpointer data, guint n)
{
  nn_workers_run (session->run.workers, func, data, n);
}

guint
nn_session_get_threads (const NnSession *session)
{
  return nn_workers_get_threads (session->run.workers);
}

guint
nn_session_get_height (const NnSession *session)
{
  return session->height;
}

guint
nn_session_get_width (const NnSession *session)
{
  return session->width;
}

NnPrecision
nn_session_get_precision (const NnSession *session)
{
  return session->format->precision;
}

const gchar *
nn_session_get_isa (const NnSession *session)
{
  return nn_isa_name (session->isa);
}

gsize
nn_session_get_memory (const NnSession *session)
{
  return session->run.plan->packed_size + session->run.plan->arena_size * sizeof (gfloat);
}

guint
nn_session_get_n_sharing (const NnSession *session)
{
  return nn_plan_cache_get_n_users (nn_model_get_plans (session->model), session->run.plan) - 1;
}

gdouble
nn_session_measure_peak (const NnSession *session)
{
  NnConvKernels kernels;

  nn_conv_kernels_init (&kernels, session->isa);
  return nn_measure_peak (&kernels);
}

void
nn_session_set_profiling (NnSession *session, gboolean on)
{
  session->profiling = on;
  if (on && session->peak <= 0)
    session->peak = nn_session_measure_peak (session);
}

GArray *
nn_session_get_profile (const NnSession *session)
{
  GArray *times = g_array_new (FALSE, TRUE, sizeof (NnLayerTime));

  for (guint i = 0; i < session->run.plan->steps->len; i++) {
    const NnStep *step = &g_array_index (session->run.plan->steps, NnStep, i);
    const NnStepRunner *runner = &session->format->run->steps[step->kind];
    NnLayerTime t = { .name = step->pooled ? step->pooled->name : step->node->name,
                      .flops = step->flops,
                      .seconds = session->seconds[i] };

    if (session->peak > 0)
      t.predicted
          = step->cost * session->run.plan->batch / session->peak / nn_workers_get_threads (session->run.workers);

    t.kernel = runner->name ? runner->name : runner->describe (session->run.plan, step);
    g_array_append_val (times, t);
  }
  return times;
}
