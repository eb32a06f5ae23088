/* gst-resnet: names and shapes of a state dict → the ResNet they belong to
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"
#include "import/resnet/resnet-beside.h"
#include "import/resnet/resnet-traits.h"
#include "load/weights.h"

/**
 * nn_resnet_build: makes the graph of a ResNet from its tensors alone
 * @architecture: (out): the network's name for people
 * @n_parameters: (out): the number of parameters as PyTorch counts them
 * @warnings: gchar * are appended
 * Errors: NN_ERROR_ARCHITECTURE names the first tensor that is missing, unexpected or of the wrong shape, and says what
 * was expected and what was found. NN_ERROR_UNFIT says that the network cannot be evaluated.
 */
NnGraph *nn_resnet_build (const NnWeights *weights, gchar **architecture, guint64 *n_parameters, GPtrArray *warnings,
                          GError **error);

/* Does the same and also uses what the user says of the network. @normalization: (out): the preprocessing that is
 * among the tensors */
NnGraph *nn_resnet_build_with (const NnWeights *weights, const NnResnetTraits *traits,
                               NnResnetNormalization *normalization, gchar **architecture, guint64 *n_parameters,
                               GPtrArray *warnings, GError **error);
