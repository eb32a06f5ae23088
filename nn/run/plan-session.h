/* gst-resnet: a session of our own engine, which executes a plan
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-cpu.h"
#include "run/activation-map.h"
#include "run/number-format.h"
#include "run/session-class.h"

/**
 * NnPlanSession
 * @format: what runs
 * @run: the plan, which other sessions of the model share, with the session's own memory
 * @peak: flops a second of one thread; 0: not measured
 * @seconds: a step of the plan, of the last profiled run
 * @map: what activation maps are made of
 */
typedef struct {
  NnSession base;
  const NnNumberFormat *format;
  NnRun run;
  NnIsa isa;
  gboolean profiling;
  gdouble peak;
  gdouble *seconds;
  NnFeatureMap map;
} NnPlanSession;

/* Of a session that our own engine made. */
static inline NnPlanSession *
nn_plan_session (const NnSession *session)
{
  return (NnPlanSession *)session;
}

/* What is asked for, whether or not it keeps the contract and is fast; AUTO is HIGH. Precision highest where the level
 * or the network has nothing else. @init: who fills the table of kernels of any format but float32, its own where NULL.
 * @direct: float32 without Winograd's sums. */
NnPlanSession *nn_plan_session_new (NnModel *model, const NnSessionOptions *options, NnKernelsInit init,
                                    gboolean direct, GError **error);
void nn_plan_session_free (NnPlanSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnPlanSession, nn_plan_session_free)

void nn_plan_session_run (NnPlanSession *session, const gfloat *input, guint batch, gfloat *logits);
