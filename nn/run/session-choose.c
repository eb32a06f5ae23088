/* gst-resnet: the choice of how a session computes a network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A network can be computed with two bfloat16 a number, with one, with Winograd's sums or with plain float32. The way
 * that a session is asked for may leave the contract on some model, or be slower than the way that it should beat. What
 * one session finds out holds for all sessions of the model at the same level and size. */
#include "run/session-choose.h"

#include "model/model-private.h"
#include "plan/plan-make.h"
#include "run/session-probe.h"

/* A part of the time of direct sums. In no network do Winograd's sums take less than this part, so a session that takes
 * less is faster than they, too, and need not be timed beside them. */
#define SURELY_FASTER 0.5

/* What is known of a session before it is made, and what the verdicts depend on. */
typedef struct {
  NnPlanCache *plans;
  NnIsa isa;
  guint height, width;
} Place;

static Place
place_of (NnModel *model, const NnSessionOptions *options)
{
  const NnPreprocess *p = nn_model_get_preprocess (model);

  return (Place){ nn_model_get_plans (model), nn_cpu_level (options->max_isa),
                  options->height > 0 ? options->height : p->crop_height,
                  options->width > 0 ? options->width : p->crop_width };
}

static NnVerdict
get_verdict (const Place *place, NnTrial trial)
{
  return nn_plan_cache_get_verdict (place->plans, place->isa, place->height, place->width, trial);
}

/* Remembers a verdict and returns @stays. */
static gboolean
set_verdict (const Place *place, NnTrial trial, gboolean stays)
{
  nn_plan_cache_set_verdict (place->plans, place->isa, place->height, place->width, trial,
                             stays ? NN_VERDICT_STAYS : NN_VERDICT_LEAVES);
  return stays;
}

/* Makes a session for float32 that runs one image at a time. Returns NULL where it cannot be made. */
static NnPlanSession *
make_reference (NnModel *model, const NnSessionOptions *options, NnKernelsInit init, gboolean direct)
{
  NnSessionOptions one = *options;

  one.precision = NN_PRECISION_HIGHEST;
  one.max_batch = 1;
  return nn_plan_session_new (model, &one, init, direct, NULL);
}

/* Runs the made-up images with direct sums of float32. Where another session is yet to be made, this comes before, so
 * that the weights are never in memory in both forms. */
static NnProbe *
probe_float32 (NnModel *model, const NnSessionOptions *options, NnKernelsInit init)
{
  g_autoptr (NnPlanSession) reference = make_reference (model, options, init, TRUE);

  return reference ? nn_session_probe (reference) : NULL;
}

/* Whether @session is faster than float32 with either kind of sums. @direct is the result of direct sums, or NULL. */
static gboolean
is_faster (NnPlanSession *session, const NnProbe *direct, const NnProbe *mine, const NnSessionOptions *options,
           NnKernelsInit init)
{
  g_autoptr (NnPlanSession) reference = NULL;

  if (direct && mine->seconds < SURELY_FASTER * direct->seconds)
    return TRUE;
  reference = make_reference (session->base.model, options, init, FALSE);
  return nn_session_is_faster (session, reference);
}

/* Judges the contract and, if it is kept, the speed. @direct is NULL where float32 could not be run. */
static void
judge (const Place *place, const NnNumberFormat *format, NnPlanSession *session, const NnProbe *direct,
       const NnSessionOptions *options, NnKernelsInit init)
{
  g_autoptr (NnProbe) mine = nn_session_probe (session);

  if (!set_verdict (place, format->contract, nn_probe_is_near (mine, direct, "two bfloat16 a number")))
    return;
  /* The tests' emulated kernels (@init) would never be faster, so they pass without being timed. */
  set_verdict (place, format->speed, init || is_faster (session, direct, mine, options, init));
}

static gboolean
is_refused (const Place *place, const NnNumberFormat *format, NnPrecision asked)
{
  return get_verdict (place, format->contract) == NN_VERDICT_LEAVES
         || (asked == NN_PRECISION_AUTO && get_verdict (place, format->speed) == NN_VERDICT_LEAVES);
}

