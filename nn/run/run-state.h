/* gst-resnet: what the steps of a run share, whatever the number format
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-workers.h"
#include "plan/plan.h"

/**
 * NnRun: the state of a run
 * @arena: plan->arena_size floats
 * @scratch: plan->scratch_size floats a thread, those of two threads @scratch_size floats apart; NULL where no step
 * needs any
 * @shared_scratch: plan->shared_scratch_size floats, one for all threads
 * @operands, @operand_pointers: plan->max_operands a thread
 * @input: of the network, float32 NCHW, for the images of this pass
 * @first: the image of the batch that is image 0 of this pass, for buffers that are whole
 * @images: of this pass
 * @step: the present one
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

static inline gfloat *
nn_image_of (const NnRun *run, const NnBuffer *buffer, guint image)
{
  return run->arena + buffer->offset + (image + (buffer->whole ? run->first : 0)) * buffer->size;
}

/* Where a node's output lies as a plain tensor. */
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
