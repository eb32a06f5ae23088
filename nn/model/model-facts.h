/* gst-resnet: what is known of a model, whichever engine computes it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

/**
 * NnModelFacts: what a file says of its model, and which options it was loaded with
 * @metadata: all that the file's metadata says, string → string; never NULL once the model is loaded
 * @variant: what the options say; NULL: there were no options
 * @weights: the set of weights that was taken, NULL where the file holds only one
 * @other_weights: the file's other sets of weights; NULL: there are none
 * @warnings: messages, NULL-terminated once the model is loaded
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
