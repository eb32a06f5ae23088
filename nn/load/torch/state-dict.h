/* gst-resnet: where in a checkpoint the state dict is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/torch/pickle.h"
#include "load/weight-sets.h"

/* One tensor of the state dict. */
typedef struct {
  gchar *name;
  const NnPickleTensor *tensor;
} NnStateEntry;

/**
 * nn_state_dict_find: the tensors of the model in what torch.save wrote
 * A state dict is a dictionary from strings to tensors. It may be the root, or lie under keys that training scripts use
 * ("state_dict", "model", "net", …), also in a list. Of several networks the one is taken that @sets wants; else the
 * averaged copy ("state_dict_ema", "model_ema"), as timm does, where it has all tensors of the plain one; else the
 * better known key. The first tensor of an equal name loses, as in Python.
 * @sets: filled with what was taken and what else is there
 * @warnings: gchar * are appended
 * Errors: NN_ERROR_UNSUPPORTED with what the file holds instead (an optimizer's state, a single tensor, a whole module,
 * an object in a tensor's place, …)
 * Returns: a GPtrArray of NnStateEntry *, in file order, names all different; free with g_ptr_array_unref()
 */
GPtrArray *nn_state_dict_find (NnPickleValue *root, const gchar *file, NnWeightSets *sets, GPtrArray *warnings,
                               GError **error);
