/* gst-resnet: the model that is used when none is named
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What messages call the model, and the MODEL argument of resnet-tool that stands for it. */
#define DEFAULT_MODEL_NAME "embedded"

/* The bytes of photos200.safetensors, as they lie in the binary (nothing is copied). Transfer full; may be called from
 * any thread; cannot fail. */
GBytes *default_model_get_bytes (void);

G_END_DECLS
