/* gst-resnet: PNG → RGB
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tool-image.h"

/* The message of @error does not name the file. */
gboolean tool_png_decode (const guint8 *data, gsize size, ToolImage *image, GError **error);
