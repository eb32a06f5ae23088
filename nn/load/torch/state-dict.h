/* gst-resnet: where in a checkpoint the state dict is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/torch/pickle.h"
#include "load/weight-sets.h"

/* One tensor of the state dict. The name is the entry's own; the tensor belongs to the pickle. */
typedef struct {
  gchar *name;
  const NnPickleTensor *tensor;
} NnStateEntry;

/**
 * nn_state_dict_find: finds the tensors of the model in what torch.save wrote
 * A state dict is a dictionary from strings to tensors. It may be the root, or lie under keys that training scripts use
 * ("state_dict", "model", "net", …), also in a list. If there are several networks, the function takes the one that
 * @sets asks for; else the averaged copy ("state_dict_ema", "model_ema"), as timm does, if it has all tensors of the
 * plain one; else the one under the better known key. If a name occurs twice, the later tensor wins, as in Python.
 * @sets: filled with what was taken and what else is there
 * @warnings: gchar * are appended
 * Errors: NN_ERROR_UNSUPPORTED; the message says what the file holds instead (an optimizer's state, a single tensor, a
 * whole module, an object in a tensor's place, …)
 * Returns: a GPtrArray of NnStateEntry *, in file order, with names that are all different; free it with
 * g_ptr_array_unref()
 */
GPtrArray *nn_state_dict_find (NnPickleValue *root, const gchar *file, NnWeightSets *sets, GPtrArray *warnings,
                               GError **error);
