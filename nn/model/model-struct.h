/* gst-resnet: a model's inside
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

#include "graph/graph.h"
#include "plan/plan-cache.h"

struct _NnModel {
  gint ref_count;
  NnGraph *graph;
  gchar *architecture;
  const gchar *format;
  gchar *sha256;
  guint n_outputs;
  guint64 n_parameters;
  NnModelOutput output;
  gchar **labels;
  NnPreprocess preprocess;
  gboolean has_preprocess;
  GHashTable *metadata;
  NnPlanCache *plans;
  gchar *variant;        /* of the options, or "" */
  gchar *weights;        /* the set that was taken, NULL where there is one only */
  gchar **other_weights; /* NULL: none */
  GPtrArray *warnings;   /* NULL-terminated once loaded */
};

/* An empty model. */
NnModel *nn_model_new (void);

/* A model that is no more than its graph, which it takes; for tests. */
NnModel *nn_model_new_from_graph (NnGraph *graph, guint n_outputs);
