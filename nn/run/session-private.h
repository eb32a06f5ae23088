/* gst-resnet: what a session is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/session.h>

#include "base/nn-cpu.h"
#include "plan/plan.h"
#include "run/number-format.h"

/**
 * NnSession
 * @format: what runs
 * @run: the plan, which other sessions of the model share, with the session's own threads and memory
 * @peak: flops a second of one thread; 0: not measured
 * @seconds: a step of the plan, of the last profiled run
 * @feature_map: max_batch × height × width × channels, NULL: off; @feature_buffer: where runs find it
 * @feature_weight: a reference to the fully connected layer's weights
 */
struct _NnSession {
  NnModel *model;
  const NnNumberFormat *format;
  NnRun run;
  NnIsa isa;
  guint max_batch, height, width, n_classes;
  gboolean profiling;
  gdouble peak;
  gdouble *seconds;
  gfloat *feature_map;
  const NnBuffer *feature_buffer;
  GBytes *feature_weight;
};
