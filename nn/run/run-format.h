/* gst-resnet: the seam between a run and a number format: how the steps of its plans run
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/run-state.h"

/**
 * NnStepRunner: how steps of one kind run
 * @run: runs the step; where it is NULL the step is one loop of @task over the rows of its output
 * @an_image: the loop of @task is over the images instead
 * @plain_output: the output is a plain buffer, so no border is made
 * @name: the kernel's name in a profile; where it is NULL @describe returns the name
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
 * @input: converts the network's input and writes it to plan->input
 * @clear: is called before a step writes @buffer; makes its border and clears all else that is read but not written
 * @steps: n_steps entries, indexed by NnStepKind; no plan of this format has steps of a kind whose entry is empty
 */
typedef struct {
  gboolean has_float_images;
  void (*input) (NnRun *run);
  void (*clear) (const NnRun *run, const NnBuffer *buffer);
  const NnStepRunner *steps;
  guint n_steps;
} NnRunFormat;
