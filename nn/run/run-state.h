/* gst-resnet: what the steps of a run share, whatever the number format
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-workers.h"
#include "plan/plan.h"

/**
 * NnRun: the state of a run
 * @arena: plan->arena_size floats
 * @scratch: plan->scratch_size floats for each thread; those of the next thread begin @scratch_size floats later; NULL
 * where no step needs any
 * @shared_scratch: plan->shared_scratch_size floats, one for all threads
 * @operands, @operand_pointers: plan->max_operands entries for each thread
 * @input: the network's input for the images of this pass, float32 NCHW
 * @first: which image of the batch is image 0 of this pass, for buffers that are whole
 * @images: how many images this pass has
 * @step: the step that runs now
 */
typedef struct {
  const NnPlan *plan;
  NnWorkers *workers;
  gfloat *arena, *scratch, *shared_scratch;
  gsize scratch_size;
  NnValue *operands;
  const NnValue **operand_pointers;
  const gfloat *input;
  guint first, images;
  const NnStep *step;
} NnRun;

/* Returns where an image of the pass begins in a buffer, with its border. */
static inline gfloat *
nn_image_of (const NnRun *run, const NnBuffer *buffer, guint image)
{
  return run->arena + buffer->offset + (image + (buffer->whole ? run->first : 0)) * buffer->size;
}

/* Returns where a node's output of an image lies as a plain tensor. */
static inline gfloat *
nn_plain_of (const NnRun *run, guint node, guint image)
{
  const NnPlainBuffer *plain = &run->plan->plain[node];

  return run->arena + plain->offset + (image + (plain->whole ? run->first : 0)) * plain->size;
}

static inline gfloat *
nn_scratch_of (const NnRun *run, guint thread)
{
  return run->scratch ? run->scratch + thread * run->scratch_size : NULL;
}
