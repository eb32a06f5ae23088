/* gst-resnet: a picture in memory: 8-bit RGB
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/image.h>

/* Pillow refuses more pixels than this (twice its MAX_IMAGE_PIXELS) as a decompression bomb. */
#ifndef TOOL_IMAGE_MAX_PIXELS
#define TOOL_IMAGE_MAX_PIXELS 178956970u
#endif

/* The pixels are width × height × 3 bytes R, G, B, without padding. */
typedef struct {
  guint width, height;
  guint8 *rgb;
} ToolImage;

void tool_image_clear (ToolImage *image);
/* Makes a view for nn_preprocessor_run(). */
void tool_image_view (const ToolImage *image, NnImage *view);

/* Checks the size and allocates the pixels. The decoders use it. */
gboolean tool_image_alloc (ToolImage *image, guint64 width, guint64 height, GError **error);
/* Turns a picture upright that is stored with @orientation. The numbers 1 to 8 are those of EXIF and TIFF; other
 * numbers change nothing. */
void tool_image_turn (ToolImage *image, guint orientation);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToolImage, tool_image_clear)
