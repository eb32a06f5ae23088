/* gst-resnet: names in a pickle, and what calls of them make
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/torch/pickle-value.h"

/* Makes hostile bytes fit for a message: they are escaped and shortened. Free the result with g_free(). */
gchar *nn_pickle_printable (const gchar *data, gsize size);

/* Returns the GLOBAL value of a name. If the name can run commands, it returns NULL and sets the error. */
NnPickleValue *nn_pickle_global (NnPickleVm *vm, const gchar *module, gsize module_size, const gchar *name,
                                 gsize name_size);

/* Returns as data what callable (*args) would give in Python. It returns NULL and sets the error if the list says that
 * the name is not to be called, or if the arguments do not fit. */
NnPickleValue *nn_pickle_reduce (NnPickleVm *vm, NnPickleValue *callable, NnPickleValue *args);

/* Whether a call of @callable gives an opaque value, whatever the arguments are. */
gboolean nn_pickle_is_inert (const NnPickleValue *callable);

/* Reads a persistent id of torch.save, which is a tuple and stands for a storage or a class. */
NnPickleValue *nn_pickle_persistent (NnPickleVm *vm, NnPickleValue *id);
