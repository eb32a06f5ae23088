/* gst-resnet: which of several sets of weights in one file is taken
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * NnWeightSets: which of several networks in a file was taken
 * @wanted: the name that the user asked for, or NULL
 * @taken: the name of the set that was taken: either its keys in the file ("state_dict_ema", "nets.student") or the
 * prefix of its tensors ("ema_model"); NULL if the file holds only one set
 * @others: gchar *: the names of the other sets
 * @found: whether @wanted names one of the sets
 * @root: the prefix that was removed from the network's names ("module.", "0."), or NULL
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

/* Whether the name says that a set of weights is an average over the training ("model_ema", "swa_model",
 * "averaged"). */
gboolean nn_weight_set_is_averaged (const gchar *name);
/* Whether the name says that a set of weights was only a helper during training ("teacher", "encoder_k"). */
gboolean nn_weight_set_is_helper (const gchar *name);
/* Whether @wanted, which the user gave, means the set @name: @wanted must be the set's name or the end of it. */
gboolean nn_weight_set_is_called (const gchar *name, const gchar *wanted);

/* Adds a warning which says that @taken is used although there are others, and why (@why may be NULL, or e.g. "the
 * averaged ones, …"). */
void nn_weight_sets_tell (NnWeightSets *sets, const gchar *why, GPtrArray *warnings);
