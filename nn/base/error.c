/* gst-resnet: the engine's error domain
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/error.h>

G_DEFINE_QUARK (nn - error - quark, nn_error)
