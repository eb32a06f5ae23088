/* gst-resnet: steps that run ONNX's operators, and steps that convert images to plain tensors and back
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/step-plain.h"

#include <math.h>
#include <string.h>

#include "plan/plan-operands.h"

static void
point_to (NnValue *value, gfloat *data)
{
  if (nn_dtype_is_float (value->dtype))
    value->f32 = data;
  else
    value->i64 = (gint64 *)(gpointer)data;
}

/* An operator can fail only because of the values of elements, such as an index that is out of range. A run cannot
 * return an error, so the outputs become NaN (integers become 0). */
static void
run_operator (const NnStep *step, const NnValue *const *in, NnValue *out)
{
  const NnOperands *o = nn_step_operands (step);

  if (nn_operator_run (step->node->onnx, in, o->n_in, out, NULL))
    return;
  for (guint i = 0; i < o->n_out; i++) {
    for (gsize j = 0; j < out[i].n_elements; j++) {
      if (out[i].f32)
        out[i].f32[j] = NAN;
      else
        out[i].i64[j] = 0;
    }
  }
}

static gfloat *
row_of (const NnRun *run, const NnBuffer *buffer, guint task)
{
  const guint height = run->step->out->height;

  return nn_image_of (run, buffer, task / height) + buffer->origin + task % height * buffer->row;
}

/* Sets up the step's inputs in the thread's own values, and *out to the values after them, which are for the outputs.
 * The inputs are the tensors of image @task or, with @rows, the rows of number @task. */
static const NnValue **
set_up_inputs (const NnRun *run, gboolean rows, guint task, guint thread, NnValue **out)
{
  const NnOperands *o = nn_step_operands (run->step);
  NnValue *in = run->operands + (gsize)thread * run->plan->max_operands;
  const NnValue **pointers = run->operand_pointers + (gsize)thread * run->plan->max_operands;

  for (guint i = 0; i < o->n_in; i++) {
    const guint node = o->in_node[i];

    in[i] = o->in[i];
    if (node != NN_NO_NODE)
      point_to (&in[i], rows ? row_of (run, &run->plan->buffers[node], task) : nn_plain_of (run, node, task));
    pointers[i] = o->present[i] ? &in[i] : NULL;
  }
  *out = in + o->n_in;
  return pointers;
}

void
nn_plain_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnOperands *o = nn_step_operands (step);
  NnValue *out;
  const NnValue **in = set_up_inputs (run, FALSE, task, thread, &out);

  for (guint i = 0; i < o->n_out; i++) {
    out[i] = o->out[i];
    point_to (&out[i], nn_plain_of (run, step->index, task) + o->out_offset[i]);
  }
  run_operator (step, in, out);
}

/* The channels that fill up a pixel are computed like the others, but nobody reads them. */
void
nn_elementwise_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  NnValue *out;
  const NnValue **in = set_up_inputs (run, TRUE, task, thread, &out);

  *out = nn_step_operands (step)->out[0];
  out->f32 = row_of (run, step->out, task);
  run_operator (step, in, out);
}

void
nn_affine_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const gsize pixel = step->out->pixel, lanes = step->out->lanes;
  const gfloat *in = row_of (run, step->in, task), *factors = nn_step_factors (step), *terms = factors + lanes;
  gfloat *restrict out = row_of (run, step->out, task);

  for (guint x = 0; x < step->out->width; x++, in += pixel, out += pixel) {
    for (gsize c = 0; c < lanes; c++) {
      const gfloat y = in[c] * factors[c] + terms[c];

      out[c] = step->relu && y < 0 ? 0 : y;
    }
  }
}

void
nn_concat_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnNode *node = step->node;
  gfloat *out = row_of (run, step->out, task);

  for (guint slot = 0; slot < nn_node_n_slots (node); slot++) {
    const NnBuffer *from = &run->plan->buffers[nn_node_get_input (node, slot)];
    const gfloat *in = row_of (run, from, task);

    for (guint x = 0; x < step->out->width; x++)
      memcpy (out + x * step->out->pixel, in + x * from->pixel, from->channels * sizeof (gfloat));
    out += from->channels;
  }
}

void
nn_to_plain_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnBuffer *b = step->in;
  const guint y = task % b->height;
  const gsize plane = (gsize)b->height * b->width;
  const gfloat *in = row_of (run, b, task);
  gfloat *out = nn_plain_of (run, step->index, task / b->height) + (gsize)y * b->width;

  for (guint x = 0; x < b->width; x++) {
    for (guint c = 0; c < b->channels; c++)
      out[c * plane + x] = in[x * b->pixel + c];
  }
}

void
nn_to_image_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnBuffer *b = step->out;
  const guint y = task % b->height;
  const gsize plane = (gsize)b->height * b->width;
  const gfloat *in = nn_plain_of (run, step->index, task / b->height) + (gsize)y * b->width;
  gfloat *out = row_of (run, b, task);

  for (guint x = 0; x < b->width; x++) {
    for (guint c = 0; c < b->channels; c++)
      out[x * b->pixel + c] = in[c * plane + x];
    for (gsize c = b->channels; c < b->lanes; c++)
      out[x * b->pixel + c] = 0;
  }
}
