/* gst-resnet: which way up a picture is stored
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * tool_exif_orientation: what a JPEG, PNG or WebP file says in its EXIF or, where that says nothing, its XMP data
 * Returns: 1 to 8; 1 (upright) where the file says nothing, or nothing that can be
 */
guint tool_exif_orientation (const guint8 *data, gsize size);
