/* gst-resnet: image files → RGB, as Pillow's Image.open(f).convert('RGB') gives it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tool-image.h"

/* The largest file that is read, bytes. */
#define TOOL_IMAGE_MAX_FILE (G_GUINT64_CONSTANT (1) << 30)

/* @exif: turn pictures upright by their EXIF orientation; @quiet: do not warn where it is not done */
typedef struct {
  gboolean exif, quiet;
} ToolImageOptions;

/**
 * tool_image_load: the first frame of a JPEG, PNG, GIF, BMP, WebP, TIFF or PNM file, told apart by content
 *
 * The same bytes as Pillow's `Image.open(path).convert('RGB')`: alpha is dropped, not composited; EXIF orientation is
 * not applied unless @options ask for it (torchvision's ImageFolder doesn't either), TIFF's is; a file that ends early
 * is an error.
 * Returns: FALSE with an error that names the file
 */
gboolean tool_image_load (const gchar *path, const ToolImageOptions *options, ToolImage *image, GError **error);

/* Does a file that begins with these bytes (16 of them are enough) look like one of these kinds? */
gboolean tool_image_is_known (const guint8 *data, gsize size);

/* The whole of a file, at most TOOL_IMAGE_MAX_FILE bytes. */
GBytes *tool_file_read (const gchar *path, GError **error);
