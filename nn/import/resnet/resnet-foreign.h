/* gst-resnet: names of tensors that are no ResNet's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* No part of the network, and none that matters. */
gboolean nn_resnet_is_harmless (const gchar *name);
/* The network that a tensor's name is known from (", which is how a VGG is named"), "" where it is none's; static. */
const gchar *nn_foreign_hint (const gchar *name);
