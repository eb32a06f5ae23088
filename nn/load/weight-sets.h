/* gst-resnet: which of several sets of weights in one file is taken
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * NnWeightSets: what a file that holds several networks gave
 * @wanted: what the user asked for by name, or NULL
 * @taken: the name of the set that was taken: its keys in the file ("state_dict_ema", "nets.student") or the prefix of
 * its tensors ("ema_model"); NULL where there is only one
 * @others: gchar *: the names of the other sets
 * @found: @wanted names one of them
 * @root: the prefix that was taken off the network's names ("module.", "0."), or NULL
 */
typedef struct {
  gchar *wanted;
  gchar *taken;
  GPtrArray *others;
  gboolean found;
  gchar *root;
} NnWeightSets;

void nn_weight_sets_init (NnWeightSets *sets, const gchar *wanted);
void nn_weight_sets_clear (NnWeightSets *sets);

/* Whether a set of this name is an average over training ("model_ema", "swa_model", "averaged"). */
gboolean nn_weight_set_is_averaged (const gchar *name);
/* Whether it helped in training only ("teacher", "encoder_k"). */
gboolean nn_weight_set_is_helper (const gchar *name);
/* Whether the user's name means the set: it is the set's, or the end of it. */
gboolean nn_weight_set_is_called (const gchar *name, const gchar *wanted);

/* Tells that @taken is used of several, and why (nullable, "the averaged ones, …"). */
void nn_weight_sets_tell (NnWeightSets *sets, const gchar *why, GPtrArray *warnings);
