/* gst-resnet: rows of a convolution on their way to the max pool in the same loop
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/pooled-rows.h"

#include <string.h>

#define NONE G_MAXUINT

/* What a thread's scratch memory has of the image of the last band that it computed. */
typedef struct {
  guint image, begin, end;
} Held;

G_STATIC_ASSERT (sizeof (Held) <= NN_POOLED_HEAD * sizeof (gfloat));

void
nn_pooled_run (const NnStep *step, NnWorkers *workers, NnWorkersFunc func, gpointer data, guint images, gfloat *scratch,
               gsize scratch_size)
{
  for (guint thread = 0; thread < nn_workers_get_threads (workers); thread++)
    ((Held *)(scratch + thread * scratch_size + step->pooled->scratch))->image = NONE;
  nn_workers_run (workers, func, data, images * step->pooled->n_bands);
}

void
nn_pooled_rows (const NnStep *step, guint task, gfloat *scratch, guint n_planes, gsize row, NnPooledRows *rows)
{
  Held *held = (Held *)(scratch + step->pooled->scratch);
  const NnPooledBand *band = &rows->band;

  rows->memory = scratch + step->pooled->scratch + NN_POOLED_HEAD;
  nn_pooled_band (step->pooled, task, &rows->band);
  rows->missing = band->begin_in;
  if (held->image == band->image && held->begin <= band->begin_in && band->begin_in <= held->end
      && held->end <= band->end_in) {
    for (guint i = 0; i < n_planes && band->begin_in > held->begin; i++) {
      gfloat *plane = rows->memory + i * step->pooled->n_rows * row;

      memmove (plane, plane + (band->begin_in - held->begin) * row,
               (held->end - band->begin_in) * row * sizeof (gfloat));
    }
    rows->missing = held->end;
  }
  *held = (Held){ band->image, band->begin_in, band->end_in };
}
