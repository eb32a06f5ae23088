/* gst-resnet: the instructions of the machine that reads a pickle
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/torch/pickle-value.h"

/* Runs one instruction; the last one sets the root of vm->pickle. Returns FALSE when it has set the machine's error. */
gboolean nn_pickle_step (NnPickleVm *vm);
