/* gst-resnet: which way up a picture is stored
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * tool_exif_orientation: reads the orientation of a JPEG, PNG or WebP file from its EXIF data or, if that says nothing,
 * from its XMP data
 * Returns: 1 to 8; it is 1 (upright) if the file says nothing or nothing valid
 */
guint tool_exif_orientation (const guint8 *data, gsize size);
