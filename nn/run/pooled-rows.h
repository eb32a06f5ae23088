/* gst-resnet: rows of a convolution on their way to the max pool in the same loop
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/run-state.h"

/* The rows of a band in a thread's scratch memory: where they lie, and which are there before the band is computed. */
typedef struct {
  NnPooledBand band;
  guint missing;  /* the rows from this one on have to be computed */
  gfloat *memory; /* where row begin_in lies; with two bfloat16 a number, the plane of all hi is followed by that of all
                     lo */
} NnPooledRows;

/* Runs the step's loop over the bands of all images. It takes nothing from what lies in the scratch memory before. */
void nn_pooled_run (NnRun *run, NnWorkersFunc func);
/* Says which band a task computes, and moves the rows that the thread already has of it to their new place. The rows
 * lie in @n_planes planes, with @row floats a row. */
void nn_pooled_rows (const NnRun *run, guint task, guint thread, guint n_planes, gsize row, NnPooledRows *rows);
