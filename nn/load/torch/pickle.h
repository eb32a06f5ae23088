/* gst-resnet: a pickle as data
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/nn-cursor.h"
#include "load/torch/pickle-value.h"

/**
 * nn_pickle_parse: reads one pickle at @cursor, up to its STOP, and moves @cursor behind it
 * @file: what messages call the file
 * Errors: "FILE: pickle at byte N: …" with NN_ERROR_FORMAT, _UNSAFE, _UNSUPPORTED or _TOO_LARGE; N counts from the
 * start of the cursor's data. Time and memory are linear in the bytes read.
 */
NnPickle *nn_pickle_parse (NnCursor *cursor, const gchar *file, GError **error);
