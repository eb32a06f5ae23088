/* gst-resnet: rows of a convolution on their way to the max pool in the same loop
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-workers.h"
#include "plan/plan.h"

/* A band's rows in a thread's scratch memory: which are there before the band is computed, and where. */
typedef struct {
  NnPooledBand band;
  guint missing;  /* rows from this one on are to be computed */
  gfloat *memory; /* that of row begin_in; of bfloat16 the plane of all hi, then that of all lo */
} NnPooledRows;

/* Runs a loop over the bands of all images; @scratch: scratch_size floats a thread, what is there does not matter. */
void nn_pooled_run (const NnStep *step, NnWorkers *workers, NnWorkersFunc func, gpointer data, guint images,
                    gfloat *scratch, gsize scratch_size);
/* One of its tasks: which rows it is about. @n_planes: of @row floats a row. */
void nn_pooled_rows (const NnStep *step, guint task, gfloat *scratch, guint n_planes, gsize row, NnPooledRows *rows);