static gboolean
is_slow (const Place *place, const NnNumberFormat *format, NnPlanSession *session, const NnSessionOptions *options,
         NnKernelsInit init)
{
  if (get_verdict (place, format->speed) == NN_VERDICT_UNKNOWN) {
    g_autoptr (NnPlanSession) reference = make_reference (session->base.model, options, init, FALSE);

    set_verdict (place, format->speed, nn_session_is_faster (session, reference));
  }
  return get_verdict (place, format->speed) == NN_VERDICT_LEAVES;
}

/* Whether the level has kernels of the format, and there is a kernel for each layer of the network. */
static gboolean
has_kernels (const Place *place, const NnNumberFormat *format, NnModel *model, NnKernelsInit init)
{
  const NnPlanRequest request = { .isa = place->isa, .format = format->plan, .init = init };
  g_autofree gpointer kernels = g_malloc0 (format->plan->kernels_size);

  return nn_plan_request_kernels (&request, kernels)
         && nn_plan_format_fits (format->plan, nn_model_get_graph (model), NULL);
}

static gboolean
winograd_is_refused (const Place *place, NnPlanSession *session, const NnSessionOptions *options, NnKernelsInit init)
{
  if (get_verdict (place, NN_TRIAL_WINOGRAD) == NN_VERDICT_UNKNOWN) {
    g_autoptr (NnProbe) direct = probe_float32 (session->base.model, options, init);
    g_autoptr (NnProbe) mine = nn_session_probe (session);

    set_verdict (place, NN_TRIAL_WINOGRAD, nn_probe_is_near (mine, direct, "Winograd's sums"));
  }
  return get_verdict (place, NN_TRIAL_WINOGRAD) == NN_VERDICT_LEAVES;
}

NnSession *
nn_session_new_with_kernels (NnModel *model, const NnSessionOptions *asked, NnKernelsInit init, gboolean probe,
                             GError **error)
{
  NnSessionOptions options = asked ? *asked : (NnSessionOptions){ 0 };
  const Place place = place_of (model, &options);
  const NnNumberFormat *format = nn_number_format_get (options.precision);
  g_autoptr (NnProbe) direct = NULL;
  gboolean refused = FALSE, unknown = FALSE;
  NnPlanSession *session;

  if (probe && format->is_tried && has_kernels (&place, format, model, init)) {
    refused = is_refused (&place, format, options.precision);
    unknown = get_verdict (&place, format->contract) == NN_VERDICT_UNKNOWN;
    if (unknown)
      direct = probe_float32 (model, &options, init);
  }
  if (refused)
    options.precision = NN_PRECISION_HIGHEST;
  session = nn_plan_session_new (model, &options, init, FALSE, error);
  if (session && session->format == format) {
    if (unknown) {
      judge (&place, format, session, direct, &options, init);
      refused = is_refused (&place, format, options.precision);
    } else if (probe && format->is_timed && format->is_timed (session->run.plan)) {
      refused = is_slow (&place, format, session, &options, init);
    }
  }
  if (session && refused && session->format->precision != NN_PRECISION_HIGHEST) {
    nn_plan_session_free (session);
    options.precision = NN_PRECISION_HIGHEST;
    session = nn_plan_session_new (model, &options, init, FALSE, error);
  }
  if (session && session->format->precision == NN_PRECISION_HIGHEST && session->run.plan->suspect
      && winograd_is_refused (&place, session, &options, init)) {
    nn_plan_session_free (session);
    session = nn_plan_session_new (model, &options, init, FALSE, error);
  }
  return session ? &session->base : NULL;
}

static gboolean
can_run (const NnModel *model)
{
  return nn_model_get_plans (model) != NULL;
}

static NnSession *
session_new (NnModel *model, const NnSessionOptions *options, GError **error)
{
  return nn_session_new_with_kernels (model, options, NULL, TRUE, error);
}

const NnEngine nn_engine_plans = { .name = "plans", .can_run = can_run, .new = session_new };
