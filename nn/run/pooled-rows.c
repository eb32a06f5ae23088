/* gst-resnet: rows of a convolution on their way to the max pool in the same loop
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/pooled-rows.h"

#include <string.h>

#include "plan/plan-pooled-conv.h"

#define NONE G_MAXUINT

/* Which rows a thread's scratch memory holds: those of the last band that it computed, from @begin to before @end. */
typedef struct {
  guint image, begin, end;
} Held;

G_STATIC_ASSERT (sizeof (Held) <= NN_POOLED_HEAD * sizeof (gfloat));

void
nn_pooled_run (NnRun *run, NnWorkersFunc func)
{
  const NnPooledConv *pooled = run->step->pooled;

  for (guint thread = 0; thread < nn_workers_get_threads (run->workers); thread++)
    ((Held *)(nn_scratch_of (run, thread) + pooled->scratch))->image = NONE;
  nn_workers_run (run->workers, func, run, run->images * pooled->n_bands);
}

void
nn_pooled_rows (const NnRun *run, guint task, guint thread, guint n_planes, gsize row, NnPooledRows *rows)
{
  const NnPooledConv *pooled = run->step->pooled;
  gfloat *scratch = nn_scratch_of (run, thread) + pooled->scratch;
  Held *held = (Held *)scratch;
  const NnPooledBand *band = &rows->band;

  rows->memory = scratch + NN_POOLED_HEAD;
  nn_pooled_band (pooled, task, &rows->band);
  rows->missing = band->begin_in;
  if (held->image == band->image && held->begin <= band->begin_in && band->begin_in <= held->end
      && held->end <= band->end_in) {
    for (guint i = 0; i < n_planes && band->begin_in > held->begin; i++) {
      gfloat *plane = rows->memory + i * pooled->n_rows * row;

      memmove (plane, plane + (band->begin_in - held->begin) * row,
               (held->end - band->begin_in) * row * sizeof (gfloat));
    }
    rows->missing = held->end;
  }
  *held = (Held){ band->image, band->begin_in, band->end_in };
}
