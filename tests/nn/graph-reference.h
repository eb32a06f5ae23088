/* gst-resnet tests: graphs by hand and what they compute, naively
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* n floats in (low, high), the same for the same seed. */
GBytes *test_random_floats (guint32 seed, gsize n, gdouble low, gdouble high);

/* Nodes with random parameters that depend on their index only. Each returns the new node's index. */
guint test_add_input (NnGraph *graph, guint channels);
guint test_add_conv (NnGraph *graph, const gchar *name, guint input, guint out, guint kernel, guint stride,
                     guint groups, gboolean bias);
guint test_add_batch_norm (NnGraph *graph, const gchar *name, guint input);
guint test_add_max_pool (NnGraph *graph, const gchar *name, guint input, guint kernel, guint stride, guint pad);
guint test_add_simple (NnGraph *graph, NnOp op, const gchar *name, guint input, guint other);
guint test_add_linear (NnGraph *graph, const gchar *name, guint input, guint out);

/* nn_graph_check() must not complain. */
void test_assert_valid (const NnGraph *graph);

/* The last node's output for a random height × width input, in double precision straight from the definitions; *n
 * elements, free with g_free(). */
gdouble *test_run_graph (const NnGraph *graph, guint height, guint width, gsize *n);

/* Runs @graph, lets @pass change it, checks it and runs it again: every element must be within @tolerance times the
 * largest one. */
void test_assert_pass_keeps_output (NnGraph *graph, void (*pass) (NnGraph *), guint height, guint width,
                                    gdouble tolerance);

/* nn_graph_fold_batch_norm(), which has memory. */
void test_fold_batch_norm (NnGraph *graph);

guint test_count_op (const NnGraph *graph, NnOp op);
