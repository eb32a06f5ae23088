/* gst-resnet: image files → RGB, as Pillow's Image.open(f).convert('RGB') gives it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tool-image.h"

/* Larger files (in bytes) are not read. */
#define TOOL_IMAGE_MAX_FILE (G_GUINT64_CONSTANT (1) << 30)

/* @exif: whether pictures are turned upright by their EXIF orientation; @quiet: whether the warning is left out if they
 * are not */
typedef struct {
  gboolean exif, quiet;
} ToolImageOptions;

/**
 * tool_image_load: reads the first frame of a JPEG, PNG, GIF, BMP, WebP, TIFF or PNM file, which are told apart by
 * content
 *
 * The bytes are the same as those of Pillow's `Image.open(path).convert('RGB')`. Alpha is dropped, not composited. EXIF
 * orientation is not applied unless @options ask for it (torchvision's ImageFolder does not apply it either), but
 * TIFF's orientation is. A file that ends early is an error.
 * Returns: FALSE with an error that names the file
 */
gboolean tool_image_load (const gchar *path, const ToolImageOptions *options, ToolImage *image, GError **error);

/* Returns TRUE if a file that begins with these bytes looks like one of these kinds. 16 bytes are enough. */
gboolean tool_image_is_known (const guint8 *data, gsize size);

/* Returns the whole content of a file of at most TOOL_IMAGE_MAX_FILE bytes. */
GBytes *tool_file_read (const gchar *path, GError **error);
