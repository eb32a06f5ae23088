/* gst-resnet: the model that is used when none is named
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The name of the model in messages. It is also the MODEL argument of resnet-tool that stands for the model. */
#define DEFAULT_MODEL_NAME "embedded"

/* Returns (transfer full) the bytes of photos200.safetensors. They are the ones in the binary; nothing is copied. Any
 * thread may call this function, and it cannot fail. */
GBytes *default_model_get_bytes (void);

G_END_DECLS
