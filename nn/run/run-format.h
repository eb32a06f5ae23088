/* gst-resnet: the seam between a run and a number format: how the steps of its plans run
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/run-state.h"

/**
 * NnStepRunner: how steps of one kind run
 * @run: NULL: the step is one loop of @task over the rows of its output, or with @an_image over the images
 * @plain_output: the output is a plain buffer, so that no border is made
 * @name: what a profile calls it; NULL: what @describe says
 */
typedef struct {
  void (*run) (NnRun *run);
  NnWorkersFunc task;
  gboolean an_image, plain_output;
  const gchar *name;
  const gchar *(*describe) (const NnPlan *plan, const NnStep *step);
} NnStepRunner;

/**
 * NnRunFormat: what a number format does at run time
 * @has_float_images: images are NHWC float32, as an activation map reads them
 * @input: brings the network's input into plan->input
 * @clear: before a step writes @buffer: makes its border, and whatever else is read of it and not written
 * @steps: n_steps entries, by NnStepKind; an entry without functions is a kind that no plan of this format has
 */
typedef struct {
  gboolean has_float_images;
  void (*input) (NnRun *run);
  void (*clear) (const NnRun *run, const NnBuffer *buffer);
  const NnStepRunner *steps;
  guint n_steps;
} NnRunFormat;
