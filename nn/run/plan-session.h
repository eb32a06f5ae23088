/* gst-resnet: a session of our own engine, which executes a plan
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-cpu.h"
#include "run/activation-map.h"
#include "run/number-format.h"
#include "run/session-class.h"

/**
 * NnPlanSession: a session that executes a plan
 * @format: the number format that runs
 * @run: the plan, which other sessions of the model may share, and the session's own memory
 * @peak: flops a second of one thread; 0: not measured
 * @seconds: the time of each step of the plan in the last profiled run
 * @map: the feature map that activation maps are made of
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

/* Casts a session that our own engine made. */
static inline NnPlanSession *
nn_plan_session (const NnSession *session)
{
  return (NnPlanSession *)session;
}

/* Makes a session with the precision that is asked for, whether or not it keeps the contract and is fast; AUTO is HIGH.
 * The precision is highest where the level has no kernels of the format, or the network has a layer without one. @init
 * fills the table of kernels of any format but float32; where it is NULL the format's own function does. @direct:
 * float32 is computed without Winograd's sums. */
NnPlanSession *nn_plan_session_new (NnModel *model, const NnSessionOptions *options, NnKernelsInit init,
                                    gboolean direct, GError **error);
void nn_plan_session_free (NnPlanSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnPlanSession, nn_plan_session_free)

void nn_plan_session_run (NnPlanSession *session, const gfloat *input, guint batch, gfloat *logits);
