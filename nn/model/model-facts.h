/* gst-resnet: what is known of a model, whoever computes it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

/**
 * NnModelFacts: what a file says of its model, and what was told when it was loaded
 * @metadata: string → string: all that the file's metadata says; never NULL once loaded
 * @variant: what the options say, NULL: nothing
 * @weights: the set of weights that was taken, NULL where the file holds one; @other_weights: NULL: none
 * @warnings: NULL-terminated once loaded
 */
typedef struct {
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
  gchar *variant;
  gchar *weights;
  gchar **other_weights;
  GPtrArray *warnings;
} NnModelFacts;

void nn_model_facts_init (NnModelFacts *facts);
void nn_model_facts_clear (NnModelFacts *facts);
