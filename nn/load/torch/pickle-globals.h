/* gst-resnet: names in a pickle, and what calls of them make
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/torch/pickle-value.h"

/* Hostile bytes for a message: escaped, shortened; free with g_free(). */
gchar *nn_pickle_printable (const gchar *data, gsize size);

/* The GLOBAL value of a name; NULL with the error set for one that can run commands. */
NnPickleValue *nn_pickle_global (NnPickleVm *vm, const gchar *module, gsize module_size, const gchar *name,
                                 gsize name_size);

/* What callable (*args) would give in Python, as data; NULL with the error set when the list says that it is not to be
 * called, or the arguments do not fit. */
NnPickleValue *nn_pickle_reduce (NnPickleVm *vm, NnPickleValue *callable, NnPickleValue *args);

/* Whether a call makes an opaque value of it, whatever its arguments are. */
gboolean nn_pickle_is_inert (const NnPickleValue *callable);

/* torch.save's persistent id, a tuple: a storage, or a class. */
NnPickleValue *nn_pickle_persistent (NnPickleVm *vm, NnPickleValue *id);
