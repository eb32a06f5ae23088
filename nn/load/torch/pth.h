/* gst-resnet: torch.save's files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/* The zip archive (since PyTorch 1.6): data.pkl, data/KEY, byteorder under one folder of any name. */
gboolean nn_pth_load_zip (NnWeights *weights, GBytes *bytes, GError **error);
/* The older stream: magic number, protocol 1001, sys_info, the object, the storages' keys, the storages. */
gboolean nn_pth_load_legacy (NnWeights *weights, GBytes *bytes, GError **error);
