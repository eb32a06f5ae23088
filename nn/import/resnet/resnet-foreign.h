/* gst-resnet: names of tensors that are no ResNet's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Whether the tensor is no part of the network and can be left out without harm. */
gboolean nn_resnet_is_harmless (const gchar *name);
/* Says which network has tensors of that name, as the end of a message (", which is how a VGG is named"); "" if the
 * name is not known. The string is static. */
const gchar *nn_foreign_hint (const gchar *name);
