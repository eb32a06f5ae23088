/* gst-resnet: rows of a convolution on their way to the max pool in the same loop
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/run-state.h"

/* The rows of a band in a thread's scratch memory: which of them are there before the band is computed, and where. */
typedef struct {
  NnPooledBand band;
  guint missing;  /* the rows from this one on have to be computed */
  gfloat *memory; /* where row begin_in lies; of bfloat16 the plane of all hi, followed by the plane of all lo */
} NnPooledRows;

/* Runs a step's loop over the bands of all images; what is in the threads' scratch memory does not matter. */
void nn_pooled_run (NnRun *run, NnWorkersFunc func);
/* What one of its tasks is about. @n_planes: of @row floats a row. */
void nn_pooled_rows (const NnRun *run, guint task, guint thread, guint n_planes, gsize row, NnPooledRows *rows);
