/* gst-resnet: taking wrappers' prefixes off a state dict's names
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "load/weight-sets.h"

/**
 * nn_tensor_names_strip: the names as the ResNet itself would have them
 * @names: gchar *, as in the file, all different
 * @sets: (nullable): filled with what was taken if the file holds several networks, unless it already says that
 * @warnings: (nullable): gchar * are appended
 * Returns: a GPtrArray of as many gchar * (free it with g_ptr_array_unref()), which are again all different; NULL
 * stands for a tensor that is to be left out
 *
 * The place of the network is found from its own names, not from a list of wrappers: PREFIX is whatever stands before
 * "layer1.0.", so that "module._orig_mod.student.backbone.layer1.0.conv1.weight" needs no special case.
 *  - Names under PREFIX lose it.
 *  - Names outside PREFIX lose only the part of it that all names share: of "module.backbone.…" and
 *  "module.head.weight" the second becomes "head.weight", so that a classifier beside the backbone can still be found.
 *  - Names under the prefix of another ResNet (MoCo's encoder_k beside encoder_q) are left out, with a warning. If
 *  there are several networks, the function takes the one that the user wants; else an averaged copy (ema_model) if it
 *  is whole; else the one without a prefix; else the first that is not a teacher.
 *  - torch's AveragedModel counts in "n_averaged", which belongs to no network and is left out.
 * Names without "layer1.0." lose common leading components that are known wrappers (module, _orig_mod, model, …).
 */
GPtrArray *nn_tensor_names_strip (const GPtrArray *names, NnWeightSets *sets, GPtrArray *warnings);
