/* gst-resnet tests: graphs by hand and what they compute, naively
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* Returns n floats in (low, high), which are the same for the same seed. */
GBytes *test_random_floats (guint32 seed, gsize n, gdouble low, gdouble high);

/* These functions add nodes whose random parameters depend on the node's index only. Each returns the index of the new
 * node. */
guint test_add_input (NnGraph *graph, guint channels);
guint test_add_conv (NnGraph *graph, const gchar *name, guint input, guint out, guint kernel, guint stride,
                     guint groups, gboolean bias);
guint test_add_batch_norm (NnGraph *graph, const gchar *name, guint input);
guint test_add_max_pool (NnGraph *graph, const gchar *name, guint input, guint kernel, guint stride, guint pad);
guint test_add_simple (NnGraph *graph, NnOp op, const gchar *name, guint input, guint other);
guint test_add_linear (NnGraph *graph, const gchar *name, guint input, guint out);

/* Ends the test where nn_graph_check() complains. */
void test_assert_valid (const NnGraph *graph);

/* Returns the last node's output for a random height × width input, computed in double precision straight from the
 * definitions. It has *n elements. Free it with g_free(). */
gdouble *test_run_graph (const NnGraph *graph, guint height, guint width, gsize *n);

/* Runs @graph, lets @pass change it, checks it and runs it again. Every element must stay within @tolerance times the
 * largest element. */
void test_assert_pass_keeps_output (NnGraph *graph, void (*pass) (NnGraph *), guint height, guint width,
                                    gdouble tolerance);

/* Calls nn_graph_fold_batch_norm() and expects that there is enough memory for it. */
void test_fold_batch_norm (NnGraph *graph);

guint test_count_op (const NnGraph *graph, NnOp op);
