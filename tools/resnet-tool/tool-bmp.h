/* gst-resnet: BMP → RGB
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tool-image.h"

/* The message of @error does not name the file. */
gboolean tool_bmp_decode (const guint8 *data, gsize size, ToolImage *image, GError **error);
