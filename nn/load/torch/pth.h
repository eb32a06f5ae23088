/* gst-resnet: torch.save's files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/* Loads a zip archive (PyTorch writes it since 1.6): it has data.pkl, data/KEY and byteorder in one folder of any
 * name. */
gboolean nn_pth_load_zip (NnWeights *weights, GBytes *bytes, GError **error);
/* Loads the older stream: a magic number, the protocol 1001, sys_info, the object, the storages' keys, and the
 * storages. */
gboolean nn_pth_load_legacy (NnWeights *weights, GBytes *bytes, GError **error);
